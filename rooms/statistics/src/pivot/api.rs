//! Pivots as JSON: the same answers.

use super::ask::{self, Wanted};
use super::pages::{concealed, label};
use super::{Axis, Head, Pivot};
use axum::Json;
use kernel::{Cx, Query, Result};
use serde::Serialize;
use utoipa::ToSchema;

/// A row or column.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HeadBody {
    /// A region's code, a team's number, a kind, a category, a month or a trait's code.
    code: String,
    /// Its name in the reader's language.
    name: String,
}

/// A row with its numbers.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PivotRow {
    /// A region's code, a team's number, a kind, a category, a month or a trait's code.
    code: String,
    /// Its name in the reader's language.
    name: String,
    /// One number a column; hours in minutes. Absent where it tells of few people or would let it be reckoned.
    cells: Vec<Option<i64>>,
    /// The row's own total; people are counted once in it.
    total: Option<i64>,
}

/// One metric by two dimensions.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PivotBody {
    /// What is counted; see the dictionary.
    metric: String,
    /// The first month.
    from: String,
    /// The last month.
    to: String,
    /// What the rows are.
    by_rows: String,
    /// What the columns are.
    by_columns: String,
    /// Everything up to this moment is in it, UTC.
    as_of: chrono::DateTime<chrono::Utc>,
    /// The columns.
    columns: Vec<HeadBody>,
    /// The rows.
    rows: Vec<PivotRow>,
    /// The total of each column.
    below: Vec<Option<i64>>,
    /// All of it.
    total: Option<i64>,
    /// There are too few people to tell anything apart.
    hidden: bool,
}

fn body(cx: &Cx, ask: &super::Ask, pivot: Option<&Pivot>) -> PivotBody {
    let head = |axis: Axis, head: &Head| HeadBody { code: head.code.clone(), name: label(cx, axis, head) };
    let row = |pivot: &Pivot, at: usize| PivotRow {
        code: pivot.down[at].code.clone(),
        name: label(cx, ask.rows, &pivot.down[at]),
        cells: pivot.cells[at].clone(),
        total: pivot.right[at],
    };
    PivotBody {
        metric: ask.metric.to_string(),
        from: ask.query.from.to_string(),
        to: ask.query.to.to_string(),
        by_rows: ask.rows.to_string(),
        by_columns: ask.columns.to_string(),
        as_of: ask.query.now,
        columns: pivot.map(|p| p.across.iter().map(|h| head(ask.columns, h)).collect()).unwrap_or_default(),
        rows: pivot.map(|p| (0..p.down.len()).map(|at| row(p, at)).collect()).unwrap_or_default(),
        below: pivot.map(|p| p.below.clone()).unwrap_or_default(),
        total: pivot.and_then(|p| p.total),
        hidden: pivot.is_none(),
    }
}

/// One metric by two dimensions, of the reader's part of the district. Traits of people ask for `statistics.traits` too.
#[utoipa::path(get, path = "/api/v1/statistics/pivot", tag = "statistics", params(Wanted), responses((status = 200, body = PivotBody)))]
pub(crate) async fn pivot(cx: Cx, Query(wanted): Query<Wanted>) -> Result<Json<PivotBody>> {
    let ask = ask::of_desk(&cx, &wanted).await?.answerable()?;
    let pivot = super::figures(&cx.db, cx.tenant, &ask).await?;
    Ok(Json(body(&cx, &ask, Some(&pivot))))
}

/// The same of the district for everybody, without cells that tell of few people; takes `metric`, `rows`, `columns` and `year` only.
#[utoipa::path(get, path = "/api/v1/figures/pivot", tag = "statistics", params(Wanted), responses((status = 200, body = PivotBody)))]
pub(crate) async fn public(cx: Cx, Query(wanted): Query<Wanted>) -> Result<Json<PivotBody>> {
    let ask = ask::of_public(&cx, &wanted)?.answerable()?;
    let pivot = concealed(&cx, &ask).await?;
    Ok(Json(body(&cx, &ask, pivot.as_ref())))
}
