//! Many at once, and somebody at the desk, as JSON.

use super::{Stay, stay};
use crate::bulk::{self, Deed, Outcome};
use crate::desk::{self, GuestForm};
use crate::{ATTEND, taking};
use activities::{SessionId, held_session};
use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use kernel::http::{Body, Problem};
use kernel::{Cx, Error, FieldErrors, Result, Routes, Word, routes};
use people::PersonId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub(crate) fn routes() -> Routes {
    Routes::new().api(ATTEND, routes!(create_bulk)).api(ATTEND, routes!(create_guest))
}

/// Many who come or go.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Many {
    /// `in` or `out`.
    #[schema(value_type = String)]
    deed: Deed,
    /// Who, of the session's list.
    #[schema(value_type = Vec<String>)]
    people: Vec<PersonId>,
    /// Only tell what would come of it.
    #[serde(default)]
    look: bool,
}

/// What came of one of them.
#[derive(Serialize, ToSchema)]
struct OneOutcome {
    #[schema(value_type = String)]
    person: PersonId,
    name: String,
    /// Minutes that count, of somebody who goes.
    minutes: i64,
    /// Why not, in the caller's language; absent when it is done.
    refused: Option<String>,
}

/// What came of all of them.
#[derive(Serialize, ToSchema)]
struct Outcomes {
    /// How many came or went.
    done: usize,
    refused: usize,
    items: Vec<OneOutcome>,
}

/// Checks many in or out; one who is refused holds nobody up, and a repeat changes nothing.
#[utoipa::path(post, path = "/api/v1/sessions/{session}/bulk", tag = "activities", params(("session" = String, Path)),
    request_body = Many, responses((status = 200, body = Outcomes), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn create_bulk(cx: Cx, Path(session): Path<SessionId>, Body(many): Body<Many>) -> Result<Json<Outcomes>> {
    let (session, activity) = held_session(&cx, session, ATTEND).await?;
    if many.people.is_empty() {
        let mut errors = FieldErrors::none();
        errors.add("people", Word::new("attendance.bulk.choose"));
        return Err(Error::Invalid(errors));
    }
    let lines = taking::roster(&cx, session.id).await?;
    let (chosen, of) = (bulk::chosen(&lines, &many.people)?, (&session, &activity));
    let outcomes = match many.look {
        true => bulk::foresee(&cx, of, many.deed, &chosen).await?,
        false => bulk::take(&cx, of, many.deed, &chosen).await?,
    };
    let refused = outcomes.iter().filter(|one| one.refused.is_some()).count();
    let item = |one: Outcome| OneOutcome {
        person: one.person,
        name: one.name,
        minutes: one.minutes,
        refused: one.refused.map(|word| cx.say(&word)),
    };
    let done = outcomes.len() - refused;
    Ok(Json(Outcomes { done, refused, items: outcomes.into_iter().map(item).collect() }))
}

/// Somebody at the place without a sign-up or an account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewGuest {
    /// As on the document.
    name: String,
    phone: String,
    /// Whether they were told what is kept of them, and agree.
    told: bool,
}

/// Takes somebody down by name and phone and checks them in; their record is found or made. Takes an `Idempotency-Key`.
#[utoipa::path(post, path = "/api/v1/sessions/{session}/guests", tag = "activities", params(("session" = String, Path)),
    request_body = NewGuest, responses((status = 201, body = Stay), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn create_guest(
    cx: Cx,
    Path(session): Path<SessionId>,
    Body(new): Body<NewGuest>,
) -> Result<(StatusCode, Json<Stay>)> {
    let (session, activity) = held_session(&cx, session, ATTEND).await?;
    let told = if new.told { "on" } else { "" };
    let form = GuestForm { name: new.name, phone: new.phone, told: told.to_owned() };
    let guest = form.check().map_err(Error::Invalid)?;
    let there = desk::admit(&cx, (&session, &activity), guest).await?;
    Ok((StatusCode::CREATED, stay(&cx, &session, there.person_id).await?))
}
