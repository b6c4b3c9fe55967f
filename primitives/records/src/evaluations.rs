//! Evaluations after an activity (domain 1.7): the team of a volunteer, the volunteer of the team, once each, for people with
//! hours in it. What volunteers say reaches the team in sums only.

mod api;
mod forms;
mod model;
mod own;
mod pages;
mod rules;
mod store;

use crate::policy::{ANSWER, EVALUATE};
use activities::{Activity, ActivityId, State};
use kernel::ids::Raw;
use kernel::{Cx, Deed, Error, LaneKey, Permission, Result, Routes, Tx, Word, messages};
use model::{About, Marks};
use people::PersonId;
use serde::Serialize;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/desk/evaluations", EVALUATE, pages::index)
        .get("/desk/evaluations/export", EVALUATE, pages::export)
        .get("/activities/{activity}/evaluations", EVALUATE, pages::show)
        .get("/activities/{activity}/evaluations/{person}", EVALUATE, pages::edit)
        .post("/activities/{activity}/evaluations/{person}", EVALUATE, pages::update)
        .get("/me/evaluations", ANSWER, own::index)
        .get("/me/evaluations/{activity}", ANSWER, own::edit)
        .post("/me/evaluations/{activity}", ANSWER, own::update)
        .api(EVALUATE, kernel::routes!(api::list_evaluated))
        .api(EVALUATE, kernel::routes!(api::show_evaluations))
        .api(EVALUATE, kernel::routes!(api::put_evaluation))
        .api(ANSWER, kernel::routes!(api::list_own_evaluations))
        .api(ANSWER, kernel::routes!(api::put_team_evaluation))
}

#[derive(Serialize)]
struct Evaluated {
    #[serde(skip)]
    activity: ActivityId,
    person: PersonId,
    about: About,
}

impl Deed for Evaluated {
    const KIND: &'static str = "evaluations.given";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("activity", Some(self.activity.0))
    }
}

/// An activity that the actor may act on by its place; anything else is not there.
pub(crate) async fn held(cx: &Cx, id: ActivityId, permission: Permission) -> Result<Activity> {
    let activity = activities::find(&cx.db, cx.tenant, id).await?;
    cx.may(permission, &activity.target()).map_err(|_| Error::NotFound)?;
    Ok(activity)
}

/// The activity when somebody has hours in it; else it is not there for them.
pub(crate) async fn served_in(cx: &Cx, id: ActivityId, person: PersonId) -> Result<Activity> {
    let activity = activities::find(&cx.db, cx.tenant, id).await?;
    if store::minutes(&cx.db, cx.tenant, id, person).await? > 0 { Ok(activity) } else { Err(Error::NotFound) }
}

/// Writes what a team says of a volunteer, or a volunteer of a team; within seven days it may be changed.
///
/// # Errors
/// `Refused` before the activity is closed, without hours in it, about oneself, or when the days are over.
async fn say(cx: &Cx, activity: &Activity, (person, about): (PersonId, About), marks: Marks) -> Result<()> {
    if activity.state != State::Ended {
        return Err(Error::refused("records.evaluation.refused.open"));
    }
    if about == About::Volunteer && cx.actor.person == Some(person.0) {
        return Err(Error::refused("records.evaluation.refused.oneself"));
    }
    let (at, activity) = (cx.clone(), activity.clone());
    // Hours of a district are written in its lane: nobody loses theirs between the look and the word.
    cx.once(LaneKey::of(cx.tenant.0), async move |tx: &mut Tx<'_>| {
        if store::minutes(tx, at.tenant, activity.id, person).await? <= 0 {
            return Err(Error::refused("records.evaluation.refused.no_hours"));
        }
        let before = store::find(tx, at.tenant, (activity.id, person), about).await?;
        if before.as_ref().is_some_and(|said| !rules::may_change(said.made_at, at.now)) {
            return Err(Error::refused("records.evaluation.refused.late"));
        }
        store::put(tx, &at, &activity, (person, about), &marks).await?;
        tx.record(&at, &Evaluated { activity: activity.id, person, about });
        if about == About::Volunteer && before.is_none() {
            let word = Word::new("records.message.evaluated").with("title", &activity.title);
            messages::leave(tx, &at, person.0, &word, "/me/evaluations").await?;
        }
        Ok(())
    })
    .await
}
