//! Accounts and the roles that they hold.

use crate::cx::{Actor, Cx};
use crate::db::{Conditions, Db, Read, Tx, Violation};
use crate::error::{Error, Result};
use crate::ids::{AccountId, Raw, TenantId};
use crate::objects::Object;
use crate::policy::{Grant, Role, Scope};
use crate::words::Word;
use crate::{args, row};
use chrono::{DateTime, NaiveDate, Utc};

row! {
    /// Somebody who can sign in.
    pub struct Account {
        /// Its id.
        pub id: AccountId,
        /// The name to sign in with.
        pub sign_in_name: String,
        /// The phone to sign in with (S3).
        pub phone: Option<String>,
        /// The name that pages show.
        pub name: String,
        /// The person behind it.
        pub person_id: Option<Raw>,
        /// argon2id, PHC text; absent until the holder chose a password.
        pub password_hash: Option<String>,
        /// The sealed TOTP secret (S4).
        pub totp_sealed: Option<Vec<u8>>,
        /// The last time step whose code was used.
        pub totp_used: i64,
        /// `active` or `disabled`.
        pub state: String,
    }
}

const COLUMNS: &str = "id, sign_in_name, phone, name, person_id, password_hash, totp_sealed, totp_used, state";

/// What an account is made of.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// The name to sign in with, unique in the district.
    pub sign_in_name: String,
    /// Eleven digits, unique in the district.
    pub phone: Option<String>,
    /// The name that pages show.
    pub name: String,
    /// The person behind it, one account each.
    pub person: Option<Raw>,
    /// An argon2id hash.
    pub password_hash: Option<String>,
}

/// Makes an account; a name, phone or person that has one already is refused.
pub async fn insert(tx: &mut Tx<'_>, tenant: TenantId, new: &NewAccount, now: DateTime<Utc>) -> Result<AccountId> {
    let id = AccountId::fresh();
    let sql = "INSERT INTO account (tenant_id, id, sign_in_name, phone, name, person_id, password_hash, totp_used, state, created_at, password_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 'active', $8, $8)";
    let made = tx
        .execute(sql, args![tenant, id, new.sign_in_name, new.phone, new.name, new.person, new.password_hash, now])
        .await;
    match made {
        Ok(_) => Ok(id),
        Err(Error::Violated(Violation::Unique(_))) => Err(Error::Refused(Word::new("account.taken"))),
        Err(error) => Err(error),
    }
}

/// One account.
pub async fn find(db: &impl Read, tenant: TenantId, id: AccountId) -> Result<Account> {
    db.one(&format!("SELECT {COLUMNS} FROM account WHERE tenant_id = $1 AND id = $2"), args![tenant, id]).await
}

/// The account that signs in with this name or phone.
pub async fn find_by_name(db: &impl Read, tenant: TenantId, name: &str) -> Result<Option<Account>> {
    let sql =
        format!("SELECT {COLUMNS} FROM account WHERE tenant_id = $1 AND (sign_in_name = $2 OR phone = $2) LIMIT 1");
    db.optional(&sql, args![tenant, name]).await
}

/// The account of a person, if they have one.
pub async fn find_by_person(db: &impl Read, tenant: TenantId, person: Raw) -> Result<Option<Account>> {
    let sql = format!("SELECT {COLUMNS} FROM account WHERE tenant_id = $1 AND person_id = $2");
    db.optional(&sql, args![tenant, person]).await
}

/// Accounts by name, those that match `part` of the name.
pub async fn list(db: &Db, tenant: TenantId, part: &str, after: &str, limit: i64) -> Result<Vec<Account>> {
    let mut wanted = Conditions::new("tenant_id = ?", args![tenant]);
    if !part.is_empty() {
        wanted.and("(name LIKE '%' || ? || '%' OR sign_in_name LIKE '%' || ? || '%')", args![part, part]);
    }
    if !after.is_empty() {
        wanted.and("sign_in_name > ?", args![after]);
    }
    let tail = wanted.tail(" ORDER BY sign_in_name LIMIT ?", args![limit]);
    db.all(&format!("SELECT {COLUMNS} FROM account WHERE {tail}"), wanted.args()).await
}

row! {
    /// A role as it is stored.
    pub struct RoleRow {
        /// Its id.
        pub id: Raw,
        /// What.
        pub role: Role,
        /// `tenant`, `region` or `organisation`.
        pub scope_kind: String,
        /// The code or path.
        pub scope: String,
        /// From this Beijing day.
        pub from_on: NaiveDate,
        /// Until the end of this day; absent while it goes on.
        pub to_on: Option<NaiveDate>,
        /// Who gave it.
        pub granted_by: String,
    }
}

