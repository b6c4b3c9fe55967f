//! Figures read from the registers: volunteers, teams and activities. Volunteers and teams stand as at the period's end, and
//! where they stood then: a town that was merged later still has its own in the reports of its time.

use super::{Counted, Numbers, Part, numbers};
use crate::model::{Group, Query};
use kernel::{Conditions, Read, Result, TenantId, args, row};

/// Registered volunteers. A category has none: people register for service, not for a category.
pub(super) async fn volunteers(db: &impl Read, tenant: TenantId, query: &Query) -> Result<Option<Part>> {
    if query.group == Group::Category || !query.category.is_empty() {
        return Ok(None);
    }
    let chosen = !query.organisation.is_empty() || !query.kind.is_empty();
    let in_team = chosen || matches!(query.group, Group::Team | Group::Kind);
    let wanted = registered(tenant, query, in_team);
    let code = match query.group {
        Group::Town => "substr(p.region_code, 1, 9)",
        Group::Team => "o.number",
        Group::Kind => "o.kind",
        Group::Month => "substr(CAST(p.registered_on AS TEXT), 1, 7)",
        Group::Category | Group::Total => "''",
    };
    let source = then(db, tenant, query, PEOPLE).await?;
    let rows = match query.group {
        Group::Team if !query.is_narrowed() => members(db, tenant, query).await?,
        _ => people(db, &wanted, (&source, code), in_team).await?,
    };
    // The total is the same however the rows are made: who is in two teams counts once, who is in none counts too.
    let total = match in_team {
        true => people(db, &registered(tenant, query, chosen), (&source, "''"), chosen).await?.into_values().sum(),
        false => rows.values().sum(),
    };
    let rows = if query.group == Group::Month { grown(query, &rows) } else { rows };
    Ok(Some(Part { rows, total }))
}

/// Who is on the register at the period's end; with `in_team` the member `m` of an organisation `o`.
pub(super) fn registered(tenant: TenantId, query: &Query, in_team: bool) -> Conditions {
    let mut wanted = Conditions::new("p.tenant_id = ? AND p.state IN ('active', 'dormant')", args![tenant]);
    wanted.and("p.registered_on <= ?", args![query.to.last()]);
    region(&mut wanted, query, "p.region_code >= ? AND p.region_code < ?");
    if in_team {
        wanted.and("m.to_on IS NULL AND o.tree = 'team'", args![]);
        team(&mut wanted, query);
    }
    if let Some(reach) = query.reach.as_ref().filter(|r| !r.is_all()) {
        wanted.within(reach, "p.region_code", if in_team { "o.path" } else { "" });
    }
    wanted
}

/// The members of every team of the district: all of them, less the few who are not on the register at the period's end. Who
/// has two roles in a team is grouped away first, along the index.
async fn members(db: &impl Read, tenant: TenantId, query: &Query) -> Result<Numbers> {
    let sql = "SELECT o.number AS code, t.n - COALESCE(f.n, 0) AS n
         FROM (SELECT organisation_id, COUNT(*) AS n
               FROM (SELECT organisation_id, person_id FROM membership WHERE tenant_id = $1 AND to_on IS NULL
                     GROUP BY organisation_id, person_id) AS member
               GROUP BY organisation_id) AS t
         JOIN organisation o ON o.tenant_id = $1 AND o.id = t.organisation_id AND o.tree = 'team'
         LEFT JOIN (SELECT m.organisation_id, COUNT(DISTINCT m.person_id) AS n FROM person p CROSS JOIN membership m
                    WHERE p.tenant_id = $1 AND (p.state NOT IN ('active', 'dormant') OR p.registered_on > $2)
                      AND m.tenant_id = $1 AND m.person_id = p.id AND m.to_on IS NULL
                    GROUP BY m.organisation_id) AS f ON f.organisation_id = t.organisation_id
         WHERE t.n > COALESCE(f.n, 0)";
    Ok(numbers(db.all(sql, args![tenant, query.to.last()]).await?))
}

row! { struct Any { object_id: kernel::ids::Raw } }

/// A register with its alias and columns: kind of object, table, alias, columns.
type Register = (&'static str, &'static str, &'static str, &'static str);
const PEOPLE: Register = ("person", "person", "p", "state, registered_on");
const TEAMS: Register = ("organisation", "organisation", "o", "tree, state, kind, founded_on, path, number");

