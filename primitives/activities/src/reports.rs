//! Reporting one's own hours for a session that is over: what page and program hand in, for the team's leader to look at.

use crate::model::{Activity, Session, SessionId};
use crate::pages::actor_person;
use crate::store::{self, report};
use chrono::{DateTime, Utc};
use hours::{Application, EntryId, Method, NewEntry, Proof};
use kernel::{Cx, Error, FieldErrors, LaneKey, Result, Tx, Word};
use people::PersonId;

/// Days back for which sessions are offered to report.
pub(crate) const DAYS: i64 = 90;

/// What was handed in, with the times that could be read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reported {
    pub from: Option<DateTime<Utc>>,
    pub to: Option<DateTime<Utc>>,
    pub reason: String,
    pub files: Vec<(String, Vec<u8>)>,
}

/// The session, when this reader may report hours for it; of others' it is not said that it is there.
///
/// # Errors
/// `NotFound` unless they signed up or are of its team; `Refused` while it is not over or does not earn.
pub(crate) async fn reportable(cx: &Cx, id: SessionId) -> Result<(Session, Activity)> {
    let person = actor_person(cx)?;
    let session = store::find_session(&cx.db, cx.tenant, id).await?;
    // Nobody served in what was called off.
    if session.cancelled_at.is_some()
        || !report::may_have_served(&cx.db, cx.tenant, (session.id, session.activity_id), person).await?
    {
        return Err(Error::NotFound);
    }
    let activity = store::find(&cx.db, cx.tenant, session.activity_id).await?;
    if !activity.state.earns() {
        return Err(Error::refused("report.refused.state"));
    }
    // Whoever chose their hours may be done long before the window ends.
    let over = if session.flexible { session.starts_at } else { session.ends_at };
    if over > cx.now {
        return Err(Error::refused("report.refused.early"));
    }
    Ok((session, activity))
}

/// Hands the report in; once for each one-time key.
///
/// # Errors
/// `Invalid` with every problem; `Refused` when the time is taken or one is still checked in.
pub(crate) async fn create(cx: &Cx, (session, activity): (&Session, &Activity), reported: Reported) -> Result<EntryId> {
    let person = actor_person(cx)?;
    let needed = hours::settings::EVIDENCE.read(&cx.db, cx.tenant).await? == 1;
    let mut errors = FieldErrors::none();
    let span = match (reported.from, reported.to) {
        // Only what lies inside the session counts, as with a check-in.
        (Some(from), Some(to)) if session.takes((from, to)) => Some((from, to)),
        _ => {
            errors.add("from", Word::new("report.times"));
            None
        }
    };
    let reason = if reported.reason.trim().is_empty() {
        errors.add("reason", Word::new("report.reason_missing"));
        String::new()
    } else {
        errors.text("reason", &reported.reason, 50)
    };
    let proofs = Proof::read(reported.files, needed, &mut errors);
    let Some((from, to)) = span.filter(|_| errors.is_empty()) else { return Err(Error::Invalid(errors)) };
    let at = cx.clone();
    let entry = NewEntry {
        person,
        activity: activity.id.0,
        session: session.id.0,
        title: activity.title.clone(),
        organisation: activity.organisation_id,
        organisation_path: activity.organisation_path.clone(),
        region: activity.region_code.clone(),
        kind: activity.kind.clone(),
        category: activity.category.clone(),
        started_at: from,
        ended_at: to,
        window: activity.window(),
        method: Method::Own,
        reason: Some(reason),
        entered_by: cx.actor.name.clone(),
        approved_by: None,
    };
    let application = Application { entry, proofs };
    // The lane of everything that writes hours of a district.
    cx.once(LaneKey::of(cx.tenant.0), async move |tx: &mut Tx<'_>| {
        not_inside(tx, &at, person, to).await?;
        hours::apply(tx, &at, application).await
    })
    .await
}

/// Domain 1.6 rule 6: nobody serves elsewhere, checked in and not out, at that time.
async fn not_inside(tx: &Tx<'_>, cx: &Cx, person: PersonId, to: DateTime<Utc>) -> Result<()> {
    if report::is_inside(tx, cx.tenant, person, to).await? {
        return Err(Error::refused("report.refused.inside"));
    }
    Ok(())
}
