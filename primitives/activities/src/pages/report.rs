//! Reporting one's own hours: the session first, then when, why and what one shows for it.

use super::actor_person;
use crate::model::{Activity, Session, SessionId};
use crate::reports::{self, DAYS, Reported};
use crate::store::report::{self, Reportable};
use askama::Template;
use axum::extract::Path;
use chrono::{Duration, NaiveTime};
use kernel::http::{Multipart, filters};
use kernel::{Answer, Cx, Error, FieldErrors, Query, Result, Word};
use serde::Deserialize;

/// Sessions to choose from, at most; a search finds the others.
const MOST: i64 = 40;

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Wanted {
    q: String,
}

#[derive(Template)]
#[template(path = "activities/report_choice.html")]
struct Choice {
    sessions: Vec<Reportable>,
    query: String,
    days: i64,
}

impl Reportable {
    fn seal(&self) -> &'static str {
        crate::model::seal(&self.category).0
    }

    fn seal_class(&self) -> &'static str {
        crate::model::seal(&self.category).1
    }
}

/// The sessions that a reader may report hours for, with a search.
pub(crate) async fn choices(cx: &Cx, query: &str) -> Result<Vec<Reportable>> {
    report::reportable(cx, actor_person(cx)?, (query.trim(), cx.now - Duration::days(DAYS)), MOST).await
}

pub(super) async fn choose(cx: Cx, Query(wanted): Query<Wanted>) -> Result<Answer> {
    cx.page(&Choice { sessions: choices(&cx, &wanted.q).await?, query: wanted.q, days: DAYS })
}

/// What was sent, field by field.
#[derive(Default)]
struct Typed {
    from: String,
    to: String,
    reason: String,
    files: Vec<(String, Vec<u8>)>,
}

#[derive(Template)]
#[template(path = "activities/report.html")]
struct New {
    activity: Activity,
    session: Session,
    from: String,
    to: String,
    reason: String,
    needed: bool,
    errors: FieldErrors,
}

async fn form(cx: &Cx, session: Session, activity: Activity, typed: Typed, errors: FieldErrors) -> Result<New> {
    let needed = hours::settings::EVIDENCE.read(&cx.db, cx.tenant).await? == 1;
    Ok(New { activity, session, from: typed.from, to: typed.to, reason: typed.reason, needed, errors })
}

pub(super) async fn new(cx: Cx, Path(session): Path<SessionId>) -> Result<Answer> {
    let (session, activity) = reports::reportable(&cx, session).await?;
    let planned = match session.flexible {
        // Of free hours nobody knows them but who came.
        true => Typed::default(),
        false => Typed {
            from: kernel::words::time(session.starts_at),
            to: kernel::words::time(session.ends_at),
            ..Typed::default()
        },
    };
    cx.page(&form(&cx, session, activity, planned, FieldErrors::none()).await?)
}

/// Reads the parts of the form; a part that nobody asked for is refused.
async fn read(mut parts: Multipart) -> Result<Typed> {
    let wrong = || Error::Malformed(Word::new("error.form"));
    let mut typed = Typed::default();
    while let Some((name, file, bytes)) = parts.next().await? {
        if name == "evidence" {
            typed.files.extend((!bytes.is_empty()).then_some((file, bytes)));
            continue;
        }
        let text = String::from_utf8(bytes).map_err(|_| wrong())?;
        match name.as_str() {
            "from" => typed.from = text,
            "to" => typed.to = text,
            "reason" => typed.reason = text,
            _ => return Err(wrong()),
        }
    }
    Ok(typed)
}

pub(super) async fn create(cx: Cx, Path(session): Path<SessionId>, parts: Multipart) -> Result<Answer> {
    let (session, activity) = reports::reportable(&cx, session).await?;
    let mut typed = read(parts).await?;
    let clock = |text: &str| {
        let time = NaiveTime::parse_from_str(text.trim(), "%H:%M").ok()?;
        Some(kernel::time::from_beijing(session.day.and_time(time)))
    };
    let reported = Reported {
        from: clock(&typed.from),
        to: clock(&typed.to),
        reason: typed.reason.clone(),
        files: std::mem::take(&mut typed.files),
    };
    match reports::create(&cx, (&session, &activity), reported).await {
        Ok(id) => Ok(cx.see_other_saying(&format!("/me/hours/applications/{id}"), &Word::new("report.made"))),
        Err(Error::Invalid(errors)) => cx.invalid(&form(&cx, session, activity, typed, errors).await?),
        Err(Error::Refused(word)) => {
            let mut errors = FieldErrors::none();
            errors.add("from", word);
            cx.invalid(&form(&cx, session, activity, typed, errors).await?)
        }
        Err(error) => Err(error),
    }
}
