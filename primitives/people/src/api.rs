//! People as JSON: masked, for programs that hold a token.
#![expect(unused_qualifications, reason = "the macro that documents a route names its query once more")]

use crate::duplicates::Card;
use crate::duplicates::saving::{self, Apart, DoubleProblem};
use crate::forms::PersonForm;
use crate::life::Stage;
use crate::model::{Person, PersonId};
use crate::store::PersonFilter;
use crate::ties::Ties;
use crate::{mask, policy, store, verbs};
use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use chrono::NaiveDate;
use kernel::http::{Body, Cursor, Paged, Problem};
use kernel::{Cx, Error, LaneKey, Query, Result, Routes, Tx, Word};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

const PAGE: usize = 100;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .api(policy::READ, routes!(index))
        .api(policy::READ, routes!(show))
        .api(policy::EDIT, routes!(create))
        .api(policy::EDIT, routes!(update))
}

/// A person, masked.
#[derive(Serialize, ToSchema)]
struct PersonJson {
    /// The id.
    id: String,
    /// As on the document.
    name: String,
    /// GB/T 2261.1.
    sex: String,
    /// Where they live.
    region_code: String,
    /// Given once, kept for ever.
    volunteer_no: Option<String>,
    /// `candidate`, `active`, `dormant`, `left`, `archived` or `erased`.
    state: String,
    /// The day of registration as a volunteer.
    registered_on: Option<NaiveDate>,
    /// `138 **** 0000`; empty without a phone.
    phone_masked: String,
}

impl PersonJson {
    fn of(person: Person) -> Self {
        let state = person.stage().to_string();
        Self {
            phone_masked: mask::phone_of(&person),
            id: person.id.to_string(),
            name: person.name,
            sex: person.sex.to_string(),
            region_code: person.region_code,
            volunteer_no: person.volunteer_no,
            state,
            registered_on: person.registered_on,
        }
    }
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct PersonQuery {
    /// Name or part of it, pinyin, initials, number, the phone's last four.
    q: Option<String>,
    /// A region's code; everybody who lives at or below it.
    region: Option<String>,
    /// One organisation's id.
    team: Option<String>,
    /// One state.
    state: Option<String>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// People by name, as far as the caller may see.
#[utoipa::path(get, path = "/api/v1/people", tag = "people", params(PersonQuery),
    responses((status = 200, body = Paged<PersonJson>), (status = 400, body = Problem)))]
async fn index(cx: Cx, Query(query): Query<PersonQuery>) -> Result<Json<Paged<PersonJson>>> {
    let filter = PersonFilter {
        query: query.q.unwrap_or_default(),
        region: query.region.unwrap_or_default(),
        state: read::<Stage>(query.state.as_deref())?,
        in_team: None,
        organisation: read(query.team.as_deref())?,
    };
    let cursor = Cursor::read(query.cursor.as_deref(), 2)?;
    let (reach, ties) = (cx.reach(policy::READ), cx.app.part::<Ties>());
    let found = store::list(&cx.db, cx.tenant, &filter, (&reach, ties), (cursor.as_ref(), PAGE as i64 + 1)).await?;
    Ok(Json(Paged::cut(found, PAGE, Person::keys).map(PersonJson::of)))
}

fn read<T: std::str::FromStr>(text: Option<&str>) -> Result<Option<T>> {
    let wrong = || Error::Malformed(Word::new("error.query"));
    text.filter(|t| !t.is_empty()).map(|t| t.parse().map_err(|_| wrong())).transpose()
}

/// One person.
#[utoipa::path(get, path = "/api/v1/people/{person}", tag = "people", params(("person" = String, Path)),
    responses((status = 200, body = PersonJson), (status = 404, body = Problem)))]
async fn show(cx: Cx, Path(person): Path<PersonId>) -> Result<Json<PersonJson>> {
    let person = store::find(&cx.db, cx.tenant, person).await?;
    policy::may_read(&cx, &person).await?;
    // An id that was given up is answered by the record that it was given up for.
    let person = match person.merged_into_id {
        Some(kept) => store::find(&cx.db, cx.tenant, kept).await?,
        None => person,
    };
    policy::may_read(&cx, &person).await?;
    Ok(Json(PersonJson::of(person)))
}

/// Puts a volunteer on record. Whoever may be there already is warned of, and put there when `apart` says who was shown and
/// `apart_reason` how it is known that they are somebody else.
#[utoipa::path(post, path = "/api/v1/people", tag = "people", request_body = PersonForm,
    responses((status = 201, body = PersonJson), (status = 409, body = DoubleProblem, description = "They may be on record already"),
        (status = 422, body = Problem)))]
async fn create(cx: Cx, Body(typed): Body<PersonForm>) -> Result<Response> {
    let new = typed.check_new(&cx).await?.map_err(Error::Invalid)?;
    policy::may_register(&cx, &new.region_code)?;
    let (at, card) = (cx.clone(), Card::of_new(&new));
    let apart = Apart::of_program(&typed.apart, &typed.apart_reason)?;
    let made = cx.once(LaneKey::of(cx.tenant.0), async move |tx: &mut Tx<'_>| saving::put(tx, &at, &new, &apart).await);
    let id = match made.await {
        Err(Error::Refused(word)) if saving::is_warning(&word) => return saving::problem(&cx, &card).await,
        made => made?,
    };
    let person = store::find(&cx.db, cx.tenant, id).await?;
    Ok((StatusCode::CREATED, Json(PersonJson::of(person))).into_response())
}

/// Changes a record: the name is needed, every other field that is left out stays, and `empty` names those to be emptied.
#[utoipa::path(patch, path = "/api/v1/people/{person}", tag = "people", params(("person" = String, Path)), request_body = PersonForm,
    responses((status = 200, body = PersonJson), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem, description = "The document is on record for somebody else"), (status = 422, body = Problem)))]
async fn update(cx: Cx, Path(person): Path<PersonId>, Body(typed): Body<PersonForm>) -> Result<Json<PersonJson>> {
    let person = store::find(&cx.db, cx.tenant, person).await?;
    policy::may(&cx, policy::EDIT, &person).await?;
    verbs::revise(&cx, person.id, &typed).await?;
    Ok(Json(PersonJson::of(store::find(&cx.db, cx.tenant, person.id).await?)))
}
