//! Messages to oneself inside Qiyi, and how one wants to be told outside.

pub(crate) mod confirmation;
pub(crate) mod settings;
#[cfg(test)]
mod tests;

use crate::deeds::MessagesRead;
use askama::Template;
use kernel::http::filters;
use kernel::{Answer, Cx, Form, LaneKey, Result, Tx, Word, messages};
use serde::Deserialize;

/// How many are shown; older ones are history.
pub(crate) const MOST: i64 = 60;

#[derive(Template)]
#[template(path = "federation/messages.html")]
struct Index {
    messages: Vec<Line>,
    unread: usize,
}

struct Line {
    sentence: String,
    url: String,
    at: String,
    unread: bool,
    /// What it asks, while it waits for the answer.
    ask: Option<String>,
}

pub(crate) async fn index(cx: Cx) -> Result<Answer> {
    let found = messages::list(&cx.db, &cx, cx.person()?, MOST).await?;
    let messages: Vec<Line> = found
        .iter()
        .map(|m| Line {
            sentence: m.sentence(&cx),
            url: kernel::desk::own_path(&m.url).to_owned(),
            at: kernel::words::moment(m.made_at),
            unread: m.read_at.is_none(),
            ask: m.ask.clone(),
        })
        .collect();
    let unread = messages.iter().filter(|m| m.unread).count();
    cx.page(&Index { messages, unread })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Nothing {}

pub(crate) async fn read(cx: Cx, Form(Nothing {}): Form<Nothing>) -> Result<Answer> {
    read_all(&cx).await?;
    Ok(cx.see_other_saying("/me/messages", &Word::new("federation.messages.all_read")))
}

/// Marks all of one's own as read.
pub(crate) async fn read_all(cx: &Cx) -> Result<()> {
    let (at, person) = (cx.clone(), cx.person()?);
    cx.write(LaneKey::of(person), async move |tx: &mut Tx<'_>| {
        messages::read_all(tx, &at, person).await?;
        tx.record(&at, &MessagesRead { object: Some(person) });
        Ok(())
    })
    .await
}
