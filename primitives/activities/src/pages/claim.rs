//! Back-entry: who came although nobody could take attendance, with the paper sheet, for another person to decide.

use super::held_session;
use crate::attendance;
use crate::model::{Activity, Session, SessionId};
use crate::store::attendance::RosterLine;
use askama::Template;
use axum::extract::Path;
use chrono::{DateTime, NaiveTime, Utc};
use hours::NewClaim;
use kernel::http::{Multipart, filters};
use kernel::time::WorkCalendar;
use kernel::{Answer, Cx, Error, FieldErrors, LaneKey, Result, Tx, Word};
use people::PersonId;
use std::collections::HashMap;

/// The largest photograph that is taken.
const MOST: usize = 10 * 1024 * 1024;

/// What was sent, field by field.
#[derive(Default)]
struct Typed {
    people: Vec<PersonId>,
    times: HashMap<String, String>,
    reason: String,
    sheet: Option<(String, Vec<u8>)>,
}

struct Row {
    line: RosterLine,
    from: String,
    to: String,
    chosen: bool,
}

#[derive(Template)]
#[template(path = "activities/claim.html")]
struct New {
    activity: Activity,
    session: Session,
    rows: Vec<Row>,
    reason: String,
    errors: FieldErrors,
}

/// The session, when hours can be claimed for it.
async fn claimable(cx: &Cx, id: SessionId) -> Result<(Session, Activity)> {
    let (session, activity) = held_session(cx, id, hours::CLAIM).await?;
    if !activity.state.earns() {
        return Err(Error::refused("attendance.refused.state"));
    }
    if session.ends_at > cx.now {
        return Err(Error::refused("claim.refused.early"));
    }
    Ok((session, activity))
}

/// Those who joined and have no hours in this session yet; reading their names leaves a trace.
async fn candidates(cx: &Cx, session: SessionId) -> Result<Vec<RosterLine>> {
    let lines = attendance::roster(cx, session).await?;
    Ok(lines.into_iter().filter(|l| l.is_joined() && l.minutes == 0).collect())
}

fn form(session: Session, activity: Activity, lines: Vec<RosterLine>, typed: &Typed, errors: FieldErrors) -> New {
    let (from, to) = (kernel::words::time(session.starts_at), kernel::words::time(session.ends_at));
    let time = |kind: &str, person: PersonId, planned: &str| {
        typed.times.get(&format!("{kind}:{person}")).cloned().unwrap_or_else(|| planned.to_owned())
    };
    let row = |line: RosterLine| Row {
        from: time("from", line.person_id, &from),
        to: time("to", line.person_id, &to),
        chosen: typed.people.contains(&line.person_id),
        line,
    };
    let rows = lines.into_iter().map(row).collect();
    New { rows, activity, session, reason: typed.reason.clone(), errors }
}

pub(super) async fn new(cx: Cx, Path(session): Path<SessionId>) -> Result<Answer> {
    let (session, activity) = claimable(&cx, session).await?;
    let lines = candidates(&cx, session.id).await?;
    cx.page(&form(session, activity, lines, &Typed::default(), FieldErrors::none()))
}

/// Reads the parts of the form; a part that nobody asked for is refused.
async fn read(mut parts: Multipart) -> Result<Typed> {
    let mut typed = Typed::default();
    while let Some((name, file, bytes)) = parts.next().await? {
        if name == "sheet" {
            typed.sheet = (!bytes.is_empty()).then_some((file, bytes));
            continue;
        }
        let text = String::from_utf8(bytes).map_err(|_| Error::Malformed(Word::new("error.form")))?;
        match name.as_str() {
            "_once" => {}
            "person" => typed.people.push(text.parse().map_err(|_| Error::Malformed(Word::new("error.form")))?),
            "reason" => typed.reason = text,
            _ if name.starts_with("from:") || name.starts_with("to:") => drop(typed.times.insert(name, text)),
            _ => return Err(Error::Malformed(Word::new("error.form"))),
        }
    }
    typed.people.sort_unstable();
    typed.people.dedup();
    Ok(typed)
}

/// What a picture is by its first bytes; names and headers are not asked.
fn picture(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [0x89, b'P', b'N', b'G', ..] => Some("image/png"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("image/webp"),
        _ => None,
    }
}

type Line = (PersonId, DateTime<Utc>, DateTime<Utc>);

fn check(
    session: &Session,
    lines: &[RosterLine],
    typed: &Typed,
) -> std::result::Result<(Vec<Line>, String), FieldErrors> {
    let mut errors = FieldErrors::none();
    let known = |person: &PersonId| lines.iter().any(|l| l.person_id == *person);
    if typed.people.is_empty() || !typed.people.iter().all(known) {
        errors.add("person", Word::new("claim.choose"));
    }
    let clock = |kind: &str, person: PersonId| {
        let text = typed.times.get(&format!("{kind}:{person}")).map_or("", String::as_str);
        let time = NaiveTime::parse_from_str(text.trim(), "%H:%M").ok()?;
        Some(kernel::time::from_beijing(session.day.and_time(time)))
    };
    let mut spans = Vec::new();
    for person in &typed.people {
        match (clock("from", *person), clock("to", *person)) {
            // Only what lies inside the session counts, as with a check-in.
            (Some(from), Some(to)) if from < to && from >= session.starts_at && to <= session.ends_at => {
                spans.push((*person, from, to));
            }
            _ => errors.add("person", Word::new("claim.times")),
        }
    }
    let reason = if typed.reason.trim().is_empty() {
        errors.add("reason", Word::new("claim.why_missing"));
        String::new()
    } else {
        errors.text("reason", &typed.reason, 50)
    };
    match &typed.sheet {
        Some((_, bytes)) if bytes.len() > MOST => errors.add("sheet", Word::new("error.too_large")),
        Some((_, bytes)) if picture(bytes).is_none() => errors.add("sheet", Word::new("claim.picture")),
        _ => {}
    }
    errors.0.dedup();
    if errors.is_empty() { Ok((spans, reason)) } else { Err(errors) }
}

pub(super) async fn create(cx: Cx, Path(session): Path<SessionId>, parts: Multipart) -> Result<Answer> {
    let (session, activity) = claimable(&cx, session).await?;
    let typed = read(parts).await?;
    let lines = candidates(&cx, session.id).await?;
    let (spans, reason) = match check(&session, &lines, &typed) {
        Ok(checked) => checked,
        Err(errors) => return cx.invalid(&form(session, activity, lines, &typed, errors)),
    };
    let calendar = WorkCalendar::load(&cx.db).await?;
    let (at, sheet) = (cx.clone(), typed.sheet);
    let people = spans.len();
    let back = format!("/sessions/{}", session.id);
    cx.once(LaneKey::of(cx.tenant.0), async move |tx: &mut Tx<'_>| {
        let evidence = match sheet {
            Some((name, bytes)) => {
                let kind = picture(&bytes).unwrap_or("application/octet-stream");
                Some(kernel::files::insert(tx, &at, &name, kind, bytes).await?)
            }
            None => None,
        };
        let claim = NewClaim {
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
            evidence,
            lines: spans,
        };
        hours::claim(tx, &at, &claim, &calendar).await
    })
    .await?;
    Ok(cx.see_other_saying(&back, &Word::new("claim.made").with("n", people)))
}
