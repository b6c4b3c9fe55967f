//! The outbox for its keeper: how far messages are and why, and their retry. Nobody is named and no fact of a message is shown.

use crate::audit::Deed;
use crate::cx::Cx;
use crate::db::{LaneKey, Tx};
use crate::error::{Error, Result};
use crate::http::{Answer, Cursor, Form, Paged, Problem, Query, filters, query_string};
use crate::ids::Raw;
use crate::module::WorkItem;
use crate::outbox::store::{self, Filter};
use crate::outbox::{self, Channel, Outgoing, State};
use crate::tables::{Column, Out, write_csv, write_xlsx};
use crate::words::Word;
use askama::Template;
use axum::Json;
use axum::extract::Path;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

const PAGE: usize = 50;
const EXPORT: i64 = 20_000;

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Wanted {
    state: String,
    channel: String,
    q: String,
    format: String,
    cursor: Option<String>,
}

impl Wanted {
    fn fields(&self) -> [(&str, &str); 3] {
        [("state", self.state.as_str()), ("channel", &self.channel), ("q", &self.q)]
    }

    /// What is looked for stands in the sentence of a message or in the reason why it did not leave.
    async fn filter(&self, cx: &Cx) -> Result<Filter> {
        let q = self.q.trim().to_lowercase();
        let words = if q.is_empty() {
            None
        } else {
            let used = store::words(&cx.db, cx.tenant).await?;
            let says = |key: &String| sentence(cx, key).to_lowercase().contains(&q);
            Some(used.into_iter().filter(says).take(8).collect())
        };
        Ok(Filter { state: self.state.parse().ok(), channel: self.channel.parse().ok(), words, reason: q })
    }
}

/// What a message says without its facts: `「…」改到……`.
fn sentence(cx: &Cx, key: &str) -> String {
    let text = cx.app.words.text(cx.lang, key);
    let mut out = String::with_capacity(text.len());
    let mut inside = false;
    for letter in text.chars() {
        match letter {
            '{' => {
                inside = true;
                out.push('…');
            }
            '}' => inside = false,
            _ if inside => {}
            other => out.push(other),
        }
    }
    out
}

/// A reason in words; a code of the other side stays what it is.
fn reason(cx: &Cx, message: &Outgoing) -> String {
    let key = format!("outbox.reason.{}", message.reason);
    if cx.app.words.has(&key) { cx.t(&key).to_owned() } else { message.reason.clone() }
}

struct Row {
    message: Outgoing,
    sentence: String,
    reason: String,
}

impl Row {
    fn of(cx: &Cx, message: Outgoing) -> Self {
        Self { sentence: sentence(cx, &message.word), reason: reason(cx, &message), message }
    }

    const fn tint(&self) -> &'static str {
        match self.message.state {
            State::Waiting | State::Digest => "tag-b",
            State::Sent => "tag-g",
            State::Failed | State::Bounced => "tag-r",
            State::Dropped => "",
        }
    }

    fn retries(&self) -> bool {
        let ended = matches!(self.message.state, State::Failed | State::Bounced | State::Dropped);
        ended && self.message.reason != "taken_back"
    }
}

#[derive(Template)]
#[template(path = "desk/outbox.html")]
struct Index {
    page: Paged<Row>,
    counts: Vec<(State, i64)>,
    states: &'static [State],
    channels: &'static [Channel],
    opened: Vec<Channel>,
    wanted: Wanted,
    views: String,
}

impl Index {
    fn next(&self) -> Option<String> {
        self.page.next.as_deref().map(|cursor| query_string(&self.wanted.fields(), cursor))
    }

    fn export(&self, format: &str) -> String {
        let fields = [&self.wanted.fields()[..], &[("format", format)]].concat();
        format!("/desk/outbox/export{}", query_string(&fields, ""))
    }

    fn of_state(&self, state: &str) -> String {
        let fields = [("state", state), ("channel", self.wanted.channel.as_str()), ("q", &self.wanted.q)];
        format!("/desk/outbox{}", query_string(&fields, ""))
    }

    fn count(&self, state: &State) -> i64 {
        self.counts.iter().find(|(s, _)| s == state).map_or(0, |(_, n)| *n)
    }

    fn failed(&self) -> i64 {
        self.count(&State::Failed)
    }
}

async fn page(cx: &Cx, wanted: &Wanted) -> Result<Paged<Outgoing>> {
    let cursor = Cursor::read(wanted.cursor.as_deref(), 2)?;
    let filter = wanted.filter(cx).await?;
    let found = store::list(&cx.db, cx.tenant, &filter, cursor.as_ref(), PAGE as i64 + 1).await?;
    Ok(Paged::cut(found, PAGE, |m| vec![m.made_at.to_rfc3339(), m.id.to_string()]))
}

pub(super) async fn index(cx: Cx, Query(wanted): Query<Wanted>) -> Result<Answer> {
    let page = page(&cx, &wanted).await?.map(|message| Row::of(&cx, message));
    let counts = store::counts(&cx.db, cx.tenant).await?;
    let opened = cx.app.config.channels.opened();
    let views = crate::views::chips(&cx, "outbox", &query_string(&wanted.fields(), "")).await?;
    cx.page(&Index { page, counts, states: State::ALL, channels: Channel::ALL, opened, wanted, views })
}

