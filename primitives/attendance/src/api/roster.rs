//! A session's list as JSON: who signed up, who came, and the place's code.
#![expect(unused_qualifications, reason = "the macro that documents a route names its query once more")]

use crate::model::{Accuracy, Distance, Via};
use crate::store::RosterLine;
use crate::{ATTEND, Method, code, rules, taking};
use activities::model::SignupState;
use activities::{SessionId, held_session};
use axum::Json;
use axum::extract::Path;
use chrono::{DateTime, Duration, Utc};
use kernel::http::{Paged, Problem};
use kernel::{Cx, Query, Result, Routes, routes};
use people::PersonId;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

pub(crate) fn routes() -> Routes {
    Routes::new().api(ATTEND, routes!(list_roster)).api(ATTEND, routes!(show_code))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct RosterQuery {
    /// Only who did not come, who is there, or who did not check out: `absent`, `inside` or `forgotten`.
    #[param(value_type = Option<String>)]
    show: Option<RosterPart>,
}

/// A part of a session's list.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum RosterPart {
    /// Has a place and did not come.
    Absent,
    /// Came and did not leave.
    Inside,
    /// Did not check out; no hours until the leader says when they left.
    Forgotten,
}

/// Somebody on a session's list.
#[derive(Serialize, ToSchema)]
struct RosterPerson {
    #[schema(value_type = String)]
    person: PersonId,
    name: String,
    /// The last four digits of the phone; never more.
    phone_tail: Option<String>,
    post: String,
    /// `joined` or `waiting`.
    #[schema(value_type = String)]
    state: SignupState,
    in_at: Option<DateTime<Utc>>,
    /// How that was noticed: `code`, `spoken`, `list`, `bulk` or `desk`.
    #[schema(value_type = Option<String>)]
    in_via: Option<Via>,
    /// How far from the site their phone said it was, for thirty days: `near`, `around`, `far` or `unknown`.
    #[schema(value_type = Option<String>)]
    distance: Option<Distance>,
    /// How sure it was: `fine`, `coarse` or `none`.
    #[schema(value_type = Option<String>)]
    accuracy: Option<Accuracy>,
    out_at: Option<DateTime<Utc>>,
    /// Nobody checked them out: their hours count once the leader says when they left.
    forgotten: bool,
    /// Minutes in the ledger for this session.
    minutes: i64,
    /// The evidence behind them: `scan`, `staff`, `paper` or `self`.
    #[schema(value_type = Option<String>)]
    grade: Option<Method>,
}

impl From<RosterLine> for RosterPerson {
    fn from(line: RosterLine) -> Self {
        Self {
            forgotten: line.is_forgotten(),
            person: line.person_id,
            name: line.name,
            phone_tail: line.phone_tail,
            post: line.post,
            state: line.state,
            in_at: line.in_at,
            in_via: line.in_via,
            distance: line.distance,
            accuracy: line.accuracy,
            out_at: line.out_at,
            minutes: line.minutes,
            grade: line.grade,
        }
    }
}

/// Everybody who signed up for a session and whether they came, by name, at most 2,000; each reading leaves a trace.
#[utoipa::path(get, path = "/api/v1/sessions/{session}/signups", tag = "activities",
    params(("session" = String, Path), RosterQuery),
    responses((status = 200, body = Paged<RosterPerson>), (status = 404, body = Problem)))]
async fn list_roster(
    cx: Cx,
    Path(session): Path<SessionId>,
    Query(query): Query<RosterQuery>,
) -> Result<Json<Paged<RosterPerson>>> {
    let (session, _) = held_session(&cx, session, ATTEND).await?;
    let wanted = |line: &RosterLine| match query.show {
        Some(RosterPart::Absent) => line.is_absent(),
        Some(RosterPart::Inside) => line.is_inside(),
        Some(RosterPart::Forgotten) => line.is_forgotten(),
        None => true,
    };
    let lines = taking::roster(&cx, session.id).await?;
    Ok(Json(Paged { items: lines.into_iter().filter(wanted).map(RosterPerson::from).collect(), next: None }))
}

/// The place's code now.
#[derive(Serialize, ToSchema)]
struct ShownCode {
    /// What the code holds; it turns every 15 seconds, and the one before is still taken.
    code: String,
    /// Six digits for those who cannot scan.
    spoken: String,
    /// Until when these are taken.
    spoken_until: DateTime<Utc>,
    /// When check-in begins.
    opens_at: DateTime<Utc>,
}

/// What the place's code says at this moment, for a screen that draws it.
#[utoipa::path(get, path = "/api/v1/sessions/{session}/code", tag = "activities", params(("session" = String, Path)),
    responses((status = 200, body = ShownCode), (status = 404, body = Problem)))]
async fn show_code(cx: Cx, Path(session): Path<SessionId>) -> Result<Json<ShownCode>> {
    let (session, _) = held_session(&cx, session, ATTEND).await?;
    let opens_at = session.starts_at - Duration::minutes(rules::EARLY);
    Ok(Json(ShownCode {
        code: code::code_url(&cx, session.id),
        spoken: code::spoken(&cx, session.id),
        spoken_until: code::spoken_until(cx.now),
        opens_at,
    }))
}