impl RoleRow {
    /// The scope as the evaluator reads it.
    #[must_use]
    pub fn grant(&self) -> Grant {
        Grant::stored(self.role, &self.scope_kind, self.scope.clone())
    }
}

/// The roles of an account that hold on a day.
pub async fn list_roles(db: &impl Read, tenant: TenantId, account: AccountId, day: NaiveDate) -> Result<Vec<RoleRow>> {
    let sql = "SELECT id, role, scope_kind, scope, from_on, to_on, granted_by FROM account_role
               WHERE tenant_id = $1 AND account_id = $2 AND from_on <= $3 AND (to_on IS NULL OR to_on >= $3) ORDER BY id";
    db.all(sql, args![tenant, account, day]).await
}

row! { struct Scoped { scope: String } }

/// Which of these organisations' paths a role was ever given for.
pub async fn scopes_given(db: &impl Read, tenant: TenantId, paths: &[String]) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for part in paths.chunks(500) {
        let list = crate::db::in_list(2, part.len());
        let sql = format!(
            "SELECT DISTINCT scope FROM account_role WHERE tenant_id = $1 AND scope_kind = 'organisation' AND scope IN {list}"
        );
        let mut args = args![tenant].to_vec();
        args.extend(part.iter().map(crate::db::ToValue::to_value));
        found.extend(db.all::<Scoped>(&sql, &args).await?.into_iter().map(|row| row.scope));
    }
    Ok(found)
}

row! {
    /// A role over a region, with the account that holds it.
    pub struct Holding {
        /// Whose.
        pub account_id: AccountId,
        /// What.
        pub role: Role,
        /// Which region, by code.
        pub scope: String,
    }
}

/// The roles over a region and everything below it that hold on a day.
pub async fn holding(db: &impl Read, tenant: TenantId, region: &str, day: NaiveDate) -> Result<Vec<Holding>> {
    let sql = "SELECT account_id, role, scope FROM account_role
               WHERE tenant_id = $1 AND scope_kind = 'region' AND scope >= $2 AND scope < $3
                 AND from_on <= $4 AND (to_on IS NULL OR to_on >= $4) ORDER BY id";
    db.all(sql, args![tenant, region, crate::policy::after(region), day]).await
}

/// Gives a role. Nobody gives one to themselves; one person holds one administrative power at most.
pub async fn grant(tx: &mut Tx<'_>, cx: &Cx, account: AccountId, new: &Grant) -> Result<()> {
    if cx.actor.account == Some(account) {
        return Err(Error::refused("account.not_oneself"));
    }
    let today = cx.today();
    let held = list_roles(tx, cx.tenant, account, today).await?;
    if new.role.is_power() && held.iter().any(|h| h.role.is_power() && h.role != new.role) {
        return Err(Error::refused("account.one_power"));
    }
    if held.iter().any(|h| h.grant() == *new) {
        return Ok(());
    }
    let (kind, scope) = match &new.scope {
        Scope::Tenant => ("tenant", ""),
        Scope::Region(code) => ("region", code.as_str()),
        Scope::Organisation(path) => ("organisation", path.as_str()),
    };
    let sql = "INSERT INTO account_role (tenant_id, id, account_id, role, scope_kind, scope, from_on, granted_by)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let id = crate::ids::fresh();
    tx.execute(sql, args![cx.tenant, id, account, new.role, kind, scope, today, cx.actor.name]).await?;
    super::end_all(tx, cx.tenant, account).await
}

/// Ends a role today and every session of the account with it.
pub async fn revoke(tx: &mut Tx<'_>, cx: &Cx, account: AccountId, role: Raw) -> Result<()> {
    let yesterday = cx.today().pred_opt().unwrap_or(cx.today());
    let sql =
        "UPDATE account_role SET to_on = $1 WHERE tenant_id = $2 AND account_id = $3 AND id = $4 AND to_on IS NULL";
    if tx.execute(sql, args![yesterday, cx.tenant, account, role]).await? == 0 {
        return Err(Error::NotFound);
    }
    super::end_all(tx, cx.tenant, account).await
}

