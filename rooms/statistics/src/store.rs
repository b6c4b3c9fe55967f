//! The SQL of the figures: everything is read from the roll-ups and the registers, nothing is typed and nothing is kept.

mod active;
pub(crate) mod behind;
pub(crate) mod frozen;
mod names;
pub(crate) mod pivot;
mod registers;
pub(crate) mod served;
pub(crate) mod traits;

pub(crate) use names::{team, towns};

use crate::model::{Group, MetricCode, Query, Report, Row};
use hours::year::Totals;
use kernel::{Conditions, Cx, Read, Result, TenantId, args, row};
use std::collections::BTreeMap;

row! {
    /// A group's code with its number.
    struct Counted { code: String, n: i64 }
}

row! { struct Sums { code: String, minutes: i64, services: i64, served: i64 } }

/// Numbers by the code of their group.
type Numbers = BTreeMap<String, i64>;

fn numbers(rows: Vec<Counted>) -> Numbers {
    rows.into_iter().map(|r| (r.code, r.n)).collect()
}

/// The one verb behind every face: the report that a question asks for.
pub async fn figures(db: &impl Read, tenant: TenantId, query: &Query) -> Result<Report> {
    let sums = sums(db, tenant, query).await?;
    let active = active::of(db, tenant, query).await?;
    let volunteers = registers::volunteers(db, tenant, query).await?;
    let teams = registers::teams(db, tenant, query).await?;
    let activities = registers::activities(db, tenant, query).await?;

    let mut total = empty("");
    total.figures.set(MetricCode::Services, Some(sums.values().map(|s| s.services).sum()));
    total.figures.set(MetricCode::Hours, Some(sums.values().map(|s| s.minutes).sum()));
    total.figures.set(MetricCode::Served, Some(sums.values().map(|s| s.served).sum()));
    total.figures.set(MetricCode::Active, Some(active.total));
    total.figures.set(MetricCode::Volunteers, volunteers.as_ref().map(|v| v.total));
    total.figures.set(MetricCode::Teams, teams.as_ref().map(|t| t.total));
    total.figures.set(MetricCode::Activities, Some(activities.total));

    let mut found: Vec<String> = sums.keys().cloned().collect();
    for part in [Some(&active), volunteers.as_ref(), teams.as_ref(), Some(&activities)].into_iter().flatten() {
        found.extend(part.rows.keys().cloned());
    }
    let mut rows = Vec::new();
    for names::Called { code, name, formerly } in names::rows(db, tenant, query, found).await? {
        let mut row = Row { name, formerly, ..empty(&code) };
        let sum = sums.get(&code);
        let mut set = |metric, n: Option<i64>| row.figures.set(metric, n);
        set(MetricCode::Services, Some(sum.map_or(0, |s| s.services)));
        set(MetricCode::Hours, Some(sum.map_or(0, |s| s.minutes)));
        set(MetricCode::Served, Some(sum.map_or(0, |s| s.served)));
        set(MetricCode::Active, Some(active.of(&code)));
        set(MetricCode::Volunteers, volunteers.as_ref().map(|v| v.of(&code)));
        set(MetricCode::Teams, teams.as_ref().map(|t| t.of(&code)));
        set(MetricCode::Activities, Some(activities.of(&code)));
        rows.push(row);
    }
    if query.group == Group::Team {
        rows.sort_by_key(|r| std::cmp::Reverse(r.figures.get(MetricCode::Hours)));
    }
    Ok(Report { query: query.clone(), rows, total, as_of: query.now })
}

fn empty(code: &str) -> Row {
    let figures = crate::Figures::default();
    Row { code: code.to_owned(), name: String::new(), formerly: None, figures, hidden: false }
}

/// A metric by group, with its own total: people are counted once in it.
struct Part {
    rows: Numbers,
    total: i64,
}

impl Part {
    fn of(&self, code: &str) -> i64 {
        self.rows.get(code).copied().unwrap_or(0)
    }
}

/// The condition of a roll-up table `m`, with its team `o` joined where the question needs the team's path.
struct Slice {
    join: &'static str,
    wanted: Conditions,
}

const TEAM: &str = " JOIN organisation o ON o.tenant_id = m.tenant_id AND o.id = m.organisation_id";

impl Slice {
    /// `period` is the condition that chooses the rows of the time asked for.
    fn of(tenant: TenantId, query: &Query) -> Self {
        let mut wanted = Conditions::new("m.tenant_id = ?", args![tenant]);
        if !query.region.is_empty() {
            let end = kernel::policy::after(&query.region);
            wanted.and("m.region_code >= ? AND m.region_code < ?", args![query.region, end]);
        }
        if !query.kind.is_empty() {
            wanted.and("m.kind = ?", args![query.kind]);
        }
        if !query.category.is_empty() {
            wanted.and("m.category = ?", args![query.category]);
        }
        let scoped = query.reach.as_ref().filter(|r| !r.is_all());
        if !query.organisation.is_empty() {
            let end = kernel::policy::after(&query.organisation);
            wanted.and("o.path >= ? AND o.path < ?", args![query.organisation, end]);
        }
        if let Some(reach) = scoped {
            wanted.within(reach, "m.region_code", "o.path");
        }
        let join = if scoped.is_some() || !query.organisation.is_empty() { TEAM } else { "" };
        Self { join, wanted }
    }
}

