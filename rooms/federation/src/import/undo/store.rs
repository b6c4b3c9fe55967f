//! The SQL of taking back.

use chrono::{DateTime, Utc};
use kernel::db::{ToValue as _, Value, in_list};
use kernel::ids::Raw;
use kernel::{Read, Result, TenantId, Tx, args, row};
use organisations::{MembershipId, OrganisationId};
use people::PersonId;
use std::collections::HashMap;

use super::model::{Changed, Kept, Stay, UndoCounts, Undoing};
use crate::import::model::ImportId;

/// The undoing of a run, if it was asked for.
pub(super) async fn find(db: &impl Read, tenant: TenantId, run: ImportId) -> Result<Option<Undoing>> {
    let sql = "SELECT job_id, counts, made_by, made_by_name, made_at, done_at FROM import_undoing
               WHERE tenant_id = $1 AND run_id = $2";
    db.optional(sql, args![tenant, run]).await
}

/// Puts it on record; after a failed try, who tries again.
pub(super) async fn begin(tx: &mut Tx<'_>, (tenant, run): (TenantId, ImportId), new: &Undoing) -> Result<()> {
    let sql = "INSERT INTO import_undoing (tenant_id, run_id, job_id, counts, made_by, made_by_name, made_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7)
               ON CONFLICT (tenant_id, run_id) DO UPDATE SET job_id = excluded.job_id, made_by = excluded.made_by,
                 made_by_name = excluded.made_by_name, made_at = excluded.made_at";
    let counts = serde_json::to_value(new.counts.0).map_err(anyhow::Error::from)?;
    tx.execute(sql, args![tenant, run, new.job_id, counts, new.made_by, new.made_by_name, new.made_at]).await?;
    Ok(())
}

row! { struct Counted { counts: kernel::Json<UndoCounts> } }

/// Adds what a part came to; answers all parts together.
pub(super) async fn add(tx: &mut Tx<'_>, (tenant, run): (TenantId, ImportId), part: &UndoCounts) -> Result<UndoCounts> {
    let sql = "SELECT counts FROM import_undoing WHERE tenant_id = $1 AND run_id = $2";
    let mut all = tx.one::<Counted>(sql, args![tenant, run]).await?.counts.0;
    all.add(part);
    let sql = "UPDATE import_undoing SET counts = $3 WHERE tenant_id = $1 AND run_id = $2";
    let counts = serde_json::to_value(all).map_err(anyhow::Error::from)?;
    tx.execute(sql, args![tenant, run, counts]).await?;
    Ok(all)
}

/// It ended.
pub(super) async fn end(tx: &mut Tx<'_>, (tenant, run): (TenantId, ImportId), now: DateTime<Utc>) -> Result<()> {
    let sql = "UPDATE import_undoing SET done_at = $3 WHERE tenant_id = $1 AND run_id = $2";
    tx.execute(sql, args![tenant, run, now]).await?;
    Ok(())
}

row! { struct Count { n: i64 } }

/// How many objects a run made or changed.
pub(super) async fn count(db: &impl Read, tenant: TenantId, run: ImportId) -> Result<i64> {
    let sql = "SELECT COUNT(*) AS n FROM import_change WHERE tenant_id = $1 AND run_id = $2";
    Ok(db.one::<Count>(sql, args![tenant, run]).await?.n)
}

/// How many of them were not looked at yet.
pub(super) async fn count_left(db: &impl Read, tenant: TenantId, run: ImportId) -> Result<i64> {
    let sql = "SELECT COUNT(*) AS n FROM import_change WHERE tenant_id = $1 AND run_id = $2 AND undone IS NULL";
    Ok(db.one::<Count>(sql, args![tenant, run]).await?.n)
}

/// The people of a run, after an id.
pub(super) async fn people(
    db: &impl Read,
    tenant: TenantId,
    run: ImportId,
    (after, limit): (Option<Raw>, i64),
) -> Result<Vec<Changed>> {
    let sql = "SELECT object_id, deed, detail FROM import_change WHERE tenant_id = $1 AND run_id = $2
               AND object_kind = 'person' AND (CAST($3 AS UUID) IS NULL OR object_id > $3) ORDER BY object_id LIMIT $4";
    db.all(sql, args![tenant, run, after, limit]).await
}

/// The first people of a run that were not looked at yet.
pub(super) async fn people_left(db: &impl Read, tenant: TenantId, run: ImportId, limit: i64) -> Result<Vec<Changed>> {
    let sql = "SELECT object_id, deed, detail FROM import_change WHERE tenant_id = $1 AND run_id = $2
               AND object_kind = 'person' AND undone IS NULL ORDER BY object_id LIMIT $3";
    db.all(sql, args![tenant, run, limit]).await
}

/// The bodies of a run.
pub(super) async fn bodies(db: &impl Read, tenant: TenantId, run: ImportId) -> Result<Vec<Changed>> {
    let sql = "SELECT object_id, deed, detail FROM import_change WHERE tenant_id = $1 AND run_id = $2
               AND object_kind = 'organisation' ORDER BY object_id";
    db.all(sql, args![tenant, run]).await
}

/// The bodies of a run that were not looked at yet.
pub(super) async fn bodies_left(db: &impl Read, tenant: TenantId, run: ImportId) -> Result<Vec<Changed>> {
    let sql = "SELECT object_id, deed, detail FROM import_change WHERE tenant_id = $1 AND run_id = $2
               AND object_kind = 'organisation' AND undone IS NULL ORDER BY object_id";
    db.all(sql, args![tenant, run]).await
}

