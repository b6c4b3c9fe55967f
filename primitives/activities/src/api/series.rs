//! Series, single sessions and copies as JSON.

use super::desk::{ActivityRecord, record};
use crate::MANAGE;
use crate::copies::copy;
use crate::forms::{MoveForm, SeriesForm};
use crate::model::{ActivityId, SessionId, State};
use crate::pages::{held_activity, held_session};
use crate::rules::series::{Cycle, Series};
use crate::series::{apply, cancel_session, end, move_session, plan};
use crate::store;
use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use chrono::{DateTime, NaiveDate, Utc};
use kernel::http::{Body, NoBody, Problem};
use kernel::time::WorkCalendar;
use kernel::{Cx, Error, FieldErrors, Result, Routes, routes};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .api(MANAGE, routes!(show_series))
        .api(MANAGE, routes!(put_series))
        .api(MANAGE, routes!(delete_series))
        .api(MANAGE, routes!(create_sessions))
        .api(MANAGE, routes!(create_copy))
        .api(MANAGE, routes!(put_time))
        .api(MANAGE, routes!(create_cancellation))
}

/// A rule by which an activity is held again and again.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SeriesRule {
    /// `weekly` or `monthly`.
    #[schema(value_type = String)]
    cycle: Cycle,
    /// Every so many weeks or months, 1 to 12.
    every: u32,
    /// 1 is Monday, 7 is Sunday; one alone in a monthly rule.
    weekdays: Vec<u32>,
    /// Which of its weekdays in the month, 1 to 4, or 5 for the last one; monthly only.
    #[serde(default)]
    nth: u32,
    /// No session after this day.
    #[serde(default)]
    until: Option<NaiveDate>,
    /// No more than so many sessions. One of `until` and `count` is needed.
    #[serde(default)]
    count: Option<u32>,
    /// Whether public holidays are left out.
    #[serde(default)]
    skip_holidays: bool,
    /// Only tell what it would make.
    #[serde(default)]
    dry_run: bool,
}

impl SeriesRule {
    fn of(rule: Series) -> Self {
        let Series { cycle, every, weekdays, nth, until, count, skip_holidays } = rule;
        Self { cycle, every, weekdays, nth, until, count, skip_holidays, dry_run: false }
    }

    fn form(&self) -> SeriesForm {
        SeriesForm {
            cycle: self.cycle.to_string(),
            every: self.every.to_string(),
            weekday: self.weekdays.iter().map(ToString::to_string).collect(),
            nth: self.nth.to_string(),
            until: self.until.map(|day| day.to_string()).unwrap_or_default(),
            count: self.count.map(|n| n.to_string()).unwrap_or_default(),
            skip_holidays: if self.skip_holidays { "on" } else { "" }.to_owned(),
        }
    }
}

/// Sessions that a rule makes.
#[derive(Serialize, ToSchema)]
struct MadeSessions {
    /// When each begins, in order.
    starts_at: Vec<DateTime<Utc>>,
    /// Whether they were made, or only told.
    made: bool,
}

/// The rule of an activity; 404 where it is held once.
#[utoipa::path(get, path = "/api/v1/activities/{activity}/series", tag = "activities", params(("activity" = String, Path)),
    responses((status = 200, body = SeriesRule), (status = 404, body = Problem)))]
async fn show_series(cx: Cx, Path(activity): Path<ActivityId>) -> Result<Json<SeriesRule>> {
    let activity = held_activity(&cx, activity, MANAGE).await?;
    let found = store::series::find(&cx.db, cx.tenant, activity.id).await?;
    found.map(|(_, rule)| Json(SeriesRule::of(rule))).ok_or(Error::NotFound)
}

async fn told(cx: &Cx, id: ActivityId, form: &SeriesForm) -> Result<Vec<DateTime<Utc>>> {
    let activity = held_activity(cx, id, MANAGE).await?;
    let calendar = WorkCalendar::load(&cx.db).await?;
    let plan = plan(&cx.db, (cx, &calendar), &activity, form).await?;
    Ok(plan.sessions.iter().map(|s| s.starts_at).collect())
}

/// Gives a draft the sessions of a rule, each like its first one; the same again makes the same.
#[utoipa::path(put, path = "/api/v1/activities/{activity}/series", tag = "activities", params(("activity" = String, Path)),
    request_body = SeriesRule, responses((status = 200, body = MadeSessions), (status = 404, body = Problem),
        (status = 409, body = Problem, description = "It is no draft any more"), (status = 422, body = Problem)))]
async fn put_series(
    cx: Cx,
    Path(activity): Path<ActivityId>,
    Body(rule): Body<SeriesRule>,
) -> Result<Json<MadeSessions>> {
    let activity = held_activity(&cx, activity, MANAGE).await?;
    if activity.state != State::Draft {
        return Err(Error::refused("activity.refused.not_draft"));
    }
    let starts_at = told(&cx, activity.id, &rule.form()).await?;
    if !rule.dry_run {
        apply(&cx, activity.id, rule.form()).await?;
    }
    Ok(Json(MadeSessions { starts_at, made: !rule.dry_run }))
}

