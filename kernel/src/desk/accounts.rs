//! Accounts and roles, for the one who holds that power.

use crate::audit::Deed;
use crate::auth::{self, Account, Checked, NewAccount, RoleRow, recovery};
use crate::cx::Cx;
use crate::db::{LaneKey, Tx};
use crate::error::{Error, Result};
use crate::forms::FieldErrors;
use crate::http::{Answer, Form, Query, filters};
use crate::ids::{AccountId, Raw};
use crate::policy::{Grant, Role, Scope};
use crate::words::Word;
use askama::Template;
use axum::extract::Path;
use chrono::Duration;
use serde::{Deserialize, Serialize};

const PAGE: usize = 50;
/// The roles that this page gives; leaders come with their team.
const GIVEN: &[Role] = &[Role::Station, Role::Town, Role::District, Role::Auditor, Role::Accounts, Role::Keeper];

#[derive(Template)]
#[template(path = "desk/accounts.html")]
struct Index {
    errors: FieldErrors,
    accounts: Vec<Account>,
    next: Option<String>,
    query: String,
    form: AccountForm,
    link: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Filter {
    q: Option<String>,
    after: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct AccountForm {
    sign_in_name: String,
    name: String,
}

#[derive(Serialize)]
struct AccountMade {
    #[serde(skip)]
    account: AccountId,
    sign_in_name: String,
}

impl Deed for AccountMade {
    const KIND: &'static str = "account.created";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("account", Some(self.account.0))
    }
}

#[derive(Serialize)]
struct RoleChanged {
    #[serde(skip)]
    account: AccountId,
    deed: &'static str,
    role: String,
    scope: String,
}

impl Deed for RoleChanged {
    const KIND: &'static str = "account.role_changed";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("account", Some(self.account.0))
    }
}

/// Sign-in names may be telephones: who looks at accounts leaves a line.
#[derive(Serialize)]
struct AccountRead {
    #[serde(skip)]
    account: Option<AccountId>,
    rows: usize,
}

impl Deed for AccountRead {
    const KIND: &'static str = "account.read";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("account", self.account.map(|account| account.0))
    }
}

async fn look(cx: &Cx, account: Option<AccountId>, rows: usize) -> Result<()> {
    let at = cx.clone();
    cx.write(LaneKey(2), async move |tx: &mut Tx<'_>| {
        tx.record(&at, &AccountRead { account, rows });
        Ok(())
    })
    .await
}

async fn list(cx: &Cx, filter: &Filter, errors: FieldErrors, form: AccountForm, link: Option<String>) -> Result<Index> {
    let query = filter.q.clone().unwrap_or_default();
    let after = filter.after.clone().unwrap_or_default();
    let mut accounts = auth::list(&cx.db, cx.tenant, query.trim(), &after, 51).await?;
    let next = (accounts.len() > PAGE).then(|| accounts[PAGE - 1].sign_in_name.clone());
    accounts.truncate(PAGE);
    look(cx, None, accounts.len()).await?;
    Ok(Index { errors, accounts, next, query, form, link })
}

pub(super) async fn index(cx: Cx, Query(filter): Query<Filter>) -> Result<Answer> {
    cx.page(&list(&cx, &filter, FieldErrors::none(), AccountForm::default(), None).await?)
}

pub(super) async fn create(cx: Cx, Form(form): Form<AccountForm>) -> Result<Answer> {
    let mut errors = FieldErrors::none();
    let sign_in_name = errors.text("sign_in_name", &form.sign_in_name, 40);
    let name = errors.text("name", &form.name, 40);
    let all = Filter { q: None, after: None };
    if !errors.is_empty() {
        return cx.invalid(&list(&cx, &all, errors, form, None).await?);
    }
    let at = cx.clone();
    let new = NewAccount { sign_in_name, phone: None, name, person: None, password_hash: None };
    let token = cx
        .write(LaneKey(2), async move |tx: &mut Tx<'_>| {
            let account = auth::insert(tx, at.tenant, &new, at.now).await?;
            tx.record(&at, &AccountMade { account, sign_in_name: new.sign_in_name });
            auth::make_link(tx, at.tenant, "welcome", &account.to_string(), at.now + Duration::days(3)).await
        })
        .await?;
    let link = format!("{}/welcome/{token}", cx.app.config.base_url);
    cx.page(&list(&cx, &all, FieldErrors::none(), AccountForm::default(), Some(link)).await?)
}

