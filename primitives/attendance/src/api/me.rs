//! One's own coming and going by the place's code as JSON.

use super::{Stay, stay};
use crate::{Method, code, taking};
use activities::{SIGN_UP, actor_person, store::find_session};
use axum::Json;
use kernel::http::{Body, Problem};
use kernel::{Cx, Result, Routes, routes};
use serde::Deserialize;
use utoipa::ToSchema;

pub(crate) fn routes() -> Routes {
    Routes::new().api(SIGN_UP, routes!(create_own_arrival)).api(SIGN_UP, routes!(create_own_departure))
}

/// That one stands before the place's code.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PlaceCode {
    /// What the camera reads: the address inside the code, shown within the last 30 seconds.
    code: String,
}

/// Checks oneself in by the place's code. A repeat answers the arrival that is there.
#[utoipa::path(post, path = "/api/v1/me/arrivals", tag = "activities", request_body = PlaceCode,
    responses((status = 200, body = Stay), (status = 409, body = Problem)))]
async fn create_own_arrival(cx: Cx, Body(shown): Body<PlaceCode>) -> Result<Json<Stay>> {
    let (session, person) = (code::read_code(&cx, &shown.code)?, actor_person(&cx)?);
    taking::check_in(&cx, session, person, Method::Scan).await?;
    stay(&cx, &find_session(&cx.db, cx.tenant, session).await?, person).await
}

/// Checks oneself out by the place's code, which writes one's hours.
#[utoipa::path(post, path = "/api/v1/me/departures", tag = "activities", request_body = PlaceCode,
    responses((status = 200, body = Stay), (status = 409, body = Problem)))]
async fn create_own_departure(cx: Cx, Body(shown): Body<PlaceCode>) -> Result<Json<Stay>> {
    let (session, person) = (code::read_code(&cx, &shown.code)?, actor_person(&cx)?);
    taking::check_out(&cx, session, person, Method::Scan).await?;
    stay(&cx, &find_session(&cx.db, cx.tenant, session).await?, person).await
}
