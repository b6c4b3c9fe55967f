//! The JSON twins: saying whether one comes, and what those of a session say.

use super::{answer, answers};
use crate::model::{SessionId, SignupId};
use crate::pages::{actor_person, held_session};
use crate::{ATTEND, SIGN_UP};
use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use kernel::http::{Body, Problem};
use kernel::{Cx, Result, Routes, routes};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub(crate) fn routes() -> Routes {
    Routes::new().api(SIGN_UP, routes!(put_coming)).api(ATTEND, routes!(show_answers))
}

/// Whether one comes.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ComingBody {
    /// `false` gives one's place back, and that of those who stand or fall with one; the first in line moves up.
    coming: bool,
}

/// Says whether one comes to a session that one has a place in.
#[utoipa::path(put, path = "/api/v1/me/services/{signup}/answer", tag = "activities", params(("signup" = String, Path)),
    request_body = ComingBody, responses((status = 204, description = "It is noted"), (status = 404, body = Problem),
        (status = 409, body = Problem, description = "The place is gone, or the session has begun")))]
async fn put_coming(cx: Cx, Path(signup): Path<SignupId>, Body(body): Body<ComingBody>) -> Result<StatusCode> {
    answer(&cx, actor_person(&cx)?, signup, (body.coming, false)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What those who signed up for a session say.
#[derive(Serialize, ToSchema)]
struct SessionAnswers {
    /// How many have a place and come.
    coming: usize,
    /// How many said that they cannot, and left.
    cannot: i64,
    /// How many have a place and did not say.
    silent: i64,
}

/// How many come to a session, cannot, or did not say.
#[utoipa::path(get, path = "/api/v1/sessions/{session}/answers", tag = "activities", params(("session" = String, Path)),
    responses((status = 200, body = SessionAnswers), (status = 404, body = Problem)))]
async fn show_answers(cx: Cx, Path(session): Path<SessionId>) -> Result<Json<SessionAnswers>> {
    let (session, _) = held_session(&cx, session, ATTEND).await?;
    let found = answers(&cx, session.id).await?;
    Ok(Json(SessionAnswers { coming: found.coming.len(), cannot: found.cannot, silent: found.silent }))
}
