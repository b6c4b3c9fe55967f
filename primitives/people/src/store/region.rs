//! Moving people from one region to another when regions are merged.

use chrono::NaiveDate;
use kernel::{Read, Result, TenantId, Tx, args, row};

/// Moves who lives in one region to another and keeps where they lived, for reports of the time before.
pub async fn move_region(tx: &mut Tx<'_>, tenant: TenantId, (old, new): (&str, &str), day: NaiveDate) -> Result<u64> {
    let keep = "INSERT INTO region_moved (tenant_id, kind, object_id, old_code, on_day)
                SELECT tenant_id, 'person', id, region_code, $3 FROM person WHERE tenant_id = $1 AND region_code = $2
                ON CONFLICT DO NOTHING";
    tx.execute(keep, args![tenant, old, day]).await?;
    let sql = "UPDATE person SET region_code = $3 WHERE tenant_id = $1 AND region_code = $2";
    tx.execute(sql, args![tenant, old, new]).await
}

row! { struct Count { n: i64 } }

/// How many people live in a region, with everything below it.
pub async fn count_in(db: &impl Read, tenant: TenantId, region: &str) -> Result<u64> {
    let sql = "SELECT COUNT(*) AS n FROM person WHERE tenant_id = $1 AND region_code >= $2 AND region_code < $3";
    let count: Count = db.one(sql, args![tenant, region, kernel::policy::after(region)]).await?;
    Ok(count.n.unsigned_abs())
}
