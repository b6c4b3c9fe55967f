//! The JSON twins of one's own sign-up, of an offered place and of the published draw.

use crate::model::{ActivityId, PostId, SignupId, SignupState, Way};
use crate::pages::{actor_person, visible_activity};
use crate::signups::line;
use crate::store::{self, signup};
use crate::{READ, SIGN_UP};
use axum::Json;
use axum::extract::Path;
use chrono::{DateTime, Utc};
use kernel::http::Body;
use kernel::{Cx, Error, Query, Result, Routes, routes};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub(crate) fn routes() -> Routes {
    Routes::new().api(READ, routes!(show_draw)).api(SIGN_UP, routes!(show_signup)).api(SIGN_UP, routes!(put_answer))
}

/// One's own sign-up.
#[derive(Serialize, ToSchema)]
struct OwnSignup {
    #[schema(value_type = String)]
    id: SignupId,
    #[schema(value_type = String)]
    activity: ActivityId,
    /// `joined`, `waiting`, `withdrawn` or `removed`.
    #[schema(value_type = String)]
    state: SignupState,
    /// The place in line, from 1, while it waits.
    in_line: Option<i64>,
    /// Until when an offered place has to be confirmed.
    offered_until: Option<DateTime<Utc>>,
    /// The number that stands for it in the draw, where one is held.
    ticket: Option<String>,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
}

async fn own(cx: &Cx, id: SignupId) -> Result<Json<OwnSignup>> {
    let mine = signup::find_mine(&cx.db, cx.tenant, actor_person(cx)?, id).await?;
    let waits = mine.state == SignupState::Waiting;
    Ok(Json(OwnSignup {
        in_line: (waits && mine.offered_until.is_none() && !mine.is_wish()).then_some(mine.before + 1),
        offered_until: mine.offered(cx.now),
        ticket: (mine.way == Way::Draw).then(|| mine.ticket()),
        id: mine.id,
        activity: mine.activity_id,
        state: mine.state,
        starts_at: mine.starts_at,
        ends_at: mine.ends_at,
    }))
}

/// One's own sign-up with the place in line and the deadline of an offer.
#[utoipa::path(get, path = "/api/v1/signups/{signup}", tag = "activities", params(("signup" = String, Path)), responses((status = 200, body = OwnSignup)))]
async fn show_signup(cx: Cx, Path(signup): Path<SignupId>) -> Result<Json<OwnSignup>> {
    own(&cx, signup).await
}

/// The answer to an offer.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OfferAnswer {
    /// Whether the place is taken; no passes it on.
    accept: bool,
}

/// Takes or declines the place that is offered; taking it twice is taking it once.
#[utoipa::path(put, path = "/api/v1/signups/{signup}/offer", tag = "activities", params(("signup" = String, Path)), request_body = OfferAnswer, responses((status = 200, body = OwnSignup), (status = 409, description = "No offer, too late, or every reason why one cannot come")))]
async fn put_answer(cx: Cx, Path(signup): Path<SignupId>, Body(answer): Body<OfferAnswer>) -> Result<Json<OwnSignup>> {
    line::answer(&cx, actor_person(&cx)?, signup, answer.accept).await?;
    own(&cx, signup).await
}

/// A published draw: with it anybody can work the order out again.
#[derive(Serialize, ToSchema)]
struct PublicDraw {
    /// The SHA-256 of the seed, published with the activity.
    hash: Option<String>,
    /// The seed, once the draw was held.
    seed: Option<String>,
    /// When wishes end.
    closes_at: DateTime<Utc>,
    /// When it was held.
    drawn_at: Option<DateTime<Utc>>,
    /// How a ticket is ranked.
    rule: &'static str,
    tickets: Vec<PublicTicket>,
}

/// A ticket of a draw.
#[derive(Serialize, ToSchema)]
struct PublicTicket {
    #[schema(value_type = String)]
    post: PostId,
    /// The place in the order at its post, from 1.
    position: i64,
    ticket: String,
    digest: String,
    /// `joined`, `reserved` (a place kept for a team), `line` or `passed` (not eligible any more).
    outcome: String,
}

/// The draw of an activity.
#[utoipa::path(get, path = "/api/v1/activities/{activity}/draw", tag = "activities", params(("activity" = String, Path), super::KeyQuery), responses((status = 200, body = PublicDraw)))]
async fn show_draw(
    cx: Cx,
    Path(activity): Path<ActivityId>,
    Query(query): Query<super::KeyQuery>,
) -> Result<Json<PublicDraw>> {
    let activity = visible_activity(&cx, activity, &query.key).await?;
    if activity.way != Way::Draw {
        return Err(Error::NotFound);
    }
    let tickets = store::draw::tickets(&cx.db, cx.tenant, activity.id).await?;
    let public = |t: store::draw::Ticket| PublicTicket {
        post: t.post_id,
        position: t.position,
        ticket: t.ticket,
        digest: t.digest,
        outcome: t.outcome,
    };
    Ok(Json(PublicDraw {
        hash: activity.draw_hash,
        seed: activity.draw_seed,
        closes_at: activity.closes_at,
        drawn_at: activity.drawn_at,
        rule: "digest = hex(sha256(seed + \":\" + ticket)), smaller first, for each post apart",
        tickets: tickets.into_iter().map(public).collect(),
    }))
}
