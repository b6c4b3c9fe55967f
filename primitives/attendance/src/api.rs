//! The JSON twins of attendance: by the leader's list, one by one or many at once, at the desk, by one's own phone; claims.

pub(crate) mod bulk;
pub(crate) mod claim;
pub(crate) mod me;
pub(crate) mod roster;
pub(crate) mod sheet;

use crate::model::Via;
use crate::{ATTEND, store, taking};
use activities::{Session, SessionId, held_session};
use axum::Json;
use axum::extract::Path;
use chrono::{DateTime, Utc};
use kernel::http::Body;
use kernel::{Cx, Error, FieldErrors, Result, Routes, Word, routes};
use people::PersonId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .api(ATTEND, routes!(create_arrival))
        .api(ATTEND, routes!(create_departure))
        .api(ATTEND, routes!(put_served))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Someone {
    /// The person.
    #[schema(value_type = String)]
    person: PersonId,
}

/// Somebody who leaves.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Leaver {
    /// The person.
    #[schema(value_type = String)]
    person: PersonId,
    /// When they left, of somebody whose leaving was forgotten; absent for the planned end.
    #[serde(default)]
    left_at: Option<DateTime<Utc>>,
}

/// Somebody's stay at a session.
#[derive(Serialize, ToSchema)]
struct Stay {
    in_at: DateTime<Utc>,
    out_at: Option<DateTime<Utc>>,
    /// Minutes that count, once they left.
    minutes: Option<i64>,
    /// Whether they wait for a second person, because of the day's limit, and do not count yet.
    held: bool,
}

async fn stay(cx: &Cx, session: &Session, person: PersonId) -> Result<Json<Stay>> {
    let there = store::find(&cx.db, cx.tenant, session.id, person).await?.ok_or(Error::NotFound)?;
    let counted = there.out_at.filter(|_| there.entry_id.is_some());
    let span = counted.and_then(|out| session.counted((there.in_at, out)));
    let held = match there.entry_id {
        Some(entry) => hours::held(&cx.db, cx.tenant, entry).await?,
        None => false,
    };
    Ok(Json(Stay {
        in_at: there.in_at,
        out_at: there.out_at,
        minutes: span.map(|(from, to)| (to - from).num_minutes()),
        held,
    }))
}

/// Checks somebody in by the leader's list. A repeat answers the arrival that is there.
#[utoipa::path(post, path = "/api/v1/sessions/{session}/arrivals", tag = "activities", params(("session" = String, Path)), request_body = Someone, responses((status = 200, body = Stay)))]
async fn create_arrival(cx: Cx, Path(session): Path<SessionId>, Body(who): Body<Someone>) -> Result<Json<Stay>> {
    let (session, _) = held_session(&cx, session, ATTEND).await?;
    taking::check_in(&cx, session.id, who.person, Via::List).await?;
    stay(&cx, &session, who.person).await
}

/// Checks somebody out by the leader's list, which writes their hours.
#[utoipa::path(post, path = "/api/v1/sessions/{session}/departures", tag = "activities", params(("session" = String, Path)), request_body = Leaver, responses((status = 200, body = Stay)))]
async fn create_departure(cx: Cx, Path(session): Path<SessionId>, Body(who): Body<Leaver>) -> Result<Json<Stay>> {
    let (session, _) = held_session(&cx, session, ATTEND).await?;
    match who.left_at {
        Some(left) => taking::settle(&cx, session.id, who.person, left).await?,
        None => taking::check_out(&cx, session.id, who.person, Via::List).await?,
    };
    stay(&cx, &session, who.person).await
}

#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ServedCount {
    /// Person-times served in the session.
    served: i64,
}

/// Says how many people a session served; the same again changes nothing.
#[utoipa::path(put, path = "/api/v1/sessions/{session}/served", tag = "activities", params(("session" = String, Path)), request_body = ServedCount, responses((status = 200, body = ServedCount)))]
async fn put_served(
    cx: Cx,
    Path(session): Path<SessionId>,
    Body(count): Body<ServedCount>,
) -> Result<Json<ServedCount>> {
    let (session, _) = held_session(&cx, session, ATTEND).await?;
    let mut errors = FieldErrors::none();
    errors.whole("served", &count.served.to_string(), 0, 100_000);
    if session.starts_at > cx.now {
        errors.add("served", Word::new("attendance.refused.not_begun"));
    }
    if !errors.is_empty() {
        return Err(Error::Invalid(errors));
    }
    taking::serve(&cx, session.id, count.served).await?;
    Ok(Json(count))
}
