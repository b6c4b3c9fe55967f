//! Back-entry: who came although nobody could take attendance, with the paper sheet, for another person to decide.

use crate::claims::{self, Claimed, candidates, claimable};
use crate::store::RosterLine;
use activities::{Activity, Session, SessionId};
use askama::Template;
use axum::extract::Path;
use chrono::NaiveTime;
use kernel::http::{Multipart, filters};
use kernel::{Answer, Cx, Error, FieldErrors, Result, Word};
use people::PersonId;
use std::collections::HashMap;

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
#[template(path = "attendance/claim.html")]
struct New {
    activity: Activity,
    session: Session,
    rows: Vec<Row>,
    reason: String,
    errors: FieldErrors,
}

fn form(session: Session, activity: Activity, lines: Vec<RosterLine>, typed: &Typed, errors: FieldErrors) -> New {
    let planned = |at| if session.flexible { String::new() } else { kernel::words::time(at) };
    let (from, to) = (planned(session.starts_at), planned(session.ends_at));
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
    let lines = candidates(&cx, session.id, &activity).await?;
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

/// What was sent, with the times as moments of the session's day.
fn claimed(session: &Session, typed: &Typed) -> Claimed {
    let clock = |kind: &str, person: PersonId| {
        let text = typed.times.get(&format!("{kind}:{person}")).map_or("", String::as_str);
        let time = NaiveTime::parse_from_str(text.trim(), "%H:%M").ok()?;
        Some(kernel::time::from_beijing(session.day.and_time(time)))
    };
    let lines = typed.people.iter().map(|person| (*person, clock("from", *person), clock("to", *person))).collect();
    Claimed { lines, reason: typed.reason.clone(), sheet: typed.sheet.clone() }
}

pub(super) async fn create(cx: Cx, Path(session): Path<SessionId>, parts: Multipart) -> Result<Answer> {
    let (session, activity) = claimable(&cx, session).await?;
    let typed = read(parts).await?;
    let lines = candidates(&cx, session.id, &activity).await?;
    let claimed = claimed(&session, &typed);
    let people = claimed.lines.len();
    match claims::create(&cx, (&session, &activity), &lines, claimed).await {
        Ok(_) => {}
        Err(Error::Invalid(errors)) => return cx.invalid(&form(session, activity, lines, &typed, errors)),
        Err(other) => return Err(other),
    }
    let back = format!("/sessions/{}", session.id);
    Ok(cx.see_other_saying(&back, &Word::new("claim.made").with("n", people)))
}
