//! Sessions: rows with a keyed name; the cookie holds the only copy of the token.

use super::account::{self, Account};
use crate::app::App;
use crate::cx::Actor;
use crate::db::{LaneKey, Read as _, Tx};
use crate::error::Result;
use crate::ids::{AccountId, TenantId};
use crate::{args, row};
use chrono::{DateTime, Duration, Utc};

row! {
    /// An open session.
    pub struct Session {
        /// The hash under which it is stored.
        pub id_hash: String,
        /// The district.
        pub tenant_id: TenantId,
        /// Who.
        pub account_id: AccountId,
        /// The last request that was noted; at most a minute old while in use.
        pub seen_at: DateTime<Utc>,
        /// When it ends whatever happens.
        pub ends_at: DateTime<Utc>,
        /// Whether the second factor was given.
        pub second_factor: bool,
        /// Staff sessions end after 30 idle minutes.
        pub staff: bool,
    }
}

const COLUMNS: &str = "id_hash, tenant_id, account_id, seen_at, ends_at, second_factor, staff";

/// Opens a session and answers its token; always a new one, so that none can be planted.
pub async fn open(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    account: &Account,
    second_factor: bool,
    now: DateTime<Utc>,
    ip: &str,
) -> Result<String> {
    let token = crate::ids::token();
    let roles = account::list_roles(tx, tenant, account.id, crate::time::day(now)).await?;
    let staff = roles.iter().any(|r| r.role.is_staff());
    let ends = now + if staff { Duration::hours(12) } else { Duration::days(30) };
    let sql =
        "INSERT INTO session (id_hash, tenant_id, account_id, created_at, seen_at, ends_at, second_factor, staff, ip)
               VALUES ($1, $2, $3, $4, $4, $5, $6, $7, $8)";
    tx.execute(sql, args![super::digest(&token), tenant, account.id, now, ends, second_factor, staff, ip]).await?;
    Ok(token)
}

/// The session of a token with its actor; `None` when it ended, idled out or the account is disabled.
pub async fn read(app: &App, token: &str, now: DateTime<Utc>) -> Result<Option<(Session, Actor)>> {
    let sql = format!("SELECT {COLUMNS} FROM session WHERE id_hash = $1 AND ends_at > $2");
    let Some(session): Option<Session> = app.db.optional(&sql, args![super::digest(token), now]).await? else {
        return Ok(None);
    };
    if session.staff && now - session.seen_at > Duration::minutes(30) {
        return Ok(None);
    }
    let account = account::find(&app.db, session.tenant_id, session.account_id).await?;
    if account.state != "active" {
        return Ok(None);
    }
    if now - session.seen_at > Duration::minutes(1) {
        note(app, &session, now);
    }
    let day = crate::time::day(now);
    let actor = account::actor(&app.db, session.tenant_id, &account, session.second_factor, day).await?;
    Ok(Some((session, actor)))
}

/// Notes that the session is in use, without keeping the request waiting.
fn note(app: &App, session: &Session, now: DateTime<Utc>) {
    let (db, hash) = (app.db.clone(), session.id_hash.clone());
    tokio::spawn(async move {
        let noted = db
            .write(LaneKey(3), async move |tx: &mut Tx<'_>| {
                tx.execute("UPDATE session SET seen_at = $1 WHERE id_hash = $2", args![now, hash]).await
            })
            .await;
        if let Err(error) = noted {
            tracing::debug!(%error, "a session was not noted");
        }
    });
}

/// Ends one session.
pub async fn end(tx: &mut Tx<'_>, id_hash: &str) -> Result<()> {
    tx.execute("DELETE FROM session WHERE id_hash = $1", args![id_hash]).await?;
    Ok(())
}

/// Ends every session of an account: at a change of password or role, and at leaving.
pub async fn end_all(tx: &mut Tx<'_>, tenant: TenantId, account: AccountId) -> Result<()> {
    tx.execute("DELETE FROM session WHERE tenant_id = $1 AND account_id = $2", args![tenant, account]).await?;
    Ok(())
}
