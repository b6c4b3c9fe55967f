//! The pages: table first, chart second, export last. All of them show one report.

use crate::chart::{self, Bar};
use crate::forms::{CATEGORIES, Filter, KINDS};
use crate::links::Narrow;
use crate::model::{Group, METRICS, Metric, MetricCode, Month, Report, Row, Unit};
use crate::{FREEZE, READ, rules, store};
use askama::Template;
use kernel::http::filters;
use kernel::tables::{Column, Out};
use kernel::{Answer, Cx, Error, Query, Result, Word, words};

/// What a browser calls a workbook.
pub(crate) const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// A cell as it is read.
pub(crate) struct Cell {
    pub head: &'static str,
    pub text: String,
    pub url: Option<String>,
}

/// A row as it is read.
pub(crate) struct Line {
    pub label: String,
    pub url: Option<String>,
    pub cells: Vec<Cell>,
}

/// A choice of a filter.
pub(crate) struct Choice {
    pub code: String,
    pub label: String,
    pub current: bool,
}

/// A tab: the same question in other rows.
struct Tab {
    word: String,
    url: String,
    current: bool,
}

/// A report as a table with its chart.
pub(crate) struct Table {
    pub heads: Vec<&'static Metric>,
    pub head: String,
    pub lines: Vec<Line>,
    pub total: Line,
    pub bars: Vec<Bar>,
    pub height: i64,
    pub as_of: chrono::DateTime<chrono::Utc>,
}

#[derive(Template)]
#[template(path = "statistics/index.html")]
struct Index {
    title: Word,
    table: Table,
    tabs: Vec<Tab>,
    towns: Vec<Choice>,
    kinds: Vec<Choice>,
    categories: Vec<Choice>,
    from: String,
    to: String,
    filter: Filter,
    team: Option<String>,
    xlsx: String,
    csv: String,
    pivot: String,
    may_freeze: bool,
    views: String,
}

pub(crate) async fn index(cx: Cx, Query(filter): Query<Filter>) -> Result<Answer> {
    let query = filter.query(&cx, READ).await?;
    let report = store::figures(&cx.db, cx.tenant, &query).await?;
    let towns = store::towns(&cx.db, cx.tenant).await?;
    let team = team_name(&cx, &filter).await?;
    let path = "/desk/statistics";
    let choose =
        |code: &str, chosen: &str, label: String| Choice { code: code.to_owned(), current: code == chosen, label };
    let last = query.to.min(Month::of(cx.today())).max(query.from);
    let page = Index {
        title: title(&report),
        table: table(&cx, &report, Some(&filter)),
        tabs: tabs(&cx, &filter, path, query.group, Group::ALL),
        towns: towns.iter().map(|(code, name)| choose(code, &filter.town, name.clone())).collect(),
        kinds: KINDS
            .iter()
            .map(|k| choose(k, &filter.kind, cx.t(&format!("statistics.kind.{k}")).to_owned()))
            .collect(),
        categories: CATEGORIES
            .iter()
            .map(|c| choose(c, &filter.category, cx.t(&format!("statistics.category.{c}")).to_owned()))
            .collect(),
        from: query.from.to_string(),
        to: last.to_string(),
        team,
        xlsx: filter.url("/desk/statistics/export.xlsx", &[]),
        csv: filter.url("/desk/statistics/export.csv", &[]),
        pivot: filter.url("/desk/statistics/pivot", &[("group", "")]),
        may_freeze: cx.can(FREEZE),
        views: kernel::views::chips(&cx, "report", &filter.url("", &[])).await?,
        filter,
    };
    cx.page(&page)
}

/// The name of the team that a filter asks for.
pub(crate) async fn team_name(cx: &Cx, filter: &Filter) -> Result<Option<String>> {
    if filter.team.is_empty() {
        return Ok(None);
    }
    let found = store::team(&cx.db, cx.tenant, &cx.reach(READ), &filter.team).await?;
    Ok(found.map(|(name, _)| name))
}

