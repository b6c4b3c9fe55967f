//! The places that others look for somebody to take over, across activities: those that one volunteer may take, the near ones first.

use super::{admission, may_take_over, prospects};
use crate::model::{Activity, ActivityId, Scope, SignupState};
use crate::store;
use crate::store::handover::{self, Looking, Opening};
use kernel::{Cx, Result, Word};
use people::model::PersonId;

/// How many offers are looked at.
const LOOKED_AT: i64 = 400;
/// In how many activities.
const ACTIVITIES: usize = 60;

/// A place that somebody may take over.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// What it is.
    pub of: Opening,
    /// What they should think of first, where the district only warns.
    pub warnings: Vec<Word>,
    /// Whether they asked for it, and the leader did not answer yet.
    pub asked: bool,
}

/// What somebody may take over, the near ones first; the rules are those of a sign-up, but that sign-up may have ended.
pub(crate) async fn places(cx: &Cx, person: PersonId, looking: &Looking) -> Result<Vec<Place>> {
    let mut all = Vec::new();
    for (activity, openings) in offered(cx, person, looking).await? {
        let sessions: Vec<_> = openings.iter().map(Opening::session).collect();
        let (live, prospects) = prospects(cx, &activity, &sessions, person).await?;
        for (of, prospect) in openings.into_iter().zip(prospects) {
            // Whoever waits in line for another post of the session has chosen that one.
            let chosen = live
                .iter()
                .any(|l| l.session_id == of.session_id && (l.state == SignupState::Joined || l.post_id != of.post_id));
            if !chosen && may_take_over(&prospect.reasons) {
                let asked = of.handover_to == Some(person);
                all.push(Place { of, warnings: prospect.warnings, asked });
            }
        }
    }
    all.sort_by_key(|place| (place.of.far, place.of.starts_at, place.of.id));
    Ok(all)
}

/// What others offer, activity by activity, of those that the reader may know of.
pub(super) async fn offered(cx: &Cx, person: PersonId, looking: &Looking) -> Result<Vec<(Activity, Vec<Opening>)>> {
    let found = handover::openings(cx, person, looking, LOOKED_AT).await?;
    let mut ids: Vec<ActivityId> = Vec::new();
    for one in &found {
        if !ids.contains(&one.activity_id) && ids.len() < ACTIVITIES {
            ids.push(one.activity_id);
        }
    }
    let mut all = Vec::with_capacity(ids.len());
    for activity in store::find_many(&cx.db, cx.tenant, &ids).await? {
        if activity.scope == Scope::Hidden && !admission::knows(cx, &activity, "").await? {
            continue;
        }
        let of_it = found.iter().filter(|one| one.activity_id == activity.id).cloned().collect();
        all.push((activity, of_it));
    }
    Ok(all)
}
