//! One-time links: the first keeper's, and those of new accounts whose holder still chooses a password.

use crate::audit::Deed;
use crate::auth::{self, NewAccount};
use crate::cx::{Actor, Cx};
use crate::db::{LaneKey, Tx};
use crate::error::Result;
use crate::forms::FieldErrors;
use crate::http::{Answer, Form, filters};
use crate::ids::{AccountId, Raw, TenantId};
use crate::policy::{Grant, Role, Scope};
use crate::secret::Secret;
use crate::words::Word;
use askama::Template;
use axum::extract::Path;
use serde::{Deserialize, Serialize};

#[derive(Template)]
#[template(path = "desk/welcome.html")]
struct Welcome {
    keeper: bool,
    action: String,
    name: String,
    errors: FieldErrors,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Chosen {
    #[serde(default)]
    name: String,
    password: Secret<String>,
    again: Secret<String>,
}

#[derive(Serialize)]
struct PasswordChosen {
    #[serde(skip)]
    account: AccountId,
}

impl Deed for PasswordChosen {
    const KIND: &'static str = "account.password_chosen";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("account", Some(self.account.0))
    }
}

pub(super) async fn keeper(cx: Cx, Path(token): Path<String>) -> Result<Answer> {
    auth::read_link(&cx.db, "keeper", &token, cx.now).await?;
    cx.page(&Welcome {
        keeper: true,
        action: format!("/keeper/{token}"),
        name: String::new(),
        errors: FieldErrors::none(),
    })
}

pub(super) async fn keeper_create(cx: Cx, Path(token): Path<String>, Form(chosen): Form<Chosen>) -> Result<Answer> {
    let (tenant, _) = auth::read_link(&cx.db, "keeper", &token, cx.now).await?;
    let mut errors = passwords(&chosen, &[&chosen.name]);
    let name = errors.text("name", &chosen.name, 40);
    if name.chars().any(char::is_whitespace) {
        errors.add("name", Word::new("welcome.name_spaces"));
    }
    if !errors.is_empty() {
        return cx.invalid(&Welcome { keeper: true, action: format!("/keeper/{token}"), name, errors });
    }
    let hash = cx.app.hasher.hash(chosen.password).await?;
    let at = Cx { tenant, ..cx.clone() };
    cx.write(LaneKey(2), async move |tx: &mut Tx<'_>| {
        auth::use_link(tx, "keeper", &token).await?;
        let new = NewAccount { sign_in_name: name.clone(), phone: None, name, person: None, password_hash: Some(hash) };
        let account = auth::insert(tx, tenant, &new, at.now).await?;
        auth::grant(tx, &at, account, &Grant { role: Role::Keeper, scope: Scope::Tenant }).await?;
        record(tx, &at, account, new.name);
        Ok(())
    })
    .await?;
    Ok(cx.see_other_saying("/sign-in", &Word::new("welcome.done")))
}

async fn holder(cx: &Cx, token: &str) -> Result<(TenantId, auth::Account)> {
    let (tenant, subject) = auth::read_link(&cx.db, "welcome", token, cx.now).await?;
    let account: AccountId = subject.parse().map_err(|_| crate::error::Error::NotFound)?;
    Ok((tenant, auth::find(&cx.db, tenant, account).await?))
}

pub(super) async fn show(cx: Cx, Path(token): Path<String>) -> Result<Answer> {
    let (_, account) = holder(&cx, &token).await?;
    let action = format!("/welcome/{token}");
    cx.page(&Welcome { keeper: false, action, name: account.sign_in_name, errors: FieldErrors::none() })
}

pub(super) async fn create(cx: Cx, Path(token): Path<String>, Form(chosen): Form<Chosen>) -> Result<Answer> {
    let (tenant, account) = holder(&cx, &token).await?;
    let errors = passwords(&chosen, &[&account.sign_in_name]);
    if !errors.is_empty() {
        let action = format!("/welcome/{token}");
        return cx.invalid(&Welcome { keeper: false, action, name: account.sign_in_name, errors });
    }
    let hash = cx.app.hasher.hash(chosen.password).await?;
    let at = Cx { tenant, ..cx.clone() };
    cx.write(LaneKey(2), async move |tx: &mut Tx<'_>| {
        auth::use_link(tx, "welcome", &token).await?;
        auth::change_password(tx, &at, account.id, &hash).await?;
        record(tx, &at, account.id, account.name);
        Ok(())
    })
    .await?;
    Ok(cx.see_other_saying("/sign-in", &Word::new("welcome.done")))
}

fn record(tx: &mut Tx<'_>, cx: &Cx, account: AccountId, name: String) {
    let who = Actor { account: Some(account), name, ..Actor::default() };
    tx.record(&cx.acting(who), &PasswordChosen { account });
}

fn passwords(chosen: &Chosen, names: &[&str]) -> FieldErrors {
    let mut errors = FieldErrors::none();
    if let Some(word) = auth::weakness(chosen.password.expose(), names) {
        errors.add("password", word);
    } else if chosen.password != chosen.again {
        errors.add("again", Word::new("welcome.not_same"));
    }
    errors
}
