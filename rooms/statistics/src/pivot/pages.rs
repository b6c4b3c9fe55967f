//! The pages and sheets of a pivot. All of them show one answer.

use super::ask::{self, Asked, PUBLIC_AXES, PUBLIC_METRICS, Wanted};
use super::{Axis, Head, Pivot, conceal};
use crate::chart::{self, Bar};
use crate::forms::{CATEGORIES, KINDS};
use crate::links::Narrow;
use crate::model::{Group, METRICS, Metric, MetricCode, Month, Query as Question, Report, Unit};
use crate::pages::{Choice, title_of};
use crate::policy::TRAITS;
use crate::{rules, store};
use askama::Template;
use axum::http::StatusCode;
use kernel::http::filters;
use kernel::tables::{Column, Out};
use kernel::{Answer, Cx, Error, Query, Result, Word, words};

/// A number as it is read.
struct Cell {
    head: String,
    text: String,
    url: Option<String>,
}

struct Line {
    label: String,
    cells: Vec<Cell>,
}

struct Table {
    head: String,
    across: Vec<String>,
    lines: Vec<Line>,
    below: Line,
    bars: Vec<Bar>,
    height: i64,
    as_of: chrono::DateTime<chrono::Utc>,
}

/// A form's three choices.
struct Choices {
    metrics: Vec<Choice>,
    rows: Vec<Choice>,
    columns: Vec<Choice>,
}

#[derive(Template)]
#[template(path = "statistics/pivot.html")]
struct Index {
    title: Word,
    metric: &'static Metric,
    problem: Option<Word>,
    table: Option<Table>,
    choices: Choices,
    towns: Vec<Choice>,
    kinds: Vec<Choice>,
    categories: Vec<Choice>,
    from: String,
    to: String,
    team: Option<String>,
    wanted: Wanted,
    xlsx: String,
    csv: String,
    report: String,
    views: String,
}

pub(crate) async fn index(cx: Cx, Query(wanted): Query<Wanted>) -> Result<Answer> {
    let asked = ask::of_desk(&cx, &wanted).await?;
    let Asked { ask, problem } = asked;
    let table = match problem {
        None => {
            let pivot = super::figures(&cx.db, cx.tenant, &ask).await?;
            Some(table(&cx, &pivot, Some(&Narrow::of(&ask.query, &wanted.filter()))))
        }
        Some(_) => None,
    };
    let choose = |code: &str, chosen: &str, word: String| Choice {
        code: code.to_owned(),
        current: code == chosen,
        label: cx.t(&word).to_owned(),
    };
    let towns = store::towns(&cx.db, cx.tenant).await?.into_iter();
    // Only a question that has an answer is worth keeping.
    let kept = if problem.is_none() { wanted.url("") } else { String::new() };
    let last = ask.query.to.min(Month::of(cx.today())).max(ask.query.from);
    let page = Index {
        title: title_of(&ask.query),
        metric: ask::metric(ask.metric),
        table,
        choices: choices(&cx, &ask, cx.can(TRAITS)),
        towns: towns.map(|(code, label)| Choice { current: code == wanted.town, code, label }).collect(),
        kinds: KINDS.iter().map(|k| choose(k, &wanted.kind, format!("statistics.kind.{k}"))).collect(),
        categories: CATEGORIES
            .iter()
            .map(|c| choose(c, &wanted.category, format!("statistics.category.{c}")))
            .collect(),
        from: ask.query.from.to_string(),
        to: last.to_string(),
        team: crate::pages::team_name(&cx, &wanted.filter()).await?,
        xlsx: wanted.url("/desk/statistics/pivot.xlsx"),
        csv: wanted.url("/desk/statistics/pivot.csv"),
        report: wanted.filter().url("/desk/statistics", &[]),
        views: kernel::views::chips(&cx, "figures", &kept).await?,
        wanted,
        problem,
    };
    let status = if page.problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    cx.page_with(status, &page)
}

fn choices(cx: &Cx, ask: &super::Ask, traits: bool) -> Choices {
    let axis = |axis: &Axis, chosen: Axis| Choice {
        code: axis.to_string(),
        current: *axis == chosen,
        label: cx.t(&format!("pivot.axis.{axis}")).to_owned(),
    };
    let open = Axis::ALL.iter().filter(|axis| traits || !axis.is_trait());
    Choices {
        metrics: METRICS
            .iter()
            .map(|m| Choice { code: m.code.to_string(), current: m.code == ask.metric, label: cx.t(m.word).to_owned() })
            .collect(),
        rows: open.clone().map(|a| axis(a, ask.rows)).collect(),
        columns: open.filter(|a| **a != Axis::Team).map(|a| axis(a, ask.columns)).collect(),
    }
}

