//! What becomes of somebody's account when they leave or are erased.

use super::account::{disable, find_by_person, list_roles, revoke};
use crate::args;
use crate::cx::Cx;
use crate::db::Tx;
use crate::error::Result;
use crate::ids::Raw;
use crate::parting::{End, Parting, Told};
use crate::words::Word;
use futures_util::future::LocalBoxFuture;

/// The kernel's part: roles, tokens and sessions; at erasing the account and all messages too.
pub(crate) const PARTING: Parting = Parting { tell: |cx, person, end| Box::pin(tell(cx, person, end)), end };

async fn tell(cx: Cx, person: Raw, end: End) -> Result<Told> {
    let Some(account) = find_by_person(&cx.db, cx.tenant, person).await? else { return Ok(Told::default()) };
    let mut effects = Vec::new();
    let roles = list_roles(&cx.db, cx.tenant, account.id, cx.today()).await?.len();
    if roles > 0 && end != End::Paused {
        effects.push(Word::new("parting.roles").with("n", roles));
    }
    if end == End::Erased {
        effects.push(Word::new("parting.account"));
    }
    Ok(Told { stops: Vec::new(), effects })
}

fn end<'t>(tx: &'t mut Tx<'_>, cx: Cx, person: Raw, end: End) -> LocalBoxFuture<'t, Result<()>> {
    Box::pin(async move {
        match end {
            End::Paused => Ok(()),
            End::Left => leave(tx, &cx, person).await,
            End::Erased => erase(tx, &cx, person).await,
        }
    })
}

/// Whoever left still sees their own record; what they held for others ends.
async fn leave(tx: &mut Tx<'_>, cx: &Cx, person: Raw) -> Result<()> {
    let Some(account) = find_by_person(tx, cx.tenant, person).await? else { return Ok(()) };
    for role in list_roles(tx, cx.tenant, account.id, cx.today()).await?.into_iter().filter(|r| r.to_on.is_none()) {
        revoke(tx, cx, account.id, role.id).await?;
    }
    let sql = "DELETE FROM api_token WHERE tenant_id = $1 AND account_id = $2";
    tx.execute(sql, args![cx.tenant, account.id]).await?;
    Ok(())
}

async fn erase(tx: &mut Tx<'_>, cx: &Cx, person: Raw) -> Result<()> {
    for table in ["message", "outbox", "message_setting"] {
        let sql = format!("DELETE FROM {table} WHERE tenant_id = $1 AND person_id = $2");
        tx.execute(&sql, args![cx.tenant, person]).await?;
    }
    let Some(account) = find_by_person(tx, cx.tenant, person).await? else { return Ok(()) };
    disable(tx, cx, account.id).await?;
    // The row stays, for the trace names it by its id; nothing in it tells who it was.
    let sql = "UPDATE account SET sign_in_name = $3, name = '', phone = NULL, person_id = NULL, password_hash = NULL, totp_sealed = NULL
               WHERE tenant_id = $1 AND id = $2";
    tx.execute(sql, args![cx.tenant, account.id, format!("erased-{}", account.id)]).await?;
    Ok(())
}
