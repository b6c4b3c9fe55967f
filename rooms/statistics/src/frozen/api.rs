//! Frozen reports as JSON: the figures as they were, and what became of them.

use super::pages::Wanted;
use crate::api::{ReportBody, body};
use crate::policy::READ;
use crate::store::frozen::{self as kept, Frozen, FrozenId};
use axum::Json;
use axum::extract::Path;
use kernel::{Cx, Query, Result};
use serde::Serialize;
use utoipa::ToSchema;

/// A report as a list shows it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FrozenLine {
    /// Its id.
    id: String,
    /// What it is called.
    name: String,
    /// The first month.
    from: String,
    /// The last month.
    to: String,
    /// What the rows are.
    group: String,
    /// A region's code; empty: the whole district.
    region: String,
    /// When it was frozen, UTC.
    frozen_at: chrono::DateTime<chrono::Utc>,
    /// By whom.
    frozen_by: String,
}

/// A figure that is another one now.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RestatedBody {
    /// The metric.
    metric: String,
    /// The row's code; empty for the total.
    row: String,
    /// As it was told; hours in minutes.
    was: i64,
    /// As it is.
    now: i64,
}

/// A report as it was.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FrozenBody {
    #[serde(flatten)]
    line: FrozenLine,
    /// The figures as they were.
    report: ReportBody,
    /// Those that are others now.
    restated: Vec<RestatedBody>,
    /// Rows taken back since, and their minutes.
    reversed_since: (i64, i64),
    /// Rows entered since, and their minutes.
    entered_since: (i64, i64),
    /// Whether the figures are those of which the trace holds the digest.
    genuine: bool,
}

fn line(frozen: &Frozen) -> FrozenLine {
    FrozenLine {
        id: frozen.id.to_string(),
        name: frozen.name.clone(),
        from: frozen.first_month.clone(),
        to: frozen.last_month.clone(),
        group: frozen.grouped.to_string(),
        region: frozen.region_code.clone(),
        frozen_at: frozen.made_at,
        frozen_by: frozen.made_name.clone(),
    }
}

/// The newest hundred frozen reports that the reader may see.
#[utoipa::path(get, path = "/api/v1/statistics/frozen", tag = "statistics",
    params(("q" = Option<String>, Query, description = "part of a name")), responses((status = 200, body = Vec<FrozenLine>)))]
pub(crate) async fn list(cx: Cx, Query(wanted): Query<Wanted>) -> Result<Json<Vec<FrozenLine>>> {
    let rows = kept::list(&cx.db, &cx, (&cx.reach(READ), wanted.q.trim()), None, 100).await?;
    Ok(Json(rows.iter().map(line).collect()))
}

/// A frozen report: its figures as they were, those that are others now, and how many rows of the ledger came since.
#[utoipa::path(get, path = "/api/v1/statistics/frozen/{report}", tag = "statistics", params(("report" = String, Path)), responses((status = 200, body = FrozenBody)))]
pub(crate) async fn show(cx: Cx, Path(report): Path<FrozenId>) -> Result<Json<FrozenBody>> {
    let frozen = kept::find(&cx.db, &cx, &cx.reach(READ), report).await?;
    let told = super::tell(&cx, &frozen).await?;
    Ok(Json(FrozenBody {
        line: line(&frozen),
        report: body(&cx, &told.was),
        restated: told
            .restated
            .iter()
            .map(|r| RestatedBody {
                metric: r.metric.code.to_string(),
                row: r.row.code.clone(),
                was: r.was,
                now: r.now,
            })
            .collect(),
        reversed_since: (told.sum.reversed, told.sum.reversed_minutes),
        entered_since: (told.sum.entered, told.sum.entered_minutes),
        genuine: told.genuine,
    }))
}