/// Minutes, person-times of volunteers and people served, by group.
async fn sums(db: &impl Read, tenant: TenantId, query: &Query) -> Result<BTreeMap<String, Sums>> {
    let wide = query.reach.as_ref().is_none_or(kernel::policy::Reach::is_all);
    let rows = match query.group {
        Group::Team if !query.is_narrowed() => sums_of_teams(db, tenant, query).await?,
        Group::Team => sums_of_days(db, tenant, query).await?,
        _ if query.organisation.is_empty() && query.region.len() <= 9 && wide => {
            sums_of_months(db, tenant, query).await?
        }
        _ => sums_of_days(db, tenant, query).await?,
    };
    Ok(rows.into_iter().map(|r| (r.code.clone(), r)).collect())
}

/// A part of the district that is not one of towns.
async fn sums_of_days(db: &impl Read, tenant: TenantId, query: &Query) -> Result<Vec<Sums>> {
    let mut slice = Slice::of(tenant, query);
    slice.wanted.and("m.day >= ? AND m.day <= ?", args![query.from.first(), query.to.last()]);
    let (code, join) = match query.group {
        Group::Town => ("substr(m.region_code, 1, 9)", slice.join),
        Group::Team => ("o.number", TEAM),
        Group::Kind => ("m.kind", slice.join),
        Group::Category => ("m.category", slice.join),
        Group::Month => ("substr(CAST(m.day AS TEXT), 1, 7)", slice.join),
        Group::Total => ("''", slice.join),
    };
    let tail = slice.wanted.tail(" GROUP BY 1", args![]);
    let sql = format!(
        "SELECT {code} AS code, CAST(SUM(m.minutes) AS BIGINT) AS minutes, CAST(SUM(m.services) AS BIGINT) AS services,
                CAST(SUM(m.served) AS BIGINT) AS served
         FROM metric_day m{join} WHERE {tail}"
    );
    db.all(&sql, slice.wanted.args()).await
}

/// The teams of the whole district: a few thousand rows a year.
async fn sums_of_teams(db: &impl Read, tenant: TenantId, query: &Query) -> Result<Vec<Sums>> {
    let sql = "SELECT o.number AS code, s.minutes, s.services, s.served
               FROM (SELECT organisation_id, CAST(SUM(minutes) AS BIGINT) AS minutes, CAST(SUM(services) AS BIGINT) AS services,
                            CAST(SUM(served) AS BIGINT) AS served
                     FROM metric_team WHERE tenant_id = $1 AND month >= $2 AND month <= $3 GROUP BY organisation_id) AS s
               JOIN organisation o ON o.tenant_id = $1 AND o.id = s.organisation_id";
    db.all(sql, args![tenant, query.from.to_string(), query.to.to_string()]).await
}

/// Towns, kinds, categories and months of the district: a few thousand rows a year.
async fn sums_of_months(db: &impl Read, tenant: TenantId, query: &Query) -> Result<Vec<Sums>> {
    let mut wanted = Conditions::new("tenant_id = ?", args![tenant]);
    wanted.and("month >= ? AND month <= ?", args![query.from.to_string(), query.to.to_string()]);
    if !query.region.is_empty() {
        wanted.and("town >= ? AND town < ?", args![query.region, kernel::policy::after(&query.region)]);
    }
    if !query.kind.is_empty() {
        wanted.and("kind = ?", args![query.kind]);
    }
    if !query.category.is_empty() {
        wanted.and("category = ?", args![query.category]);
    }
    let code = match query.group {
        Group::Town => "town",
        Group::Kind => "kind",
        Group::Category => "category",
        Group::Month => "month",
        Group::Team | Group::Total => "''",
    };
    let tail = wanted.tail(" GROUP BY 1", args![]);
    let sql = format!(
        "SELECT {code} AS code, CAST(SUM(minutes) AS BIGINT) AS minutes, CAST(SUM(services) AS BIGINT) AS services,
                CAST(SUM(served) AS BIGINT) AS served
         FROM metric_month WHERE {tail}"
    );
    db.all(&sql, wanted.args()).await
}

/// What the wall and the public home show of a year.
pub async fn year_totals(cx: Cx, year: i32) -> Result<Totals> {
    let report = figures(&cx.db, cx.tenant, &Query::year(year, Group::Total, cx.now)).await?;
    let of = |metric| report.total.figures.get(metric).unwrap_or(0);
    Ok(Totals {
        volunteers: of(MetricCode::Volunteers),
        teams: of(MetricCode::Teams),
        minutes: of(MetricCode::Hours),
        served: of(MetricCode::Served),
    })
}
