//! What people do with each other's places as JSON: signing up together, handing a place over, calling for a replacement, and the
//! leader's part in it.

use super::MadeSignup;
use crate::model::{ActivityId, PostId, SessionId, Signup, SignupId, SignupState};
use crate::pages::call::{held, reason};
use crate::pages::group::{GroupForm, bring};
use crate::pages::{actor_person, public, visible_activity};
use crate::signups::group::Together;
use crate::signups::{calls, handover};
use crate::store::{self, signup};
use crate::{ATTEND, SIGN_UP};
use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use kernel::http::{Body, Paged, Problem};
use kernel::{Cx, Error, FieldErrors, Query, Result, Routes, routes};
use people::PersonId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .api(SIGN_UP, routes!(create_group))
        .api(SIGN_UP, routes!(list_handovers))
        .api(SIGN_UP, routes!(create_handover))
        .api(SIGN_UP, routes!(show_handover))
        .api(SIGN_UP, routes!(put_handover))
        .api(SIGN_UP, routes!(create_call))
        .api(ATTEND, routes!(put_decision))
        .api(ATTEND, routes!(create_move))
        .api(ATTEND, routes!(create_call_for))
}

fn made(of: Signup) -> MadeSignup {
    MadeSignup { id: of.id.to_string(), state: of.state.to_string(), position: of.position, made_at: of.made_at }
}

/// People who sign up together.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewGroup {
    /// The post.
    #[schema(value_type = String)]
    post: PostId,
    /// `all` (everybody or nobody) or `some` (as many as there is room for).
    #[schema(value_type = String)]
    together: Together,
    /// Members of teams that the caller leads, by id.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    members: Vec<PersonId>,
    /// Others, who come along with the caller.
    #[serde(default)]
    others: Vec<NamedVolunteer>,
    /// The pass code where one is asked for, or the key of a hidden activity's link.
    #[serde(default)]
    pass: String,
}

/// Somebody by name and number: both have to be known.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NamedVolunteer {
    name: String,
    volunteer_no: String,
}

/// What came of a group.
#[derive(Serialize, ToSchema)]
struct MadeGroup {
    made: Vec<MadeSignup>,
    /// The names of those who may not come, when it asked for as many as there is room for.
    left_out: Vec<String>,
}

/// Signs several people up for one post.
#[utoipa::path(post, path = "/api/v1/activities/{activity}/groups", tag = "activities", params(("activity" = String, Path)),
    request_body = NewGroup, responses((status = 201, body = MadeGroup), (status = 404, body = Problem),
        (status = 409, body = Problem, description = "Somebody who has to come may not"), (status = 422, body = Problem)))]
async fn create_group(
    cx: Cx,
    Path(activity): Path<ActivityId>,
    Body(new): Body<NewGroup>,
) -> Result<(StatusCode, Json<MadeGroup>)> {
    let activity = visible_activity(&cx, activity, &new.pass).await?;
    let line = |one: &NamedVolunteer| format!("{} {}", one.name.replace('\n', " "), one.volunteer_no.trim());
    let form = GroupForm {
        post: new.post.to_string(),
        together: new.together.to_string(),
        member: new.members.iter().map(ToString::to_string).collect(),
        others: new.others.iter().map(line).collect::<Vec<_>>().join("\n"),
        pass: new.pass,
    };
    let outcome = bring(&cx, &activity, &form).await?;
    let left_out = outcome.left_out.into_iter().map(|(name, _)| name).collect();
    Ok((StatusCode::CREATED, Json(MadeGroup { made: outcome.made.into_iter().map(made).collect(), left_out })))
}

/// A place that somebody looks for a replacement for.
#[derive(Serialize, ToSchema)]
struct OfferedPlace {
    /// The sign-up that can be taken over.
    #[schema(value_type = String)]
    signup: SignupId,
    #[schema(value_type = String)]
    session: SessionId,
    post: String,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    /// Whether the caller asked for it and the leader did not answer yet.
    asked: bool,
}

/// The places of an activity that the caller may take over; whose they are is not told.
#[utoipa::path(get, path = "/api/v1/activities/{activity}/handovers", tag = "activities",
    params(("activity" = String, Path), super::KeyQuery),
    responses((status = 200, body = Paged<OfferedPlace>), (status = 404, body = Problem)))]
