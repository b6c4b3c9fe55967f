//! The desk's list of announcements, on a page and as a table to keep.

use super::PAGE;
use crate::deeds::ListExported;
use crate::model::{Announcement, AnnouncementId, State, Topic, Urgency};
use crate::policy::MANAGE;
use crate::store::listing::{self, Filter};
use crate::{export, rules};
use askama::Template;
use kernel::http::{Cursor, Paged, filters, query_string};
use kernel::tables::Out;
use kernel::{Answer, Cx, LaneKey, Query, Result, Tx};
use serde::Deserialize;
use std::collections::HashMap;

/// What the address may say.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Wanted {
    q: String,
    urgency: String,
    kind: String,
    state: String,
    /// Of a table to keep: `xlsx` or `csv`.
    format: String,
    cursor: Option<String>,
}

impl Wanted {
    pub(crate) fn filter(&self) -> Filter {
        Filter {
            query: self.q.trim().to_owned(),
            urgency: self.urgency.parse().ok(),
            kind: self.kind.parse().ok(),
            state: self.state.parse().ok(),
        }
    }

    fn fields(&self) -> [(&str, &str); 4] {
        [("q", &self.q), ("urgency", &self.urgency), ("kind", &self.kind), ("state", &self.state)]
    }
}

/// An announcement with how many have read it.
struct Row {
    announcement: Announcement,
    unread: i64,
}

impl Row {
    const fn seen(&self) -> i64 {
        self.announcement.people - self.unread
    }

    fn share(&self) -> Option<String> {
        let a = &self.announcement;
        (a.must_read && a.people > 0).then(|| rules::share(rules::permille(self.seen(), a.people)))
    }

    const fn tint(&self) -> &'static str {
        match self.announcement.state {
            State::Draft => "tag-b",
            State::Sending | State::Stopped => "tag-a",
            State::Sent => "tag-g",
            State::Withdrawn => "",
        }
    }
}

#[derive(Template)]
#[template(path = "exchange/index.html")]
struct Index {
    rows: Paged<Row>,
    wanted: Wanted,
    urgencies: &'static [Urgency],
    kinds: &'static [Topic],
    states: &'static [State],
    views: String,
}

impl Index {
    fn next(&self) -> Option<String> {
        self.rows.next.as_deref().map(|cursor| query_string(&self.wanted.fields(), cursor))
    }

    fn export(&self, format: &str) -> String {
        let fields = [&self.wanted.fields()[..], &[("format", format)]].concat();
        format!("/desk/announcements/export{}", query_string(&fields, ""))
    }
}

async fn rows(cx: &Cx, found: Vec<Announcement>) -> Result<Vec<Row>> {
    let ids: Vec<AnnouncementId> = found.iter().filter(|a| a.must_read).map(|a| a.id).collect();
    let unread: HashMap<AnnouncementId, i64> = listing::unread_of(&cx.db, cx.tenant, &ids).await?;
    let row =
        |announcement: Announcement| Row { unread: unread.get(&announcement.id).copied().unwrap_or(0), announcement };
    Ok(found.into_iter().map(row).collect())
}

pub(super) async fn index(cx: Cx, Query(wanted): Query<Wanted>) -> Result<Answer> {
    let cursor = Cursor::read(wanted.cursor.as_deref(), 2)?;
    let (filter, reach) = (wanted.filter(), cx.reach(MANAGE));
    let found = listing::list(&cx.db, cx.tenant, (&filter, &reach), (cursor.as_ref(), PAGE as i64 + 1)).await?;
    let page = Paged::cut(found, PAGE, Announcement::keys);
    let rows = Paged { items: rows(&cx, page.items).await?, next: page.next };
    let views = kernel::views::chips(&cx, "announcements", &query_string(&wanted.fields(), "")).await?;
    cx.page(&Index { rows, wanted, views, urgencies: Urgency::ALL, kinds: Topic::ALL, states: State::ALL })
}

const COLUMNS: [(&str, u8); 11] = [
    ("exchange.title", 36),
    ("exchange.sender", 24),
    ("exchange.kind", 10),
    ("exchange.urgency", 8),
    ("exchange.state", 10),
    ("exchange.made", 18),
    ("exchange.sent_at", 18),
    ("exchange.read_by", 12),
    ("exchange.people", 10),
    ("exchange.seen", 10),
    ("exchange.rate", 10),
];

pub(super) async fn export(cx: Cx, Query(wanted): Query<Wanted>) -> Result<Answer> {
    let (filter, reach) = (wanted.filter(), cx.reach(MANAGE));
    let found = listing::list(&cx.db, cx.tenant, (&filter, &reach), (None, export::MOST)).await?;
    let rows = rows(&cx, found).await?;
    let (at, count, format) = (cx.clone(), rows.len(), export::format(&wanted.format));
    cx.write(LaneKey::of(cx.tenant.0), async move |tx: &mut Tx<'_>| {
        tx.record(&at, &ListExported { rows: count, format });
        Ok(())
    })
    .await?;
    let said = |key: String| Out::Text(cx.t(&key).to_owned());
    let row = |row: Row| {
        let (share, seen) = (row.share(), row.seen());
        let a = row.announcement;
        let counted = |n: i64| if a.must_read { Out::Int(n) } else { Out::Empty };
        let (seen, kind, urgency, state) = (
            counted(seen),
            said(format!("exchange.kind.{}", a.kind)),
            said(format!("exchange.urgency.{}", a.urgency)),
            said(format!("exchange.state.{}", a.state)),
        );
        vec![
            Out::Text(a.title),
            Out::Text(a.sender),
            kind,
            urgency,
            state,
            Out::Text(kernel::words::moment(a.made_at)),
            Out::maybe(a.sent_at.map(kernel::words::moment)),
            a.read_by.map_or(Out::Empty, Out::Date),
            Out::Int(a.people),
            seen,
            Out::maybe(share),
        ]
    };
    export::file(&cx, cx.t("exchange.index"), (&COLUMNS, format), rows.into_iter().map(row).collect())
}
