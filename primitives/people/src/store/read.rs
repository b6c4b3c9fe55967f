//! Reading people.

use super::COLUMNS;
use crate::life::Stage;
use crate::model::{Person, PersonId, PoliticalRow};
use crate::ties::Ties;
use kernel::db::in_list;
use kernel::http::Cursor;
use kernel::policy::Reach;
use kernel::secret::Keys;
use kernel::{Conditions, Read, Result, Secret, TenantId, args, row};

/// One person.
pub async fn find(db: &impl Read, tenant: TenantId, id: PersonId) -> Result<Person> {
    db.one(&format!("SELECT {COLUMNS} FROM person WHERE tenant_id = $1 AND id = $2"), args![tenant, id]).await
}

/// Several people, in no order; those that are not there are left out. At most a few thousand.
pub async fn find_many(db: &impl Read, tenant: TenantId, ids: &[PersonId]) -> Result<Vec<Person>> {
    let mut found = Vec::with_capacity(ids.len());
    for part in ids.chunks(500) {
        let sql = format!("SELECT {COLUMNS} FROM person WHERE tenant_id = $1 AND id IN {}", in_list(2, part.len()));
        let mut args = args![tenant].to_vec();
        args.extend(part.iter().map(kernel::db::ToValue::to_value));
        found.extend(db.all::<Person>(&sql, &args).await?);
    }
    Ok(found)
}

/// The person with this document, by `identity_hash`.
pub async fn find_by_identity(db: &impl Read, tenant: TenantId, hash: &[u8]) -> Result<Option<Person>> {
    let sql = format!("SELECT {COLUMNS} FROM person WHERE tenant_id = $1 AND id_hash = $2");
    kept(db, tenant, db.optional(&sql, args![tenant, hash.to_vec()]).await?).await
}

/// Everybody with this phone, the oldest record first: two people may share one.
pub async fn find_by_phone(db: &impl Read, tenant: TenantId, phone: &str) -> Result<Vec<Person>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM person WHERE tenant_id = $1 AND phone = $2 AND merged_into_id IS NULL ORDER BY id LIMIT 50"
    );
    db.all(&sql, args![tenant, phone]).await
}

/// The person with this volunteer's number.
pub async fn find_by_number(db: &impl Read, tenant: TenantId, number: &str) -> Result<Option<Person>> {
    let sql = format!("SELECT {COLUMNS} FROM person WHERE tenant_id = $1 AND volunteer_no = $2");
    kept(db, tenant, db.optional(&sql, args![tenant, number]).await?).await
}

/// The record that a found one was given up for, else the found one.
async fn kept(db: &impl Read, tenant: TenantId, found: Option<Person>) -> Result<Option<Person>> {
    match found.as_ref().and_then(|person| person.merged_into_id) {
        Some(kept) => find(db, tenant, kept).await.map(Some),
        None => Ok(found),
    }
}

/// What a reader of the list looks for.
#[derive(Clone, Debug, Default)]
pub struct PersonFilter {
    /// Name or part of it, pinyin, initials, number, the phone's last four.
    pub query: String,
    /// A region's code; everybody who lives at or below it.
    pub region: String,
    /// Where they stand; without it everybody but the archived and the erased.
    pub state: Option<Stage>,
    /// In a team or in none.
    pub in_team: Option<bool>,
    /// In this organisation.
    pub organisation: Option<kernel::ids::Raw>,
}

/// Who is wanted.
fn conditions(tenant: TenantId, filter: &PersonFilter, reach: &Reach, ties: Ties) -> Conditions {
    let mut wanted = Conditions::new("tenant_id = ? AND merged_into_id IS NULL", args![tenant]);
    wanted.within_through(reach, "region_code", ties.through, ties.path);
    match filter.state {
        Some(Stage::Erased) => wanted.and("erased_at IS NOT NULL", args![]),
        Some(stage) => wanted.and("state = ? AND erased_at IS NULL", args![stage]),
        None => wanted.and("state <> 'archived'", args![]),
    }
    if !filter.region.is_empty() {
        let end = kernel::policy::after(&filter.region);
        wanted.and("region_code >= ? AND region_code < ?", args![filter.region, end]);
    }
    match filter.in_team {
        Some(true) => wanted.and(ties.in_any, args![]),
        Some(false) => wanted.and(ties.in_none, args![]),
        None => {}
    }
    if let Some(organisation) = filter.organisation {
        wanted.and(ties.in_one, args![organisation]);
    }
    kernel::search::narrow(&mut wanted, tenant, "person", &filter.query);
    wanted
}

