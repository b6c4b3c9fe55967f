//! The way back into an account for whoever lost their password or their phone: a link that somebody hands out face to face,
//! works once within the hour, and ends every session when it is given and when it is used.

use super::account::{self, Account};
use crate::cx::Cx;
use crate::db::{Json, Read, Tx};
use crate::error::{Error, Result};
use crate::ids::{AccountId, Raw, TenantId};
use crate::policy::Role;
use crate::{args, row};
use chrono::{DateTime, Duration, Utc};

/// Minutes for which a link works: its holder stands beside whoever gave it.
pub const MINUTES: i64 = 60;
/// Wrong answers after which a link is dead.
pub const TRIES: i64 = 5;
/// Links that one account hands out in an hour.
const MOST: i64 = 20;

crate::text_enum! {
    /// How somebody made sure of who stood before them.
    pub enum Checked {
        /// By an identity document with a picture.
        Document = "document",
        /// They know each other.
        Known = "known",
        /// By nobody: whoever may run commands on the machine.
        Machine = "machine",
    }
}

impl Checked {
    /// What a person can say of it at a desk.
    pub const AT_A_DESK: &'static [Self] = &[Self::Document, Self::Known];
}

row! {
    /// A link that still works.
    pub struct Recovery {
        /// Its id.
        pub id: Raw,
        /// The way back into which account.
        pub account_id: AccountId,
        /// What its holder is asked for, as digests; empty when there is nothing to ask.
        pub answers: Json<Vec<String>>,
        /// Who gave it.
        pub made_by: String,
        /// Until when it works.
        pub ends_at: DateTime<Utc>,
    }
}

const COLUMNS: &str = "id, account_id, answers, made_by, ends_at";

/// What a new link is made of.
#[derive(Clone, Debug)]
pub struct NewRecovery {
    /// Its id.
    pub id: Raw,
    /// The link's own secret; only its hash is kept.
    pub token: String,
    /// How whoever gives it made sure.
    pub checked: Checked,
    /// What its holder is asked for; without any, nothing.
    pub tails: Vec<String>,
}

impl NewRecovery {
    /// A fresh one.
    #[must_use]
    pub fn fresh(checked: Checked, tails: Vec<String>) -> Self {
        Self { id: crate::ids::fresh(), token: crate::ids::token(), checked, tails }
    }
}

/// Until when a link works that is made now.
#[must_use]
pub fn ends_at(cx: &Cx) -> DateTime<Utc> {
    cx.now + Duration::minutes(MINUTES)
}

/// Why an accounts officer gives nobody a way back into this account, if so: not into one's own, and into none that holds
/// another of the three powers or more than the officer's own scope.
pub async fn check(cx: &Cx, account: &Account) -> Result<()> {
    check_any(cx, account)?;
    let held = account::list_roles(&cx.db, cx.tenant, account.id, cx.today()).await?;
    if held.iter().any(|row| row.role.is_power() && row.role != Role::Accounts) {
        return Err(Error::refused("account.recovery.power"));
    }
    let own: Vec<_> = cx.actor.grants.iter().filter(|grant| grant.role == Role::Accounts).collect();
    let beyond = held.iter().any(|row| !own.iter().any(|grant| grant.scope.holds(&row.grant().scope)));
    if beyond { Err(Error::refused("account.recovery.beyond")) } else { Ok(()) }
}

/// What holds whoever gives it: nobody helps themselves, and nobody opens what was closed.
pub fn check_any(cx: &Cx, account: &Account) -> Result<()> {
    if cx.actor.account == Some(account.id) {
        return Err(Error::refused("account.recovery.oneself"));
    }
    if account.state != "active" {
        return Err(Error::refused("account.recovery.off"));
    }
    Ok(())
}

/// Makes the link and ends every session of the account; the link before ends.
pub async fn make(tx: &mut Tx<'_>, cx: &Cx, account: &Account, new: &NewRecovery) -> Result<()> {
    slow(tx, cx).await?;
    super::end_all(tx, cx.tenant, account.id).await?;
    let answers = Json(new.tails.iter().map(|tail| answer(cx, account.id, tail)).collect::<Vec<_>>());
    let sql = "INSERT INTO account_recovery (tenant_id, id, account_id, token_hash, state, tries, answers, checked, made_at, made_by, made_account, ends_at)
               VALUES ($1, $2, $3, $4, 'open', 0, $5, $6, $7, $8, $9, $10)";
    let (hash, by, made_account) = (super::digest(&new.token), &cx.actor.name, cx.actor.account);
    let of = args![cx.tenant, new.id, account.id, hash, answers, new.checked, cx.now, by, made_account, ends_at(cx)];
    tx.execute(sql, of).await?;
    Ok(())
}

