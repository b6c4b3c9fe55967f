//! Accounts: sign-in by phone or name, a second factor for staff, sessions in the database, tries that slow down.

mod account;
mod parting;
mod password;
pub mod recovery;
mod session;
mod throttle;
mod token;
mod totp;

pub use account::{
    Account, Holding, NewAccount, RoleRow, acting_for, change_password, change_phone, disable, find, find_by_name,
    find_by_person, grant, holding, insert, list, list_roles, revoke, scopes_given,
};
pub(crate) use account::{actor, holders};
pub(crate) use parting::PARTING;
pub use password::{Hasher, weakness};
pub use recovery::{Checked, Recovery};
pub(crate) use session::Known;
pub use session::{Session, end, end_all, open, read};
pub use throttle::{failed, succeeded, wait};
pub use token::{create as create_token, read as read_token};
pub use totp::{Enrolment, check as check_code, confirm as confirm_enrolment, enrol};

use crate::app::App;
use crate::db::{Db, Read as _, Tx};
use crate::error::Result;
use crate::ids::TenantId;
use crate::{args, row};
use chrono::{DateTime, Duration, Utc};

row! { struct LinkRow { tenant_id: TenantId, subject: String } }

/// Makes a link that works once until `ends_at`; answers its token.
pub async fn make_link(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    purpose: &'static str,
    subject: &str,
    ends_at: DateTime<Utc>,
) -> Result<String> {
    let token = crate::ids::token();
    let sql = "INSERT INTO link (token_hash, tenant_id, purpose, subject, ends_at) VALUES ($1, $2, $3, $4, $5)";
    tx.execute(sql, args![digest(&token), tenant, purpose, subject, ends_at]).await?;
    Ok(token)
}

/// The district and subject of a link that still works.
pub async fn read_link(db: &Db, purpose: &'static str, token: &str, now: DateTime<Utc>) -> Result<(TenantId, String)> {
    let sql = "SELECT tenant_id, subject FROM link WHERE token_hash = $1 AND purpose = $2 AND ends_at > $3";
    let row: LinkRow = db.one(sql, args![digest(token), purpose, now]).await?;
    Ok((row.tenant_id, row.subject))
}

/// Uses a link up; `NotFound` when somebody was first.
pub async fn use_link(tx: &mut Tx<'_>, purpose: &'static str, token: &str) -> Result<()> {
    let sql = "DELETE FROM link WHERE token_hash = $1 AND purpose = $2";
    let used = tx.execute(sql, args![digest(token), purpose]).await?;
    if used == 1 { Ok(()) } else { Err(crate::error::Error::NotFound) }
}

/// The one-time link of the first start, while no account can sign in; valid for a day.
pub async fn first_keeper_link(app: &App, tenant: TenantId) -> Result<Option<String>> {
    row! { struct Any { n: i64 } }
    let any: Any = app.db.one("SELECT COUNT(*) AS n FROM account WHERE tenant_id = $1", args![tenant]).await?;
    if any.n > 0 {
        return Ok(None);
    }
    let ends = app.clock.now() + Duration::days(1);
    let token = app
        .db
        .write(crate::db::LaneKey(2), async move |tx: &mut Tx<'_>| {
            tx.execute("DELETE FROM link WHERE tenant_id = $1 AND purpose = 'keeper'", args![tenant]).await?;
            make_link(tx, tenant, "keeper", "", ends).await
        })
        .await?;
    Ok(Some(token))
}

/// What is stored of a token: never the token itself.
#[must_use]
pub fn digest(token: &str) -> String {
    use sha2::Digest as _;
    hex::encode(sha2::Sha256::digest(token.as_bytes()))
}