/// What did not leave within a week, for the keeper's work-list.
pub(super) async fn work(cx: Cx) -> Result<Vec<WorkItem>> {
    if !cx.can(super::OUTBOX) {
        return Ok(Vec::new());
    }
    let failed = store::failed_since(&cx.db, cx.tenant, cx.now - chrono::Duration::days(7)).await?;
    let word = Word::new("outbox.work").with("n", failed);
    let item = WorkItem::of_list(&cx, "work.kind.outbox", &word, "/desk/outbox?state=failed");
    Ok(if failed > 0 { vec![WorkItem { due: cx.now, ..item }] } else { Vec::new() })
}

/// The same list as a table to keep.
pub(super) async fn export(cx: Cx, Query(wanted): Query<Wanted>) -> Result<Answer> {
    let filter = wanted.filter(&cx).await?;
    let found = store::list(&cx.db, cx.tenant, &filter, None, EXPORT).await?;
    let titles =
        [("made", 18), ("channel", 8), ("sentence", 40), ("state", 10), ("reason", 24), ("tries", 8), ("done", 18)];
    let columns: Vec<Column> =
        titles.iter().map(|(key, width)| Column::new(cx.t(&format!("outbox.column.{key}")), *width)).collect();
    let rows = found.into_iter().map(|message| {
        let row = Row::of(&cx, message);
        vec![
            Out::Text(crate::words::moment(row.message.made_at)),
            Out::Text(cx.t(&format!("channel.{}", row.message.channel)).to_owned()),
            Out::Text(row.sentence),
            Out::Text(cx.t(&format!("outbox.state.{}", row.message.state)).to_owned()),
            Out::Text(row.reason),
            Out::Int(row.message.tries),
            Out::maybe(row.message.done_at.map(crate::words::moment)),
        ]
    });
    let (name, failed) = (cx.t("nav.outbox"), |e: crate::tables::TableError| Error::internal(e.to_string()));
    if wanted.format == "csv" {
        let bytes = write_csv(&columns, rows).map_err(failed)?;
        return Ok(cx.download(&format!("{name}.csv"), "text/csv; charset=utf-8", bytes));
    }
    let bytes = write_xlsx(&columns, rows).map_err(failed)?;
    let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    Ok(cx.download(&format!("{name}.xlsx"), kind, bytes))
}

/// A message on its way out; whom it is for and what it says is not told.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OutgoingJson {
    /// Its id.
    id: String,
    /// `mail`, `sms` or `wecom`.
    channel: String,
    /// The word key of its sentence.
    word: String,
    /// `waiting`, `digest`, `sent`, `failed`, `bounced` or `dropped`.
    state: String,
    /// Why, as a code; empty while nothing happened.
    reason: String,
    /// How often it was tried.
    tries: i64,
    /// When its deed happened.
    made_at: DateTime<Utc>,
    /// When it came to its end.
    done_at: Option<DateTime<Utc>>,
}

/// Messages that left or wait, the newest first, 50 a page.
#[utoipa::path(get, path = "/api/v1/outbox", tag = "messages",
    params(("state" = Option<String>, Query, description = "How far"), ("channel" = Option<String>, Query, description = "Which way"),
        ("q" = Option<String>, Query, description = "A part of the sentence or of the reason"),
        ("cursor" = Option<String>, Query, description = "`next` of the page before")),
    responses((status = 200, body = Paged<OutgoingJson>), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(super) async fn list(cx: Cx, Query(wanted): Query<Wanted>) -> Result<Json<Paged<OutgoingJson>>> {
    let page = page(&cx, &wanted).await?;
    Ok(Json(page.map(|m| OutgoingJson {
        id: m.id.to_string(),
        channel: m.channel.to_string(),
        word: m.word,
        state: m.state.to_string(),
        reason: m.reason,
        tries: m.tries,
        made_at: m.made_at,
        done_at: m.done_at,
    })))
}

#[derive(Serialize)]
struct OutboxRetried {
    #[serde(skip)]
    message: Option<Raw>,
    rows: u64,
}

impl Deed for OutboxRetried {
    const KIND: &'static str = "outbox.retried";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("outbox", self.message)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

pub(super) async fn retry(cx: Cx, Path(message): Path<Raw>, Form(_): Form<Nothing>) -> Result<Answer> {
    outbox::find(&cx, message).await?;
    let at = cx.clone();
    cx.write(LaneKey(4), async move |tx: &mut Tx<'_>| {
        if !store::retry(tx, at.tenant, message, at.now).await? {
            return Err(Error::refused("outbox.refused.on_its_way"));
        }
        tx.record(&at, &OutboxRetried { message: Some(message), rows: 1 });
        Ok(())
    })
    .await?;
    Ok(cx.see_other_saying("/desk/outbox", &Word::new("outbox.retried").with("n", 1)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Which {
    channel: String,
}

pub(super) async fn retry_all(cx: Cx, Form(which): Form<Which>) -> Result<Answer> {
    let (at, channel) = (cx.clone(), which.channel.parse().ok());
    let rows = cx
        .write(LaneKey(4), async move |tx: &mut Tx<'_>| {
            let rows = store::retry_failed(tx, at.tenant, channel, at.now).await?;
            tx.record(&at, &OutboxRetried { message: None, rows });
            Ok(rows)
        })
        .await?;
    Ok(cx.see_other_saying("/desk/outbox", &Word::new("outbox.retried").with("n", rows)))
}
