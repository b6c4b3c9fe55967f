//! Who is in, live: the page holds the names, and messages fill in who came and left since. Without a script a link reads it anew.

use crate::store::RosterLine;
use crate::store::roster::{Stay, stays};
use crate::{ATTEND, taking};
use activities::{Activity, Session, SessionId, held_session};
use askama::Template;
use axum::extract::Path;
use axum::http::{HeaderMap, header};
use axum::response::IntoResponse as _;
use axum::response::sse::{Event, Sse};
use chrono::{DateTime, Utc};
use futures_util::stream;
use kernel::http::filters;
use kernel::{Answer, Cx, Result, Word};
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::time::Duration;

/// Between two messages.
const EVERY: Duration = Duration::from_secs(5);
/// A browser waits so long before it connects again.
const RETRY: Duration = Duration::from_secs(5);
/// Messages of one connection: after ten minutes the browser asks anew, and whether it may is asked anew.
const MOST: usize = 120;

#[derive(Template)]
#[template(path = "attendance/inside.html")]
struct Show {
    activity: Activity,
    session: Session,
    lines: Vec<Named>,
    counts: [usize; 3],
    at: DateTime<Utc>,
}

/// Somebody with what is said of their stay.
struct Named {
    line: RosterLine,
    said: String,
}

impl Named {
    /// The class of the lamp: they are in.
    fn lamp(&self) -> &'static str {
        if self.line.is_inside() { "on" } else { "" }
    }
}

fn said(cx: &Cx, in_at: Option<DateTime<Utc>>, out_at: Option<DateTime<Utc>>, forgotten: bool) -> String {
    let time = kernel::words::time;
    let word = match (in_at, out_at) {
        (None, _) => Word::new("inside.absent"),
        (Some(in_at), None) => Word::new("inside.since").with("when", time(in_at)),
        (Some(in_at), Some(out)) if forgotten => {
            Word::new("inside.forgotten").with("from", time(in_at)).with("to", time(out))
        }
        (Some(in_at), Some(out)) => Word::new("inside.left").with("from", time(in_at)).with("to", time(out)),
    };
    cx.say(&word)
}

pub(super) async fn show(cx: Cx, Path(session): Path<SessionId>) -> Result<Answer> {
    let (session, activity) = held_session(&cx, session, ATTEND).await?;
    let mut lines = taking::roster(&cx, session.id).await?;
    lines.retain(RosterLine::is_joined);
    let count = |test: fn(&RosterLine) -> bool| lines.iter().filter(|line| test(line)).count();
    let counts = [count(RosterLine::is_inside), count(RosterLine::is_absent), lines.len()];
    // Who is in first, then who is not yet, then who left.
    lines.sort_by_key(|line| (!line.is_inside(), !line.is_absent()));
    let named = |line: RosterLine| Named { said: said(&cx, line.in_at, line.out_at, line.is_forgotten()), line };
    let lines = lines.into_iter().map(named).collect();
    cx.page(&Show { lines, activity, session, counts, at: cx.now })
}

/// What one page has been told.
struct Told {
    cx: Cx,
    session: SessionId,
    texts: BTreeMap<String, String>,
    sent: usize,
    most: usize,
}

/// Whoever does not ask for a stream is told once.
fn most(headers: &HeaderMap) -> usize {
    let streams = |accept: &axum::http::HeaderValue| accept.to_str().is_ok_and(|a| a.contains("text/event-stream"));
    if headers.get(header::ACCEPT).is_some_and(streams) { MOST } else { 1 }
}

pub(super) async fn events(cx: Cx, Path(session): Path<SessionId>, headers: HeaderMap) -> Result<Answer> {
    // Who may not read it is answered before anything streams.
    held_session(&cx, session, ATTEND).await?;
    let told = Told { cx, session, texts: BTreeMap::new(), sent: 0, most: most(&headers) };
    let messages = stream::unfold(told, |mut told| async move {
        if told.sent >= told.most {
            return None;
        }
        if told.sent > 0 {
            tokio::time::sleep(EVERY).await;
        }
        // Not theirs any more, or the database is away: the stream ends, and the browser asks again.
        let message = told.message().await.ok()?;
        let event = Event::default().data(message);
        let event = if told.sent == 0 { event.retry(RETRY) } else { event };
        told.sent += 1;
        Some((Ok::<_, Infallible>(event), told))
    });
    let mut answer = Sse::new(messages).into_response();
    // Who is in is for this reader alone, as every page of somebody who is signed in.
    answer.headers_mut().insert(header::CACHE_CONTROL, axum::http::HeaderValue::from_static("no-store"));
    // Proxies that gather answers would hold the messages back.
    answer.headers_mut().insert("x-accel-buffering", axum::http::HeaderValue::from_static("no"));
    Ok(answer)
}

impl Told {
    /// What changed since the last message, as JSON: no names go over the wire.
    async fn message(&mut self) -> Result<String> {
        self.cx.now = self.cx.app.clock.now();
        held_session(&self.cx, self.session, ATTEND).await?;
        let texts = texts(&self.cx, &stays(&self.cx.db, self.cx.tenant, self.session).await?);
        let changed: BTreeMap<&String, &String> =
            texts.iter().filter(|(id, text)| self.texts.get(*id) != Some(*text)).collect();
        let message = serde_json::to_string(&changed).unwrap_or_default();
        self.texts = texts;
        Ok(message)
    }
}

/// The texts and lamps of a page, by their ids.
fn texts(cx: &Cx, stays: &[Stay]) -> BTreeMap<String, String> {
    let inside = stays.iter().filter(|stay| stay.out_at.is_none()).count();
    let mut texts = BTreeMap::from([
        ("inside".to_owned(), inside.to_string()),
        ("came".to_owned(), stays.len().to_string()),
        ("at".to_owned(), kernel::words::time(cx.now)),
    ]);
    for stay in stays {
        let said = said(cx, Some(stay.in_at), stay.out_at, stay.forgotten);
        texts.insert(format!("s-{}", stay.person_id), said);
        let lamp = if stay.out_at.is_none() { "on" } else { "" };
        texts.insert(format!("l-{}", stay.person_id), lamp.to_owned());
    }
    texts
}
