//! Coming and going, however it is noticed. Leaving writes the hours.

use crate::deeds::{CameOrLeft, RosterRead, ServedCounted};
use crate::model::{Attendance, AttendanceId, How, Via};
use crate::store::{self, Leaving, RosterLine};
use crate::{Method, rules};
use activities::model::SignupState;
use activities::store::{find_live, find_session};
use activities::{Activity, Session, SessionId};
use chrono::{DateTime, Duration, Utc};
use hours::{EntryId, NewEntry};
use kernel::{Cx, Error, LaneKey, Read, Result, Tx, Word, args};
use organisations::OrganisationId;
use people::model::PersonId;

/// Everybody who joined a session, came without a sign-up or waits; reading the names leaves a trace.
pub(crate) async fn roster(cx: &Cx, session: SessionId) -> Result<Vec<RosterLine>> {
    let at = cx.clone();
    cx.write(session.lane(), async move |tx: &mut Tx<'_>| {
        let mut lines = store::roster(tx, at.tenant, session).await?;
        let joined = lines.iter().take_while(|line| line.is_joined()).count();
        let waiting = lines.split_off(joined);
        lines.extend(store::guests(tx, at.tenant, session).await?);
        lines.extend(waiting);
        tx.record(&at, &RosterRead { session, people: lines.len() });
        Ok(lines)
    })
    .await
}

/// The members of the holding team as lines of a roster, for a back-entry project; reading their names leaves a trace.
pub(crate) async fn members(cx: &Cx, session: SessionId, team: OrganisationId) -> Result<Vec<RosterLine>> {
    let at = cx.clone();
    cx.write(session.lane(), async move |tx: &mut Tx<'_>| {
        let lines = store::members(tx, at.tenant, session, team).await?;
        tx.record(&at, &RosterRead { session, people: lines.len() });
        Ok(lines)
    })
    .await
}

/// The lane of everything that writes hours: one for the district, so that a person's day is decided by one.
pub(crate) fn lane(cx: &Cx) -> LaneKey {
    LaneKey::of(cx.tenant.0)
}

