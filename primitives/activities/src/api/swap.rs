//! The places that one may take over across activities, and swaps, as JSON.
#![expect(unused_qualifications, reason = "the macro that documents a route names its query once more")]

use crate::model::{ActivityId, SessionId, SignupId, SwapId, SwapState};
use crate::pages::openings::{Wanted, page};
use crate::pages::swap::ask;
use crate::pages::{actor_person, held_session};
use crate::signups::swap;
use crate::store::handover::Opening;
use crate::store::signup;
use crate::store::swap::{Shown, of_person};
use crate::{ATTEND, SIGN_UP};
use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use kernel::http::{Body, NoBody, Paged, Problem};
use kernel::{Cx, Query, Result, Routes, routes};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

pub(crate) fn routes() -> Routes {
    Routes::new()
        .api(SIGN_UP, routes!(list_openings))
        .api(SIGN_UP, routes!(list_swap_choices))
        .api(SIGN_UP, routes!(create_swap))
        .api(SIGN_UP, routes!(list_swaps))
        .api(SIGN_UP, routes!(put_swap))
        .api(SIGN_UP, routes!(delete_swap))
        .api(ATTEND, routes!(put_swap_decision))
}

/// A place that somebody looks for a replacement for; whose it is is not told.
#[derive(Serialize, ToSchema)]
struct Opened {
    /// The sign-up that can be taken over, or asked for in a swap.
    #[schema(value_type = String)]
    signup: SignupId,
    #[schema(value_type = String)]
    activity: ActivityId,
    #[schema(value_type = String)]
    session: SessionId,
    title: String,
    organisation: String,
    town: String,
    place: String,
    post: String,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    /// 0 in one's own community, 1 in one's town, 2 farther away.
    far: i64,
    /// Whether the leader says yes before it changes hands.
    leader_decides: bool,
    /// Whether one asked for it and the leader did not answer yet.
    asked: bool,
}

impl Opened {
    fn of(opening: Opening, asked: bool) -> Self {
        Self {
            signup: opening.id,
            activity: opening.activity_id,
            session: opening.session_id,
            title: opening.title,
            organisation: opening.organisation_name,
            town: opening.town,
            place: opening.place,
            post: opening.post,
            starts_at: opening.starts_at,
            ends_at: opening.ends_at,
            far: opening.far,
            leader_decides: opening.asks,
            asked,
        }
    }
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct OpeningQuery {
    /// A region's code; everything below it.
    #[serde(default)]
    town: String,
    /// `today` or `week`.
    #[serde(default)]
    when: String,
    /// Part of the title, the post or the meeting place.
    #[serde(default)]
    q: String,
    /// Where the page before ended.
    cursor: Option<String>,
}

/// The places of all activities that the caller may take over, the near ones first; taken by
/// `POST /api/v1/activities/{activity}/handovers`.
#[utoipa::path(get, path = "/api/v1/me/handovers", tag = "activities", params(OpeningQuery),
    responses((status = 200, body = Paged<Opened>), (status = 400, body = Problem)))]
async fn list_openings(cx: Cx, Query(query): Query<OpeningQuery>) -> Result<Json<Paged<Opened>>> {
    let OpeningQuery { town, when, q, cursor } = query;
    let found = page(&cx, &Wanted { town, when, q, cursor }).await?;
    Ok(Json(found.map(|place| Opened::of(place.of, place.asked))))
}

/// What one may get for a place of one's own: one may come to it, and whoever has it to one's own.
#[utoipa::path(get, path = "/api/v1/me/services/{signup}/swaps", tag = "activities", params(("signup" = String, Path)),
    responses((status = 200, body = Paged<Opened>), (status = 404, body = Problem)))]
async fn list_swap_choices(cx: Cx, Path(id): Path<SignupId>) -> Result<Json<Paged<Opened>>> {
    let person = actor_person(&cx)?;
    signup::find_mine(&cx.db, cx.tenant, person, id).await?;
    let items = swap::choices(&cx, person, id).await?.into_iter().map(|of| Opened::of(of, false)).collect();
    Ok(Json(Paged { items, next: None }))
}

/// The place that one wants for one's own.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewSwap {
    /// The sign-up that is offered.
    #[schema(value_type = String)]
    place: SignupId,
}

/// A swap that was asked for.
#[derive(Serialize, ToSchema)]
struct MadeSwap {
    #[schema(value_type = String)]
    id: SwapId,
}

