//! Deeds for many activities of a list: approving, returning, closing. Each is asked about alone, by the rules of one; what the
//! system found something against is looked at alone, too. And for many teams: inviting them to an activity.

pub(crate) mod invite;

use crate::lifecycle::{self, may_take};
use crate::model::{Activity, ActivityId};
use crate::rules::Step;
use crate::{MANAGE, REVIEW, store};
use futures_util::future::{BoxFuture, LocalBoxFuture};
use kernel::bulk::BulkDeed;
use kernel::ids::Raw;
use kernel::time::WorkCalendar;
use kernel::{Cx, Error, Result, Tx, Word};

/// The desk's list of activities.
pub(crate) const LIST: &str = "activities";

/// Publishes many.
pub(crate) const APPROVE: BulkDeed = BulkDeed {
    list: LIST,
    name: "activities.approve",
    permission: REVIEW,
    asks: "",
    names,
    check: |cx, id, _| Box::pin(check(cx, id, Step::Publish)),
    act: |tx, cx, id, said| take(tx, cx, (id, Step::Publish), said),
    back: None,
};

/// Gives many back to their authors, for one reason.
pub(crate) const RETURN: BulkDeed = BulkDeed {
    name: "activities.return",
    asks: "activity.bulk.reason",
    check: |cx, id, _| Box::pin(check(cx, id, Step::Return)),
    act: |tx, cx, id, said| take(tx, cx, (id, Step::Return), said),
    ..APPROVE
};

/// Closes many that are over.
pub(crate) const CLOSE: BulkDeed = BulkDeed {
    name: "activities.close",
    permission: MANAGE,
    check: |cx, id, _| Box::pin(check(cx, id, Step::End)),
    act: |tx, cx, id, said| take(tx, cx, (id, Step::End), said),
    ..APPROVE
};

/// The titles of those that the reader manages, with their first day: many are called alike.
fn names(cx: Cx, ids: Vec<Raw>) -> BoxFuture<'static, Result<Vec<(Raw, String)>>> {
    Box::pin(async move {
        let mut named = Vec::new();
        for id in ids {
            match store::find(&cx.db, cx.tenant, ActivityId(id)).await {
                Ok(activity) if cx.may(MANAGE, &activity.target()).is_ok() => named.push((id, said(&cx, &activity))),
                Ok(_) | Err(Error::NotFound) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(named)
    })
}

fn said(cx: &Cx, activity: &Activity) -> String {
    let day = kernel::words::date(cx.lang, activity.starts_on, cx.today());
    let word = Word::new("activity.bulk.row").with("title", &activity.title).with("day", day);
    cx.say(&word.with("team", &activity.organisation_name))
}

async fn check(cx: Cx, id: Raw, step: Step) -> Result<Option<Word>> {
    let activity = store::find(&cx.db, cx.tenant, ActivityId(id)).await?;
    match may_take(&cx, &activity, step) {
        Err(Error::Refused(word)) => return Ok(Some(word)),
        Err(Error::Forbidden(_)) => return Ok(Some(Word::new("bulk.not_yours"))),
        other => other?,
    }
    match step {
        Step::End => open_session(&cx, &activity).await,
        _ if activity.submitted_by.is_some() && activity.submitted_by == cx.actor.account => {
            Ok(Some(Word::new("activity.refused.own")))
        }
        Step::Publish => {
            let team = organisations::find(&cx.db, cx.tenant, activity.organisation_id).await?;
            match organisations::rules::at_work(&team) {
                Err(word) => Ok(Some(word)),
                Ok(()) => crate::pages::review::against(&cx, &activity).await,
            }
        }
        _ => Ok(None),
    }
}

/// Nobody closes at once what still has a session to come.
async fn open_session(cx: &Cx, activity: &Activity) -> Result<Option<Word>> {
    let sessions = store::sessions(&cx.db, cx.tenant, activity.id).await?;
    let comes = sessions.iter().any(|session| session.cancelled_at.is_none() && session.ends_at > cx.now);
    Ok(comes.then(|| Word::new("activity.bulk.not_over")))
}

fn take<'t>(tx: &'t mut Tx<'_>, cx: Cx, (id, step): (Raw, Step), said: String) -> LocalBoxFuture<'t, Result<()>> {
    Box::pin(async move {
        let calendar = WorkCalendar::load(tx).await?;
        lifecycle::step_in(tx, &cx, ActivityId(id), step, &said, &calendar).await.map(|_| ())
    })
}
