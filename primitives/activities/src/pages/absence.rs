//! What one missed: which services count, what follows by the district's rule, and how one says that one was there. By page and
//! as JSON.

use super::actor_person;
use crate::SIGN_UP;
use crate::model::{ActivityId, SessionId};
use crate::rules::absence::Consequence;
use crate::signups::absence::{Record, record};
use crate::store::absence::Absence;
use askama::Template;
use axum::Json;
use chrono::{DateTime, Utc};
use kernel::http::filters;
use kernel::{Answer, Cx, Result, Routes, routes};
use serde::Serialize;
use utoipa::ToSchema;

pub(crate) fn routes() -> Routes {
    Routes::new().get("/me/absences", SIGN_UP, index).api(SIGN_UP, routes!(list_absences))
}

#[derive(Template)]
#[template(path = "activities/absences.html")]
struct Index {
    record: Record,
}

impl Index {
    /// Until when one does not sign up for more.
    fn until(&self) -> Option<DateTime<Utc>> {
        if let Consequence::Blocked(until) = self.record.consequence { Some(until) } else { None }
    }

    fn warned(&self) -> bool {
        self.record.consequence == Consequence::Warned
    }
}

async fn index(cx: Cx) -> Result<Answer> {
    let record = record(&cx, actor_person(&cx)?).await?;
    cx.page(&Index { record })
}

/// A service that one signed up for and did not come to.
#[derive(Serialize, ToSchema)]
struct MissedService {
    #[schema(value_type = String)]
    session: SessionId,
    #[schema(value_type = String)]
    activity: ActivityId,
    title: String,
    post: String,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    /// Whether it counts: not while one's report that one was there waits for a decision.
    counts: bool,
}

/// What one missed, and what follows.
#[derive(Serialize, ToSchema)]
struct MissedServices {
    items: Vec<MissedService>,
    /// How many count.
    times: i64,
    /// After so many something follows; 0 lets nothing follow.
    limit: i64,
    /// Within so many days.
    days: i64,
    /// For so many days after the last one nobody signs up for more; 0 only warns.
    block_days: i64,
    /// Until when the caller does not sign up for more.
    blocked_until: Option<DateTime<Utc>>,
}

fn missed(one: Absence) -> MissedService {
    MissedService {
        session: one.session_id,
        activity: one.activity_id,
        title: one.title,
        post: one.post,
        starts_at: one.starts_at,
        ends_at: one.ends_at,
        counts: !one.claimed,
    }
}

/// The services that one signed up for and did not come to, and what follows by the district's rule. Whoever was there says so by
/// reporting their hours.
#[utoipa::path(get, path = "/api/v1/me/absences", tag = "activities", responses((status = 200, body = MissedServices)))]
async fn list_absences(cx: Cx) -> Result<Json<MissedServices>> {
    let Record { absences, times, consequence, settings } = record(&cx, actor_person(&cx)?).await?;
    let blocked_until = if let Consequence::Blocked(until) = consequence { Some(until) } else { None };
    Ok(Json(MissedServices {
        items: absences.into_iter().map(missed).collect(),
        times,
        limit: settings.absent_times,
        days: settings.absent_days,
        block_days: settings.absent_block_days,
        blocked_until,
    }))
}