/// Checks a person in. Repeating it, on this device or another, answers the arrival that is there.
pub async fn check_in(cx: &Cx, session: SessionId, person: PersonId, how: impl Into<How>) -> Result<Attendance> {
    let (at, how) = (cx.clone(), how.into());
    cx.write(lane(cx), async move |tx: &mut Tx<'_>| arrive(tx, &at, session, person, how).await).await
}

/// The team for which somebody's hours count, or why they cannot come in now.
pub(crate) async fn admission(
    db: &impl Read,
    cx: &Cx,
    (session, activity): (&Session, &Activity),
    person: PersonId,
    via: Via,
) -> Result<std::result::Result<OrganisationId, Word>> {
    if session.cancelled_at.is_some() {
        return Ok(Err(Word::new("attendance.refused.cancelled")));
    }
    if let Some(word) = rules::check_in_refusal(activity.state, session.starts_at, session.ends_at, cx.now) {
        return Ok(Err(word));
    }
    let joined = find_live(db, cx.tenant, session.id, person).await?.filter(|s| s.state == SignupState::Joined);
    let team = match joined {
        Some(joined) => joined.organisation_id,
        None if via == Via::Desk => activity.organisation_id,
        None => return Ok(Err(Word::new("attendance.refused.not_joined"))),
    };
    if store::open_of(db, cx.tenant, person).await?.is_some() {
        return Ok(Err(Word::new("attendance.refused.elsewhere")));
    }
    Ok(Ok(team))
}

pub(crate) async fn arrive(
    tx: &mut Tx<'_>,
    cx: &Cx,
    session: SessionId,
    person: PersonId,
    how: How,
) -> Result<Attendance> {
    let session = find_session(tx, cx.tenant, session).await?;
    let activity = activities::find(tx, cx.tenant, session.activity_id).await?;
    if let Some(there) = store::find(tx, cx.tenant, session.id, person).await? {
        return Ok(there);
    }
    let team = admission(tx, cx, (&session, &activity), person, how.via).await?.map_err(Error::Refused)?;
    let made = Attendance {
        id: AttendanceId::fresh(),
        session_id: session.id,
        activity_id: activity.id,
        person_id: person,
        organisation_id: team,
        in_at: cx.now,
        in_method: how.via.method(),
        in_via: Some(how.via),
        out_at: None,
        out_method: None,
        out_via: None,
        forgotten: false,
        entry_id: None,
    };
    if !store::insert(tx, cx.tenant, &made, &activity.region_code, &cx.actor.name).await? {
        // Another process was quicker: both devices show the same.
        return store::find(tx, cx.tenant, session.id, person).await?.ok_or(Error::NotFound);
    }
    if let Some(offered) = how.offered {
        store::distance::insert(tx, cx, made.id, "in", offered).await?;
    }
    let method = made.in_method;
    tx.record(cx, &CameOrLeft { session: session.id, person, deed: "in", method, minutes: None });
    Ok(made)
}

/// Checks a person out and writes their hours; the length is what of the stay lies inside the session.
///
/// Repeating it answers the row that is there; `None` when no full minute of the stay counts.
pub async fn check_out(cx: &Cx, session: SessionId, person: PersonId, how: impl Into<How>) -> Result<Option<EntryId>> {
    let (at, how) = (cx.clone(), how.into());
    cx.write(lane(cx), async move |tx: &mut Tx<'_>| leave(tx, &at, session, person, how).await).await
}

async fn leave(tx: &mut Tx<'_>, cx: &Cx, session: SessionId, person: PersonId, how: How) -> Result<Option<EntryId>> {
    let session = find_session(tx, cx.tenant, session).await?;
    let activity = activities::find(tx, cx.tenant, session.activity_id).await?;
    let there = store::find(tx, cx.tenant, session.id, person).await?;
    let Some(there) = there else { return Err(Error::refused("attendance.refused.not_in")) };
    let out_at = match (there.out_at, there.forgotten) {
        (None, _) => cx.now,
        // The leader settles a forgotten check-out: the planned end, as the flag says.
        (Some(planned), true) if how.via.method() == Method::Staff && there.entry_id.is_none() => planned,
        _ => return Ok(there.entry_id),
    };
    let leaving = Leaving { at: out_at, via: Some(how.via), by: &cx.actor.name };
    if there.out_at.is_none() && !store::close(tx, cx.tenant, there.id, &leaving).await? {
        return Ok(store::find(tx, cx.tenant, session.id, person).await?.and_then(|now| now.entry_id));
    }
    if let Some(offered) = how.offered {
        store::distance::insert(tx, cx, there.id, "out", offered).await?;
    }
    finish(tx, cx, (&session, &activity), &there, (out_at, how.via.method())).await
}

/// Says when somebody left whose leaving was forgotten, and writes their hours.
///
/// # Errors
/// `Refused` when it is settled already, or the moment lies before they came, after the planned end or still to come.
pub async fn settle(cx: &Cx, session: SessionId, person: PersonId, left: DateTime<Utc>) -> Result<Option<EntryId>> {
    let at = cx.clone();
    cx.write(lane(cx), async move |tx: &mut Tx<'_>| {
        let session = find_session(tx, at.tenant, session).await?;
        let activity = activities::find(tx, at.tenant, session.activity_id).await?;
        let there = store::find(tx, at.tenant, session.id, person).await?;
        let Some(there) = there else { return Err(Error::refused("attendance.refused.not_in")) };
        if left < there.in_at || left > session.ends_at || left > at.now {
            return Err(Error::refused("attendance.refused.left_at"));
        }
        if !store::settle(tx, at.tenant, there.id, (left, &at.actor.name)).await? {
            return Err(Error::refused("attendance.refused.settled"));
        }
        finish(tx, &at, (&session, &activity), &there, (left, Method::Staff)).await
    })
    .await
}

/// Writes the hours of a stay that ended, and its line in the trace.
async fn finish(
    tx: &mut Tx<'_>,
    cx: &Cx,
    (session, activity): (&Session, &Activity),
    there: &Attendance,
    (out_at, method): (DateTime<Utc>, Method),
) -> Result<Option<EntryId>> {
    let span = session.counted((there.in_at, out_at));
    let entry = match span {
        Some((from, to)) => Some(credit(tx, cx, (session, activity), there, method, (from, to)).await?),
        None => None,
    };
    let minutes = span.map(|(from, to)| (to - from).num_minutes());
    tx.record(cx, &CameOrLeft { session: session.id, person: there.person_id, deed: "out", method, minutes });
    Ok(entry)
}

async fn credit(
    tx: &mut Tx<'_>,
    cx: &Cx,
    (session, activity): (&Session, &Activity),
    there: &Attendance,
    method: Method,
    span: (DateTime<Utc>, DateTime<Utc>),
) -> Result<EntryId> {
    if !activity.state.earns() {
        return Err(Error::refused("attendance.refused.state"));
    }
    let team = organisations::find(tx, cx.tenant, there.organisation_id).await?;
    // The weaker of the two proofs is the row's.
    let method = if there.in_method == Method::Scan && method == Method::Scan { Method::Scan } else { Method::Staff };
    let entry = NewEntry {
        person: there.person_id,
        activity: activity.id.0,
        session: session.id.0,
        title: activity.title.clone(),
        organisation: team.id,
        organisation_path: team.path.clone(),
        region: activity.region_code.clone(),
        kind: team.kind.to_string(),
        category: activity.category.clone(),
        started_at: span.0,
        ended_at: span.1,
        window: activity.window(),
        method,
        reason: None,
        entered_by: cx.actor.name.clone(),
        approved_by: None,
    };
    let id = hours::credit(tx, cx, &entry).await?;
    store::credited(tx, cx.tenant, there.id, id).await?;
    Ok(id)
}

/// Says how many people a session served; the figure of the day follows within seconds.
///
/// # Errors
/// `Refused` when the session was called off: nobody was served in it.
pub async fn count_served(tx: &mut Tx<'_>, cx: &Cx, session: &Session, served: i64) -> Result<()> {
    if session.cancelled_at.is_some() {
        return Err(Error::refused("attendance.refused.cancelled"));
    }
    let sql =
        "UPDATE activity_session SET served = $1, served_by = $2, served_at = $3 WHERE tenant_id = $4 AND id = $5";
    tx.execute(sql, args![served, cx.actor.name, cx.now, cx.tenant, session.id]).await?;
    hours::served_changed(tx, cx.tenant, session.id.0).await?;
    tx.record(cx, &ServedCounted { session: session.id, served, before: session.served });
    Ok(())
}

/// Writes the count; the session is read again inside, so that the trace has the true count before.
pub(crate) async fn serve(cx: &Cx, session: SessionId, count: i64) -> Result<()> {
    let at = cx.clone();
    cx.write(session.lane(), async move |tx: &mut Tx<'_>| {
        let session = find_session(tx, at.tenant, session).await?;
        count_served(tx, &at, &session, count).await
    })
    .await
}

