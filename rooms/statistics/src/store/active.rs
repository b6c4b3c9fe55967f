//! Active people: those with minutes in the period, each counted once in every row and once in the total.

use super::{Counted, Numbers, Part, Slice, TEAM, numbers};
use crate::model::{Group, Query};
use kernel::{Read, Result, TenantId, args};

/// By group, with the total.
pub(super) async fn of(db: &impl Read, tenant: TenantId, query: &Query) -> Result<Part> {
    let rows = match query.group {
        Group::Total => Numbers::new(),
        Group::Month if !query.is_narrowed() => of_months(db, tenant, query).await?,
        Group::Month => counted(db, tenant, query, "m.month", "").await?,
        group => match query.whole_year().filter(|_| !query.is_narrowed()) {
            Some(year) => of_year(db, tenant, year, group).await?,
            None => of_period(db, tenant, query).await?,
        },
    };
    let total = match query.whole_year().filter(|_| !query.is_narrowed()) {
        Some(year) => {
            let sql =
                "SELECT '' AS code, COUNT(*) AS n FROM person_year WHERE tenant_id = $1 AND year = $2 AND minutes > 0";
            db.one::<Counted>(sql, args![tenant, i64::from(year)]).await?.n
        }
        None => counted(db, tenant, query, "''", "").await?.into_values().sum(),
    };
    Ok(Part { rows, total })
}

/// The year of the whole district: the sealer counted each person once for each code already.
async fn of_year(db: &impl Read, tenant: TenantId, year: i32, group: Group) -> Result<Numbers> {
    let year = i64::from(year);
    if group == Group::Team {
        let sql = "SELECT o.number AS code, y.n AS n
                   FROM (SELECT organisation_id, COUNT(*) AS n FROM person_year_team
                         WHERE tenant_id = $1 AND year = $2 AND minutes > 0 GROUP BY organisation_id) AS y
                   JOIN organisation o ON o.tenant_id = $1 AND o.id = y.organisation_id";
        return Ok(numbers(db.all(sql, args![tenant, year]).await?));
    }
    let sql = "SELECT code, COUNT(*) AS n FROM person_year_part
               WHERE tenant_id = $1 AND year = $2 AND part = $3 AND minutes > 0 GROUP BY code";
    Ok(numbers(db.all(sql, args![tenant, year, group]).await?))
}

/// The months of the whole district.
async fn of_months(db: &impl Read, tenant: TenantId, query: &Query) -> Result<Numbers> {
    let sql = "SELECT month AS code, COUNT(*) AS n FROM person_month_total
               WHERE tenant_id = $1 AND month >= $2 AND month <= $3 AND minutes > 0 GROUP BY month";
    Ok(numbers(db.all(sql, args![tenant, query.from.to_string(), query.to.to_string()]).await?))
}

/// Any other period or part of the district.
async fn of_period(db: &impl Read, tenant: TenantId, query: &Query) -> Result<Numbers> {
    let (code, join) = match query.group {
        Group::Town => ("substr(m.region_code, 1, 9)", ""),
        Group::Team => ("o.number", TEAM),
        Group::Kind => ("m.kind", ""),
        _ => ("m.category", ""),
    };
    counted(db, tenant, query, code, join).await
}

async fn counted(db: &impl Read, tenant: TenantId, query: &Query, code: &str, join: &'static str) -> Result<Numbers> {
    let mut slice = Slice::of(tenant, query);
    let join = if join.is_empty() { slice.join } else { join };
    slice.wanted.and("m.month >= ? AND m.month <= ?", args![query.from.to_string(), query.to.to_string()]);
    let tail = slice.wanted.tail(" GROUP BY 1, m.person_id HAVING SUM(m.minutes) > 0", args![]);
    let sql = format!(
        "SELECT code, COUNT(*) AS n FROM (SELECT {code} AS code, m.person_id FROM person_month m{join} WHERE {tail}) AS person
         GROUP BY code"
    );
    Ok(numbers(db.all(&sql, slice.wanted.args()).await?))
}
