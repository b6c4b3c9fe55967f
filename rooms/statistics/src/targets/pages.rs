//! The pages, sheets and JSON of targets: one measure of how far each town is.

use super::{METRICS, Standing, passed, scale, set, standings};
use crate::forms::Filter;
use crate::model::{Metric, MetricCode, Query as Question, Unit};
use crate::pages::Choice;
use crate::pivot::ask;
use crate::policy::{READ, TARGETS};
use crate::store;
use askama::Template;
use axum::Json;
use chrono::Datelike as _;
use kernel::http::filters;
use kernel::tables::{Column, Out};
use kernel::{Answer, Cx, Error, FieldErrors, Form, LaneKey, Query, Result, Tx, Word, words};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// What the address may say.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct Wanted {
    /// A year; this one when it is missing.
    year: String,
    /// `hours`, `services`, `served`, `active` or `activities`; hours when it is missing.
    metric: String,
}

impl Wanted {
    fn read(&self, cx: &Cx) -> Result<(i32, MetricCode)> {
        let wrong = || Error::Malformed(Word::new("error.query"));
        let year = match self.year.as_str() {
            "" => cx.today().year(),
            year => year.parse().map_err(|_| wrong())?,
        };
        let metric = match self.metric.as_str() {
            "" => MetricCode::Hours,
            metric => metric.parse().map_err(|_| wrong())?,
        };
        let open = METRICS.contains(&metric) && (1990..=2200).contains(&year);
        if open { Ok((year, metric)) } else { Err(wrong()) }
    }
}

/// A town's bar: a track of the whole goal, ticks up to what was reached.
struct Bar {
    label: String,
    said: String,
    text_y: i64,
    y: i64,
    end: i64,
}

/// The picture: where bars begin, where all of a goal ends, and the farthest that is drawn.
const START: i64 = 120;
const GOAL: i64 = 680;
const MOST: i64 = 760;
const ROW: i64 = 31;

/// A town as it is read.
struct Line {
    code: String,
    name: String,
    goal: String,
    typed: String,
    reached: String,
    share: String,
    by_now: String,
}

#[derive(Template)]
#[template(path = "statistics/targets.html")]
struct Index {
    errors: FieldErrors,
    year: i32,
    metric: &'static Metric,
    metrics: Vec<Choice>,
    lines: Vec<Line>,
    bars: Vec<Bar>,
    height: i64,
    passed: String,
    passed_x: i64,
    now: chrono::DateTime<chrono::Utc>,
    may_set: bool,
}

impl Index {
    fn file(&self, kind: &str) -> String {
        format!("/desk/statistics/targets/export.{kind}?year={}&metric={}", self.year, self.metric.code)
    }
}

async fn asked(cx: &Cx, wanted: &Wanted) -> Result<(i32, MetricCode, Vec<Standing>)> {
    let (year, metric) = wanted.read(cx)?;
    let query: Question = Filter { year: year.to_string(), ..Filter::default() }.query(cx, READ).await?;
    let standings = standings(cx, year, metric, query).await?;
    Ok((year, metric, standings))
}

fn said(metric: &Metric, n: i64) -> String {
    if metric.unit == Unit::Hours { words::hours(n) } else { words::number(n) }
}

fn share(permille: i64) -> String {
    format!("{}.{}%", permille / 10, permille % 10)
}

fn page(cx: &Cx, (year, code): (i32, MetricCode), standings: &[Standing], errors: FieldErrors) -> Index {
    let metric = ask::metric(code);
    let over = passed(year, cx.today());
    let none = || cx.t("statistics.none").to_owned();
    let line = |town: &Standing| Line {
        code: town.code.clone(),
        name: town.name.clone(),
        goal: town.goal.map_or_else(none, |goal| said(metric, goal)),
        typed: town.goal.map(|goal| (goal / scale(code)).to_string()).unwrap_or_default(),
        reached: said(metric, town.reached),
        share: town.permille().map_or_else(none, share),
        by_now: town.goal.map_or_else(none, |goal| said(metric, goal * over / 1000)),
    };
    let set: Vec<(&Standing, i64)> = standings.iter().filter_map(|t| t.permille().map(|p| (t, p))).collect();
    let bars = (0_i64..).zip(&set).map(|(at, (town, permille))| Bar {
        label: crate::chart::short(&town.name),
        said: share(*permille),
        text_y: 24 + at * ROW,
        y: 19 + at * ROW,
        end: (START + (GOAL - START) * permille / 1000).clamp(START + 1, MOST),
    });
    let bars: Vec<Bar> = bars.collect();
    Index {
        errors,
        year,
        metric,
        metrics: METRICS
            .iter()
            .map(|m| Choice { code: m.to_string(), current: *m == code, label: cx.t(ask::metric(*m).word).to_owned() })
            .collect(),
        lines: standings.iter().map(line).collect(),
        height: i64::try_from(bars.len()).unwrap_or(0) * ROW + 40,
        bars,
        passed: share(over),
        passed_x: START + (GOAL - START) * over / 1000,
        now: cx.now,
        may_set: cx.can(TARGETS),
    }
}

