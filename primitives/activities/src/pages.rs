//! Pages: the public list and page, one's own services, the leader's teams, the desk.

pub(crate) mod absence;
pub(crate) mod calendar;
pub(crate) mod call;
pub(crate) mod desk;
mod draw;
mod edit;
pub(crate) mod group;
pub(crate) mod handover;
pub(crate) mod me;
mod offer;
pub(crate) mod openings;
pub(crate) mod partners;
pub(crate) mod poster;
mod proof;
pub(crate) mod public;
pub(crate) use public::Kept;
pub(crate) mod removal;
pub(crate) mod report;
pub(crate) mod review;
mod search;
pub(crate) mod series;
mod signup;
pub(crate) mod swap;
pub(crate) mod team;

use crate::model::{Activity, ActivityId, Scope, Session, SessionId};
use crate::signups::admission;
use crate::{ATTEND, MANAGE, READ, REVIEW, SIGN_UP, store};
pub(crate) use search::search;

use kernel::{Cx, Error, Permission, Result, Routes};
use people::PersonId;
use serde::Deserialize;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/activities", READ, public::index)
        .get("/activities/{activity}", READ, public::show)
        .post("/activities/{activity}/signups", SIGN_UP, signup::create)
        .get("/activities/{activity}/signups/{signup}", SIGN_UP, signup::show)
        .get("/activities/{activity}/draw", READ, draw::show)
        .get("/me/services/{signup}/offer", SIGN_UP, offer::show)
        .post("/me/services/{signup}/offer", SIGN_UP, offer::answer)
        .get("/activities/{activity}/groups/new", SIGN_UP, group::new)
        .post("/activities/{activity}/groups", SIGN_UP, group::create)
        .get("/me/services/{signup}/handover", SIGN_UP, handover::show)
        .post("/me/services/{signup}/handover", SIGN_UP, handover::offer)
        .post("/activities/{activity}/handovers", SIGN_UP, handover::take)
        .post("/sessions/{session}/handovers", ATTEND, handover::decide)
        .post("/sessions/{session}/moves", ATTEND, handover::move_to)
        .get("/me/services", SIGN_UP, me::index)
        .get("/me/services/{signup}/withdrawal", SIGN_UP, me::withdrawal)
        .post("/me/services/{signup}/withdrawal", SIGN_UP, me::withdraw)
        .get("/team", ATTEND, team::index)
        .post("/sessions/{session}/removals", ATTEND, removal::create)
        .get("/me/hours/applications/new", hours::APPLY, report::choose)
        .get("/sessions/{session}/applications/new", hours::APPLY, report::new)
        .post("/sessions/{session}/applications", hours::APPLY, report::create)
        .get("/activities/new", MANAGE, edit::new)
        .post("/activities", MANAGE, edit::create)
        .get("/activities/{activity}/edit", MANAGE, edit::edit)
        .post("/activities/{activity}", MANAGE, edit::update)
        .get("/activities/{activity}/submission", MANAGE, edit::show_submission)
        .post("/activities/{activity}/submission", MANAGE, edit::submit)
        .post("/activities/{activity}/proof", MANAGE, proof::create)
        .get("/activities/{activity}/proof", MANAGE, proof::show)
        .get("/desk/activities", MANAGE, desk::index)
        .get("/desk/activities/export", MANAGE, desk::export)
        .get("/desk/activities/{activity}", MANAGE, desk::show)
        .post("/desk/activities/{activity}/step", MANAGE, desk::step)
        .get("/desk/activities/{activity}/review", REVIEW, review::show)
        .post("/desk/activities/{activity}/decision", REVIEW, review::decide)
}

/// A form that only says that its button was pressed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

/// Not yours is not there.
pub(crate) fn held(cx: &Cx, permission: Permission, activity: &Activity) -> Result<()> {
    cx.may(permission, &activity.target()).map_err(|_| Error::NotFound)
}

/// An activity that the actor holds this permission on.
pub async fn held_activity(cx: &Cx, id: ActivityId, permission: Permission) -> Result<Activity> {
    let activity = store::find(&cx.db, cx.tenant, id).await?;
    held(cx, permission, &activity)?;
    Ok(activity)
}

/// A session of an activity that the actor holds this permission on.
pub async fn held_session(cx: &Cx, id: SessionId, permission: Permission) -> Result<(Session, Activity)> {
    let session = store::find_session(&cx.db, cx.tenant, id).await?;
    let activity = held_activity(cx, session.activity_id, permission).await?;
    Ok((session, activity))
}

/// An activity that strangers see, that the actor manages, or that they know of by its link.
pub async fn visible_activity(cx: &Cx, id: ActivityId, key: &str) -> Result<Activity> {
    let activity = store::find(&cx.db, cx.tenant, id).await?;
    visible(cx, &activity, key).await?;
    Ok(activity)
}

/// Strangers see what is public, and that it was stopped; what is hidden is for those who know of it, the rest for those who
/// manage it.
pub(crate) async fn visible(cx: &Cx, activity: &Activity, key: &str) -> Result<()> {
    let public = activity.state.is_public() || activity.state == crate::State::Disabled;
    if public && (activity.scope != Scope::Hidden || admission::knows(cx, activity, key).await?) {
        return Ok(());
    }
    held(cx, MANAGE, activity)
}

/// The person who acts.
pub fn actor_person(cx: &Cx) -> Result<PersonId> {
    cx.person().map(PersonId)
}
