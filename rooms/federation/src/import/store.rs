//! The SQL of imports.

use chrono::{DateTime, NaiveDate, Utc};
use kernel::db::{Value, in_list};
use kernel::ids::Raw;
use kernel::{FileId, JobId, Json, Read, Result, TenantId, Tx, args, row};
use organisations::{MembershipRole, Organisation, OrganisationId};
use people::{PersonId, PoliticalCode, Sex};

use super::cells::Refusal;
use super::model::{Counts, ImportId, Notes, Run, RunState, SheetColumns, StoredRefusal};
use kernel::AccountId;

const RUN: &str =
    "id, kind, file_id, file_name, source_key, mapping, columns, notes, bounds, state, row_count, counts, written,
     result_file_id, job_id, made_by, made_by_name, made_at, done_at, doubles";

/// One run.
pub(super) async fn find(db: &impl Read, tenant: TenantId, id: ImportId) -> Result<Run> {
    db.one(&format!("SELECT {RUN} FROM import_run WHERE tenant_id = $1 AND id = $2"), args![tenant, id]).await
}

/// The newest runs: everybody's, or one account's.
pub(super) async fn list(db: &impl Read, tenant: TenantId, by: Option<AccountId>, limit: i64) -> Result<Vec<Run>> {
    let sql = format!(
        "SELECT {RUN} FROM import_run WHERE tenant_id = $1 AND (CAST($2 AS UUID) IS NULL OR made_by = $2)
         ORDER BY made_at DESC, id DESC LIMIT $3"
    );
    db.all(&sql, args![tenant, by, limit]).await
}

/// Puts a run on record.
pub(super) async fn insert(tx: &mut Tx<'_>, tenant: TenantId, run: &Run) -> Result<()> {
    let sql = format!(
        "INSERT INTO import_run (tenant_id, {RUN})
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)"
    );
    let args = args![
        tenant,
        run.id,
        run.kind,
        run.file_id,
        run.file_name,
        run.source_key,
        json(&run.mapping.0)?,
        json(&run.columns.0)?,
        json(&run.notes.0)?,
        json(&run.bounds.0)?,
        run.state,
        run.row_count,
        json(&run.counts.0)?,
        json(&run.written.0)?,
        run.result_file_id,
        run.job_id,
        run.made_by,
        run.made_by_name,
        run.made_at,
        run.done_at,
        json(&run.doubles.as_ref().map_or(&[][..], |doubles| doubles.0.as_slice()))?
    ];
    tx.execute(&sql, args).await?;
    Ok(())
}

fn json<T: serde::Serialize>(value: &T) -> Result<serde_json::Value> {
    Ok(serde_json::to_value(value).map_err(anyhow::Error::from)?)
}

/// What a preview found.
pub(super) struct Found<'f> {
    pub counts: Counts,
    pub columns: &'f [SheetColumns],
    pub notes: &'f Notes,
    pub doubles: &'f [super::model::Double],
    pub result: Option<FileId>,
}

/// Keeps what a preview found, unless the run went on meanwhile; `false` then.
pub(super) async fn set_previewed(tx: &mut Tx<'_>, tenant: TenantId, id: ImportId, found: &Found<'_>) -> Result<bool> {
    let sql = "UPDATE import_run SET state = 'previewed', counts = $3, columns = $4, notes = $5, result_file_id = $6, doubles = $7
               WHERE tenant_id = $1 AND id = $2 AND state IN ('uploaded', 'previewed')";
    let (counts, columns, notes) = (json(&found.counts)?, json(&found.columns)?, json(&found.notes)?);
    let doubles = json(&found.doubles)?;
    Ok(tx.execute(sql, args![tenant, id, counts, columns, notes, found.result, doubles]).await? == 1)
}

