//! Claiming hours for a session that nobody could take attendance of: what page and program hand in.

use crate::store::RosterLine;
use crate::taking;
use activities::scans::picture;
use activities::{Activity, Session, SessionId, held_session};
use chrono::{DateTime, Utc};
use hours::{ClaimId, NewClaim};
use kernel::time::WorkCalendar;
use kernel::{Cx, Error, FieldErrors, LaneKey, Result, Tx, Word};
use people::PersonId;

/// The largest photograph that is taken.
pub(crate) const MOST: usize = 10 * 1024 * 1024;

/// A person with the times that could be read.
pub(crate) type Sent = (PersonId, Option<DateTime<Utc>>, Option<DateTime<Utc>>);

/// What was handed in: each person with the times that could be read, the reason, the photographed sheet.
#[derive(Default)]
pub(crate) struct Claimed {
    pub lines: Vec<Sent>,
    pub reason: String,
    pub sheet: Option<(String, Vec<u8>)>,
}

/// The session, when hours can be claimed for it.
pub(crate) async fn claimable(cx: &Cx, id: SessionId) -> Result<(Session, Activity)> {
    let (session, activity) = held_session(cx, id, hours::CLAIM).await?;
    if !activity.state.earns() {
        return Err(Error::refused("attendance.refused.state"));
    }
    if session.cancelled_at.is_some() {
        return Err(Error::refused("attendance.refused.cancelled"));
    }
    if session.ends_at > cx.now {
        return Err(Error::refused("claim.refused.early"));
    }
    Ok((session, activity))
}

/// Those who joined, or of a back-entry project the members of its team, who have no hours in this session yet; reading their
/// names leaves a trace.
pub(crate) async fn candidates(cx: &Cx, session: SessionId, activity: &Activity) -> Result<Vec<RosterLine>> {
    let lines = match activity.is_backfill() {
        true => taking::members(cx, session, activity.organisation_id).await?,
        false => taking::roster(cx, session).await?,
    };
    Ok(lines.into_iter().filter(|l| l.is_joined() && l.minutes == 0).collect())
}

type Line = (PersonId, DateTime<Utc>, DateTime<Utc>);

fn check(session: &Session, known: &[RosterLine], claimed: &Claimed) -> Result<(Vec<Line>, String)> {
    let mut errors = FieldErrors::none();
    let is_known = |person: PersonId| known.iter().any(|l| l.person_id == person);
    if claimed.lines.is_empty() || !claimed.lines.iter().all(|(person, _, _)| is_known(*person)) {
        errors.add("person", Word::new("claim.choose"));
    }
    let mut spans = Vec::new();
    for (person, from, to) in &claimed.lines {
        match (*from, *to) {
            // Only what lies inside the session counts, as with a check-in.
            (Some(from), Some(to)) if session.takes((from, to)) => {
                spans.push((*person, from, to));
            }
            _ => errors.add("person", Word::new("claim.times")),
        }
    }
    let reason = if claimed.reason.trim().is_empty() {
        errors.add("reason", Word::new("claim.why_missing"));
        String::new()
    } else {
        errors.text("reason", &claimed.reason, 50)
    };
    match &claimed.sheet {
        Some((_, bytes)) if bytes.len() > MOST => errors.add("sheet", Word::new("error.too_large")),
        Some((_, bytes)) if picture(bytes).is_none() => errors.add("sheet", Word::new("claim.picture")),
        _ => {}
    }
    errors.0.dedup();
    if errors.is_empty() { Ok((spans, reason)) } else { Err(Error::Invalid(errors)) }
}

/// Hands a claim in for somebody else to decide; `known` are the session's `candidates`.
///
/// # Errors
/// `Invalid` with every problem, once each.
pub(crate) async fn create(
    cx: &Cx,
    (session, activity): (&Session, &Activity),
    known: &[RosterLine],
    claimed: Claimed,
) -> Result<ClaimId> {
    let (lines, reason) = check(session, known, &claimed)?;
    let calendar = WorkCalendar::load(&cx.db).await?;
    let (at, sheet) = (cx.clone(), claimed.sheet);
    let mut claim = NewClaim {
        activity: activity.id.0,
        session: session.id.0,
        title: activity.title.clone(),
        kind: activity.kind.clone(),
        category: activity.category.clone(),
        window: activity.window(),
        organisation: activity.organisation_id,
        organisation_path: activity.organisation_path.clone(),
        region: activity.region_code.clone(),
        reason,
        evidence: None,
        lines,
    };
    cx.once(LaneKey::of(cx.tenant.0), async move |tx: &mut Tx<'_>| {
        if let Some((name, bytes)) = sheet {
            let kind = picture(&bytes).unwrap_or("application/octet-stream");
            claim.evidence = Some(kernel::files::insert(tx, &at, &name, kind, bytes).await?);
        }
        hours::claim(tx, &at, &claim, &calendar).await
    })
    .await
}
