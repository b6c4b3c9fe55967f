//! What others told one's own people: the list, who of them has not read one, and asking these again.

use super::{Nothing, PAGE};
use crate::deeds::{Exported, ListExported};
use crate::model::{Announcement, AnnouncementId, Reader};
use crate::store::readers::{self, Filter};
use crate::store::shares::Share;
use crate::{export, rules, shares, store};
use askama::Template;
use axum::extract::Path;
use kernel::http::{Cursor, Paged, filters, query_string};
use kernel::tables::Out;
use kernel::{Answer, Cx, Error, Form, LaneKey, Query, Result, Tx, Word};
use serde::Deserialize;

/// What the address may say of the list.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Wanted {
    pub q: String,
    pub format: String,
    pub cursor: Option<String>,
}

impl Wanted {
    fn fields(&self) -> [(&str, &str); 1] {
        [("q", &self.q)]
    }
}

/// An announcement with the reader's part of it.
pub(crate) struct Row {
    pub a: Announcement,
    pub share: Share,
}

impl Row {
    fn seen(&self) -> i64 {
        self.share.people - self.share.unread
    }

    fn rate(&self) -> String {
        rules::share(rules::permille(self.seen(), self.share.people))
    }

    fn url(&self) -> String {
        format!("{}/share", self.a.url())
    }
}

/// A page of what others told one's own people.
pub(crate) async fn list(cx: &Cx, query: &str, after: (Option<&Cursor>, i64)) -> Result<Vec<Row>> {
    let reach = shares::reach(cx);
    let found = store::shares::received(&cx.db, cx.tenant, (query.trim(), &reach), after).await?;
    let ids: Vec<AnnouncementId> = found.iter().map(|a| a.id).collect();
    let mut parts = store::shares::of(&cx.db, cx.tenant, &ids, &reach).await?;
    let row = |a: Announcement| parts.remove(&a.id).map(|share| Row { a, share });
    Ok(found.into_iter().filter_map(row).collect())
}

#[derive(Template)]
#[template(path = "exchange/received.html")]
struct Index {
    rows: Paged<Row>,
    wanted: Wanted,
}

impl Index {
    fn next(&self) -> Option<String> {
        self.rows.next.as_deref().map(|cursor| query_string(&self.wanted.fields(), cursor))
    }

    fn export(&self, format: &str) -> String {
        let fields = [&self.wanted.fields()[..], &[("format", format)]].concat();
        format!("/desk/announcements/received/export{}", query_string(&fields, ""))
    }
}

pub(super) async fn index(cx: Cx, Query(wanted): Query<Wanted>) -> Result<Answer> {
    let cursor = Cursor::read(wanted.cursor.as_deref(), 2)?;
    let found = list(&cx, &wanted.q, (cursor.as_ref(), PAGE as i64 + 1)).await?;
    cx.page(&Index { rows: Paged::cut(found, PAGE, |row| row.a.keys()), wanted })
}

const COLUMNS: [(&str, u8); 7] = [
    ("exchange.title", 36),
    ("exchange.sender", 24),
    ("exchange.sent_at", 18),
    ("exchange.read_by", 12),
    ("exchange.people", 10),
    ("exchange.unseen", 10),
    ("exchange.rate", 10),
];

pub(super) async fn export(cx: Cx, Query(wanted): Query<Wanted>) -> Result<Answer> {
    let rows = list(&cx, &wanted.q, (None, export::MOST)).await?;
    let (at, count, format) = (cx.clone(), rows.len(), export::format(&wanted.format));
    cx.write(LaneKey::of(cx.tenant.0), async move |tx: &mut Tx<'_>| {
        tx.record(&at, &ListExported { rows: count, format });
        Ok(())
    })
    .await?;
    let row = |row: Row| {
        let rate = row.rate();
        vec![
            Out::Text(row.a.title),
            Out::Text(row.a.sender),
            Out::maybe(row.a.sent_at.map(kernel::words::moment)),
            row.a.read_by.map_or(Out::Empty, Out::Date),
            Out::Int(row.share.people),
            Out::Int(row.share.unread),
            Out::Text(rate),
        ]
    };
    export::file(&cx, cx.t("exchange.received"), (&COLUMNS, format), rows.into_iter().map(row).collect())
}

/// What the address may say of the people.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct PeopleWanted {
    q: String,
    /// `unread` (as without), `read` or `all`.
    show: String,
    format: String,
    cursor: Option<String>,
}