/// A register as it lay at the period's end: the table itself, unless a region was merged later.
async fn then(
    db: &impl Read,
    tenant: TenantId,
    query: &Query,
    (kind, table, alias, columns): Register,
) -> Result<String> {
    let sql = "SELECT object_id FROM region_moved WHERE tenant_id = $1 AND kind = $2 AND on_day > $3 LIMIT 1";
    let last = query.to.last();
    if db.optional::<Any>(sql, args![tenant, kind, last]).await?.is_none() {
        return Ok(format!("{table} {alias}"));
    }
    let columns: String = columns.split(", ").map(|column| format!("r.{column}, ")).collect();
    Ok(format!(
        "(SELECT r.tenant_id, r.id, {columns}COALESCE((SELECT v.old_code FROM region_moved v WHERE v.tenant_id = r.tenant_id
            AND v.kind = '{kind}' AND v.object_id = r.id AND v.on_day > '{last}' ORDER BY v.on_day LIMIT 1), r.region_code) AS region_code
          FROM {table} r) {alias}"
    ))
}

async fn people(db: &impl Read, wanted: &Conditions, (source, code): (&str, &str), in_team: bool) -> Result<Numbers> {
    let mut wanted = wanted.clone();
    let sql = if in_team {
        let tail = wanted.tail("", args![]);
        // A person of several teams is one person in each of their rows and one in the total.
        format!(
            "SELECT code, COUNT(*) AS n FROM (
               SELECT DISTINCT {code} AS code, m.person_id FROM organisation o CROSS JOIN membership m CROSS JOIN {source}
               WHERE m.tenant_id = o.tenant_id AND m.organisation_id = o.id AND p.tenant_id = m.tenant_id AND p.id = m.person_id
                 AND o.tenant_id = p.tenant_id AND {tail}) AS person
             GROUP BY code"
        )
    } else {
        // First by the columns of the index, which needs no sort, then the few sums by what is asked for.
        let by = if code.contains("registered_on") { "p.registered_on" } else { "p.region_code" };
        let tail = wanted.tail("", args![]);
        format!(
            "SELECT {code} AS code, CAST(SUM(p.n) AS BIGINT) AS n
             FROM (SELECT {by}, COUNT(*) AS n FROM {source} WHERE {tail} GROUP BY p.state, {by}) AS p GROUP BY 1"
        )
    };
    Ok(numbers(db.all::<Counted>(&sql, wanted.args()).await?))
}

/// Active teams; a category has none.
pub(super) async fn teams(db: &impl Read, tenant: TenantId, query: &Query) -> Result<Option<Part>> {
    if query.group == Group::Category || !query.category.is_empty() {
        return Ok(None);
    }
    let mut wanted = standing(tenant, query);
    let code = match query.group {
        Group::Town => "substr(o.region_code, 1, 9)",
        Group::Team => "o.number",
        Group::Kind => "o.kind",
        Group::Month => "COALESCE(substr(CAST(o.founded_on AS TEXT), 1, 7), '')",
        Group::Category | Group::Total => "''",
    };
    let tail = wanted.tail(" GROUP BY 1", args![]);
    let source = then(db, tenant, query, TEAMS).await?;
    let sql = format!("SELECT {code} AS code, COUNT(*) AS n FROM {source} WHERE {tail}");
    let rows = numbers(db.all(&sql, wanted.args()).await?);
    let total = rows.values().sum();
    let rows = if query.group == Group::Month { grown(query, &rows) } else { rows };
    Ok(Some(Part { rows, total }))
}

/// The teams on the register at the period's end, as `o`.
pub(super) fn standing(tenant: TenantId, query: &Query) -> Conditions {
    let mut wanted = Conditions::new(
        "o.tenant_id = ? AND o.tree = 'team' AND o.state = 'active' AND o.kind NOT IN ('federation', 'town')",
        args![tenant],
    );
    wanted.and("(o.founded_on IS NULL OR o.founded_on <= ?)", args![query.to.last()]);
    region(&mut wanted, query, "o.region_code >= ? AND o.region_code < ?");
    team(&mut wanted, query);
    if let Some(reach) = query.reach.as_ref().filter(|r| !r.is_all()) {
        wanted.within(reach, "o.region_code", "o.path");
    }
    wanted
}

row! { struct Spell { first: String, last: String, n: i64 } }

/// Activities of which a day lies in the period. One that lasts for months stands in each of them and once in the total.
pub(super) async fn activities(db: &impl Read, tenant: TenantId, query: &Query) -> Result<Part> {
    let mut wanted = held(tenant, query);
    if query.group == Group::Month {
        return spells(db, wanted, query).await;
    }
    let (code, join) = match query.group {
        Group::Town => ("substr(a.region_code, 1, 9)", ""),
        Group::Team => ("o.number", " JOIN organisation o ON o.tenant_id = a.tenant_id AND o.id = a.organisation_id"),
        Group::Kind => ("a.kind", ""),
        Group::Category => ("a.category", ""),
        Group::Month | Group::Total => ("''", ""),
    };
    let tail = wanted.tail(" GROUP BY 1", args![]);
    let source = activity_then(db, tenant, query).await?;
    let sql = format!("SELECT {code} AS code, COUNT(*) AS n FROM {source}{join} WHERE {tail}");
    let rows = numbers(db.all(&sql, wanted.args()).await?);
    Ok(Part { total: rows.values().sum(), rows })
}