/// Closes what nobody closed: half an hour after the planned end, at the planned end, flagged and without hours until the
/// leader confirms it.
pub(crate) async fn close_forgotten(cx: Cx) -> Result<()> {
    let late = store::late(&cx.db, cx.tenant, cx.now - Duration::minutes(30)).await?;
    if late.is_empty() {
        return Ok(());
    }
    let at = cx.clone();
    cx.write(lane(&cx), async move |tx: &mut Tx<'_>| {
        for one in late {
            let leaving = Leaving { at: one.ends_at, via: None, by: &at.actor.name };
            if store::close(tx, at.tenant, one.id, &leaving).await? {
                let (session, person) = (one.session_id, one.person_id);
                let deed = CameOrLeft { session, person, deed: "forgotten", method: Method::Staff, minutes: None };
                tx.record(&at, &deed);
            }
        }
        Ok(())
    })
    .await
}

/// Days for which a phone's distance is kept.
const KEPT: i64 = 30;

/// Deletes distances after thirty days, and wrong spoken codes after two.
pub(crate) async fn sweep(cx: Cx) -> Result<()> {
    let at = cx.clone();
    cx.write(lane(&cx), async move |tx: &mut Tx<'_>| {
        store::distance::sweep(tx, at.tenant, at.now - Duration::days(KEPT)).await?;
        store::tries::sweep(tx, at.tenant, at.now - Duration::days(2)).await?;
        Ok(())
    })
    .await
}

/// The word that a check-in's page says about a stay.
#[must_use]
pub fn stay(there: Option<&Attendance>) -> Word {
    match there {
        None => Word::new("attendance.stay.before"),
        Some(there) if there.out_at.is_none() => {
            Word::new("attendance.stay.inside").with("when", kernel::words::time(there.in_at))
        }
        Some(there) => {
            Word::new("attendance.stay.after").with("when", there.out_at.map(kernel::words::time).unwrap_or_default())
        }
    }
}