/// Writes down what became of objects.
pub(super) async fn became(tx: &mut Tx<'_>, (tenant, run): (TenantId, ImportId), list: &[(Raw, String)]) -> Result<()> {
    let mut by_fate: HashMap<&str, Vec<Raw>> = HashMap::new();
    for (id, fate) in list {
        by_fate.entry(fate).or_default().push(*id);
    }
    for (fate, ids) in by_fate {
        for part in ids.chunks(1_000) {
            let list = in_list(4, part.len());
            let sql = format!(
                "UPDATE import_change SET undone = $3 WHERE tenant_id = $1 AND run_id = $2 AND object_id IN {list}"
            );
            let mut args = args![tenant, run, fate].to_vec();
            args.extend(part.iter().map(|id| Value::Uuid(*id)));
            tx.execute(&sql, &args).await?;
        }
    }
    Ok(())
}

row! { struct Served { person_id: PersonId, organisation_id: OrganisationId } }

/// For which bodies these people signed up, came or served.
pub(super) async fn served(
    db: &impl Read,
    tenant: TenantId,
    people: &[PersonId],
) -> Result<Vec<(PersonId, OrganisationId)>> {
    let mut found = Vec::new();
    for table in ["signup", "attendance", "hours_entry"] {
        for part in people.chunks(1_000) {
            let list = in_list(2, part.len());
            let sql = format!(
                "SELECT DISTINCT person_id, organisation_id FROM {table} WHERE tenant_id = $1 AND person_id IN {list}"
            );
            let rows: Vec<Served> = db.all(&sql, &with_ids(tenant, part)).await?;
            found.extend(rows.into_iter().map(|row| (row.person_id, row.organisation_id)));
        }
    }
    Ok(found)
}

row! { struct Pair { id: Raw, organisation_id: OrganisationId } }

/// The memberships of these bodies, past ones too.
pub(super) async fn members(
    db: &impl Read,
    tenant: TenantId,
    bodies: &[OrganisationId],
) -> Result<Vec<(MembershipId, OrganisationId)>> {
    let mut found = Vec::new();
    for part in bodies.chunks(1_000) {
        let list = in_list(2, part.len());
        let sql =
            format!("SELECT id, organisation_id FROM membership WHERE tenant_id = $1 AND organisation_id IN {list}");
        let rows: Vec<Pair> = db.all(&sql, &with_ids(tenant, part)).await?;
        found.extend(rows.into_iter().map(|row| (MembershipId(row.id), row.organisation_id)));
    }
    Ok(found)
}

/// What hangs below these bodies: child and parent.
pub(super) async fn below(
    db: &impl Read,
    tenant: TenantId,
    bodies: &[OrganisationId],
) -> Result<Vec<(OrganisationId, OrganisationId)>> {
    let mut found = Vec::new();
    for part in bodies.chunks(1_000) {
        let list = in_list(2, part.len());
        let sql = format!(
            "SELECT id, parent_id AS organisation_id FROM organisation WHERE tenant_id = $1 AND parent_id IN {list}"
        );
        let rows: Vec<Pair> = db.all(&sql, &with_ids(tenant, part)).await?;
        found.extend(rows.into_iter().map(|row| (OrganisationId(row.id), row.organisation_id)));
    }
    Ok(found)
}

fn with_ids<T: kernel::db::ToValue>(tenant: TenantId, ids: &[T]) -> Vec<Value> {
    args![tenant].iter().cloned().chain(ids.iter().map(kernel::db::ToValue::to_value)).collect()
}

row! { struct Became { object_kind: String, object_id: Raw, undone: String } }

/// What stays of a run that was taken back, after an id.
pub(super) async fn kept(
    db: &impl Read,
    tenant: TenantId,
    run: ImportId,
    (after, limit): (Option<Raw>, i64),
) -> Result<Vec<Stay>> {
    let sql = "SELECT object_kind, object_id, undone FROM import_change WHERE tenant_id = $1 AND run_id = $2
               AND undone IS NOT NULL AND undone NOT IN ('absent', 'gone', 'returned')
               AND (CAST($3 AS UUID) IS NULL OR object_id > $3) ORDER BY object_id LIMIT $4";
    let rows: Vec<Became> = db.all(sql, args![tenant, run, after, limit]).await?;
    let stay = |row: Became| Stay {
        person: row.object_kind == "person",
        id: row.object_id,
        reasons: row.undone.split(' ').map(str::to_owned).collect(),
    };
    Ok(rows.into_iter().map(stay).collect())
}

row! { struct Named { id: Raw, name: String } }

/// The names of those that stay, in their order; whoever went since has none.
pub(super) async fn names(db: &impl Read, tenant: TenantId, stays: &[Stay]) -> Result<Vec<Kept>> {
    let ids: Vec<Raw> = stays.iter().map(|stay| stay.id).collect();
    let mut names: HashMap<Raw, String> = HashMap::new();
    for part in ids.chunks(500) {
        let list = in_list(2, part.len());
        let args: Vec<Value> =
            std::iter::once(tenant.to_value()).chain(part.iter().map(|id| Value::Uuid(*id))).collect();
        for table in ["person", "organisation"] {
            let sql = format!("SELECT id, name FROM {table} WHERE tenant_id = $1 AND id IN {list}");
            names.extend(db.all::<Named>(&sql, &args).await?.into_iter().map(|row| (row.id, row.name)));
        }
    }
    let kept = |stay: &Stay| Kept { stay: stay.clone(), name: names.remove(&stay.id).unwrap_or_default() };
    Ok(stays.iter().map(kept).collect())
}