/// Keeps what the clerk says of the columns; the run waits for a new preview.
pub(super) async fn set_mapping(tx: &mut Tx<'_>, tenant: TenantId, run: &Run) -> Result<bool> {
    let sql = "UPDATE import_run SET mapping = $3, state = 'uploaded'
               WHERE tenant_id = $1 AND id = $2 AND state IN ('uploaded', 'previewed')";
    Ok(tx.execute(sql, args![tenant, run.id, json(&run.mapping.0)?]).await? == 1)
}

/// Moves a run on if it stands at `from`; `false` when it does not.
pub(super) async fn advance(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    id: ImportId,
    (from, to): (RunState, RunState),
    job: Option<JobId>,
) -> Result<bool> {
    let sql = "UPDATE import_run SET state = $4, job_id = COALESCE($5, job_id)
               WHERE tenant_id = $1 AND id = $2 AND state = $3";
    Ok(tx.execute(sql, args![tenant, id, from, to, job]).await? == 1)
}

/// Adds what a part wrote.
pub(super) async fn set_written(tx: &mut Tx<'_>, tenant: TenantId, id: ImportId, written: &Counts) -> Result<()> {
    let sql = "UPDATE import_run SET written = $3 WHERE tenant_id = $1 AND id = $2";
    tx.execute(sql, args![tenant, id, json(written)?]).await?;
    Ok(())
}

/// Everything was written: the upload is no longer needed.
pub(super) async fn set_done(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    id: ImportId,
    (counts, now): (&Counts, DateTime<Utc>),
) -> Result<()> {
    let sql = "UPDATE import_run SET state = 'done', written = $3, file_id = NULL, done_at = $4
               WHERE tenant_id = $1 AND id = $2";
    tx.execute(sql, args![tenant, id, json(counts)?, now]).await?;
    Ok(())
}

/// Replaces the refusals of a run.
pub(super) async fn set_refusals(tx: &mut Tx<'_>, tenant: TenantId, id: ImportId, list: &[Refusal]) -> Result<()> {
    tx.execute("DELETE FROM import_refusal WHERE tenant_id = $1 AND run_id = $2", args![tenant, id]).await?;
    let rows: Vec<Vec<Value>> = (0_i64..)
        .zip(list)
        .map(|(seq, refusal)| {
            let other_sheet = refusal.other.as_ref().map(|(sheet, _)| sheet.clone());
            let other_line = refusal.other.as_ref().map(|(_, line)| i64::from(*line));
            let line = i64::from(refusal.row);
            args![
                tenant,
                id,
                seq,
                refusal.sheet,
                line,
                refusal.field.key(),
                refusal.reason,
                refusal.shown,
                other_sheet,
                other_line
            ]
            .to_vec()
        })
        .collect();
    let head = "INSERT INTO import_refusal (tenant_id, run_id, seq, sheet, line, field, reason, shown, other_sheet, other_line)";
    tx.insert_many(head, "", &rows).await?;
    Ok(())
}

/// Refusals from a place on.
pub(super) async fn refusals(
    db: &impl Read,
    tenant: TenantId,
    id: ImportId,
    (from, limit): (i64, i64),
) -> Result<Vec<StoredRefusal>> {
    let sql = "SELECT seq, sheet, line, field, reason, shown, other_sheet, other_line FROM import_refusal
               WHERE tenant_id = $1 AND run_id = $2 AND seq >= $3 ORDER BY seq LIMIT $4";
    db.all(sql, args![tenant, id, from, limit]).await
}

row! { struct Remembered { mapping: Json<std::collections::BTreeMap<String, String>> } }

/// What was said of the columns of a source before.
pub(super) async fn mapping(
    db: &impl Read,
    tenant: TenantId,
    (kind, source): (&str, &str),
) -> Result<std::collections::BTreeMap<String, String>> {
    let sql = "SELECT mapping FROM import_mapping WHERE tenant_id = $1 AND kind = $2 AND source_key = $3";
    let found: Option<Remembered> = db.optional(sql, args![tenant, kind, source]).await?;
    Ok(found.map(|row| row.mapping.0).unwrap_or_default())
}

