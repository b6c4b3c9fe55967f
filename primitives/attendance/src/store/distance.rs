//! The SQL of how far away phones said they were.

use crate::model::{AttendanceId, Offered};
use chrono::{DateTime, Utc};
use kernel::{Cx, Result, TenantId, Tx, args};

/// Keeps the class that a phone offered at a coming (`in`) or going (`out`).
pub async fn insert(
    tx: &mut Tx<'_>,
    cx: &Cx,
    attendance: AttendanceId,
    deed: &'static str,
    offered: Offered,
) -> Result<()> {
    let sql = "INSERT INTO attendance_distance (tenant_id, attendance_id, deed, distance, accuracy, made_at)
               VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (tenant_id, attendance_id, deed) DO NOTHING";
    tx.execute(sql, args![cx.tenant, attendance, deed, offered.distance, offered.accuracy, cx.now]).await?;
    Ok(())
}

/// Deletes what was offered before a moment; answers how many.
pub async fn sweep(tx: &mut Tx<'_>, tenant: TenantId, before: DateTime<Utc>) -> Result<u64> {
    tx.execute("DELETE FROM attendance_distance WHERE tenant_id = $1 AND made_at < $2", args![tenant, before]).await
}
