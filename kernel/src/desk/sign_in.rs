//! Signing in and out, and the second factor.

use crate::audit::Deed;
use crate::auth::{self, Account};
use crate::cx::Cx;
use crate::db::{LaneKey, Tx};
use crate::error::{Error, Result};
use crate::forms::FieldErrors;
use crate::http::{Answer, Form, Query, filters};
use crate::ids::{AccountId, Raw};
use crate::secret::Secret;
use crate::words::Word;
use askama::Template;
use serde::{Deserialize, Serialize};

#[derive(Template)]
#[template(path = "desk/sign_in.html")]
struct Show {
    errors: FieldErrors,
    name: String,
    next: String,
    demo: Vec<DemoAccount>,
}

crate::row! { struct DemoAccount { sign_in_name: String, name: String } }

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Next {
    next: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SignIn {
    name: String,
    password: Secret<String>,
    #[serde(default)]
    next: String,
}

#[derive(Serialize)]
struct SignedIn {
    #[serde(skip)]
    account: AccountId,
    second_factor: bool,
}

impl Deed for SignedIn {
    const KIND: &'static str = "account.signed_in";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("account", Some(self.account.0))
    }
}

#[derive(Serialize)]
struct SignInFailed {}

impl Deed for SignInFailed {
    const KIND: &'static str = "account.sign_in_failed";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("account", None)
    }
}

#[derive(Serialize)]
struct SecondFactor {
    #[serde(skip)]
    account: AccountId,
    enrolled: bool,
}

impl Deed for SecondFactor {
    const KIND: &'static str = "account.second_factor";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("account", Some(self.account.0))
    }
}

#[derive(Serialize)]
struct SignedOut {}

impl Deed for SignedOut {
    const KIND: &'static str = "account.signed_out";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("account", None)
    }
}

pub(super) async fn show(cx: Cx, Query(next): Query<Next>) -> Result<Answer> {
    let page = form(&cx, FieldErrors::none(), String::new(), next.next.unwrap_or_default()).await?;
    cx.page(&page)
}

async fn form(cx: &Cx, errors: FieldErrors, name: String, next: String) -> Result<Show> {
    use crate::db::Read as _;
    let demo = if cx.app.config.demo {
        let sql =
            "SELECT sign_in_name, name FROM account WHERE tenant_id = $1 AND sign_in_name LIKE 'demo-%' ORDER BY id";
        cx.db.all(sql, crate::args![cx.tenant]).await?
    } else {
        Vec::new()
    };
    Ok(Show { errors, name, next, demo })
}

pub(super) async fn create(cx: Cx, Form(sign_in): Form<SignIn>) -> Result<Answer> {
    let name: String = sign_in.name.chars().filter(|c| !c.is_whitespace()).take(80).collect();
    let wait = auth::wait(&cx.db, &name, &cx.request.ip, cx.now).await?;
    if wait > 0 {
        return Err(Error::TooMany(wait));
    }
    let account = auth::find_by_name(&cx.db, cx.tenant, &name).await?.filter(|a| a.state == "active");
    let stored = account.as_ref().and_then(|a| a.password_hash.clone());
    let right = cx.app.hasher.verify(sign_in.password, stored).await?;
    match account {
        Some(account) if right => enter(&cx, account, name, false, &sign_in.next).await,
        _ => refuse(cx, name, sign_in.next).await,
    }
}

async fn refuse(cx: Cx, name: String, next: String) -> Result<Answer> {
    let (at, tried) = (cx.clone(), name.clone());
    cx.write(LaneKey(3), async move |tx: &mut Tx<'_>| {
        auth::failed(tx, &tried, &at.request.ip, at.now).await?;
        tx.record(&at, &SignInFailed {});
        Ok(())
    })
    .await?;
    let mut errors = FieldErrors::none();
    errors.add("name", Word::new("sign_in.wrong"));
    let page = form(&cx, errors, name, next).await?;
    cx.invalid(&page)
}

/// Opens a session; staff go on to their second factor.
async fn enter(cx: &Cx, account: Account, name: String, second_factor: bool, next: &str) -> Result<Answer> {
    let (at, of) = (cx.clone(), account.clone());
    let old = cx.request.session.clone();
    let token = cx
        .write(LaneKey(3), async move |tx: &mut Tx<'_>| {
            if let Some(old) = old {
                auth::end(tx, &old).await?;
            }
            auth::succeeded(tx, &name, &at.request.ip).await?;
            let token = auth::open(tx, at.tenant, &of, second_factor, at.now, &at.request.ip).await?;
            let who = crate::cx::Actor { account: Some(of.id), name: of.name.clone(), ..Default::default() };
            tx.record(&at.acting(who), &SignedIn { account: of.id, second_factor });
            Ok(token)
        })
        .await?;
    let roles = auth::list_roles(&cx.db, cx.tenant, account.id, cx.today()).await?;
    let staff = roles.iter().any(|r| r.role.is_staff());
    let home = if staff { "/desk" } else { "/me" };
    let to = match super::own_path(next) {
        "/" => home,
        path => path,
    };
    let to = if staff && !second_factor { "/second-factor" } else { to };
    let mut answer = cx.see_other(to);
    crate::http::set_session(&mut answer, cx, &token, staff);
    Ok(answer)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Demo {
    name: String,
}