impl PeopleWanted {
    fn filter(&self, cx: &Cx) -> Result<Filter> {
        let seen = match self.show.as_str() {
            "" | "unread" => Some(false),
            "read" => Some(true),
            "all" => None,
            _ => return Err(Error::Malformed(Word::new("error.query"))),
        };
        Ok(Filter { query: self.q.trim().to_owned(), team: None, seen, near: Some(shares::reach(cx)) })
    }

    fn fields(&self) -> [(&str, &str); 2] {
        [("q", &self.q), ("show", &self.show)]
    }
}

#[derive(Template)]
#[template(path = "exchange/share.html")]
struct Show {
    row: Row,
    people: Paged<Reader>,
    wanted: PeopleWanted,
    /// Why nobody can be asked again now.
    no_chase: Option<Word>,
}

impl Show {
    fn next(&self) -> Option<String> {
        let url = self.row.url();
        self.people.next.as_deref().map(|cursor| format!("{url}{}", query_string(&self.wanted.fields(), cursor)))
    }

    fn tab(&self, show: &str) -> String {
        format!("{}{}", self.row.url(), query_string(&[("q", &self.wanted.q), ("show", show)], ""))
    }

    fn is(&self, show: &str) -> bool {
        self.wanted.show == show || (self.wanted.show.is_empty() && show == "unread")
    }

    fn export(&self, format: &str) -> String {
        let fields = [&self.wanted.fields()[..], &[("format", format)]].concat();
        format!("{}/export{}", self.row.url(), query_string(&fields, ""))
    }
}

pub(super) async fn show(cx: Cx, Path(id): Path<AnnouncementId>, Query(wanted): Query<PeopleWanted>) -> Result<Answer> {
    let (a, share) = shares::held(&cx.db, &cx, id).await?;
    let cursor = Cursor::read(wanted.cursor.as_deref(), 2)?;
    let filter = wanted.filter(&cx)?;
    let found = readers::list(&cx.db, cx.tenant, (id, &filter), (cursor.as_ref(), PAGE as i64 + 1)).await?;
    let no_chase = shares::askable(&cx.db, &cx, (&a, &share)).await?.err();
    cx.page(&Show { row: Row { a, share }, people: Paged::cut(found, PAGE, Reader::keys), wanted, no_chase })
}

const PEOPLE: [(&str, u8); 3] = [("exchange.person", 16), ("exchange.read_at", 18), ("exchange.chased_on", 14)];

pub(super) async fn export_people(
    cx: Cx,
    Path(id): Path<AnnouncementId>,
    Query(wanted): Query<PeopleWanted>,
) -> Result<Answer> {
    let (a, _) = shares::held(&cx.db, &cx, id).await?;
    let found = readers::list(&cx.db, cx.tenant, (id, &wanted.filter(&cx)?), (None, export::MOST)).await?;
    let (at, count, format) = (cx.clone(), found.len(), export::format(&wanted.format));
    cx.write(id.lane(), async move |tx: &mut Tx<'_>| {
        tx.record(&at, &Exported { announcement: id, rows: count, format });
        Ok(())
    })
    .await?;
    let row = |one: Reader| {
        vec![
            Out::Text(one.name),
            Out::maybe(one.read_at.map(kernel::words::moment)),
            one.chased_on.map_or(Out::Empty, Out::Date),
        ]
    };
    export::file(&cx, &a.title, (&PEOPLE, format), found.into_iter().map(row).collect())
}

#[derive(Template)]
#[template(path = "exchange/share_chasing.html")]
struct Chasing {
    a: Announcement,
    n: i64,
}

/// Tells whom it would reach before anything is sent.
pub(super) async fn chasing(cx: Cx, Path(id): Path<AnnouncementId>) -> Result<Answer> {
    let (a, share) = shares::held(&cx.db, &cx, id).await?;
    let n = shares::askable(&cx.db, &cx, (&a, &share)).await?.map_err(Error::Refused)?;
    cx.page(&Chasing { a, n })
}

pub(super) async fn chase(cx: Cx, Path(id): Path<AnnouncementId>, Form(_): Form<Nothing>) -> Result<Answer> {
    let asked = shares::chase(&cx, id).await?;
    let word = Word::new("exchange.chased").with("n", kernel::words::number(asked));
    Ok(cx.see_other_saying(&format!("/desk/announcements/{id}/share"), &word))
}