/// What a row or column is called.
pub(crate) fn label(cx: &Cx, axis: Axis, head: &Head) -> String {
    if !head.name.is_empty() {
        return head.name.clone();
    }
    let code = &head.code;
    let word = match axis {
        Axis::Kind => format!("statistics.kind.{code}"),
        Axis::Category => format!("statistics.category.{code}"),
        Axis::Sex => format!("pivot.sex.{code}"),
        Axis::Age => format!("pivot.age.{code}"),
        Axis::Political if code == "none" => "pivot.political.none".to_owned(),
        Axis::Education | Axis::IdKind if code == "none" => "pivot.unsaid".to_owned(),
        Axis::Education => format!("people.education.{code}"),
        Axis::IdKind => format!("people.id_kind.{code}"),
        Axis::Scope => format!("activity.scope.{code}"),
        Axis::State => format!("activity.state.{code}"),
        Axis::Political => format!("people.political.{code}"),
        Axis::Town | Axis::Team | Axis::Month => return code.clone(),
    };
    cx.t(&word).to_owned()
}

fn text(cx: &Cx, metric: &Metric, number: Option<i64>) -> String {
    match number {
        Some(n) if metric.unit == Unit::Hours => words::hours(n),
        Some(n) => words::number(n),
        None => cx.t("statistics.hidden").to_owned(),
    }
}

fn table(cx: &Cx, pivot: &Pivot, whole: Option<&Narrow>) -> Table {
    let ask = &pivot.ask;
    let metric = ask::metric(ask.metric);
    let across: Vec<String> = pivot.across.iter().map(|head| label(cx, ask.columns, head)).collect();
    let down: Vec<String> = pivot.down.iter().map(|head| label(cx, ask.rows, head)).collect();
    let total = cx.t("statistics.total").to_owned();
    let cell = |head: &str, number: Option<i64>, narrow: Option<Narrow>| Cell {
        head: head.to_owned(),
        text: text(cx, metric, number),
        url: narrow.filter(|_| number.is_some_and(|n| n != 0)).and_then(|n| n.url(ask.metric)),
    };
    let line = |label: &str, numbers: &[Option<i64>], right: Option<i64>, narrow: Option<Narrow>| {
        let each = pivot.across.iter().zip(&across).zip(numbers);
        let mut cells: Vec<Cell> = each
            .map(|((head, name), number)| cell(name, *number, narrow.clone().map(|n| n.by(ask.columns, &head.code))))
            .collect();
        cells.push(cell(&total, right, narrow));
        Line { label: label.to_owned(), cells }
    };
    let rows = pivot.down.iter().zip(&down).zip(pivot.cells.iter().zip(&pivot.right));
    let lines = rows
        .map(|((head, name), (numbers, right))| {
            line(name, numbers, *right, whole.cloned().map(|n| n.by(ask.rows, &head.code)))
        })
        .collect();
    let bars =
        down.iter().zip(&pivot.right).filter_map(|(name, n)| n.map(|n| (name.clone(), n, text(cx, metric, Some(n)))));
    let (bars, height) = chart::bars(&bars.collect::<Vec<_>>());
    Table {
        head: cx.t(&format!("pivot.axis.{}", ask.rows)).to_owned(),
        below: line(&total, &pivot.below, pivot.total, whole.cloned()),
        across,
        lines,
        bars,
        height,
        as_of: pivot.as_of,
    }
}

fn sheet(cx: &Cx, pivot: &Pivot) -> (Vec<Column>, Vec<Vec<Out>>) {
    let (ask, metric) = (&pivot.ask, ask::metric(pivot.ask.metric));
    let total = cx.t("statistics.total");
    let corner = format!("{} · {}", cx.t(metric.head), cx.t(&format!("pivot.axis.{}", ask.rows)));
    let mut columns = vec![Column::new(corner, 36)];
    columns.extend(pivot.across.iter().map(|head| Column::new(label(cx, ask.columns, head), 14)));
    columns.push(Column::new(total, 14));
    let out = |number: &Option<i64>| match number {
        Some(n) if metric.unit == Unit::Hours => Out::Hours(*n),
        Some(n) => Out::Int(*n),
        None => Out::Empty,
    };
    let line = |name: String, numbers: &[Option<i64>], right: &Option<i64>| {
        let mut cells = vec![Out::Text(name)];
        cells.extend(numbers.iter().chain([right]).map(out));
        cells
    };
    let rows = pivot.down.iter().zip(pivot.cells.iter().zip(&pivot.right));
    let mut rows: Vec<Vec<Out>> =
        rows.map(|(head, (numbers, right))| line(label(cx, ask.rows, head), numbers, right)).collect();
    rows.push(line(total.to_owned(), &pivot.below, &pivot.total));
    (columns, rows)
}

async fn export(cx: &Cx, wanted: &Wanted) -> Result<(String, Vec<Column>, Vec<Vec<Out>>)> {
    let ask = ask::of_desk(cx, wanted).await?.answerable()?;
    let pivot = super::figures(&cx.db, cx.tenant, &ask).await?;
    let (columns, rows) = sheet(cx, &pivot);
    Ok((format!("{}-{}-{}-{}", ask.metric, ask.rows, ask.columns, ask.query.from), columns, rows))
}

pub(crate) async fn xlsx(cx: Cx, Query(wanted): Query<Wanted>) -> Result<Answer> {
    let (name, columns, rows) = export(&cx, &wanted).await?;
    cx.sheet(&name, "xlsx", columns, rows).await
}

