//! One's own record, as JSON: what was done with it, and changing it.

use crate::data::{self, Line, Page};
use crate::edit::{self, EditForm};
use crate::policy::{EDIT, ME};
use axum::Json;
use axum::http::StatusCode;
use kernel::http::{Body, Paged, Problem};
use kernel::{Cx, Query, Result, Routes, routes};

pub(crate) fn routes() -> Routes {
    Routes::new().api(ME, routes!(list_own_trace)).api(EDIT, routes!(update_own))
}

/// What was done with one's own record, by whom and why, the newest first, 50 at a time.
#[utoipa::path(get, path = "/api/v1/me/trace", tag = "federation", params(Page),
    responses((status = 200, body = Paged<Line>), (status = 400, body = Problem, description = "No page gave that cursor")))]
async fn list_own_trace(cx: Cx, Query(query): Query<Page>) -> Result<Json<Paged<Line>>> {
    Ok(Json(data::lines(&cx, &query).await?))
}

/// Changes one's own data. What is left out or empty stays; a new phone asks for the password. Name and document are changed
/// at the desk.
#[utoipa::path(patch, path = "/api/v1/me", tag = "federation", request_body = EditForm,
    responses((status = 204, description = "Changed"), (status = 422, body = Problem)))]
async fn update_own(cx: Cx, Body(form): Body<EditForm>) -> Result<StatusCode> {
    let person = edit::own(&cx).await?;
    edit::change(&cx, &person, &form).await?;
    Ok(StatusCode::NO_CONTENT)
}