/// The activities of which a day lies in the period, as `a`.
pub(super) fn held(tenant: TenantId, query: &Query) -> Conditions {
    let mut wanted = Conditions::new("a.tenant_id = ? AND a.state IN ('running', 'ended', 'backfill')", args![tenant]);
    let until = query.to.last().min(kernel::time::day(query.now));
    wanted.and("a.starts_on <= ? AND a.ends_on >= ?", args![until, query.from.first()]);
    region(&mut wanted, query, "a.region_code >= ? AND a.region_code < ?");
    if !query.organisation.is_empty() {
        let end = kernel::policy::after(&query.organisation);
        wanted.and("a.organisation_path >= ? AND a.organisation_path < ?", args![query.organisation, end]);
    }
    if !query.kind.is_empty() {
        wanted.and("a.kind = ?", args![query.kind]);
    }
    if !query.category.is_empty() {
        wanted.and("a.category = ?", args![query.category]);
    }
    if let Some(reach) = query.reach.as_ref().filter(|r| !r.is_all()) {
        wanted.within(reach, "a.region_code", "a.organisation_path");
    }
    wanted
}

/// The activities with the team and place that they had at the period's end: the table itself, unless one was moved later.
async fn activity_then(db: &impl Read, tenant: TenantId, query: &Query) -> Result<String> {
    let sql = "SELECT activity_id AS object_id FROM activity_moved WHERE tenant_id = $1 AND on_day > $2 LIMIT 1";
    let last = query.to.last();
    if db.optional::<Any>(sql, args![tenant, last]).await?.is_none() {
        return Ok("activity a".to_owned());
    }
    Ok(format!(
        "(SELECT r.tenant_id, r.id, r.state, r.starts_on, r.ends_on, r.kind, r.category,
            COALESCE(v.region_code, r.region_code) AS region_code, COALESCE(v.organisation_id, r.organisation_id) AS organisation_id,
            COALESCE(v.organisation_path, r.organisation_path) AS organisation_path
          FROM activity r LEFT JOIN activity_moved v ON v.tenant_id = r.tenant_id AND v.activity_id = r.id
            AND v.on_day = (SELECT MIN(w.on_day) FROM activity_moved w WHERE w.tenant_id = r.tenant_id AND w.activity_id = r.id
              AND w.on_day > '{last}')) a"
    ))
}

async fn spells(db: &impl Read, mut wanted: Conditions, query: &Query) -> Result<Part> {
    let tail = wanted.tail(" GROUP BY 1, 2", args![]);
    let sql = format!(
        "SELECT substr(CAST(a.starts_on AS TEXT), 1, 7) AS first, substr(CAST(a.ends_on AS TEXT), 1, 7) AS last, COUNT(*) AS n
         FROM activity a WHERE {tail}"
    );
    let spells: Vec<Spell> = db.all(&sql, wanted.args()).await?;
    let mut rows = Numbers::new();
    for month in query.months() {
        let month = month.to_string();
        let held = spells.iter().filter(|s| s.first <= month && s.last >= month).map(|s| s.n).sum();
        rows.insert(month, held);
    }
    Ok(Part { rows, total: spells.iter().map(|s| s.n).sum() })
}

/// How many there were at each month's end.
fn grown(query: &Query, new: &Numbers) -> Numbers {
    let upto = |month: &str| new.iter().filter(|(code, _)| code.as_str() <= month).map(|(_, n)| n).sum();
    query.months().into_iter().map(|m| m.to_string()).map(|m| (m.clone(), upto(&m))).collect()
}

fn region(wanted: &mut Conditions, query: &Query, condition: &'static str) {
    if !query.region.is_empty() {
        wanted.and(condition, args![query.region, kernel::policy::after(&query.region)]);
    }
}

fn team(wanted: &mut Conditions, query: &Query) {
    if !query.organisation.is_empty() {
        let end = kernel::policy::after(&query.organisation);
        wanted.and("o.path >= ? AND o.path < ?", args![query.organisation, end]);
    }
    if !query.kind.is_empty() {
        wanted.and("o.kind = ?", args![query.kind]);
    }
}