fn title(report: &Report) -> Word {
    title_of(&report.query)
}

/// What a report of this period is called.
pub(crate) fn title_of(query: &crate::model::Query) -> Word {
    match query.whole_year() {
        Some(year) => Word::new("statistics.title_year").with("year", year),
        None => {
            let to = query.to.min(Month::of(kernel::time::day(query.now))).max(query.from);
            Word::new("statistics.title_months").with("from", query.from).with("to", to)
        }
    }
}

fn tabs(cx: &Cx, filter: &Filter, path: &str, group: Group, all: &[Group]) -> Vec<Tab> {
    let shown = all.iter().filter(|g| **g != Group::Total);
    shown
        .map(|g| Tab {
            word: cx.t(&format!("statistics.by.{g}")).to_owned(),
            url: filter.url(path, &[("group", g.as_str())]),
            current: *g == group,
        })
        .collect()
}

/// What a row is called.
pub(crate) fn label(cx: &Cx, group: Group, row: &Row) -> String {
    if let Some((old, until)) = &row.formerly {
        return cx.say(&Word::new("statistics.formerly").with("name", &row.name).with("old", old).with("day", *until));
    }
    if !row.name.is_empty() {
        return row.name.clone();
    }
    match group {
        Group::Kind => cx.t(&format!("statistics.kind.{}", row.code)).to_owned(),
        Group::Category => cx.t(&format!("statistics.category.{}", row.code)).to_owned(),
        _ => row.code.clone(),
    }
}

/// A figure as people read it.
fn text(cx: &Cx, metric: &Metric, row: &Row) -> String {
    match row.figures.get(metric.code) {
        Some(n) if metric.unit == Unit::Hours => words::hours(n),
        Some(n) => words::number(n),
        None if row.hidden && metric.personal => cx.t("statistics.hidden").to_owned(),
        None => cx.t("statistics.none").to_owned(),
    }
}

pub(crate) fn table(cx: &Cx, report: &Report, filter: Option<&Filter>) -> Table {
    let group = report.query.group;
    let line = |row: &Row, label: String, url: Option<String>| {
        let cells = METRICS.iter().map(|metric| {
            let url = filter
                .filter(|_| row.figures.get(metric.code).is_some())
                .and_then(|f| rows_behind(report, f, metric.code, row));
            Cell { head: metric.head, text: text(cx, metric, row), url }
        });
        Line { label, url, cells: cells.collect() }
    };
    let named: Vec<(String, &Row)> = report.rows.iter().map(|row| (label(cx, group, row), row)).collect();
    let bars: Vec<(String, i64, String)> = named
        .iter()
        .filter_map(|(label, row)| row.figures.get(MetricCode::Hours).map(|n| (label.clone(), n, words::hours(n))))
        .collect();
    let (bars, height) = chart::bars(&bars);
    Table {
        heads: METRICS.iter().collect(),
        head: cx.t(&format!("statistics.head.{group}")).to_owned(),
        lines: named
            .into_iter()
            .map(|(label, row)| line(row, label, filter.and_then(|f| deeper(f, group, row))))
            .collect(),
        total: line(&report.total, cx.t("statistics.total").to_owned(), None),
        bars,
        height,
        as_of: report.as_of,
    }
}

/// The report one step deeper into a row.
fn deeper(filter: &Filter, group: Group, row: &Row) -> Option<String> {
    let path = "/desk/statistics";
    match group {
        Group::Town => Some(filter.url(path, &[("town", &row.code), ("group", "team")])),
        Group::Team => Some(filter.url(path, &[("team", &row.code), ("group", "month")])),
        Group::Kind => Some(filter.url(path, &[("kind", &row.code), ("group", "team")])),
        Group::Category => Some(filter.url(path, &[("category", &row.code), ("group", "town")])),
        Group::Month => {
            Some(filter.url(path, &[("year", ""), ("from", &row.code), ("to", &row.code), ("group", "town")]))
        }
        Group::Total => None,
    }
}

