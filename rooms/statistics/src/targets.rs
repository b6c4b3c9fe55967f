//! What towns mean to reach in a year, and how far they are. Towns stand in the order of their codes and never in that of their
//! attainment, and nobody is given a target of registrations: that would make a race of it.

pub(crate) mod pages;

use crate::model::{Group, MetricCode, Query, Unit};
use crate::store;
use chrono::{Datelike as _, NaiveDate};
use kernel::ids::Raw;
use kernel::{Cx, Deed, Read, Result, TenantId, Tx, args, row};
use serde::Serialize;
use std::collections::BTreeMap;

/// What a target may be set for: what was done, never how many are registered.
pub(crate) const METRICS: [MetricCode; 5] =
    [MetricCode::Hours, MetricCode::Services, MetricCode::Served, MetricCode::Active, MetricCode::Activities];

/// A town with what it means to reach and what it reached. Hours are minutes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    /// The town's code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Absent: none was set.
    pub goal: Option<i64>,
    /// What the report tells.
    pub reached: i64,
}

impl Standing {
    /// Tenths of a percent of the goal.
    pub(crate) fn permille(&self) -> Option<i64> {
        self.goal.filter(|goal| *goal > 0).map(|goal| self.reached.max(0) * 1000 / goal)
    }
}

/// How much of a year is over, in thousandths: nothing of one to come, all of one that is past.
pub(crate) fn passed(year: i32, today: NaiveDate) -> i64 {
    match today.year().cmp(&year) {
        std::cmp::Ordering::Less => 0,
        std::cmp::Ordering::Greater => 1000,
        std::cmp::Ordering::Equal => {
            let days = if NaiveDate::from_ymd_opt(year, 2, 29).is_some() { 366 } else { 365 };
            i64::from(today.ordinal()) * 1000 / days
        }
    }
}

row! { struct Goal { town: String, goal: i64 } }

/// The goals of a year and metric by town.
pub(crate) async fn goals(
    db: &impl Read,
    tenant: TenantId,
    year: i32,
    metric: MetricCode,
) -> Result<BTreeMap<String, i64>> {
    let sql = "SELECT town, goal FROM statistics_target WHERE tenant_id = $1 AND year = $2 AND metric = $3";
    let rows: Vec<Goal> = db.all(sql, args![tenant, i64::from(year), metric]).await?;
    Ok(rows.into_iter().map(|row| (row.town, row.goal)).collect())
}

/// The towns that a question reaches, with goal and attainment, by code.
pub(crate) async fn standings(cx: &Cx, year: i32, metric: MetricCode, query: Query) -> Result<Vec<Standing>> {
    let goals = goals(&cx.db, cx.tenant, year, metric).await?;
    let query = Query { group: Group::Town, ..query };
    let report = store::figures(&cx.db, cx.tenant, &query).await?;
    let reached = |code: &str| report.rows.iter().find(|row| row.code == code).and_then(|row| row.figures.get(metric));
    let all = query.reach.as_ref().is_none_or(kernel::policy::Reach::is_all);
    let towns = store::towns(&cx.db, cx.tenant).await?.into_iter();
    // A town's officer sees the town; its row is there once something happened or a goal was set.
    let seen = |code: &str| {
        let target = kernel::Target { region: code, ..kernel::Target::default() };
        all || cx.may(crate::policy::READ, &target).is_ok()
    };
    Ok(towns
        .filter(|(code, _)| seen(code))
        .map(|(code, name)| Standing {
            goal: goals.get(&code).copied(),
            reached: reached(&code).unwrap_or(0),
            code,
            name,
        })
        .collect())
}

#[derive(Serialize)]
struct TargetsSet {
    year: i32,
    metric: MetricCode,
    towns: usize,
}

impl Deed for TargetsSet {
    const KIND: &'static str = "statistics.targets_set";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("target", None)
    }
}

/// Sets the goals of a year and metric; a town without one has none.
pub(crate) async fn set(
    tx: &mut Tx<'_>,
    cx: &Cx,
    (year, metric): (i32, MetricCode),
    goals: &[(String, Option<i64>)],
) -> Result<()> {
    for (town, goal) in goals {
        let at = args![cx.tenant, i64::from(year), metric, town].to_vec();
        match goal {
            Some(goal) => {
                let sql = "INSERT INTO statistics_target (tenant_id, year, metric, town, goal, set_by, set_at)
                           VALUES ($1, $2, $3, $4, $5, $6, $7)
                           ON CONFLICT (tenant_id, year, metric, town) DO UPDATE
                             SET goal = excluded.goal, set_by = excluded.set_by, set_at = excluded.set_at";
                tx.execute(sql, &[&at[..], args![goal, cx.actor.name, cx.now]].concat()).await?;
            }
            None => {
                let sql =
                    "DELETE FROM statistics_target WHERE tenant_id = $1 AND year = $2 AND metric = $3 AND town = $4";
                tx.execute(sql, &at).await?;
            }
        }
    }
    tx.record(cx, &TargetsSet { year, metric, towns: goals.iter().filter(|(_, goal)| goal.is_some()).count() });
    Ok(())
}

/// How many of a metric's stored units one typed unit is: people type hours, minutes are stored.
pub(crate) fn scale(metric: MetricCode) -> i64 {
    if crate::pivot::ask::metric(metric).unit == Unit::Hours { 60 } else { 1 }
}

#[cfg(test)]
mod tests;
