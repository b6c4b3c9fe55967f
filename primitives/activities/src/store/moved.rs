//! Activities whose team or town is merged into another: what is not over moves, what was done stays where it was done.

use chrono::NaiveDate;
use kernel::{Cx, Read, Result, TenantId, Tx, args, row};
use organisations::{Organisation, OrganisationId};

const KEEP: &str =
    "INSERT INTO activity_moved (tenant_id, activity_id, on_day, region_code, organisation_id, organisation_path)
     SELECT tenant_id, id, $2, region_code, organisation_id, organisation_path FROM activity
     WHERE tenant_id = $1 AND state IN ('draft', 'review', 'open', 'running')";

/// Moves what is not over from one region to another.
pub async fn move_region(tx: &mut Tx<'_>, tenant: TenantId, (old, new): (&str, &str), day: NaiveDate) -> Result<u64> {
    let keep = format!("{KEEP} AND region_code = $3 ON CONFLICT DO NOTHING");
    tx.execute(&keep, args![tenant, day, old]).await?;
    let sql = "UPDATE attendance SET region_code = $3 WHERE tenant_id = $1 AND region_code = $2 AND out_at IS NULL";
    tx.execute(sql, args![tenant, old, new]).await?;
    let sql = "UPDATE activity SET region_code = $3 WHERE tenant_id = $1 AND region_code = $2
                 AND state IN ('draft', 'review', 'open', 'running')";
    tx.execute(sql, args![tenant, old, new]).await
}

/// Moves what is not over from one team to another, with who is expected there and who is there.
pub(crate) async fn move_team(tx: &mut Tx<'_>, cx: &Cx, from: OrganisationId, to: &Organisation) -> Result<()> {
    let keep = format!("{KEEP} AND organisation_id = $3 ON CONFLICT DO NOTHING");
    tx.execute(&keep, args![cx.tenant, cx.today(), from]).await?;
    let sql = "UPDATE signup SET organisation_id = $3 WHERE tenant_id = $1 AND organisation_id = $2 AND ends_at > $4";
    tx.execute(sql, args![cx.tenant, from, to.id, cx.now]).await?;
    let sql =
        "UPDATE attendance SET organisation_id = $3 WHERE tenant_id = $1 AND organisation_id = $2 AND out_at IS NULL";
    tx.execute(sql, args![cx.tenant, from, to.id]).await?;
    let sql =
        "UPDATE activity SET organisation_id = $3, organisation_name = $4, organisation_path = $5, updated_at = $6
               WHERE tenant_id = $1 AND organisation_id = $2 AND state IN ('draft', 'review', 'open', 'running')";
    tx.execute(sql, args![cx.tenant, from, to.id, to.name, to.path, cx.now]).await?;
    super::partner::move_team(tx, cx, from, to).await
}

row! { struct Count { n: i64 } }

/// How many activities of a region, with everything below it, are not over.
pub async fn count_in(db: &impl Read, tenant: TenantId, region: &str) -> Result<u64> {
    let sql = "SELECT COUNT(*) AS n FROM activity WHERE tenant_id = $1 AND region_code >= $2 AND region_code < $3
                 AND state IN ('draft', 'review', 'open', 'running')";
    let count: Count = db.one(sql, args![tenant, region, kernel::policy::after(region)]).await?;
    Ok(count.n.unsigned_abs())
}
