//! The pages and sheets of frozen reports.

use super::Told;
use crate::behind::within;
use crate::forms::Filter;
use crate::model::{Group, Month, Report, Row, Unit};
use crate::pages::{Table, label, sheet, table, title_of};
use crate::policy::{FREEZE, READ};
use crate::store::frozen::{self as kept, Frozen, FrozenId};
use askama::Template;
use axum::extract::Path;
use kernel::http::{Cursor, Paged, filters, query_string};
use kernel::{Answer, Cx, Error, FieldErrors, Form, LaneKey, Query, Result, Tx, Word, words};
use serde::Deserialize;

/// Rows of a page.
const PAGE: usize = 50;

/// What the list asks for.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Wanted {
    pub(super) q: String,
    cursor: Option<String>,
}

#[derive(Template)]
#[template(path = "statistics/frozen_index.html")]
struct Index {
    q: String,
    rows: Vec<(Frozen, Word, String)>,
    first: bool,
    next: Option<String>,
}

pub(crate) async fn index(cx: Cx, Query(wanted): Query<Wanted>) -> Result<Answer> {
    let after = match Cursor::read(wanted.cursor.as_deref(), 2)? {
        Some(cursor) => Some((cursor.get(0)?, cursor.get(1)?)),
        None => None,
    };
    let rows = kept::list(&cx.db, &cx, (&cx.reach(READ), wanted.q.trim()), after, PAGE as i64 + 1).await?;
    let page = Paged::cut(rows, PAGE, |row| vec![row.made_at.to_rfc3339(), row.id.to_string()]);
    let next = page.next.map(|cursor| query_string(&[("q", &wanted.q)], &cursor));
    let mut rows = Vec::new();
    for frozen in page.items {
        let title = title_of(&frozen.query(frozen.made_at)?);
        let part = part(&cx, &frozen).await?;
        rows.push((frozen, title, part));
    }
    cx.page(&Index { q: wanted.q, rows, first: after.is_some(), next })
}

/// The part of the district that a report is about, in words.
async fn part(cx: &Cx, frozen: &Frozen) -> Result<String> {
    let filter = Filter {
        town: frozen.region_code.clone(),
        team: frozen.team.clone(),
        kind: frozen.kind.clone(),
        category: frozen.category.clone(),
        ..Filter::default()
    };
    let names = within(cx, &filter).await?;
    Ok(if names.is_empty() { cx.t("frozen.whole").to_owned() } else { names.join(" · ") })
}

/// What the form of a report says: its question, and a name.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct NewFrozen {
    name: String,
    year: String,
    from: String,
    to: String,
    town: String,
    team: String,
    kind: String,
    category: String,
    group: String,
}

impl NewFrozen {
    fn filter(&self) -> Filter {
        Filter {
            year: self.year.clone(),
            from: self.from.clone(),
            to: self.to.clone(),
            town: self.town.clone(),
            team: self.team.clone(),
            kind: self.kind.clone(),
            category: self.category.clone(),
            group: self.group.clone(),
        }
    }
}

pub(crate) async fn create(cx: Cx, Form(form): Form<NewFrozen>) -> Result<Answer> {
    let mut errors = FieldErrors::none();
    let name = errors.text("name", &form.name, 60);
    if !errors.is_empty() {
        return Err(Error::Refused(Word::new("frozen.name_missing")));
    }
    let mut query = form.filter().query(&cx, FREEZE).await?;
    // A report ends with the month in which it is frozen: what comes later was not told.
    query.to = query.to.min(Month::of(cx.today())).max(query.from);
    query.region = super::region(&cx, &query.region)?;
    query.reach = None;
    let (act, team) = (cx.clone(), form.team.clone());
    let verb = async move |tx: &mut Tx<'_>| super::freeze(tx, &act, &name, &team, &query).await;
    let id: FrozenId = cx.once(LaneKey::of(cx.tenant.0), verb).await?;
    let frozen = kept::find(&cx.db, &cx, &cx.reach(READ), id).await?;
    Ok(cx.see_other_saying(&frozen.url(), &Word::new("frozen.done").with("name", &frozen.name)))
}

/// A figure that is another one now, as it is read.
struct Change {
    metric: &'static str,
    row: String,
    was: String,
    now: String,
}

#[derive(Template)]
#[template(path = "statistics/frozen.html")]
struct Show {
    frozen: Frozen,
    title: Word,
    part: String,
    table: Table,
    changes: Vec<Change>,
    told: Told,
    mark: String,
}

impl Show {
    fn file(&self, kind: &str) -> String {
        format!("{}/export.{kind}", self.frozen.url())
    }

    fn reasons(&self) -> bool {
        self.told.sum.entered + self.told.sum.reversed > 0
    }
}

pub(crate) async fn show(cx: Cx, Path(report): Path<FrozenId>) -> Result<Answer> {
    let frozen = kept::find(&cx.db, &cx, &cx.reach(READ), report).await?;
    let told = super::tell(&cx, &frozen).await?;
    let changes = told.restated.iter().map(|change| Change {
        metric: change.metric.word,
        row: row_name(&cx, frozen.grouped, &change.row),
        was: said(change.metric.unit, change.was),
        now: said(change.metric.unit, change.now),
    });
    let page = Show {
        title: title_of(&told.was.query),
        part: part(&cx, &frozen).await?,
        table: table(&cx, &told.was, None),
        changes: changes.collect(),
        mark: frozen.digest().chars().take(16).collect(),
        told,
        frozen,
    };
    cx.page(&page)
}

fn row_name(cx: &Cx, group: Group, row: &Row) -> String {
    if row.code.is_empty() { cx.t("statistics.total").to_owned() } else { label(cx, group, row) }
}

pub(super) fn said(unit: Unit, n: i64) -> String {
    if unit == Unit::Hours { words::hours(n) } else { words::number(n) }
}

async fn file(cx: &Cx, report: FrozenId) -> Result<(String, Report)> {
    let frozen = kept::find(&cx.db, cx, &cx.reach(READ), report).await?;
    Ok((format!("frozen-{}-{}", frozen.grouped, kernel::time::day(frozen.made_at)), frozen.report()?))
}

pub(crate) async fn xlsx(cx: Cx, Path(report): Path<FrozenId>) -> Result<Answer> {
    let (name, report) = file(&cx, report).await?;
    let (columns, rows) = sheet(&cx, &report);
    cx.sheet(&name, "xlsx", columns, rows).await
}

pub(crate) async fn csv(cx: Cx, Path(report): Path<FrozenId>) -> Result<Answer> {
    let (name, report) = file(&cx, report).await?;
    let (columns, rows) = sheet(&cx, &report);
    cx.sheet(&name, "csv", columns, rows).await
}
