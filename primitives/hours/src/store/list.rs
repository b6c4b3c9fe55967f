//! The SQL of the staff's list: rows of a scope, with names, filtered and paged.

use crate::model::{EntryId, Method};
use chrono::{DateTime, NaiveDate, Utc};
use kernel::db::Value;
use kernel::ids::Raw;
use kernel::{Conditions, Db, Read as _, Result, TenantId, args, row};

row! {
    /// A row with the names that a list shows.
    pub struct Listed {
        /// The row.
        pub id: EntryId,
        /// Who.
        pub person_name: String,
        /// Their volunteer number.
        pub volunteer_no: Option<String>,
        /// The team.
        pub team_name: String,
        /// The activity.
        pub title: String,
        /// The day.
        pub day: NaiveDate,
        /// From.
        pub started_at: DateTime<Utc>,
        /// To.
        pub ended_at: DateTime<Utc>,
        /// Minutes.
        pub minutes: i64,
        /// The evidence.
        pub method: Method,
        /// Whether it takes another row back.
        pub reverses_id: Option<EntryId>,
        /// Whether another row takes it back.
        pub reversed: bool,
        /// Why, in a reversal or back-entry.
        pub reason: Option<String>,
        /// Who entered it.
        pub entered_by: String,
        /// Who approved it.
        pub approved_by: Option<String>,
    }
}

/// The three tables with names of their own, so that `id` is the person's alone: what the search narrows.
const FROM: &str = "person p
    JOIN (SELECT tenant_id AS entry_tenant, id AS entry_id, person_id, organisation_id, organisation_path, region_code, kind, category, title, day,
                 started_at, ended_at, minutes, method, reverses_id, reason, entered_by, approved_by FROM hours_entry) e
      ON e.entry_tenant = p.tenant_id AND e.person_id = p.id
    JOIN (SELECT tenant_id AS team_tenant, id AS team_id, name AS team_name, number AS team_number FROM organisation) o
      ON o.team_tenant = e.entry_tenant AND o.team_id = e.organisation_id";

/// What a list asks for.
pub(crate) struct Wanted {
    /// Over the columns of `e` and `o`, and `id` for the person's.
    pub conditions: Conditions,
    /// Whether few people or teams were named: then the rows are gathered by them and sorted, instead of looked for along
    /// the days. SQLite would take the days' index for the order's sake and read the whole ledger.
    pub few: bool,
}

/// Rows of a scope, the newest day first.
pub(crate) async fn list(db: &Db, wanted: Wanted, limit: i64) -> Result<Vec<Listed>> {
    let mut conditions = wanted.conditions;
    let order = if wanted.few {
        " ORDER BY CAST(e.day AS TEXT) DESC, e.entry_id DESC LIMIT ?"
    } else {
        " ORDER BY e.day DESC, e.entry_id DESC LIMIT ?"
    };
    let tail = conditions.tail(order, args![limit]);
    let sql = format!(
        "SELECT e.entry_id AS id, p.name AS person_name, p.volunteer_no, o.team_name, e.title, e.day, e.started_at, e.ended_at,
                e.minutes, e.method, e.reverses_id, e.reason, e.entered_by, e.approved_by,
                EXISTS (SELECT 1 FROM hours_entry r WHERE r.tenant_id = e.entry_tenant AND r.reverses_id = e.entry_id) AS reversed
         FROM {FROM} WHERE {tail}"
    );
    db.all(&sql, conditions.args()).await
}

/// So many ids are named one by one; the last one is repeated.
const MOST: usize = 32;
row! { struct Found { id: Raw } }

fn some(ids: &[Raw]) -> Vec<Value> {
    let last = ids.last().copied().unwrap_or_default();
    (0..MOST).map(|at| Value::Uuid(ids.get(at).copied().unwrap_or(last))).collect()
}

/// Keeps the rows of the teams with this number or with this in their name.
///
/// Few teams are named one by one, so that their index serves; many are looked for along the days.
pub(crate) async fn of_team(db: &Db, tenant: TenantId, wanted: &mut Wanted, team: &str) -> Result<()> {
    if team.is_empty() {
        return Ok(());
    }
    let sql =
        "SELECT id FROM organisation WHERE tenant_id = $1 AND (number = $2 OR name LIKE '%' || $2 || '%') LIMIT $3";
    let found: Vec<Found> = db.all(sql, args![tenant, team, 33_i64]).await?;
    if found.len() > MOST {
        wanted.conditions.and("(o.team_number = ? OR o.team_name LIKE '%' || ? || '%')", args![team, team]);
        return Ok(());
    }
    let ids: Vec<Raw> = found.into_iter().map(|f| f.id).collect();
    wanted.few = true;
    wanted.conditions.and(
        "e.organisation_id IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        &some(&ids),
    );
    Ok(())
}

/// Keeps the rows of the people who match; the same two ways.
pub(crate) async fn of_person(db: &Db, tenant: TenantId, wanted: &mut Wanted, query: &str) -> Result<()> {
    if query.is_empty() {
        return Ok(());
    }
    let ids = kernel::search::find(db, tenant, "person", query, 33).await?;
    if ids.len() > MOST {
        kernel::search::narrow(&mut wanted.conditions, tenant, "person", query);
        return Ok(());
    }
    wanted.few = true;
    wanted.conditions.and(
        "e.person_id IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        &some(&ids),
    );
    Ok(())
}