/// Remembers what is said of the columns of a source.
pub(super) async fn remember(tx: &mut Tx<'_>, tenant: TenantId, run: &Run, now: DateTime<Utc>) -> Result<()> {
    let sql = "INSERT INTO import_mapping (tenant_id, kind, source_key, mapping, used_at) VALUES ($1, $2, $3, $4, $5)
               ON CONFLICT (tenant_id, kind, source_key) DO UPDATE SET mapping = excluded.mapping, used_at = excluded.used_at";
    tx.execute(sql, args![tenant, run.kind, run.source_key, json(&run.mapping.0)?, now]).await?;
    Ok(())
}

row! {
    /// A person on record, as a roster's row is compared with.
    pub(super) struct Known {
        pub id: PersonId,
        pub id_hash: Vec<u8>,
        pub name: String,
        pub sex: Sex,
        pub birth_date: Option<NaiveDate>,
        pub phone: Option<String>,
        pub email: Option<String>,
        pub ethnicity: Option<String>,
        pub education: Option<String>,
        pub employer: Option<String>,
        pub skills: Option<String>,
        pub region_code: String,
        pub address: Option<String>,
        pub volunteer_no: Option<String>,
    }
}

/// The people with these documents.
pub(super) async fn known(db: &impl Read, tenant: TenantId, hashes: &[Vec<u8>]) -> Result<Vec<Known>> {
    let mut found = Vec::new();
    for part in hashes.chunks(500) {
        let sql = format!(
            "SELECT k.id, p.id_hash, k.name, k.sex, k.birth_date, k.phone, k.email, k.ethnicity, k.education, k.employer,
             k.skills, k.region_code, k.address, k.volunteer_no
             FROM person p JOIN person k ON k.tenant_id = p.tenant_id AND k.id = COALESCE(p.merged_into_id, p.id)
             WHERE p.tenant_id = $1 AND p.id_hash IN {}",
            in_list(2, part.len())
        );
        let args: Vec<Value> =
            std::iter::once(Value::Uuid(tenant.0)).chain(part.iter().map(|hash| Value::Bytes(hash.clone()))).collect();
        found.extend(db.all::<Known>(&sql, &args).await?);
    }
    Ok(found)
}

row! { pub(super) struct Numbered { pub id: PersonId, pub volunteer_no: Option<String> } }

/// The people with these volunteer's numbers.
pub(super) async fn numbered(db: &impl Read, tenant: TenantId, numbers: &[String]) -> Result<Vec<Numbered>> {
    let mut found = Vec::new();
    for part in numbers.chunks(500) {
        let list = in_list(2, part.len());
        let sql = format!(
            "SELECT COALESCE(merged_into_id, id) AS id, volunteer_no FROM person WHERE tenant_id = $1 AND volunteer_no IN {list}"
        );
        let args: Vec<Value> =
            std::iter::once(Value::Uuid(tenant.0)).chain(part.iter().map(|n| Value::Text(n.clone()))).collect();
        found.extend(db.all::<Numbered>(&sql, &args).await?);
    }
    Ok(found)
}

row! {
    /// A membership that goes on.
    pub(super) struct Held {
        pub person_id: PersonId,
        pub organisation_id: OrganisationId,
        pub role: MembershipRole,
    }
}

/// Where these people belong now. No join: right after a large import PostgreSQL knows too little of it to plan one well.
pub(super) async fn held(db: &impl Read, tenant: TenantId, people: &[PersonId]) -> Result<Vec<Held>> {
    let mut found = Vec::new();
    for part in people.chunks(500) {
        let sql = format!(
            "SELECT person_id, organisation_id, role FROM membership
             WHERE tenant_id = $1 AND to_on IS NULL AND person_id IN {}",
            in_list(2, part.len())
        );
        found.extend(db.all::<Held>(&sql, &with_ids(tenant, part)).await?);
    }
    Ok(found)
}

row! { pub(super) struct Status { pub person_id: PersonId, pub code: PoliticalCode, pub from_on: Option<NaiveDate> } }

