//! Taking somebody off a session as JSON.

use crate::ATTEND;
use crate::model::SessionId;
use crate::pages::held_session;
use crate::pages::removal::take_off;
use axum::extract::Path;
use axum::http::StatusCode;
use kernel::http::{Body, Problem};
use kernel::{Cx, Result, Routes, routes};
use people::PersonId;
use serde::Deserialize;
use utoipa::ToSchema;

pub(crate) fn routes() -> Routes {
    Routes::new().api(ATTEND, routes!(create_removal))
}

/// Whom it is about.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Removed {
    /// The person.
    #[schema(value_type = String)]
    person: PersonId,
}

/// Takes somebody off who said that they cannot come; the first in line moves up.
#[utoipa::path(post, path = "/api/v1/sessions/{session}/removals", tag = "activities", params(("session" = String, Path)),
    request_body = Removed, responses((status = 204, description = "They are off the list"), (status = 404, body = Problem),
        (status = 409, body = Problem, description = "They came")))]
async fn create_removal(cx: Cx, Path(session): Path<SessionId>, Body(who): Body<Removed>) -> Result<StatusCode> {
    let (session, _) = held_session(&cx, session, ATTEND).await?;
    take_off(&cx, session.id, who.person).await?;
    Ok(StatusCode::NO_CONTENT)
}