/// Lets a draft be held once: its first session stays.
#[utoipa::path(delete, path = "/api/v1/activities/{activity}/series", tag = "activities", params(("activity" = String, Path)),
    responses((status = 204, description = "It is held once"), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn delete_series(cx: Cx, Path(activity): Path<ActivityId>, _: NoBody) -> Result<StatusCode> {
    let activity = held_activity(&cx, activity, MANAGE).await?;
    end(&cx, activity.id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// How far a series goes on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Further {
    /// No session after this day.
    #[serde(default)]
    until: Option<NaiveDate>,
    /// So many more sessions. One of the two is needed.
    #[serde(default)]
    count: Option<u32>,
}

/// Adds sessions to a series that is public, in its rhythm; for those who review it.
#[utoipa::path(post, path = "/api/v1/activities/{activity}/sessions", tag = "activities", params(("activity" = String, Path)),
    request_body = Further, responses((status = 201, body = MadeSessions), (status = 404, body = Problem),
        (status = 409, body = Problem, description = "It has no rule, or was reviewed by others"), (status = 422, body = Problem)))]
async fn create_sessions(
    cx: Cx,
    Path(activity): Path<ActivityId>,
    Body(further): Body<Further>,
) -> Result<(StatusCode, Json<MadeSessions>)> {
    let activity = held_activity(&cx, activity, MANAGE).await?;
    if activity.state == State::Draft {
        return Err(Error::refused("series.refused.state"));
    }
    let form = SeriesForm {
        until: further.until.map(|day| day.to_string()).unwrap_or_default(),
        count: further.count.map(|n| n.to_string()).unwrap_or_default(),
        ..SeriesForm::default()
    };
    let there = store::sessions(&cx.db, cx.tenant, activity.id).await?;
    apply(&cx, activity.id, form).await?;
    let now = store::sessions(&cx.db, cx.tenant, activity.id).await?;
    let fresh = now.iter().filter(|s| there.iter().all(|old| old.id != s.id));
    Ok((StatusCode::CREATED, Json(MadeSessions { starts_at: fresh.map(|s| s.starts_at).collect(), made: true })))
}

/// When a copy begins.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CopyFrom {
    /// The day of its first session; the others keep their distance.
    first: NaiveDate,
}

/// Makes the same activity once more as a draft, without anything of people. Takes an `Idempotency-Key`.
#[utoipa::path(post, path = "/api/v1/activities/{activity}/copies", tag = "activities", params(("activity" = String, Path)),
    request_body = CopyFrom, responses((status = 201, body = ActivityRecord), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn create_copy(
    cx: Cx,
    Path(activity): Path<ActivityId>,
    Body(new): Body<CopyFrom>,
) -> Result<(StatusCode, Json<ActivityRecord>)> {
    let activity = held_activity(&cx, activity, MANAGE).await?;
    let made = copy(&cx, &activity, &new.first.to_string()).await?;
    Ok((StatusCode::CREATED, record(&cx, made).await?))
}

/// Another time for a session.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SessionTime {
    /// To come; a full minute.
    starts_at: DateTime<Utc>,
    /// On the same day in Beijing; a full minute.
    ends_at: DateTime<Utc>,
    /// Up to 100 characters; those who signed up read it.
    why: String,
}

/// Moves one session; everybody who signed up goes with it and is told.
#[utoipa::path(put, path = "/api/v1/sessions/{session}/time", tag = "activities", params(("session" = String, Path)),
    request_body = SessionTime, responses((status = 204, description = "It is moved"), (status = 404, body = Problem),
        (status = 409, body = Problem, description = "It has begun, or leaves the days that were reviewed"), (status = 422, body = Problem)))]
async fn put_time(cx: Cx, Path(session): Path<SessionId>, Body(new): Body<SessionTime>) -> Result<StatusCode> {
    let (session, _) = held_session(&cx, session, MANAGE).await?;
    let day = kernel::time::day(new.starts_at);
    if kernel::time::day(new.ends_at) != day {
        return Err(super::draft::wrong("ends_at", "activity.api.one_day"));
    }
    let time = kernel::words::time;
    let form = MoveForm { day: day.to_string(), from: time(new.starts_at), to: time(new.ends_at), why: new.why };
    move_session(&cx, session.id, form.check(&cx).map_err(Error::Invalid)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Why a session is called off.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Reason {
    /// Up to 100 characters; those who signed up read it.
    why: String,
}

/// Calls one session off; everybody who signed up is told, and the others go on.
#[utoipa::path(post, path = "/api/v1/sessions/{session}/cancellation", tag = "activities", params(("session" = String, Path)),
    request_body = Reason, responses((status = 204, description = "It is called off"), (status = 404, body = Problem),
        (status = 409, body = Problem, description = "It has begun, or is the last one"), (status = 422, body = Problem)))]
async fn create_cancellation(cx: Cx, Path(session): Path<SessionId>, Body(said): Body<Reason>) -> Result<StatusCode> {
    let (session, _) = held_session(&cx, session, MANAGE).await?;
    let mut errors = FieldErrors::none();
    let why = errors.text("why", &said.why, 100);
    if !errors.is_empty() {
        return Err(Error::Invalid(errors));
    }
    cancel_session(&cx, session.id, why).await?;
    Ok(StatusCode::NO_CONTENT)
}