/// In a demo only: enter as one of its made-up people.
pub(super) async fn demo(cx: Cx, Form(demo): Form<Demo>) -> Result<Answer> {
    if !cx.app.config.demo || !demo.name.starts_with("demo-") {
        return Err(Error::NotFound);
    }
    let account = auth::find_by_name(&cx.db, cx.tenant, &demo.name).await?.ok_or(Error::NotFound)?;
    enter(&cx, account, demo.name, true, "/").await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

pub(super) async fn destroy(cx: Cx, Form(_): Form<Nothing>) -> Result<Answer> {
    if let Some(session) = cx.request.session.clone() {
        let at = cx.clone();
        cx.write(LaneKey(3), async move |tx: &mut Tx<'_>| {
            auth::end(tx, &session).await?;
            tx.record(&at, &SignedOut {});
            Ok(())
        })
        .await?;
    }
    let mut answer = cx.see_other_saying("/", &Word::new("sign_in.out"));
    crate::http::set_session(&mut answer, &cx, "", false);
    let clear = axum::http::HeaderValue::from_static("\"cache\", \"storage\"");
    answer.headers_mut().insert("clear-site-data", clear);
    Ok(answer)
}

#[derive(Template)]
#[template(path = "desk/second_factor.html")]
struct Second {
    errors: FieldErrors,
    enrolment: Option<Fresh>,
}

struct Fresh {
    secret: String,
    spaced: String,
    mark: String,
    qr: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Code {
    code: String,
    secret: Option<Secret<String>>,
    mark: Option<String>,
}

fn fresh(cx: &Cx, account: &Account) -> Result<Option<Fresh>> {
    if account.totp_sealed.is_some() {
        return Ok(None);
    }
    let made = auth::enrol(&cx.app, account)?;
    let secret = made.secret.expose().clone();
    let spaced =
        secret.as_bytes().chunks(4).map(|c| String::from_utf8_lossy(c).into_owned()).collect::<Vec<_>>().join(" ");
    let mark = cx.app.keys.sign("totp", &[&account.id.to_string(), &secret]);
    Ok(Some(Fresh { qr: crate::http::qr(made.url.expose()), secret, spaced, mark }))
}

async fn own(cx: &Cx) -> Result<Account> {
    auth::find(&cx.db, cx.tenant, cx.actor.account.ok_or(Error::SignIn)?).await
}

pub(super) async fn second(cx: Cx) -> Result<Answer> {
    let account = own(&cx).await?;
    cx.page(&Second { errors: FieldErrors::none(), enrolment: fresh(&cx, &account)? })
}

pub(super) async fn second_create(cx: Cx, Form(code): Form<Code>) -> Result<Answer> {
    let account = own(&cx).await?;
    let key = format!("second {}", account.id);
    let wait = auth::wait(&cx.db, &key, &cx.request.ip, cx.now).await?;
    if wait > 0 {
        return Err(Error::TooMany(wait));
    }
    let (at, of, tried) = (cx.clone(), account.clone(), key.clone());
    let right = cx
        .write(LaneKey(3), async move |tx: &mut Tx<'_>| {
            let right = match (&code.secret, &of.totp_sealed) {
                (Some(secret), None) => {
                    let ours = at.app.keys.is_signed(
                        "totp",
                        &[&of.id.to_string(), secret.expose()],
                        code.mark.as_deref().unwrap_or_default(),
                    );
                    ours && auth::confirm_enrolment(tx, &at, of.id, secret, &code.code).await?
                }
                _ => auth::check_code(tx, &at, &of, &code.code).await?,
            };
            if right {
                // The code is used up and the secret kept in this transaction: so is their line.
                tx.record(&at, &SecondFactor { account: of.id, enrolled: of.totp_sealed.is_none() });
            } else {
                auth::failed(tx, &tried, &at.request.ip, at.now).await?;
                tx.record(&at, &SignInFailed {});
            }
            Ok(right)
        })
        .await?;
    if right {
        return enter(&cx, account, key, true, "/desk").await;
    }
    let mut errors = FieldErrors::none();
    errors.add("code", Word::new("second.wrong"));
    let page = Second { errors, enrolment: fresh(&cx, &account)? };
    cx.invalid(&page)
}