pub(crate) async fn index(cx: Cx, Query(wanted): Query<Wanted>) -> Result<Answer> {
    let (year, metric, standings) = asked(&cx, &wanted).await?;
    cx.page(&page(&cx, (year, metric), &standings, FieldErrors::none()))
}

/// The goals that are typed: one a town, in the order of the towns' codes.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Goals {
    year: String,
    metric: String,
    town: Vec<String>,
    goal: Vec<String>,
}

pub(crate) async fn create(cx: Cx, Form(form): Form<Goals>) -> Result<Answer> {
    let wanted = Wanted { year: form.year.clone(), metric: form.metric.clone() };
    let (year, metric, mut standings) = asked(&cx, &wanted).await?;
    let known = store::towns(&cx.db, cx.tenant).await?;
    if form.town.len() != form.goal.len() {
        return Err(Error::Malformed(Word::new("error.query")));
    }
    let mut errors = FieldErrors::none();
    let mut goals = Vec::new();
    for (town, goal) in form.town.iter().zip(&form.goal) {
        if known.iter().all(|(code, _)| code != town) {
            errors.add("goal", Word::new("target.no_town"));
        }
        let goal = errors.optional_whole("goal", &goal.replace([',', '，', ' '], ""), 1, 100_000_000);
        goals.push((town.clone(), goal.map(|goal| goal * scale(metric))));
    }
    if !errors.is_empty() {
        errors.0.truncate(1);
        for standing in &mut standings {
            let typed = goals.iter().find(|(town, _)| *town == standing.code);
            standing.goal = typed.and_then(|(_, goal)| *goal).or(standing.goal);
        }
        return cx.invalid(&page(&cx, (year, metric), &standings, errors));
    }
    let act = cx.clone();
    let verb = async move |tx: &mut Tx<'_>| set(tx, &act, (year, metric), &goals).await;
    cx.once(LaneKey::of(cx.tenant.0), verb).await?;
    let url = format!("/desk/statistics/targets?year={year}&metric={metric}");
    Ok(cx.see_other_saying(&url, &Word::new("target.saved").with("year", year)))
}

async fn sheet(cx: &Cx, wanted: &Wanted) -> Result<(String, Vec<Column>, Vec<Vec<Out>>)> {
    let (year, code, standings) = asked(cx, wanted).await?;
    let metric = ask::metric(code);
    let out = |n: i64| if metric.unit == Unit::Hours { Out::Hours(n) } else { Out::Int(n) };
    let head = |word: &str| format!("{} · {}", cx.t(word), cx.t(metric.head));
    let columns = vec![
        Column::new(cx.t("statistics.head.town"), 24),
        Column::new(head("target.goal"), 24),
        Column::new(head("target.reached"), 24),
        Column::new(cx.t("target.share"), 14),
    ];
    let rows = standings.into_iter().map(|town| {
        let share = town.permille().map(share);
        vec![Out::Text(town.name), town.goal.map_or(Out::Empty, out), out(town.reached), Out::maybe(share)]
    });
    Ok((format!("targets-{}-{year}", metric.code), columns, rows.collect()))
}

pub(crate) async fn xlsx(cx: Cx, Query(wanted): Query<Wanted>) -> Result<Answer> {
    let (name, columns, rows) = sheet(&cx, &wanted).await?;
    cx.sheet(&name, "xlsx", columns, rows).await
}

pub(crate) async fn csv(cx: Cx, Query(wanted): Query<Wanted>) -> Result<Answer> {
    let (name, columns, rows) = sheet(&cx, &wanted).await?;
    cx.sheet(&name, "csv", columns, rows).await
}

/// A town with its target.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TargetBody {
    /// The town's code.
    town: String,
    /// Its name.
    name: String,
    /// What it means to reach; hours in minutes. Absent: none was set.
    goal: Option<i64>,
    /// What the report tells.
    reached: i64,
    /// Thousandths of the goal.
    permille: Option<i64>,
}

/// The targets of a year and metric.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TargetsBody {
    /// The year.
    year: i32,
    /// The metric.
    metric: String,
    /// Thousandths of the year that are over.
    passed: i64,
    /// The towns by code.
    towns: Vec<TargetBody>,
}

/// What towns mean to reach in a year, and how far they are; in the order of their codes.
#[utoipa::path(get, path = "/api/v1/statistics/targets", tag = "statistics", params(Wanted), responses((status = 200, body = TargetsBody)))]
pub(crate) async fn api(cx: Cx, Query(wanted): Query<Wanted>) -> Result<Json<TargetsBody>> {
    let (year, metric, standings) = asked(&cx, &wanted).await?;
    let towns = standings.into_iter().map(|town| TargetBody {
        permille: town.permille(),
        town: town.code,
        name: town.name,
        goal: town.goal,
        reached: town.reached,
    });
    let passed = passed(year, cx.today());
    Ok(Json(TargetsBody { year, metric: metric.to_string(), passed, towns: towns.collect() }))
}
