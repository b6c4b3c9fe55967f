//! One metric by one or two dimensions, from the same tables and by the same conditions as a report.

use super::{Slice, TEAM, registers, traits};
use crate::model::{MetricCode, Query};
use crate::pivot::Axis;
use kernel::policy::Reach;
use kernel::{Conditions, Read, Result, TenantId, args, row};
use std::collections::BTreeMap;

row! {
    /// A number with the two codes that it stands at.
    struct Crossed { a: String, b: String, n: i64 }
}

/// Numbers by the codes of both dimensions; the second is empty when there is one.
pub(crate) type Cells = BTreeMap<(String, String), i64>;

/// The table that a dimension is read from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Table {
    /// `metric_month m`
    Sums,
    /// `metric_day m`
    Days,
    /// `person_month m`, with `person p` for traits
    Served,
    /// `person p`, with `membership m` and `organisation o` for teams
    Register,
    /// `organisation o`
    Teams,
    /// `activity a`
    Activities,
}

/// A metric by a dimension or two.
pub(crate) async fn crossed(
    db: &impl Read,
    tenant: TenantId,
    metric: MetricCode,
    axes: (Axis, Option<Axis>),
    query: &Query,
) -> Result<Cells> {
    match metric {
        MetricCode::Services => sums(db, tenant, "services", axes, query).await,
        MetricCode::Hours => sums(db, tenant, "minutes", axes, query).await,
        MetricCode::Served => sums(db, tenant, "served", axes, query).await,
        MetricCode::Active => active(db, tenant, axes, query).await,
        MetricCode::Volunteers => volunteers(db, tenant, axes, query).await,
        MetricCode::Teams => teams(db, tenant, axes, query).await,
        MetricCode::Activities => activities(db, tenant, axes, query).await,
    }
}

fn has(axes: (Axis, Option<Axis>), wanted: Axis) -> bool {
    axes.0 == wanted || axes.1 == Some(wanted)
}

fn traits_in(axes: (Axis, Option<Axis>)) -> bool {
    axes.0.is_trait() || axes.1.is_some_and(Axis::is_trait)
}

/// The two expressions that tell the codes.
fn codes(table: Table, axes: (Axis, Option<Axis>), query: &Query) -> (String, String) {
    let of = |axis| code(table, axis, query);
    (of(axes.0), axes.1.map_or_else(|| "''".to_owned(), of))
}

fn code(table: Table, axis: Axis, query: &Query) -> String {
    let text = match (axis, table) {
        (Axis::Town, Table::Sums) => "m.town",
        (Axis::Town, Table::Days | Table::Served) => "substr(m.region_code, 1, 9)",
        (Axis::Town, Table::Register) => "substr(p.region_code, 1, 9)",
        (Axis::Town, Table::Teams) => "substr(o.region_code, 1, 9)",
        (Axis::Town, Table::Activities) => "substr(a.region_code, 1, 9)",
        (Axis::Team, _) => "o.number",
        (Axis::Kind, Table::Register | Table::Teams) => "o.kind",
        (Axis::Kind, Table::Activities) => "a.kind",
        (Axis::Kind, _) => "m.kind",
        (Axis::Category, Table::Activities) => "a.category",
        (Axis::Category, _) => "m.category",
        (Axis::Month, Table::Days) => "substr(CAST(m.day AS TEXT), 1, 7)",
        (Axis::Month, Table::Register) => "substr(CAST(p.registered_on AS TEXT), 1, 7)",
        (Axis::Month, Table::Teams) => "COALESCE(substr(CAST(o.founded_on AS TEXT), 1, 7), '')",
        (Axis::Month, _) => "m.month",
        (Axis::Scope, _) => "a.scope",
        (Axis::State, _) => "a.state",
        (Axis::Sex | Axis::Age | Axis::Political | Axis::Education | Axis::IdKind, _) => {
            return traits::expression(axis, traits::day(query));
        }
    };
    text.to_owned()
}

