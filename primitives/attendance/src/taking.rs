//! Coming and going, however it is noticed. Leaving writes the hours.

use crate::model::{Attendance, AttendanceId};
use crate::store::{self, RosterLine};
use crate::{Method, rules};
use activities::model::SignupState;
use activities::store::{find_live, find_session};
use activities::{Activity, Session, SessionId};
use chrono::{DateTime, Duration, Utc};
use hours::{EntryId, NewEntry};
use kernel::ids::Raw;
use kernel::{Cx, Deed, Error, LaneKey, Result, Tx, Word, args};
use people::model::PersonId;
use serde::Serialize;

#[derive(Serialize)]
struct CameOrLeft {
    #[serde(skip)]
    session: SessionId,
    person: PersonId,
    deed: &'static str,
    method: Method,
    minutes: Option<i64>,
}

impl Deed for CameOrLeft {
    const KIND: &'static str = "attendance.taken";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("session", Some(self.session.0))
    }
}

#[derive(Serialize)]
struct ServedCounted {
    #[serde(skip)]
    session: SessionId,
    served: i64,
    before: Option<i64>,
}

impl Deed for ServedCounted {
    const KIND: &'static str = "attendance.served_counted";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("session", Some(self.session.0))
    }
}

/// The names of a session's people were read.
#[derive(Serialize)]
struct RosterRead {
    #[serde(skip)]
    session: SessionId,
    people: usize,
}

impl Deed for RosterRead {
    const KIND: &'static str = "attendance.roster_read";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("session", Some(self.session.0))
    }
}

/// Everybody who joined a session or waits for it; reading the names leaves a trace.
pub(crate) async fn roster(cx: &Cx, session: SessionId) -> Result<Vec<RosterLine>> {
    let at = cx.clone();
    cx.write(session.lane(), async move |tx: &mut Tx<'_>| {
        let lines = store::roster(tx, at.tenant, session).await?;
        tx.record(&at, &RosterRead { session, people: lines.len() });
        Ok(lines)
    })
    .await
}

/// The members of the holding team as lines of a roster, for a back-entry project; reading their names leaves a trace.
pub(crate) async fn members(
    cx: &Cx,
    session: SessionId,
    team: organisations::OrganisationId,
) -> Result<Vec<RosterLine>> {
    let at = cx.clone();
    cx.write(session.lane(), async move |tx: &mut Tx<'_>| {
        let lines = store::members(tx, at.tenant, session, team).await?;
        tx.record(&at, &RosterRead { session, people: lines.len() });
        Ok(lines)
    })
    .await
}

/// The lane of everything that writes hours: one for the district, so that a person's day is decided by one.
fn lane(cx: &Cx) -> LaneKey {
    LaneKey::of(cx.tenant.0)
}

/// Checks a person in. Repeating it answers the arrival that is there.
pub async fn check_in(cx: &Cx, session: SessionId, person: PersonId, method: Method) -> Result<Attendance> {
    let cx = cx.clone();
    cx.clone().write(lane(&cx), async move |tx: &mut Tx<'_>| arrive(tx, &cx, session, person, method).await).await
}

async fn arrive(tx: &mut Tx<'_>, cx: &Cx, session: SessionId, person: PersonId, method: Method) -> Result<Attendance> {
    let session = find_session(tx, cx.tenant, session).await?;
    let activity = activities::find(tx, cx.tenant, session.activity_id).await?;
    if let Some(there) = store::find(tx, cx.tenant, session.id, person).await? {
        return Ok(there);
    }
    if let Some(word) = rules::check_in_refusal(activity.state, session.starts_at, session.ends_at, cx.now) {
        return Err(Error::Refused(word));
    }
    let joined = find_live(tx, cx.tenant, session.id, person).await?.filter(|s| s.state == SignupState::Joined);
    let Some(joined) = joined else { return Err(Error::refused("attendance.refused.not_joined")) };
    if store::open_of(tx, cx.tenant, person).await?.is_some() {
        return Err(Error::refused("attendance.refused.elsewhere"));
    }
    let made = Attendance {
        id: AttendanceId::fresh(),
        session_id: session.id,
        activity_id: activity.id,
        person_id: person,
        organisation_id: joined.organisation_id,
        in_at: cx.now,
        in_method: method,
        out_at: None,
        out_method: None,
        forgotten: false,
        entry_id: None,
    };
    store::insert(tx, cx.tenant, &made, &activity.region_code, &cx.actor.name).await?;
    tx.record(cx, &CameOrLeft { session: session.id, person, deed: "in", method, minutes: None });
    Ok(made)
}

/// Checks a person out and writes their hours; the length is what of the stay lies inside the session.
///
/// Repeating it answers the row that is there; `None` when no full minute of the stay counts.
pub async fn check_out(cx: &Cx, session: SessionId, person: PersonId, method: Method) -> Result<Option<EntryId>> {
    let cx = cx.clone();
    cx.clone().write(lane(&cx), async move |tx: &mut Tx<'_>| leave(tx, &cx, session, person, method).await).await
}

async fn leave(
    tx: &mut Tx<'_>,
    cx: &Cx,
    session: SessionId,
    person: PersonId,
    method: Method,
) -> Result<Option<EntryId>> {
    let session = find_session(tx, cx.tenant, session).await?;
    let activity = activities::find(tx, cx.tenant, session.activity_id).await?;
    let there = store::find(tx, cx.tenant, session.id, person).await?;
    let Some(there) = there else { return Err(Error::refused("attendance.refused.not_in")) };
    let out_at = match (there.out_at, there.forgotten) {
        (None, _) => cx.now,
        // The leader settles a forgotten check-out: the planned end, as the flag says.
        (Some(planned), true) if method == Method::Staff && there.entry_id.is_none() => planned,
        _ => return Ok(there.entry_id),
    };
    if there.out_at.is_none() {
        store::close(tx, cx.tenant, there.id, out_at, method, &cx.actor.name, false).await?;
    }
    let span = rules::counted(session.starts_at, session.ends_at, there.in_at, out_at);
    let entry = match span {
        Some((from, to)) => Some(credit(tx, cx, &activity, &session, &there, method, (from, to)).await?),
        None => None,
    };
    let minutes = span.map(|(from, to)| (to - from).num_minutes());
    tx.record(cx, &CameOrLeft { session: session.id, person, deed: "out", method, minutes });
    Ok(entry)
}

async fn credit(
    tx: &mut Tx<'_>,
    cx: &Cx,
    activity: &Activity,
    session: &Session,
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
pub async fn count_served(tx: &mut Tx<'_>, cx: &Cx, session: &Session, served: i64) -> Result<()> {
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
    let cx = cx.clone();
    cx.clone()
        .write(lane(&cx), async move |tx: &mut Tx<'_>| {
            for one in late {
                if store::close(tx, cx.tenant, one.id, one.ends_at, Method::Staff, &cx.actor.name, true).await? {
                    let (session, person) = (one.session_id, one.person_id);
                    tx.record(
                        &cx,
                        &CameOrLeft { session, person, deed: "forgotten", method: Method::Staff, minutes: None },
                    );
                }
            }
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
