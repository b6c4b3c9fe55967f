//! The SQL of wrong spoken codes.

use activities::SessionId;
use chrono::{DateTime, Utc};
use kernel::{Cx, Read, Result, TenantId, Tx, args, row};

row! { struct Tries { tries: i64 } }

/// How many wrong ones somebody typed in a session.
pub async fn count(db: &impl Read, tenant: TenantId, session: SessionId, who: &str) -> Result<i64> {
    let sql = "SELECT tries FROM spoken_try WHERE tenant_id = $1 AND session_id = $2 AND who = $3";
    let found: Option<Tries> = db.optional(sql, args![tenant, session, who]).await?;
    Ok(found.map_or(0, |row| row.tries))
}

/// One more; answers how many there are.
pub async fn add(tx: &mut Tx<'_>, cx: &Cx, session: SessionId, who: &str) -> Result<i64> {
    let sql = "INSERT INTO spoken_try (tenant_id, session_id, who, tries, last_at) VALUES ($1, $2, $3, 1, $4)
               ON CONFLICT (tenant_id, session_id, who) DO UPDATE SET tries = spoken_try.tries + 1, last_at = excluded.last_at
               RETURNING tries";
    let row: Tries = tx.one(sql, args![cx.tenant, session, who, cx.now]).await?;
    Ok(row.tries)
}

/// Forgets those of somebody who typed the right one.
pub async fn forget(tx: &mut Tx<'_>, tenant: TenantId, session: SessionId, who: &str) -> Result<()> {
    let sql = "DELETE FROM spoken_try WHERE tenant_id = $1 AND session_id = $2 AND who = $3";
    tx.execute(sql, args![tenant, session, who]).await?;
    Ok(())
}

/// Forgets all whose last was before a moment.
pub async fn sweep(tx: &mut Tx<'_>, tenant: TenantId, before: DateTime<Utc>) -> Result<u64> {
    tx.execute("DELETE FROM spoken_try WHERE tenant_id = $1 AND last_at < $2", args![tenant, before]).await
}