/// The list of what a figure counts, where there is one.
fn rows_behind(report: &Report, filter: &Filter, metric: MetricCode, row: &Row) -> Option<String> {
    let whole = Narrow::of(&report.query, filter);
    let axis = if row.code.is_empty() { None } else { report.query.group.as_str().parse().ok() };
    axis.map_or(whole.clone(), |axis| whole.by(axis, &row.code)).url(metric)
}

pub(crate) fn sheet(cx: &Cx, report: &Report) -> (Vec<Column>, Vec<Vec<Out>>) {
    let group = report.query.group;
    let mut columns = vec![Column::new(cx.t(&format!("statistics.head.{group}")), 36)];
    columns.extend(METRICS.iter().map(|m| Column::new(cx.t(m.head), 16)));
    let line = |label: String, row: &Row| {
        let mut cells = vec![Out::Text(label)];
        cells.extend(METRICS.iter().map(|m| match row.figures.get(m.code) {
            Some(n) if m.unit == Unit::Hours => Out::Hours(n),
            Some(n) => Out::Int(n),
            None => Out::Empty,
        }));
        cells
    };
    let mut rows: Vec<Vec<Out>> = report.rows.iter().map(|row| line(label(cx, group, row), row)).collect();
    rows.push(line(cx.t("statistics.total").to_owned(), &report.total));
    (columns, rows)
}

async fn export(cx: &Cx, filter: &Filter) -> Result<(String, Vec<Column>, Vec<Vec<Out>>)> {
    let query = filter.query(cx, READ).await?;
    let report = store::figures(&cx.db, cx.tenant, &query).await?;
    let to = query.to.min(Month::of(cx.today())).max(query.from);
    let (columns, rows) = sheet(cx, &report);
    Ok((format!("statistics-{}-{}-{to}", query.group, query.from), columns, rows))
}

pub(crate) async fn xlsx(cx: Cx, Query(filter): Query<Filter>) -> Result<Answer> {
    let (name, columns, rows) = export(&cx, &filter).await?;
    cx.sheet(&name, "xlsx", columns, rows).await
}

pub(crate) async fn csv(cx: Cx, Query(filter): Query<Filter>) -> Result<Answer> {
    let (name, columns, rows) = export(&cx, &filter).await?;
    cx.sheet(&name, "csv", columns, rows).await
}

#[derive(Template)]
#[template(path = "statistics/figures.html")]
struct Public {
    title: Word,
    table: Table,
    tabs: Vec<Tab>,
}

const PUBLIC: &[Group] = &[Group::Town, Group::Kind, Group::Category, Group::Month];

pub(crate) async fn public(cx: Cx, Query(filter): Query<Filter>) -> Result<Answer> {
    let report = public_report(&cx, &filter).await?;
    let tabs = tabs(&cx, &filter, "/figures", report.query.group, PUBLIC);
    cx.page(&Public { title: title(&report), table: table(&cx, &report, None), tabs })
}

/// The report that strangers may read.
pub(crate) async fn public_report(cx: &Cx, filter: &Filter) -> Result<Report> {
    if filter.is_narrow() {
        return Err(Error::Malformed(Word::new("error.query")));
    }
    let mut report = store::figures(&cx.db, cx.tenant, &filter.public(cx)?).await?;
    rules::conceal(&mut report);
    Ok(report)
}

#[derive(Template)]
#[template(path = "statistics/dictionary.html")]
struct Dictionary {
    metrics: &'static [Metric],
}

pub(crate) async fn dictionary(cx: Cx) -> Result<Answer> {
    cx.page(&Dictionary { metrics: &METRICS })
}

#[derive(Template)]
#[template(path = "statistics/figures_dictionary.html")]
struct PublicDictionary {
    metrics: &'static [Metric],
}

pub(crate) async fn public_dictionary(cx: Cx) -> Result<Answer> {
    cx.page(&PublicDictionary { metrics: &METRICS })
}