/// More links in an hour than people who forget are refused.
async fn slow(tx: &mut Tx<'_>, cx: &Cx) -> Result<()> {
    row! { struct Given { n: i64 } }
    let sql = "SELECT COUNT(*) AS n FROM account_recovery WHERE tenant_id = $1 AND made_account = $2 AND made_at > $3";
    let Some(by) = cx.actor.account else { return Ok(()) };
    let given: Given = tx.one(sql, args![cx.tenant, by, cx.now - Duration::hours(1)]).await?;
    if given.n >= MOST { Err(Error::TooMany(Duration::hours(1).num_seconds())) } else { Ok(()) }
}

/// What is kept of an answer: useless without the key of the house, and for any other account.
fn answer(cx: &Cx, account: AccountId, tail: &str) -> String {
    cx.app.keys.sign("account.recovery", &[&account.to_string(), &crate::forms::folded(tail)])
}

/// The link with this token, if it works.
pub async fn find(db: &impl Read, cx: &Cx, token: &str) -> Result<Option<Recovery>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM account_recovery
         WHERE tenant_id = $1 AND token_hash = $2 AND state = 'open' AND ends_at > $3 AND tries < $4"
    );
    db.optional(&sql, args![cx.tenant, super::digest(token), cx.now, TRIES]).await
}

impl Recovery {
    /// Whether this is what its holder alone knows; where nothing is known, every answer is.
    #[must_use]
    pub fn is_answer(&self, cx: &Cx, tail: &str) -> bool {
        let given = answer(cx, self.account_id, tail);
        self.answers.0.is_empty()
            || self.answers.0.iter().any(|kept| crate::secret::same(kept.as_bytes(), given.as_bytes()))
    }
}

/// Counts an answer before it is looked at, so that two at once are two; answers how many there were.
pub async fn count_try(tx: &mut Tx<'_>, cx: &Cx, link: Raw) -> Result<i64> {
    row! { struct Tries { tries: i64 } }
    let sql = "UPDATE account_recovery SET tries = tries + 1
               WHERE tenant_id = $1 AND id = $2 AND state = 'open' AND ends_at > $3 AND tries < $4 RETURNING tries";
    let row: Option<Tries> = tx.optional(sql, args![cx.tenant, link, cx.now, TRIES]).await?;
    row.map(|row| row.tries).ok_or(Error::NotFound)
}

/// Ends a link as `used` or `dead`.
pub async fn settle(tx: &mut Tx<'_>, cx: &Cx, link: Raw, state: &'static str) -> Result<()> {
    let sql = "UPDATE account_recovery SET state = $3 WHERE tenant_id = $1 AND id = $2 AND state = 'open'";
    if tx.execute(sql, args![cx.tenant, link, state]).await? == 1 { Ok(()) } else { Err(Error::NotFound) }
}

/// Sets the password that its holder chose, forgets the second factor and ends every session.
pub async fn enter(tx: &mut Tx<'_>, cx: &Cx, account: AccountId, hash: &str) -> Result<()> {
    let sql =
        "UPDATE account SET totp_sealed = NULL, totp_used = 0 WHERE tenant_id = $1 AND id = $2 AND state = 'active'";
    if tx.execute(sql, args![cx.tenant, account]).await? == 0 {
        return Err(Error::NotFound);
    }
    account::change_password(tx, cx, account, hash).await
}

/// Ends the open way back into an account: with every change of its roles, its password and its state.
pub(super) async fn end(tx: &mut Tx<'_>, tenant: TenantId, account: AccountId) -> Result<()> {
    let sql = "UPDATE account_recovery SET state = 'ended' WHERE tenant_id = $1 AND account_id = $2 AND state = 'open'";
    tx.execute(sql, args![tenant, account]).await?;
    Ok(())
}