async fn list_handovers(
    cx: Cx,
    Path(activity): Path<ActivityId>,
    Query(query): Query<super::KeyQuery>,
) -> Result<Json<Paged<OfferedPlace>>> {
    let activity = visible_activity(&cx, activity, &query.key).await?;
    let me = actor_person(&cx)?;
    let place = |o: store::handover::Offered| OfferedPlace {
        signup: o.id,
        session: o.session_id,
        post: o.post,
        starts_at: o.starts_at,
        ends_at: o.ends_at,
        asked: o.handover_to == Some(me),
    };
    let items = public::takeable(&cx, &activity, me).await?.into_iter().map(place).collect();
    Ok(Json(Paged { items, next: None }))
}

/// The place that one wants to take over.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TakenPlace {
    /// The sign-up that is offered.
    #[schema(value_type = String)]
    signup: SignupId,
    /// The key of a hidden activity's link.
    #[serde(default)]
    pass: String,
}

/// What came of taking a place over.
#[derive(Serialize, ToSchema)]
struct TakenOver {
    /// One's own sign-up; absent while the leader is asked.
    signup: Option<MadeSignup>,
}

/// Takes a place over, or asks the leader for it where the activity says so (202).
#[utoipa::path(post, path = "/api/v1/activities/{activity}/handovers", tag = "activities", params(("activity" = String, Path)),
    request_body = TakenPlace, responses((status = 201, body = TakenOver), (status = 202, body = TakenOver),
        (status = 404, body = Problem), (status = 409, body = Problem, description = "Gone, or every reason why one may not")))]
async fn create_handover(
    cx: Cx,
    Path(activity): Path<ActivityId>,
    Body(taken): Body<TakenPlace>,
) -> Result<(StatusCode, Json<TakenOver>)> {
    let activity = visible_activity(&cx, activity, &taken.pass).await?;
    if signup::find(&cx.db, cx.tenant, taken.signup).await?.activity_id != activity.id {
        return Err(Error::NotFound);
    }
    let signup = handover::take(&cx, actor_person(&cx)?, taken.signup).await?.map(made);
    let status = if signup.is_some() { StatusCode::CREATED } else { StatusCode::ACCEPTED };
    Ok((status, Json(TakenOver { signup })))
}

/// How one's own place stands that one may hand over.
#[derive(Serialize, ToSchema)]
struct OwnHandover {
    /// Whether somebody is looked for.
    offered: bool,
    /// Whether the leader says yes first.
    leader_decides: bool,
    /// How many were told, once a call was made.
    told: Option<i64>,
}

async fn own(cx: &Cx, id: SignupId) -> Result<Json<OwnHandover>> {
    let mine = signup::find_mine(&cx.db, cx.tenant, actor_person(cx)?, id).await?;
    let offered = mine.state == SignupState::Joined && signup::find(&cx.db, cx.tenant, id).await?.handover_at.is_some();
    let leader_decides = store::find(&cx.db, cx.tenant, mine.activity_id).await?.handover_asks;
    let told = store::calls::find(&cx.db, cx.tenant, id).await?.map(|call| call.told);
    Ok(Json(OwnHandover { offered, leader_decides, told }))
}

/// Whether one's place is offered, and who was told.
#[utoipa::path(get, path = "/api/v1/me/services/{signup}/handover", tag = "activities", params(("signup" = String, Path)),
    responses((status = 200, body = OwnHandover), (status = 404, body = Problem)))]
async fn show_handover(cx: Cx, Path(signup): Path<SignupId>) -> Result<Json<OwnHandover>> {
    own(&cx, signup).await
}

/// Whether one's place is offered.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct HandoverOffer {
    offered: bool,
}

/// Offers one's place, or keeps it after all; it stays one's own until somebody takes it.
#[utoipa::path(put, path = "/api/v1/me/services/{signup}/handover", tag = "activities", params(("signup" = String, Path)),
    request_body = HandoverOffer, responses((status = 200, body = OwnHandover), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn put_handover(cx: Cx, Path(id): Path<SignupId>, Body(offer): Body<HandoverOffer>) -> Result<Json<OwnHandover>> {
    let person = actor_person(&cx)?;
    signup::find_mine(&cx.db, cx.tenant, person, id).await?;
    handover::offer(&cx, person, id, offer.offered).await?;
    own(&cx, id).await
}

/// Why one cannot come.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CallReason {
    /// Up to 60 characters, for the record.
    #[serde(default)]
    why: String,
}

