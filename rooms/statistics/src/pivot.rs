//! Pivots: one metric by two dimensions, with its totals right and below. The totals are the report's own, so that a pivot
//! cannot differ from it.

pub(crate) mod api;
pub(crate) mod ask;
pub(crate) mod conceal;
pub(crate) mod pages;

use crate::model::{Group, MetricCode, Query};
use crate::store;
use chrono::{DateTime, Utc};
use kernel::{Read, Result, TenantId, text_enum};
use std::collections::BTreeMap;

text_enum! {
    /// What a number may be told apart by: places, teams and time, how an activity is, and traits of people.
    pub enum Axis {
        /// Towns and streets.
        Town = "town",
        /// Teams.
        Team = "team",
        /// Kinds of team.
        Kind = "kind",
        /// Categories of service.
        Category = "category",
        /// Months.
        Month = "month",
        /// Whom an activity takes on.
        Scope = "scope",
        /// How far an activity is.
        State = "state",
        /// Sex, GB/T 2261.1.
        Sex = "sex",
        /// Bands of age at the end of the period.
        Age = "age",
        /// Political status, GB/T 4762.
        Political = "political",
        /// Education, GB/T 4658.
        Education = "education",
        /// Kinds of identity document.
        IdKind = "id_kind",
    }
}

/// The bands of age, the unknown last.
pub(crate) const AGES: [&str; 5] = ["under18", "18to35", "36to59", "over59", "unknown"];
/// Male, female, and the two ways of not saying.
pub(crate) const SEXES: [&str; 4] = ["1", "2", "9", "0"];

impl Axis {
    /// Whether it tells of what somebody is and not of what was done.
    pub(crate) const fn is_trait(self) -> bool {
        matches!(self, Self::Sex | Self::Age | Self::Political | Self::Education | Self::IdKind)
    }

    /// Whether it tells how an activity is.
    const fn is_of_activities(self) -> bool {
        matches!(self, Self::Scope | Self::State)
    }

    /// Whether a metric has a meaning along it.
    pub(crate) const fn fits(self, metric: MetricCode) -> bool {
        match metric {
            MetricCode::Activities => !self.is_trait(),
            _ if self.is_of_activities() => false,
            MetricCode::Volunteers => !matches!(self, Self::Category),
            MetricCode::Teams => matches!(self, Self::Town | Self::Team | Self::Kind | Self::Month),
            MetricCode::Served => !self.is_trait(),
            MetricCode::Active | MetricCode::Services | MetricCode::Hours => true,
        }
    }

    /// The same rows in a report.
    const fn group(self) -> Option<Group> {
        match self {
            Self::Town => Some(Group::Town),
            Self::Team => Some(Group::Team),
            Self::Kind => Some(Group::Kind),
            Self::Category => Some(Group::Category),
            Self::Month => Some(Group::Month),
            _ => None,
        }
    }
}

/// What is asked: a metric, two dimensions, and the period and part that a report would have.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    /// What is counted.
    pub metric: MetricCode,
    /// Down.
    pub rows: Axis,
    /// Across.
    pub columns: Axis,
    /// When and of whom.
    pub query: Query,
}

/// A row's or a column's code and name; a name that a word says is empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    /// As in a report, or a trait's code.
    pub code: String,
    /// As stored.
    pub name: String,
}

/// The answer. Hours are minutes here; what is hidden is absent.
#[derive(Clone, Debug)]
pub(crate) struct Pivot {
    /// The question.
    pub ask: Ask,
    /// The rows.
    pub down: Vec<Head>,
    /// The columns.
    pub across: Vec<Head>,
    /// The numbers, row by row.
    pub cells: Vec<Vec<Option<i64>>>,
    /// The total of each row.
    pub right: Vec<Option<i64>>,
    /// The total of each column.
    pub below: Vec<Option<i64>>,
    /// All of it: people are counted once, so it may be less than the sum.
    pub total: Option<i64>,
    /// Everything up to this moment is in it.
    pub as_of: DateTime<Utc>,
}

/// One edge of a pivot: what stands at it, its totals by code, and the total of all.
struct Edge {
    heads: Vec<Head>,
    totals: BTreeMap<String, i64>,
    whole: i64,
}

/// The verb behind page, sheet and JSON.
pub(crate) async fn figures(db: &impl Read, tenant: TenantId, ask: &Ask) -> Result<Pivot> {
    let down = edge(db, tenant, ask, ask.rows).await?;
    let across = edge(db, tenant, ask, ask.columns).await?;
    let crossed = store::pivot::crossed(db, tenant, ask.metric, (ask.rows, Some(ask.columns)), &ask.query).await?;
    let number =
        |row: &Head, column: &Head| crossed.get(&(row.code.clone(), column.code.clone())).copied().unwrap_or(0);
    let row = |head: &Head| across.heads.iter().map(|column| Some(number(head, column))).collect();
    let totals =
        |edge: &Edge| edge.heads.iter().map(|h| Some(edge.totals.get(&h.code).copied().unwrap_or(0))).collect();
    Ok(Pivot {
        ask: ask.clone(),
        cells: down.heads.iter().map(row).collect(),
        right: totals(&down),
        below: totals(&across),
        total: Some(down.whole),
        down: down.heads,
        across: across.heads,
        as_of: ask.query.now,
    })
}

async fn edge(db: &impl Read, tenant: TenantId, ask: &Ask, axis: Axis) -> Result<Edge> {
    let query = Query { group: axis.group().unwrap_or(Group::Total), ..ask.query.clone() };
    let report = store::figures(db, tenant, &query).await?;
    let whole = report.total.figures.get(ask.metric).unwrap_or(0);
    if axis.group().is_none() {
        let crossed = store::pivot::crossed(db, tenant, ask.metric, (axis, None), &ask.query).await?;
        let totals: BTreeMap<String, i64> = crossed.into_iter().map(|((code, _), n)| (code, n)).collect();
        let known: &[&str] = match axis {
            Axis::Sex => &SEXES,
            Axis::Age => &AGES,
            _ => &[],
        };
        let mut codes: Vec<String> =
            known.iter().filter(|c| totals.contains_key(**c)).map(ToString::to_string).collect();
        let others: Vec<String> = totals.keys().filter(|code| !codes.contains(code)).cloned().collect();
        codes.extend(others);
        let heads = codes.into_iter().map(|code| Head { code, name: String::new() }).collect();
        return Ok(Edge { heads, totals, whole });
    }
    // All towns and months stand there; of the others only what has a number.
    let stays = |n: Option<i64>| matches!(axis, Axis::Town | Axis::Month) || n.is_some_and(|n| n != 0);
    let rows: Vec<_> = report.rows.into_iter().filter(|row| stays(row.figures.get(ask.metric))).collect();
    let totals = rows.iter().map(|row| (row.code.clone(), row.figures.get(ask.metric).unwrap_or(0))).collect();
    Ok(Edge { heads: rows.into_iter().map(|row| Head { code: row.code, name: row.name }).collect(), totals, whole })
}

#[cfg(test)]
mod tests;
