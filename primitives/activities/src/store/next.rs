//! The next session of an activity and its places, kept on the activity's own row. Whoever moves sessions or places says so
//! here in the same transaction; what time alone changes, `lifecycle::keep_up` brings up to date.

use crate::model::ActivityId;
use chrono::{DateTime, Utc};
use kernel::{Db, Read as _, Result, TenantId, Tx, args, row};

const NEXT: &str = "UPDATE activity SET (next_at, next_end, next_places, next_taken) = (
      SELECT s.starts_at, s.ends_at,
        CAST(COALESCE((SELECT SUM(p.places) FROM post p WHERE p.tenant_id = s.tenant_id AND p.session_id = s.id), 0) AS BIGINT),
        CAST(COALESCE((SELECT SUM(p.taken) FROM post p WHERE p.tenant_id = s.tenant_id AND p.session_id = s.id), 0) AS BIGINT)
      FROM activity_session s WHERE s.tenant_id = $1 AND s.activity_id = activity.id AND s.ends_at > $2
        AND s.cancelled_at IS NULL
      ORDER BY s.starts_at, s.id LIMIT 1)
    WHERE tenant_id = $1";

/// Reads the next session of one activity anew.
pub(crate) async fn note(tx: &mut Tx<'_>, tenant: TenantId, activity: ActivityId, now: DateTime<Utc>) -> Result<()> {
    tx.execute(&format!("{NEXT} AND id = $3"), args![tenant, now, activity]).await?;
    Ok(())
}

/// Reads the next sessions of all that is open or running anew: what a load of many activities ends with.
pub async fn note_all(tx: &mut Tx<'_>, tenant: TenantId, now: DateTime<Utc>) -> Result<()> {
    tx.execute(&format!("{NEXT} AND state IN ('open', 'running')"), args![tenant, now]).await?;
    Ok(())
}

row! { struct Due { id: ActivityId } }

/// Moves on to the next session wherever one has ended. Each in the lane of its activity, as everything that touches that row.
pub async fn advance(db: &Db, tenant: TenantId, now: DateTime<Utc>) -> Result<()> {
    let sql = "SELECT id FROM activity WHERE tenant_id = $1 AND state IN ('open', 'running') AND next_end <= $2";
    let due: Vec<Due> = db.all(sql, args![tenant, now]).await?;
    for Due { id } in due {
        db.write(id.lane(), async move |tx: &mut Tx<'_>| note(tx, tenant, id, now).await).await?;
    }
    Ok(())
}
