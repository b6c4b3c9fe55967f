//! The SQL of leaving and of erasing.

use kernel::{Cx, Result, TenantId, Tx, args};
use people::PersonId;

/// Ends what waits: requests to join are declined, slips and claims lead nowhere any more.
pub(crate) async fn leave(tx: &mut Tx<'_>, cx: &Cx, person: PersonId) -> Result<()> {
    let sql = "UPDATE join_request SET state = 'declined', decided_at = $3, decided_name = $4
               WHERE tenant_id = $1 AND person_id = $2 AND state = 'applied'";
    tx.execute(sql, args![cx.tenant, person, cx.now, cx.actor.name]).await?;
    let sql = "UPDATE access_slip SET state = 'ended' WHERE tenant_id = $1 AND person_id = $2 AND state = 'open'";
    tx.execute(sql, args![cx.tenant, person]).await?;
    let sql = "UPDATE record_claim SET state = 'declined', decided_at = $3, decided_name = $4
               WHERE tenant_id = $1 AND person_id = $2 AND state = 'waiting'";
    tx.execute(sql, args![cx.tenant, person, cx.now, cx.actor.name]).await?;
    Ok(())
}

/// Removes what tells who somebody was: what they asked for, agreed to and confirmed, and what an import wrote of them.
pub(crate) async fn erase(tx: &mut Tx<'_>, tenant: TenantId, person: PersonId) -> Result<()> {
    tx.execute("DELETE FROM join_request WHERE tenant_id = $1 AND person_id = $2", args![tenant, person]).await?;
    tx.execute("DELETE FROM join_consent WHERE tenant_id = $1 AND person_id = $2", args![tenant, person]).await?;
    tx.execute("DELETE FROM access_slip WHERE tenant_id = $1 AND person_id = $2", args![tenant, person]).await?;
    tx.execute("DELETE FROM record_claim WHERE tenant_id = $1 AND person_id = $2", args![tenant, person]).await?;
    tx.execute("DELETE FROM mail_confirmation WHERE tenant_id = $1 AND person_id = $2", args![tenant, person]).await?;
    let sql = "DELETE FROM import_change WHERE tenant_id = $1 AND object_kind = 'person' AND object_id = $2";
    tx.execute(sql, args![tenant, person]).await?;
    Ok(())
}