/// Sets a password and ends every session.
pub async fn change_password(tx: &mut Tx<'_>, cx: &Cx, account: AccountId, hash: &str) -> Result<()> {
    let sql = "UPDATE account SET password_hash = $1, password_at = $2 WHERE tenant_id = $3 AND id = $4";
    tx.execute(sql, args![hash, cx.now, cx.tenant, account]).await?;
    super::end_all(tx, cx.tenant, account).await
}

/// Gives an account another phone to sign in with; one that somebody else signs in with is refused.
pub async fn change_phone(tx: &mut Tx<'_>, tenant: TenantId, account: AccountId, phone: &str) -> Result<()> {
    let sql = "UPDATE account SET phone = $1 WHERE tenant_id = $2 AND id = $3";
    match tx.execute(sql, args![phone, tenant, account]).await {
        Ok(_) => Ok(()),
        Err(Error::Violated(Violation::Unique(_))) => Err(Error::Refused(Word::new("account.taken"))),
        Err(error) => Err(error),
    }
}

/// Ends everything of an account in one transaction: sessions, tokens, roles.
pub async fn disable(tx: &mut Tx<'_>, cx: &Cx, account: AccountId) -> Result<()> {
    let yesterday = cx.today().pred_opt().unwrap_or(cx.today());
    tx.execute("UPDATE account SET state = 'disabled' WHERE tenant_id = $1 AND id = $2", args![cx.tenant, account])
        .await?;
    let sql = "UPDATE account_role SET to_on = $1 WHERE tenant_id = $2 AND account_id = $3 AND to_on IS NULL";
    tx.execute(sql, args![yesterday, cx.tenant, account]).await?;
    tx.execute("DELETE FROM api_token WHERE tenant_id = $1 AND account_id = $2", args![cx.tenant, account]).await?;
    super::end_all(tx, cx.tenant, account).await
}

row! {
    struct Holds {
        id: AccountId, name: String, person_id: Option<Raw>, role: Role, scope_kind: String, scope: String
    }
}

/// Everybody who holds a role on a day, and those whom an object is about or who made it, as the evaluator takes them once they gave
/// their second factor.
pub(crate) async fn holders(db: &Db, tenant: TenantId, day: NaiveDate, object: &Object) -> Result<Vec<Actor>> {
    let sql = "SELECT a.id, a.name, a.person_id, r.role, r.scope_kind, r.scope FROM account_role r
               JOIN account a ON a.tenant_id = r.tenant_id AND a.id = r.account_id
               WHERE r.tenant_id = $1 AND a.state = 'active' AND r.from_on <= $2 AND (r.to_on IS NULL OR r.to_on >= $2)
               ORDER BY a.id, r.id";
    let mut found: Vec<Actor> = Vec::new();
    for row in db.all::<Holds>(sql, args![tenant, day]).await? {
        let grant = Grant::stored(row.role, &row.scope_kind, row.scope);
        match found.last_mut().filter(|last| last.account == Some(row.id)) {
            Some(last) => last.grants.push(grant),
            None => found.push(Actor::holding(row.id, row.person_id, row.name, vec![grant], true)),
        }
    }
    let mut besides = Vec::new();
    for person in object.places.iter().filter_map(|place| place.person) {
        besides.extend(find_by_person(db, tenant, person).await?);
    }
    if let Some(maker) = object.maker {
        besides.push(find(db, tenant, maker).await?);
    }
    for account in besides.into_iter().filter(|account| account.state == "active") {
        if found.iter().all(|known| known.account != Some(account.id)) {
            found.push(Actor::holding(account.id, account.person_id, account.name, Vec::new(), true));
        }
    }
    Ok(found)
}

/// The actor of an account: roles that ask for a second factor count only after it was given.
/// The same moment, acting for an account with the roles that it has now; for jobs that somebody ordered.
///
/// # Errors
/// When the account ended since.
pub async fn acting_for(cx: &Cx, account: AccountId) -> Result<Cx> {
    let account = find(&cx.db, cx.tenant, account).await?;
    if account.state != "active" {
        return Err(Error::internal("the account for which a job acts ended".to_owned()));
    }
    Ok(cx.acting(actor(&cx.db, cx.tenant, &account, true, cx.today()).await?))
}

pub(crate) async fn actor(
    db: &Db,
    tenant: TenantId,
    account: &Account,
    second_factor: bool,
    day: NaiveDate,
) -> Result<Actor> {
    let roles = list_roles(db, tenant, account.id, day).await?;
    let grants = roles.iter().map(RoleRow::grant).collect();
    Ok(Actor::holding(account.id, account.person_id, account.name.clone(), grants, second_factor))
}
