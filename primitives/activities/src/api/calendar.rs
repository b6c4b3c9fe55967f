//! One's calendar as JSON: the address that a phone reads.

use crate::calendar::{end, make};
use crate::pages::actor_person;
use crate::{SIGN_UP, store};
use axum::Json;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use kernel::http::{NoBody, Problem};
use kernel::{Cx, Error, Result, Routes, routes};
use serde::Serialize;
use utoipa::ToSchema;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .api(SIGN_UP, routes!(show_calendar))
        .api(SIGN_UP, routes!(create_calendar))
        .api(SIGN_UP, routes!(delete_calendar))
}

/// The address of one's calendar.
#[derive(Serialize, ToSchema)]
struct CalendarFeed {
    /// The address, when it was made just now: only a hash of it is kept.
    url: Option<String>,
    made_at: DateTime<Utc>,
}

/// When the address of one's calendar was made; 404 where there is none.
#[utoipa::path(get, path = "/api/v1/me/calendar", tag = "activities", responses((status = 200, body = CalendarFeed), (status = 404, body = Problem)))]
async fn show_calendar(cx: Cx) -> Result<Json<CalendarFeed>> {
    let made = store::calendar::made_at(&cx.db, cx.tenant, actor_person(&cx)?).await?;
    made.map(|made_at| Json(CalendarFeed { url: None, made_at })).ok_or(Error::NotFound)
}

/// Makes the address of one's calendar anew; the one before ends.
#[utoipa::path(post, path = "/api/v1/me/calendar", tag = "activities", responses((status = 201, body = CalendarFeed)))]
async fn create_calendar(cx: Cx, _: NoBody) -> Result<(StatusCode, Json<CalendarFeed>)> {
    let url = make(&cx, actor_person(&cx)?).await?;
    Ok((StatusCode::CREATED, Json(CalendarFeed { url: Some(url), made_at: cx.now })))
}

/// Ends the address of one's calendar.
#[utoipa::path(delete, path = "/api/v1/me/calendar", tag = "activities",
    responses((status = 204, description = "Whoever held it reads nothing any more"), (status = 409, body = Problem)))]
async fn delete_calendar(cx: Cx, _: NoBody) -> Result<StatusCode> {
    end(&cx, actor_person(&cx)?).await?;
    Ok(StatusCode::NO_CONTENT)
}