async fn read(db: &impl Read, sql: &str, wanted: &Conditions) -> Result<Cells> {
    let rows: Vec<Crossed> = db.all(sql, wanted.args()).await?;
    Ok(rows.into_iter().map(|row| ((row.a, row.b), row.n)).collect())
}

async fn sums(
    db: &impl Read,
    tenant: TenantId,
    column: &str,
    axes: (Axis, Option<Axis>),
    query: &Query,
) -> Result<Cells> {
    let whole = query.reach.as_ref().is_none_or(Reach::is_all) && query.organisation.is_empty();
    let (table, from, mut wanted) = if traits_in(axes) {
        let (from, wanted) = served(tenant, axes, query);
        (Table::Served, from, wanted)
    } else if whole && query.region.len() <= 9 && !has(axes, Axis::Team) {
        (Table::Sums, "metric_month m".to_owned(), of_months(tenant, query))
    } else {
        let mut slice = Slice::of(tenant, query);
        slice.wanted.and("m.day >= ? AND m.day <= ?", args![query.from.first(), query.to.last()]);
        let join = if has(axes, Axis::Team) { TEAM } else { slice.join };
        (Table::Days, format!("metric_day m{join}"), slice.wanted)
    };
    let (a, b) = codes(table, axes, query);
    let tail = wanted.tail(" GROUP BY 1, 2", args![]);
    let sql = format!("SELECT {a} AS a, {b} AS b, CAST(SUM(m.{column}) AS BIGINT) AS n FROM {from} WHERE {tail}");
    read(db, &sql, &wanted).await
}

fn of_months(tenant: TenantId, query: &Query) -> Conditions {
    let mut wanted = Conditions::new("m.tenant_id = ?", args![tenant]);
    wanted.and("m.month >= ? AND m.month <= ?", args![query.from.to_string(), query.to.to_string()]);
    if !query.region.is_empty() {
        wanted.and("m.town >= ? AND m.town < ?", args![query.region, kernel::policy::after(&query.region)]);
    }
    if !query.kind.is_empty() {
        wanted.and("m.kind = ?", args![query.kind]);
    }
    if !query.category.is_empty() {
        wanted.and("m.category = ?", args![query.category]);
    }
    wanted
}

/// `person_month m` of the period, with the tables that the dimensions need.
fn served(tenant: TenantId, axes: (Axis, Option<Axis>), query: &Query) -> (String, Conditions) {
    let mut slice = Slice::of(tenant, query);
    slice.wanted.and("m.month >= ? AND m.month <= ?", args![query.from.to_string(), query.to.to_string()]);
    let team = if has(axes, Axis::Team) { TEAM } else { slice.join };
    let people =
        if traits_in(axes) { " JOIN person p ON p.tenant_id = m.tenant_id AND p.id = m.person_id" } else { "" };
    (format!("person_month m{team}{people}"), slice.wanted)
}

async fn active(db: &impl Read, tenant: TenantId, axes: (Axis, Option<Axis>), query: &Query) -> Result<Cells> {
    let (from, mut wanted) = served(tenant, axes, query);
    let (a, b) = codes(Table::Served, axes, query);
    let tail = wanted.tail(" GROUP BY 1, 2, m.person_id HAVING SUM(m.minutes) > 0", args![]);
    let sql = format!(
        "SELECT a, b, COUNT(*) AS n FROM (SELECT {a} AS a, {b} AS b, m.person_id FROM {from} WHERE {tail}) AS person
         GROUP BY a, b"
    );
    read(db, &sql, &wanted).await
}