/// The political status that holds of these people (S3: the caller leaves the trace).
pub(super) async fn statuses(db: &impl Read, tenant: TenantId, people: &[PersonId]) -> Result<Vec<Status>> {
    let mut found = Vec::new();
    for part in people.chunks(500) {
        let sql = format!(
            "SELECT person_id, code, from_on FROM political_status
             WHERE tenant_id = $1 AND to_on IS NULL AND person_id IN {}",
            in_list(2, part.len())
        );
        found.extend(db.all::<Status>(&sql, &with_ids(tenant, part)).await?);
    }
    Ok(found)
}

fn with_ids(tenant: TenantId, people: &[PersonId]) -> Vec<Value> {
    std::iter::once(Value::Uuid(tenant.0)).chain(people.iter().map(|id| Value::Uuid(id.0))).collect()
}

/// Every organisation that has not ended, of both trees.
pub(super) async fn organisations(db: &impl Read, tenant: TenantId) -> Result<Vec<Organisation>> {
    let sql = "SELECT id, tree, parent_id, path, number, name, sort_key, kind, region_code, founded_on, contact_name,
               contact_phone, purpose, state, quiet_since, created_at, updated_at FROM organisation
               WHERE tenant_id = $1 AND state <> 'ended' ORDER BY path";
    db.all(sql, args![tenant]).await
}

/// What a run did to one object.
pub(super) struct Change {
    pub object_kind: &'static str,
    pub object: Raw,
    pub deed: &'static str,
    pub detail: serde_json::Value,
}

/// Keeps what a part of a run did, to take it back later.
pub(super) async fn insert_changes(tx: &mut Tx<'_>, tenant: TenantId, run: ImportId, list: &[Change]) -> Result<()> {
    let rows: Vec<Vec<Value>> = list
        .iter()
        .map(|change| args![tenant, run, change.object_kind, change.object, change.deed, change.detail].to_vec())
        .collect();
    let head = "INSERT INTO import_change (tenant_id, run_id, object_kind, object_id, deed, detail)";
    tx.insert_many(head, "ON CONFLICT DO NOTHING", &rows).await?;
    Ok(())
}

row! { struct Aged { id: ImportId, file_id: Option<FileId>, result_file_id: Option<FileId> } }

/// The files of runs made before a moment, with their run.
pub(super) async fn aged(
    db: &impl Read,
    tenant: TenantId,
    before: DateTime<Utc>,
) -> Result<Vec<(ImportId, Vec<FileId>)>> {
    let sql = "SELECT id, file_id, result_file_id FROM import_run
               WHERE tenant_id = $1 AND made_at < $2 AND (file_id IS NOT NULL OR result_file_id IS NOT NULL) LIMIT 100";
    let rows: Vec<Aged> = db.all(sql, args![tenant, before]).await?;
    Ok(rows.into_iter().map(|r| (r.id, r.file_id.into_iter().chain(r.result_file_id).collect())).collect())
}

/// Runs that a command began before a moment and did not end.
pub(super) async fn abandoned(db: &impl Read, tenant: TenantId, before: DateTime<Utc>) -> Result<Vec<ImportId>> {
    row! { struct Found { id: ImportId } }
    let sql =
        "SELECT id FROM import_run WHERE tenant_id = $1 AND state = 'running' AND job_id IS NULL AND made_at <= $2";
    let rows: Vec<Found> = db.all(sql, args![tenant, before]).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// The run keeps no file any more; one that was not written is given up.
pub(super) async fn forget_files(tx: &mut Tx<'_>, tenant: TenantId, id: ImportId) -> Result<()> {
    let sql = "UPDATE import_run SET file_id = NULL, result_file_id = NULL,
               state = CASE WHEN state IN ('uploaded', 'previewed') THEN 'cancelled' ELSE state END
               WHERE tenant_id = $1 AND id = $2";
    tx.execute(sql, args![tenant, id]).await?;
    Ok(())
}
