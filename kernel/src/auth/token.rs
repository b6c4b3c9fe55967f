//! API tokens: for other systems, each acting as one account.

use super::account;
use crate::app::App;
use crate::cx::Actor;
use crate::db::{Read as _, Tx};
use crate::error::Result;
use crate::ids::{AccountId, TenantId};
use crate::{args, row};
use chrono::{DateTime, Duration, Utc};

row! { struct TokenRow { tenant_id: TenantId, account_id: AccountId } }

/// Makes a token that works for a year; it is shown once.
pub async fn create(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    account: AccountId,
    name: &str,
    now: DateTime<Utc>,
) -> Result<String> {
    let token = format!("qiyi_{}", crate::ids::token());
    let sql = "INSERT INTO api_token (id_hash, tenant_id, account_id, name, created_at, ends_at) VALUES ($1, $2, $3, $4, $5, $6)";
    tx.execute(sql, args![super::digest(&token), tenant, account, name, now, now + Duration::days(365)]).await?;
    Ok(token)
}

/// The district and actor of a token; a token stands for its second factor.
pub async fn read(app: &App, token: &str, now: DateTime<Utc>) -> Result<Option<(TenantId, Actor)>> {
    let sql = "SELECT tenant_id, account_id FROM api_token WHERE id_hash = $1 AND ends_at > $2";
    let Some(row): Option<TokenRow> = app.db.optional(sql, args![super::digest(token), now]).await? else {
        return Ok(None);
    };
    let account = account::find(&app.db, row.tenant_id, row.account_id).await?;
    if account.state != "active" {
        return Ok(None);
    }
    let actor = account::actor(&app.db, row.tenant_id, &account, true, crate::time::day(now)).await?;
    Ok(Some((row.tenant_id, actor)))
}