#[derive(Template)]
#[template(path = "desk/account.html")]
pub(super) struct Show {
    account: Account,
    roles: Vec<RoleRow>,
    given: &'static [Role],
    ways: &'static [Checked],
    /// Why nobody here gives them a way back into it, if so.
    refused: Option<Word>,
    errors: FieldErrors,
}

pub(super) async fn record(cx: &Cx, account: AccountId, errors: FieldErrors) -> Result<Show> {
    let found = auth::find(&cx.db, cx.tenant, account).await?;
    let roles = auth::list_roles(&cx.db, cx.tenant, account, cx.today()).await?;
    look(cx, Some(account), 1).await?;
    let refused = match recovery::check(cx, &found).await {
        Err(Error::Refused(word)) => Some(word),
        other => other.map(|()| None)?,
    };
    Ok(Show { account: found, roles, given: GIVEN, ways: Checked::AT_A_DESK, refused, errors })
}

pub(super) async fn show(cx: Cx, Path(account): Path<AccountId>) -> Result<Answer> {
    cx.page(&record(&cx, account, FieldErrors::none()).await?)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RoleForm {
    role: String,
    #[serde(default)]
    region: String,
}

pub(super) async fn grant(cx: Cx, Path(account): Path<AccountId>, Form(form): Form<RoleForm>) -> Result<Answer> {
    let mut errors = FieldErrors::none();
    let role: Option<Role> = errors.choice("role", &form.role);
    let region = form.region.trim().to_owned();
    if !region.chars().all(|c| c.is_ascii_digit()) {
        errors.add("region", Word::new("account.region_code"));
    }
    let role = role.filter(|r| GIVEN.contains(r));
    let Some(role) = role.filter(|_| errors.is_empty()) else {
        return cx.invalid(&record(&cx, account, errors).await?);
    };
    let scope = if region.is_empty() { Scope::Tenant } else { Scope::Region(region.clone()) };
    let at = cx.clone();
    cx.write(LaneKey(2), async move |tx: &mut Tx<'_>| {
        auth::find(tx, at.tenant, account).await?;
        auth::grant(tx, &at, account, &Grant { role, scope }).await?;
        tx.record(&at, &RoleChanged { account, deed: "granted", role: role.to_string(), scope: region });
        Ok(())
    })
    .await?;
    Ok(cx.see_other_saying(&format!("/desk/accounts/{account}"), &Word::new("account.granted")))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

pub(super) async fn revoke(
    cx: Cx,
    Path((account, role)): Path<(AccountId, Raw)>,
    Form(_): Form<Nothing>,
) -> Result<Answer> {
    let at = cx.clone();
    cx.write(LaneKey(2), async move |tx: &mut Tx<'_>| {
        auth::revoke(tx, &at, account, role).await?;
        tx.record(&at, &RoleChanged { account, deed: "ended", role: role.to_string(), scope: String::new() });
        Ok(())
    })
    .await?;
    Ok(cx.see_other_saying(&format!("/desk/accounts/{account}"), &Word::new("account.revoked")))
}

pub(super) async fn disable(cx: Cx, Path(account): Path<AccountId>, Form(_): Form<Nothing>) -> Result<Answer> {
    let at = cx.clone();
    cx.write(LaneKey(2), async move |tx: &mut Tx<'_>| {
        auth::find(tx, at.tenant, account).await?;
        auth::disable(tx, &at, account).await?;
        tx.record(&at, &RoleChanged { account, deed: "disabled", role: String::new(), scope: String::new() });
        Ok(())
    })
    .await?;
    Ok(cx.see_other_saying(&format!("/desk/accounts/{account}"), &Word::new("account.disabled")))
}
