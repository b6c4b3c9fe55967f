//! Which rows a report has and what they are called: all towns and months also when nothing happened there.

use crate::model::{Group, Query};
use chrono::NaiveDate;
use kernel::policy::Reach;
use kernel::{Conditions, Read, Result, TenantId, args, row};
use std::collections::BTreeMap;

row! { struct Named { code: String, name: String, stands: bool } }

/// What a row is called: its code, its name, and what it was called until which day, where the period knew both.
pub(super) struct Called {
    pub code: String,
    pub name: String,
    pub formerly: Option<(String, NaiveDate)>,
}

/// Code and name of each row in the order of reading. `found` are the codes that have figures.
pub(super) async fn rows(db: &impl Read, tenant: TenantId, query: &Query, found: Vec<String>) -> Result<Vec<Called>> {
    let called = |code, name| Called { code, name, formerly: None };
    let mut all: BTreeMap<String, String> = match query.group {
        Group::Total => return Ok(Vec::new()),
        Group::Month => {
            return Ok(query.months().into_iter().map(|m| called(m.to_string(), String::new())).collect());
        }
        Group::Town => found.into_iter().map(|code| (code.clone(), code)).collect(),
        Group::Team | Group::Kind | Group::Category => found.into_iter().map(|code| (code, String::new())).collect(),
    };
    for named in known(db, tenant, query).await? {
        // A narrowed report names only what it counts; the whole district shows its empty towns too, while they stand.
        let empty = !query.is_narrowed() && query.group == Group::Town && named.stands;
        if empty || all.contains_key(&named.code) {
            all.insert(named.code, named.name);
        }
    }
    let mut rows: Vec<Called> = all.into_iter().map(|(code, name)| called(code, name)).collect();
    if query.group == Group::Town {
        name_of_then(db, tenant, query, &mut rows).await?;
    }
    Ok(rows)
}

row! { struct Former { code: String, name: String, valid_to: NaiveDate } }

/// A report of the time before a town was renamed says the name of then; one across that day says both.
async fn name_of_then(db: &impl Read, tenant: TenantId, query: &Query, rows: &mut [Called]) -> Result<()> {
    let sql = "SELECT n.code, n.name, n.valid_to FROM region_name n JOIN region r ON r.code = n.code
               JOIN tenant t ON r.parent_code = t.code
               WHERE t.id = $1 AND r.level = 'town' AND n.valid_to >= $2 ORDER BY n.code, n.valid_to";
    let former: Vec<Former> = db.all(sql, args![tenant, query.from.first()]).await?;
    let last = query.to.last();
    for row in rows {
        let names: Vec<&Former> = former.iter().filter(|name| name.code == row.code).collect();
        // A name that goes on after the period is the name of its end; the last that ended within it is said beside.
        if let Some(then) = names.iter().find(|name| name.valid_to >= last) {
            row.name.clone_from(&then.name);
        }
        let ended = names.iter().rfind(|name| name.valid_to < last);
        row.formerly = ended.map(|name| (name.name.clone(), name.valid_to));
    }
    Ok(())
}

async fn known(db: &impl Read, tenant: TenantId, query: &Query) -> Result<Vec<Named>> {
    match query.group {
        Group::Town => {
            let sql = "SELECT r.code, r.name, (r.valid_from IS NULL OR r.valid_from <= $3) AND (r.valid_to IS NULL OR r.valid_to >= $2) AS stands
                       FROM region r JOIN tenant t ON r.parent_code = t.code WHERE t.id = $1 AND r.level = 'town'";
            db.all(sql, args![tenant, query.from.first(), query.to.last()]).await
        }
        Group::Team => {
            db.all(
                "SELECT number AS code, name, TRUE AS stands FROM organisation WHERE tenant_id = $1 AND tree = 'team'",
                args![tenant],
            )
            .await
        }
        _ => Ok(Vec::new()),
    }
}

/// The name of a team with this number, and its path, for a reader who may see the team or what it did in their region.
pub(crate) async fn team(
    db: &impl Read,
    tenant: TenantId,
    reach: &Reach,
    number: &str,
) -> Result<Option<(String, String)>> {
    row! { struct Team { name: String, path: String } }
    let team = || Conditions::new("o.tenant_id = ? AND o.tree = 'team' AND o.number = ?", args![tenant, number]);
    let mut own = team();
    own.within(reach, "o.region_code", "o.path");
    let tail = own.tail("", args![]);
    let sql = format!("SELECT o.name, o.path FROM organisation o WHERE {tail}");
    let mut found: Option<Team> = db.optional(&sql, own.args()).await?;
    if found.is_none() {
        let mut guest = team();
        guest.within(reach, "m.region_code", "");
        let tail = guest.tail(" LIMIT 1", args![]);
        let sql = format!(
            "SELECT o.name, o.path FROM organisation o
             JOIN metric_day m ON m.tenant_id = o.tenant_id AND m.organisation_id = o.id WHERE {tail}"
        );
        found = db.optional(&sql, guest.args()).await?;
    }
    Ok(found.map(|t| (t.name, t.path)))
}

/// The towns of the district: code and name.
pub(crate) async fn towns(db: &impl Read, tenant: TenantId) -> Result<Vec<(String, String)>> {
    let sql =
        "SELECT r.code, r.name, r.valid_to IS NULL AS stands FROM region r JOIN tenant t ON r.parent_code = t.code
               WHERE t.id = $1 AND r.level = 'town' ORDER BY r.code";
    let rows: Vec<Named> = db.all(sql, args![tenant]).await?;
    Ok(rows.into_iter().map(|r| (r.code, r.name)).collect())
}