async fn volunteers(db: &impl Read, tenant: TenantId, axes: (Axis, Option<Axis>), query: &Query) -> Result<Cells> {
    if !query.category.is_empty() {
        return Ok(Cells::new());
    }
    let chosen = !query.organisation.is_empty() || !query.kind.is_empty();
    let in_team = chosen || has(axes, Axis::Team) || has(axes, Axis::Kind);
    let mut wanted = registers::registered(tenant, query, in_team);
    let (a, b) = codes(Table::Register, axes, query);
    let tail = wanted.tail("", args![]);
    let from = if in_team {
        "organisation o CROSS JOIN membership m CROSS JOIN person p
         WHERE m.tenant_id = o.tenant_id AND m.organisation_id = o.id AND p.tenant_id = m.tenant_id AND p.id = m.person_id
           AND o.tenant_id = p.tenant_id AND"
    } else {
        "person p WHERE"
    };
    // Somebody in several teams is one person in each cell.
    let sql = format!(
        "SELECT a, b, COUNT(*) AS n FROM (SELECT DISTINCT {a} AS a, {b} AS b, p.id FROM {from} {tail}) AS person
         GROUP BY a, b"
    );
    Ok(grown(query, axes, read(db, &sql, &wanted).await?))
}

async fn teams(db: &impl Read, tenant: TenantId, axes: (Axis, Option<Axis>), query: &Query) -> Result<Cells> {
    if !query.category.is_empty() {
        return Ok(Cells::new());
    }
    let mut wanted = registers::standing(tenant, query);
    let (a, b) = codes(Table::Teams, axes, query);
    let tail = wanted.tail(" GROUP BY 1, 2", args![]);
    let sql = format!("SELECT {a} AS a, {b} AS b, COUNT(*) AS n FROM organisation o WHERE {tail}");
    Ok(grown(query, axes, read(db, &sql, &wanted).await?))
}

/// How many there were at each month's end, where a dimension is the month in which they began.
fn grown(query: &Query, axes: (Axis, Option<Axis>), new: Cells) -> Cells {
    if !has(axes, Axis::Month) {
        return new;
    }
    let down = axes.0 == Axis::Month;
    let mut all = Cells::new();
    for month in query.months().into_iter().map(|m| m.to_string()) {
        for ((a, b), n) in &new {
            let (began, other) = if down { (a, b) } else { (b, a) };
            if *began <= month {
                let at = if down { (month.clone(), other.clone()) } else { (other.clone(), month.clone()) };
                *all.entry(at).or_insert(0) += n;
            }
        }
    }
    all
}

async fn activities(db: &impl Read, tenant: TenantId, axes: (Axis, Option<Axis>), query: &Query) -> Result<Cells> {
    let mut wanted = registers::held(tenant, query);
    let join = if has(axes, Axis::Team) {
        " JOIN organisation o ON o.tenant_id = a.tenant_id AND o.id = a.organisation_id"
    } else {
        ""
    };
    if !has(axes, Axis::Month) {
        let (a, b) = codes(Table::Activities, axes, query);
        let tail = wanted.tail(" GROUP BY 1, 2", args![]);
        let sql = format!("SELECT {a} AS a, {b} AS b, COUNT(*) AS n FROM activity a{join} WHERE {tail}");
        return read(db, &sql, &wanted).await;
    }
    // One that lasts for months stands in each of them.
    row! { struct Spell { code: String, first: String, last: String, n: i64 } }
    let down = axes.0 == Axis::Month;
    let other = if down { axes.1 } else { Some(axes.0) };
    let other = other.map_or_else(|| "''".to_owned(), |axis| code(Table::Activities, axis, query));
    let tail = wanted.tail(" GROUP BY 1, 2, 3", args![]);
    let sql = format!(
        "SELECT {other} AS code, substr(CAST(a.starts_on AS TEXT), 1, 7) AS first, substr(CAST(a.ends_on AS TEXT), 1, 7) AS last,
                COUNT(*) AS n
         FROM activity a{join} WHERE {tail}"
    );
    let spells: Vec<Spell> = db.all(&sql, wanted.args()).await?;
    let mut all = Cells::new();
    for month in query.months().into_iter().map(|m| m.to_string()) {
        for spell in spells.iter().filter(|s| s.first <= month && s.last >= month) {
            let (month, code) = (month.clone(), spell.code.clone());
            *all.entry(if down { (month, code) } else { (code, month) }).or_insert(0) += spell.n;
        }
    }
    Ok(all)
}