pub(crate) async fn csv(cx: Cx, Query(wanted): Query<Wanted>) -> Result<Answer> {
    let (name, columns, rows) = export(&cx, &wanted).await?;
    cx.sheet(&name, "csv", columns, rows).await
}

#[derive(Template)]
#[template(path = "statistics/figures_pivot.html")]
struct Public {
    title: Word,
    metric: &'static Metric,
    problem: Option<Word>,
    /// Whether there are too few people to tell anything apart.
    few: bool,
    table: Option<Table>,
    choices: Choices,
    year: i32,
}

pub(crate) async fn public(cx: Cx, Query(wanted): Query<Wanted>) -> Result<Answer> {
    let Asked { ask, problem } = ask::of_public(&cx, &wanted)?;
    let pivot = if problem.is_none() { Some(concealed(&cx, &ask).await?) } else { None };
    let few = pivot.as_ref().is_some_and(Option::is_none);
    let mut choices = choices(&cx, &ask, false);
    choices.metrics.retain(|c| PUBLIC_METRICS.iter().any(|m| m.as_str() == c.code));
    for axes in [&mut choices.rows, &mut choices.columns] {
        axes.retain(|c| PUBLIC_AXES.iter().any(|a| a.as_str() == c.code));
    }
    let page = Public {
        title: title_of(&ask.query),
        metric: ask::metric(ask.metric),
        table: pivot.flatten().map(|pivot| table(&cx, &pivot, None)),
        year: ask.query.from.year,
        problem,
        few,
        choices,
    };
    let status = if page.problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    cx.page_with(status, &page)
}

/// A pivot that strangers may read; absent when there are too few people to tell anything apart.
pub(crate) async fn concealed(cx: &Cx, ask: &super::Ask) -> Result<Option<Pivot>> {
    let mut pivot = super::figures(&cx.db, cx.tenant, ask).await?;
    let metric = ask::metric(ask.metric);
    if !metric.personal {
        return Ok(Some(pivot));
    }
    let heads = super::Ask { metric: MetricCode::Active, ..ask.clone() };
    let heads = match ask.metric {
        MetricCode::Active => pivot.clone(),
        _ => super::figures(&cx.db, cx.tenant, &heads).await?,
    };
    let begun = conceal::Mask {
        cells: pivot.cells.iter().map(|row| vec![false; row.len()]).collect(),
        right: hidden_alone(cx, &ask.query, ask.rows, &pivot.down).await?,
        below: hidden_alone(cx, &ask.query, ask.columns, &pivot.across).await?,
    };
    let counts = metric.unit != Unit::Hours;
    let Some(mask) = conceal::mask(&grid(&pivot), &same_shape(&pivot, &heads), counts, begun) else { return Ok(None) };
    for (row, hidden) in pivot.cells.iter_mut().zip(&mask.cells) {
        hide(row, hidden);
    }
    hide(&mut pivot.right, &mask.right);
    hide(&mut pivot.below, &mask.below);
    Ok(Some(pivot))
}

fn hide(numbers: &mut [Option<i64>], hidden: &[bool]) {
    for (number, _) in numbers.iter_mut().zip(hidden).filter(|(_, hidden)| **hidden) {
        *number = None;
    }
}

/// Which rows the public report of one dimension hides.
async fn hidden_alone(cx: &Cx, query: &Question, axis: Axis, heads: &[Head]) -> Result<Vec<bool>> {
    let group: Group = axis.as_str().parse().map_err(|_| Error::Malformed(Word::new("error.query")))?;
    let query = Question { group, ..query.clone() };
    let mut report: Report = store::figures(&cx.db, cx.tenant, &query).await?;
    rules::conceal(&mut report);
    Ok(heads.iter().map(|head| report.rows.iter().any(|row| row.code == head.code && row.hidden)).collect())
}

fn grid(pivot: &Pivot) -> conceal::Grid {
    let all = |numbers: &[Option<i64>]| numbers.iter().map(|n| n.unwrap_or(0)).collect();
    conceal::Grid {
        cells: pivot.cells.iter().map(|row| all(row)).collect(),
        right: all(&pivot.right),
        below: all(&pivot.below),
        total: pivot.total.unwrap_or(0),
    }
}

/// The numbers of another pivot at the places of this one.
fn same_shape(pivot: &Pivot, other: &Pivot) -> conceal::Grid {
    let at = |heads: &[Head], code: &str| heads.iter().position(|head| head.code == code);
    let cell = |row: &Head, column: &Head| {
        at(&other.down, &row.code)
            .zip(at(&other.across, &column.code))
            .and_then(|(row, column)| other.cells[row][column])
            .unwrap_or(0)
    };
    let total = |heads: &[Head], totals: &[Option<i64>], head: &Head| {
        at(heads, &head.code).and_then(|place| totals[place]).unwrap_or(0)
    };
    conceal::Grid {
        cells: pivot.down.iter().map(|row| pivot.across.iter().map(|column| cell(row, column)).collect()).collect(),
        right: pivot.down.iter().map(|head| total(&other.down, &other.right, head)).collect(),
        below: pivot.across.iter().map(|head| total(&other.across, &other.below, head)).collect(),
        total: other.total.unwrap_or(0),
    }
}