/// People by name, `limit` at most, after the cursor `(sort_key, id)`: those whom the reach shows.
pub async fn list(
    db: &impl Read,
    tenant: TenantId,
    filter: &PersonFilter,
    (reach, ties): (&Reach, Ties),
    (cursor, limit): (Option<&Cursor>, i64),
) -> Result<Vec<Person>> {
    let mut wanted = conditions(tenant, filter, reach, ties);
    if let Some(cursor) = cursor {
        let id: PersonId = cursor.get(1)?;
        wanted.and("(sort_key, id) > (?, ?)", args![cursor.0[0], id]);
    }
    if filter.query.is_empty() {
        let tail = wanted.tail(" ORDER BY sort_key, id LIMIT ?", args![limit]);
        return db.all(&format!("SELECT {COLUMNS} FROM person WHERE {tail}"), wanted.args()).await;
    }
    // A search goes from its hits, of which a common character has thousands, to an index that tells of each what the list asks
    // for; only the page's own are read whole. Sorted by an expression: the index in that order would be walked from its start.
    let tail = wanted.tail(" ORDER BY sort_key || '', id LIMIT ?", args![limit]);
    let sql = format!(
        "SELECT {COLUMNS} FROM person WHERE tenant_id = $1 AND id IN (SELECT id FROM person WHERE {tail})
         ORDER BY sort_key || '', id"
    );
    db.all(&sql, wanted.args()).await
}

row! { struct Count { n: i64 } }

/// How many there are of them.
pub async fn count(
    db: &impl Read,
    tenant: TenantId,
    filter: &PersonFilter,
    (reach, ties): (&Reach, Ties),
) -> Result<i64> {
    let mut wanted = conditions(tenant, filter, reach, ties);
    let tail = wanted.tail("", args![]);
    let row: Count = db.one(&format!("SELECT COUNT(*) AS n FROM person WHERE {tail}"), wanted.args()).await?;
    Ok(row.n)
}

/// Every status that was recorded, the newest first (S3: the caller leaves the trace).
pub async fn political_history(db: &impl Read, tenant: TenantId, person: PersonId) -> Result<Vec<PoliticalRow>> {
    let sql =
        "SELECT code, from_on, to_on FROM political_status WHERE tenant_id = $1 AND person_id = $2 ORDER BY id DESC";
    db.all(sql, args![tenant, person]).await
}

/// The status that holds (S3: the caller leaves the trace).
pub async fn political_status(db: &impl Read, tenant: TenantId, person: PersonId) -> Result<Option<PoliticalRow>> {
    let sql =
        "SELECT code, from_on, to_on FROM political_status WHERE tenant_id = $1 AND person_id = $2 AND to_on IS NULL
               ORDER BY id DESC LIMIT 1";
    db.optional(sql, args![tenant, person]).await
}

row! { struct Sealed { id_sealed: Option<Vec<u8>> } }

/// The document's number in clear (S4: the caller leaves the trace with its reason in the same transaction).
pub async fn open_identity(
    db: &impl Read,
    keys: &Keys,
    tenant: TenantId,
    person: PersonId,
) -> Result<Option<Secret<String>>> {
    let sql = "SELECT id_sealed FROM person WHERE tenant_id = $1 AND id = $2";
    let row: Sealed = db.one(sql, args![tenant, person]).await?;
    row.id_sealed.map(|sealed| keys.open(&super::write::place(person), &sealed)).transpose()
}

row! { struct Where { id: PersonId, region_code: String } }

/// Where people live, by id; for figures and checks over many.
pub async fn region_codes(db: &impl Read, tenant: TenantId) -> Result<Vec<(PersonId, String)>> {
    let rows: Vec<Where> = db.all("SELECT id, region_code FROM person WHERE tenant_id = $1", args![tenant]).await?;
    Ok(rows.into_iter().map(|r| (r.id, r.region_code)).collect())
}