/// Asks whoever offers a place whether they come to one's own instead.
#[utoipa::path(post, path = "/api/v1/me/services/{signup}/swaps", tag = "activities", params(("signup" = String, Path)),
    request_body = NewSwap, responses((status = 201, body = MadeSwap), (status = 404, body = Problem),
        (status = 409, body = Problem, description = "Gone, asked already, or every reason why one may not")))]
async fn create_swap(
    cx: Cx,
    Path(id): Path<SignupId>,
    Body(new): Body<NewSwap>,
) -> Result<(StatusCode, Json<MadeSwap>)> {
    let id = ask(&cx, id, new.place).await?;
    Ok((StatusCode::CREATED, Json(MadeSwap { id })))
}

/// A swap that waits for somebody.
#[derive(Serialize, ToSchema)]
struct OwnSwap {
    #[schema(value_type = String)]
    id: SwapId,
    /// `asked` or `agreed` (a leader has to say yes).
    #[schema(value_type = String)]
    state: SwapState,
    /// Whether the caller asked for it; else they answer.
    asked_by_me: bool,
    mine: SwapPlace,
    other: SwapPlace,
}

/// One of the two places.
#[derive(Serialize, ToSchema)]
struct SwapPlace {
    #[schema(value_type = String)]
    activity: ActivityId,
    title: String,
    post: String,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
}

impl From<Shown> for OwnSwap {
    fn from(of: Shown) -> Self {
        Self {
            id: of.id,
            state: of.state,
            asked_by_me: of.asked_by_me,
            mine: SwapPlace {
                activity: of.mine_activity,
                title: of.mine_title,
                post: of.mine_post,
                starts_at: of.mine_starts_at,
                ends_at: of.mine_ends_at,
            },
            other: SwapPlace {
                activity: of.other_activity,
                title: of.other_title,
                post: of.other_post,
                starts_at: of.other_starts_at,
                ends_at: of.other_ends_at,
            },
        }
    }
}

/// One's own swaps that wait for somebody, those first that one has to answer.
#[utoipa::path(get, path = "/api/v1/me/swaps", tag = "activities", responses((status = 200, body = Paged<OwnSwap>)))]
async fn list_swaps(cx: Cx) -> Result<Json<Paged<OwnSwap>>> {
    let found = of_person(&cx.db, cx.tenant, actor_person(&cx)?, cx.now).await?;
    Ok(Json(Paged { items: found.into_iter().map(OwnSwap::from).collect(), next: None }))
}

/// Yes or no to a swap.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SwapAnswer {
    accept: bool,
}

/// Where a swap stands now.
#[derive(Serialize, ToSchema)]
struct SwapStanding {
    /// `agreed` (a leader has to say yes), `done` or `declined`.
    #[schema(value_type = String)]
    state: SwapState,
}

/// Answers a swap that somebody asked of the caller; done at once where no leader has to say yes.
#[utoipa::path(put, path = "/api/v1/me/swaps/{swap}", tag = "activities", params(("swap" = String, Path)),
    request_body = SwapAnswer, responses((status = 200, body = SwapStanding), (status = 404, body = Problem),
        (status = 409, body = Problem, description = "Answered or gone, or every reason why one may not")))]
async fn put_swap(cx: Cx, Path(id): Path<SwapId>, Body(said): Body<SwapAnswer>) -> Result<Json<SwapStanding>> {
    let state = swap::answer(&cx, actor_person(&cx)?, id, said.accept).await?;
    Ok(Json(SwapStanding { state }))
}

/// Takes back a swap that one asked for.
#[utoipa::path(delete, path = "/api/v1/me/swaps/{swap}", tag = "activities", params(("swap" = String, Path)),
    responses((status = 204, description = "It is taken back"), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn delete_swap(cx: Cx, Path(id): Path<SwapId>, _: NoBody) -> Result<StatusCode> {
    swap::withdraw(&cx, actor_person(&cx)?, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The leader's answer to a swap that both want; the last yes does it.
#[utoipa::path(put, path = "/api/v1/sessions/{session}/swaps/{swap}", tag = "activities",
    params(("session" = String, Path), ("swap" = String, Path)), request_body = SwapAnswer,
    responses((status = 200, body = SwapStanding), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn put_swap_decision(
    cx: Cx,
    Path((session, id)): Path<(SessionId, SwapId)>,
    Body(said): Body<SwapAnswer>,
) -> Result<Json<SwapStanding>> {
    held_session(&cx, session, ATTEND).await?;
    let state = swap::decide(&cx, session, id, said.accept).await?;
    Ok(Json(SwapStanding { state }))
}
