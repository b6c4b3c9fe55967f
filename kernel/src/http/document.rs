//! The document of the JSON interface: what every operation has in common is said here, once.

use crate::policy::Permission;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::openapi::{Content, OpenApi, Ref, RefOr, Required, Response};

/// Adds to an operation what its permission, its errors and its one-time key are.
pub(super) fn complete(operation: &mut Operation, (method, path): (&str, &str), permission: Permission) {
    let note = format!("Asks for the permission `{}`.", permission.name);
    operation.description = Some(match operation.description.take() {
        Some(text) => format!("{text}\n\n{note}"),
        None => note,
    });
    // Handlers of several rooms have one name: an operation is called by what it does and where.
    operation.operation_id = Some(operation_id(method, path));
    if method == "POST" {
        operation.parameters.get_or_insert_default().push(RefOr::T(one_time_key()));
    }
    let mut problem = Response::new("Not done: what was wrong, in a sentence and by field");
    problem.content.insert(PROBLEM.to_owned(), RefOr::T(Content::new(Some(Ref::from_schema_name("Problem")))));
    let responses = &mut operation.responses.responses;
    responses.insert("default".to_owned(), RefOr::T(problem));
    for (status, response) in responses {
        if let RefOr::T(response) = response {
            tell(status, response);
        }
    }
}

const PROBLEM: &str = "application/problem+json";

/// A response has a description, and an error its own content type.
fn tell(status: &str, response: &mut Response) {
    if status.starts_with('4')
        && let Some(content) = response.content.shift_remove("application/json")
    {
        response.content.insert(PROBLEM.to_owned(), content);
    }
    if response.description.is_empty() {
        let said = match status {
            "200" => "Done, or read",
            "201" => "Made",
            "204" => "Done; nothing to say",
            "400" => "The call itself cannot be read",
            "401" => "No token, or an old one",
            "403" => "Known, but not for this account",
            "404" => "Not there, or not for this account",
            "409" => "A rule says no, and what to do instead",
            "422" => "Fields are wrong; all of them are named",
            _ => "See its content",
        };
        said.clone_into(&mut response.description);
    }
}

fn one_time_key() -> Parameter {
    ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some("Up to 200 characters, made by the caller: a repeat answers what the first call answered"))
        .schema(Some(Schema::Object(ObjectBuilder::new().schema_type(Type::String).build())))
        .build()
}

/// `post_activities_activity_decision`
fn operation_id(method: &str, path: &str) -> String {
    let words = path.trim_start_matches("/api/v1").split(|c: char| !c.is_ascii_alphanumeric());
    words.filter(|w| !w.is_empty()).fold(method.to_lowercase(), |id, word| id + "_" + word)
}

/// The document at `/openapi.json`, with what every route has in common.
pub fn openapi(mut document: OpenApi, name: &str) -> OpenApi {
    use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
    document.info.title = format!("{name} · Qiyi");
    document.info.version = env!("CARGO_PKG_VERSION").to_owned();
    document.info.description = Some(
        "Lists answer `{items, next}`; give `next` back as `cursor`. Errors are application/problem+json. \
         Every POST that makes something takes an `Idempotency-Key`: a repeat answers what the first one answered."
            .to_owned(),
    );
    let bearer = SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build());
    document.components.get_or_insert_with(Default::default).add_security_scheme("token", bearer);
    document.security = Some(vec![SecurityRequirement::new("token", Vec::<String>::new())]);
    document
}