/// Who heard of a call.
#[derive(Serialize, ToSchema)]
struct MadeCall {
    /// How many people were told.
    told: usize,
}

/// Offers one's place and tells whoever may take it: 40 at most, once for a place.
#[utoipa::path(post, path = "/api/v1/me/services/{signup}/call", tag = "activities", params(("signup" = String, Path)),
    request_body = CallReason, responses((status = 201, body = MadeCall), (status = 404, body = Problem),
        (status = 409, body = Problem, description = "They were told already, or it is gone"), (status = 422, body = Problem)))]
async fn create_call(
    cx: Cx,
    Path(id): Path<SignupId>,
    Body(said): Body<CallReason>,
) -> Result<(StatusCode, Json<MadeCall>)> {
    let person = actor_person(&cx)?;
    signup::find_mine(&cx.db, cx.tenant, person, id).await?;
    let told = calls::call(&cx, person, id, reason(&said.why)?).await?;
    Ok((StatusCode::CREATED, Json(MadeCall { told })))
}

/// The leader's answer to who wants to take a place over.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct HandoverDecision {
    accept: bool,
}

/// Says yes or no to whoever asked to take a place over; both are told.
#[utoipa::path(put, path = "/api/v1/sessions/{session}/handovers/{signup}", tag = "activities",
    params(("session" = String, Path), ("signup" = String, Path)), request_body = HandoverDecision,
    responses((status = 204, description = "It is decided"), (status = 404, body = Problem),
        (status = 409, body = Problem, description = "Nobody asks, or every reason why they may not")))]
async fn put_decision(
    cx: Cx,
    Path((session, signup)): Path<(SessionId, SignupId)>,
    Body(said): Body<HandoverDecision>,
) -> Result<StatusCode> {
    held(&cx, session, signup).await?;
    handover::decide(&cx, signup, said.accept).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Another post for somebody.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PostMove {
    /// Whose sign-up.
    #[schema(value_type = String)]
    signup: SignupId,
    /// A post of the same session with a free place.
    #[schema(value_type = String)]
    post: PostId,
    /// Up to 100 characters; they read it.
    #[serde(default)]
    why: String,
}

/// Moves somebody to another post of the session and tells them; the line gets the old place.
#[utoipa::path(post, path = "/api/v1/sessions/{session}/moves", tag = "activities", params(("session" = String, Path)),
    request_body = PostMove, responses((status = 204, description = "They are moved"), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn create_move(cx: Cx, Path(session): Path<SessionId>, Body(wanted): Body<PostMove>) -> Result<StatusCode> {
    held(&cx, session, wanted.signup).await?;
    let mut errors = FieldErrors::none();
    let why = errors.optional_text("why", &wanted.why, 100).unwrap_or_default();
    if !errors.is_empty() {
        return Err(Error::Invalid(errors));
    }
    handover::move_to(&cx, wanted.signup, wanted.post, why).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A place for which the leader looks for somebody.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CallFor {
    /// Of whoever said that they cannot come.
    #[schema(value_type = String)]
    signup: SignupId,
    /// Up to 60 characters, for the record.
    #[serde(default)]
    why: String,
}

/// Offers the place of somebody who said that they cannot come, and tells whoever may take it.
#[utoipa::path(post, path = "/api/v1/sessions/{session}/calls", tag = "activities", params(("session" = String, Path)),
    request_body = CallFor, responses((status = 201, body = MadeCall), (status = 404, body = Problem),
        (status = 409, body = Problem, description = "They were told already, or it is gone"), (status = 422, body = Problem)))]
async fn create_call_for(
    cx: Cx,
    Path(session): Path<SessionId>,
    Body(wanted): Body<CallFor>,
) -> Result<(StatusCode, Json<MadeCall>)> {
    held(&cx, session, wanted.signup).await?;
    let told = calls::call_for(&cx, wanted.signup, reason(&wanted.why)?).await?;
    Ok((StatusCode::CREATED, Json(MadeCall { told })))
}
