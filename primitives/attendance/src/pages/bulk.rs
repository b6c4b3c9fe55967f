//! Many in or out with one press: tick, see what comes of it, do it, and read who was refused and why.

use crate::bulk::{self, Deed, Outcome};
use crate::forms::BulkForm;
use crate::store::RosterLine;
use crate::{ATTEND, taking};
use activities::{Activity, Session, SessionId, held_session};
use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use kernel::http::filters;
use kernel::{Answer, Cx, Error, FieldErrors, Form, Query, Result, Word};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    deed: Option<Deed>,
}

#[derive(Template)]
#[template(path = "attendance/bulk.html")]
struct New {
    activity: Activity,
    session: Session,
    deed: Deed,
    lines: Vec<RosterLine>,
    errors: FieldErrors,
}

async fn form(cx: &Cx, (session, activity): (Session, Activity), deed: Deed, errors: FieldErrors) -> Result<New> {
    let mut lines = taking::roster(cx, session.id).await?;
    lines.retain(|line| deed.fits(line));
    Ok(New { activity, session, deed, lines, errors })
}

pub(super) async fn new(cx: Cx, Path(session): Path<SessionId>, Query(wanted): Query<Wanted>) -> Result<Answer> {
    let held = held_session(&cx, session, ATTEND).await?;
    cx.page(&form(&cx, held, wanted.deed.unwrap_or(Deed::In), FieldErrors::none()).await?)
}

#[derive(Template)]
#[template(path = "attendance/bulk_outcome.html")]
struct Outcomes {
    activity: Activity,
    session: Session,
    deed: Deed,
    /// Whether it is done, or only told what would come of it.
    done: bool,
    good: Vec<Outcome>,
    refused: Vec<(String, Word)>,
    minutes: i64,
}

pub(super) async fn create(cx: Cx, Path(session): Path<SessionId>, Form(typed): Form<BulkForm>) -> Result<Answer> {
    let held = held_session(&cx, session, ATTEND).await?;
    if typed.person.is_empty() {
        let mut errors = FieldErrors::none();
        errors.add("person", Word::new("attendance.bulk.choose"));
        return cx.invalid(&form(&cx, held, typed.deed, errors).await?);
    }
    let lines = taking::roster(&cx, session).await?;
    let (chosen, of) = (bulk::chosen(&lines, &typed.person)?, (&held.0, &held.1));
    let done = match typed.then.as_str() {
        "look" => false,
        "do" => true,
        _ => return Err(Error::Malformed(Word::new("error.form"))),
    };
    let outcomes = match done {
        true => bulk::take(&cx, of, typed.deed, &chosen).await?,
        false => bulk::foresee(&cx, of, typed.deed, &chosen).await?,
    };
    let minutes = outcomes.iter().map(|one| one.minutes).sum();
    let (mut good, mut refused) = (Vec::new(), Vec::new());
    for one in outcomes {
        match one.refused {
            Some(word) => refused.push((one.name, word)),
            None => good.push(one),
        }
    }
    let (session, activity) = held;
    cx.page_with(StatusCode::OK, &Outcomes { activity, session, deed: typed.deed, done, good, refused, minutes })
}
