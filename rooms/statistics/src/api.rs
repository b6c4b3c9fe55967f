//! Figures as JSON: the same reports and the dictionary that explains them.

use crate::forms::Filter;
use crate::model::{METRICS, MetricCode, Report, Row};
use crate::pages::{label, public_report};
use crate::{READ, store};
use axum::Json;
use kernel::{Cx, Query, Result};
use serde::Serialize;
use utoipa::ToSchema;

/// A report.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReportBody {
    /// The first month.
    from: String,
    /// The last month.
    to: String,
    /// What the rows are.
    group: String,
    /// Everything up to this moment is in it, UTC.
    as_of: chrono::DateTime<chrono::Utc>,
    /// The rows.
    rows: Vec<RowBody>,
    /// All of it; people are counted once here, so it may be less than the sum of the rows.
    total: RowBody,
}

/// A row; a figure is absent where it has no meaning or is hidden.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RowBody {
    /// A region's code, a team's number, a kind, a category or a month.
    code: String,
    /// Its name in the reader's language.
    name: String,
    /// People: registered volunteers.
    volunteers: Option<i64>,
    /// People: volunteers with hours in the period.
    active: Option<i64>,
    /// Teams.
    teams: Option<i64>,
    /// Activities held.
    activities: Option<i64>,
    /// Person-times: services of volunteers.
    services: Option<i64>,
    /// Minutes served.
    minutes: Option<i64>,
    /// The same in hours, two decimals.
    hours: Option<f64>,
    /// Person-times: people served.
    served: Option<i64>,
    /// What tells of persons was taken out, because it told of fewer than five or would let one be reckoned.
    hidden: bool,
}

/// An entry of the metric dictionary.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MetricBody {
    /// Its name in reports.
    code: &'static str,
    /// Its name for people.
    name: String,
    /// `people`, `person_times`, `hours` or `count`.
    unit: &'static str,
    /// What exactly is counted.
    definition: String,
    /// The tables that it is read from.
    source: &'static str,
    /// Whether the public sees it only where it tells of five or more.
    personal: bool,
}

fn row(cx: &Cx, report: &Report, row: &Row, name: String) -> RowBody {
    let of = |metric| row.figures.get(metric);
    let minutes = of(MetricCode::Hours);
    RowBody {
        code: row.code.clone(),
        name: if name.is_empty() { label(cx, report.query.group, row) } else { name },
        volunteers: of(MetricCode::Volunteers),
        active: of(MetricCode::Active),
        teams: of(MetricCode::Teams),
        activities: of(MetricCode::Activities),
        services: of(MetricCode::Services),
        minutes,
        hours: minutes.map(|m| (m as f64 / 60.0 * 100.0).round() / 100.0),
        served: of(MetricCode::Served),
        hidden: row.hidden,
    }
}

/// A report as JSON.
pub(crate) fn body(cx: &Cx, report: &Report) -> ReportBody {
    ReportBody {
        from: report.query.from.to_string(),
        to: report.query.to.to_string(),
        group: report.query.group.to_string(),
        as_of: report.as_of,
        rows: report.rows.iter().map(|r| row(cx, report, r, String::new())).collect(),
        total: row(cx, report, &report.total, cx.t("statistics.total").to_owned()),
    }
}

/// The figures of the reader's part of the district.
#[utoipa::path(get, path = "/api/v1/statistics", tag = "statistics", params(Filter), responses((status = 200, body = ReportBody)))]
pub(crate) async fn report(cx: Cx, Query(filter): Query<Filter>) -> Result<Json<ReportBody>> {
    let query = filter.query(&cx, READ).await?;
    let report = store::figures(&cx.db, cx.tenant, &query).await?;
    Ok(Json(body(&cx, &report)))
}

/// The district's figures of a year, without cells that tell of few people; takes `year` and `group` only.
#[utoipa::path(get, path = "/api/v1/figures", tag = "statistics", params(Filter), responses((status = 200, body = ReportBody)))]
pub(crate) async fn public(cx: Cx, Query(filter): Query<Filter>) -> Result<Json<ReportBody>> {
    let report = public_report(&cx, &filter).await?;
    Ok(Json(body(&cx, &report)))
}

/// What each figure counts.
#[utoipa::path(get, path = "/api/v1/figures/dictionary", tag = "statistics", responses((status = 200, body = Vec<MetricBody>)))]
pub(crate) async fn dictionary(cx: Cx) -> Result<Json<Vec<MetricBody>>> {
    let all = METRICS.iter().map(|m| MetricBody {
        code: m.code.as_str(),
        name: cx.t(m.word).to_owned(),
        unit: m.unit.as_str(),
        definition: cx.t(m.definition).to_owned(),
        source: m.source,
        personal: m.personal,
    });
    Ok(Json(all.collect()))
}
