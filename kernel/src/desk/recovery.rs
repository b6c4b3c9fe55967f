//! A lost password or phone: the link that somebody hands out face to face, and the page that it opens. What the page tells is
//! the same whosever the link is, and why it does not work.

use super::accounts;
use crate::audit::Deed;
use crate::auth::recovery::{self, NewRecovery};
use crate::auth::{self, Account, Checked, Recovery};
use crate::cx::{Actor, Cx};
use crate::db::{LaneKey, Tx};
use crate::error::{Error, Result};
use crate::forms::{self, FieldErrors};
use crate::http::{Answer, Form, filters};
use crate::ids::{AccountId, Raw};
use crate::messages;
use crate::secret::Secret;
use crate::words::Word;
use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Under this name tries are counted that meet no link.
const TRY: &str = "recovery";

/// Whose line it is: of the person, who reads it in their own trace, or of an account without one.
fn object_of(account: &Account) -> (&'static str, Option<Raw>) {
    match account.person_id {
        Some(person) => ("person", Some(person)),
        None => ("account", Some(account.id.0)),
    }
}

#[derive(Serialize)]
struct RecoveryGiven {
    #[serde(skip)]
    object: (&'static str, Option<Raw>),
    checked: Checked,
    until: DateTime<Utc>,
}

impl Deed for RecoveryGiven {
    const KIND: &'static str = "account.recovery_given";
    fn object(&self) -> (&'static str, Option<Raw>) {
        self.object
    }
}

#[derive(Serialize)]
struct RecoveryRefused {
    #[serde(skip)]
    object: (&'static str, Option<Raw>),
    tries: i64,
}

impl Deed for RecoveryRefused {
    const KIND: &'static str = "account.recovery_refused";
    fn object(&self) -> (&'static str, Option<Raw>) {
        self.object
    }
}

#[derive(Serialize)]
struct RecoveryUsed {
    #[serde(skip)]
    object: (&'static str, Option<Raw>),
    given_by: String,
}

impl Deed for RecoveryUsed {
    const KIND: &'static str = "account.recovery_used";
    fn object(&self) -> (&'static str, Option<Raw>) {
        self.object
    }
}

/// What whoever gives a link says.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wish {
    #[serde(default)]
    checked: String,
}

impl Wish {
    /// How they made sure of who stood before them.
    pub fn check(&self) -> std::result::Result<Checked, FieldErrors> {
        let mut errors = FieldErrors::none();
        let chosen: Option<Checked> = errors.choice("checked", &self.checked);
        match chosen.filter(|way| Checked::AT_A_DESK.contains(way)) {
            Some(way) => Ok(way),
            None if errors.is_empty() => {
                errors.add("checked", Word::new("form.choose"));
                Err(errors)
            }
            None => Err(errors),
        }
    }
}

/// Makes the link with its line and its message.
pub async fn make(tx: &mut Tx<'_>, cx: &Cx, account: &Account, new: &NewRecovery) -> Result<()> {
    recovery::make(tx, cx, account, new).await?;
    let (checked, until) = (new.checked, recovery::ends_at(cx));
    tx.record(cx, &RecoveryGiven { object: object_of(account), checked, until });
    if let Some(person) = account.person_id {
        let word = Word::new("message.recovery_given").with("name", &cx.actor.name);
        messages::leave_urgent(tx, cx, &[person], &word, "/me/trace").await?;
    }
    Ok(())
}

#[derive(Template)]
#[template(path = "desk/recovery_slip.html")]
struct Slip {
    back: String,
    name: String,
    url: String,
    qr: String,
    ends_at: DateTime<Utc>,
}

/// Makes the link and shows it this once; the same form again leads back.
pub async fn give(cx: &Cx, account: Account, checked: Checked, tails: Vec<String>, back: String) -> Result<Answer> {
    let new = NewRecovery::fresh(checked, tails);
    let (at, made, name) = (cx.clone(), new.id, account.name.clone());
    let url = format!("{}/recovery/{}", cx.app.config.base_url, new.token);
    // Only the id is kept of the form: what was shown cannot be shown twice.
    let kept: Raw = cx
        .once(LaneKey(2), async move |tx: &mut Tx<'_>| {
            make(tx, &at, &account, &new).await?;
            Ok(new.id)
        })
        .await?;
    if kept != made {
        return Ok(cx.see_other_saying(&back, &Word::new("account.recovery.shown_once")));
    }
    let qr = crate::http::qr(&url);
    cx.page(&Slip { back, name, url, qr, ends_at: recovery::ends_at(cx) })
}

/// By whoever keeps the accounts.
pub(super) async fn create(cx: Cx, Path(id): Path<AccountId>, Form(wish): Form<Wish>) -> Result<Answer> {
    let account = auth::find(&cx.db, cx.tenant, id).await?;
    let checked = match wish.check() {
        Ok(checked) => checked,
        Err(errors) => return cx.invalid(&accounts::record(&cx, id, errors).await?),
    };
    recovery::check(&cx, &account).await?;
    let tails: Vec<String> = account.phone.as_deref().map(tail_of).into_iter().collect();
    give(&cx, account, checked, tails, format!("/desk/accounts/{id}")).await
}

fn tail_of(phone: &str) -> String {
    phone.chars().skip(phone.chars().count().saturating_sub(4)).collect()
}

#[derive(Template)]
#[template(path = "desk/recovery.html")]
struct Open {
    action: String,
    /// Whether there is something to ask for.
    asks: bool,
    errors: FieldErrors,
}

#[derive(Template)]
#[template(path = "desk/recovery_gone.html")]
struct Gone {}

fn gone(cx: &Cx) -> Result<Answer> {
    cx.page_with(StatusCode::NOT_FOUND, &Gone {})
}

async fn find(cx: &Cx, token: &str) -> Result<Option<(Recovery, Account)>> {
    let Some(link) = recovery::find(&cx.db, cx, token).await? else { return Ok(None) };
    let account = auth::find(&cx.db, cx.tenant, link.account_id).await?;
    Ok((account.state == "active").then_some((link, account)))
}

fn page(token: &str, link: &Recovery, errors: FieldErrors) -> Open {
    Open { action: format!("/recovery/{token}"), asks: !link.answers.0.is_empty(), errors }
}

pub(super) async fn show(cx: Cx, Path(token): Path<String>) -> Result<Answer> {
    match find(&cx, &token).await? {
        Some((link, _)) => cx.page(&page(&token, &link, FieldErrors::none())),
        None => gone(&cx),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Chosen {
    tail: Option<Secret<String>>,
    password: Secret<String>,
    again: Secret<String>,
}

impl Chosen {
    fn tail(&self) -> &str {
        self.tail.as_ref().map_or("", |tail| tail.expose())
    }

    fn problems(&self, link: &Recovery, account: &Account) -> FieldErrors {
        let mut errors = FieldErrors::none();
        if !link.answers.0.is_empty() && forms::folded(self.tail()).chars().count() != 4 {
            errors.add("tail", Word::new("account.recovery.four"));
        }
        let names =
            [account.sign_in_name.as_str(), account.name.as_str(), account.phone.as_deref().unwrap_or_default()];
        if let Some(word) = auth::weakness(self.password.expose(), &names) {
            errors.add("password", word);
        } else if self.password != self.again {
            errors.add("again", Word::new("welcome.not_same"));
        }
        errors
    }
}

/// Slowed like signing in: by address, and by the link itself.
pub(super) async fn update(cx: Cx, Path(token): Path<String>, Form(chosen): Form<Chosen>) -> Result<Answer> {
    let wait = auth::wait(&cx.db, TRY, &cx.request.ip, cx.now).await?;
    if wait > 0 {
        return Err(Error::TooMany(wait));
    }
    let Some((link, account)) = find(&cx, &token).await? else { return miss(&cx).await };
    let errors = chosen.problems(&link, &account);
    if !errors.is_empty() {
        return cx.invalid(&page(&token, &link, errors));
    }
    let right = link.is_answer(&cx, chosen.tail());
    // The password is hashed for a wrong answer as well: both take as long.
    let hash = cx.app.hasher.hash(chosen.password).await?;
    match answer(&cx, link.clone(), account, right, hash).await {
        Ok(None) => Ok(cx.see_other_saying("/sign-in", &Word::new("account.recovery.done"))),
        Ok(Some(left)) if left > 0 => {
            let mut errors = FieldErrors::none();
            errors.add("tail", Word::new("account.recovery.wrong").with("n", left));
            cx.invalid(&page(&token, &link, errors))
        }
        Ok(Some(_)) | Err(Error::NotFound) => gone(&cx),
        Err(other) => Err(other),
    }
}

/// Nobody guesses a link, and whoever tries is slowed and leaves a line.
async fn miss(cx: &Cx) -> Result<Answer> {
    let at = cx.clone();
    cx.write(LaneKey(3), async move |tx: &mut Tx<'_>| {
        auth::failed(tx, TRY, &at.request.ip, at.now).await?;
        tx.record(&at, &RecoveryRefused { object: ("account", None), tries: 0 });
        Ok(())
    })
    .await?;
    gone(cx)
}

/// Counts the answer and uses the link up; `Some` are the tries that are left after a wrong one.
async fn answer(cx: &Cx, link: Recovery, account: Account, right: bool, hash: String) -> Result<Option<i64>> {
    let at = cx.clone();
    cx.write(LaneKey(2), async move |tx: &mut Tx<'_>| {
        let tries = recovery::count_try(tx, &at, link.id).await?;
        if right {
            enter(tx, &at, &link, &account, &hash).await?;
            return Ok(None);
        }
        auth::failed(tx, TRY, &at.request.ip, at.now).await?;
        tx.record(&at, &RecoveryRefused { object: object_of(&account), tries });
        if tries >= recovery::TRIES {
            recovery::settle(tx, &at, link.id, "dead").await?;
        }
        Ok(Some(recovery::TRIES - tries))
    })
    .await
}

async fn enter(tx: &mut Tx<'_>, cx: &Cx, link: &Recovery, account: &Account, hash: &str) -> Result<()> {
    recovery::settle(tx, cx, link.id, "used").await?;
    recovery::enter(tx, cx, account.id, hash).await?;
    auth::succeeded(tx, TRY, &cx.request.ip).await?;
    let name = account.name.clone();
    let who = cx.acting(Actor { account: Some(account.id), person: account.person_id, name, ..Actor::default() });
    tx.record(&who, &RecoveryUsed { object: object_of(account), given_by: link.made_by.clone() });
    if let Some(person) = account.person_id {
        messages::leave_urgent(tx, cx, &[person], &Word::new("message.recovery_used"), "/me/trace").await?;
    }
    Ok(())
}
