//! Opening a link on one's own phone: an answer that only oneself knows, a password, and one is in. The page tells nothing
//! of the record, and a link that does not work says the same whatever the cause.

use crate::deeds::{AccessRefused, AccessUsed};
use crate::join::{self, NOTICE};
use crate::store::access::{self, Slip, TRIES};
use crate::{policy, store};
use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use kernel::auth::{self, Account};
use kernel::http::filters;
use kernel::{Actor, Answer, Cx, Error, FieldErrors, Form, Result, Secret, Tx, Word, forms};
use people::life::{self, Basis, Stage};
use people::{Person, PersonState};
use serde::Deserialize;

/// Answers an hour and address.
const MOST: i64 = 60;

#[derive(Template)]
#[template(path = "federation/access_open.html")]
struct Open {
    action: String,
    /// Whether the record holds something to ask for.
    asks: bool,
    signed_in: bool,
    errors: FieldErrors,
}

#[derive(Template)]
#[template(path = "federation/access_gone.html")]
struct Gone {}

fn gone(cx: &Cx) -> Result<Answer> {
    cx.page_with(StatusCode::NOT_FOUND, &Gone {})
}

/// The last four of the phone and of the document, as far as they are on record.
pub(crate) fn tails(person: &Person) -> Vec<String> {
    let phone = person.phone.as_deref().and_then(|phone| people::rules::phone::parse(phone).ok());
    let phone = phone.map(|phone| phone.tail().to_owned());
    phone.into_iter().chain(person.id_tail.clone()).map(|tail| forms::folded(&tail)).collect()
}

async fn find(cx: &Cx, token: &str) -> Result<Option<(Slip, Person)>> {
    let Some(slip) = access::find(&cx.db, cx, &auth::digest(token)).await? else { return Ok(None) };
    let person = people::find(&cx.db, cx.tenant, slip.person_id).await?;
    let has_account = auth::find_by_person(&cx.db, cx.tenant, person.id.0).await?.is_some();
    Ok((!has_account).then_some((slip, person)))
}

fn page(cx: &Cx, token: &str, person: &Person, errors: FieldErrors) -> Open {
    let action = format!("/access/{token}");
    Open { action, asks: !tails(person).is_empty(), signed_in: cx.actor.account.is_some(), errors }
}

pub(crate) async fn show(cx: Cx, Path(token): Path<String>) -> Result<Answer> {
    match find(&cx, &token).await? {
        Some((_, person)) => cx.page(&page(&cx, &token, &person, FieldErrors::none())),
        None => gone(&cx),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Chosen {
    tail: Option<Secret<String>>,
    password: Secret<String>,
    again: Secret<String>,
    agreed: Option<String>,
}

pub(crate) async fn create(cx: Cx, Path(token): Path<String>, Form(chosen): Form<Chosen>) -> Result<Answer> {
    let Some((slip, person)) = find(&cx, &token).await? else { return gone(&cx) };
    let errors = problems(&chosen, &person);
    if !errors.is_empty() {
        return cx.invalid(&page(&cx, &token, &person, errors));
    }
    let known = tails(&person);
    let answer = forms::folded(chosen.tail.as_ref().map_or("", |tail| tail.expose()));
    let right = known.is_empty() || known.contains(&answer);
    // The password is hashed for a wrong answer as well: both take as long.
    let hash = cx.app.hasher.hash(chosen.password).await?;
    let (at, of) = (cx.clone(), slip.id);
    let (lane, name) = (person.id.lane(), person.clone());
    let outcome = cx
        .write(lane, async move |tx: &mut Tx<'_>| {
            store::throttle(tx, &at, "access.open", MOST).await?;
            let tries = access::count_try(tx, &at, of).await?;
            if right {
                return enter(tx, &at, &slip, &name, hash).await.map(|inside| Outcome::In(Box::new(inside)));
            }
            tx.record(&at, &AccessRefused { object: Some(name.id.0), tries });
            if tries >= TRIES {
                access::settle(tx, at.tenant, of, "dead").await?;
            }
            Ok(Outcome::Wrong(TRIES - tries))
        })
        .await;
    match outcome {
        Ok(Outcome::In(inside)) => Ok(welcome(&cx, &inside)),
        Ok(Outcome::Wrong(left)) if left > 0 => {
            let mut errors = FieldErrors::none();
            errors.add("tail", Word::new("federation.access.wrong").with("n", left));
            cx.invalid(&page(&cx, &token, &person, errors))
        }
        Ok(Outcome::Wrong(_)) | Err(Error::NotFound) => gone(&cx),
        Err(other) => Err(other),
    }
}

enum Outcome {
    In(Box<Inside>),
    /// So many tries are left.
    Wrong(i64),
}

struct Inside {
    token: String,
    staff: bool,
    account: Account,
}

fn problems(chosen: &Chosen, person: &Person) -> FieldErrors {
    let mut errors = FieldErrors::none();
    if !tails(person).is_empty() && chosen.tail.as_ref().is_none_or(|tail| forms::folded(tail.expose()).len() != 4) {
        errors.add("tail", Word::new("federation.access.four"));
    }
    let names = [person.name.as_str(), person.phone.as_deref().unwrap_or_default()];
    if let Some(word) = auth::weakness(chosen.password.expose(), &names) {
        errors.add("password", word);
    } else if chosen.password != chosen.again {
        errors.add("again", Word::new("welcome.not_same"));
    }
    errors.ticked("agreed", forms::ticked(chosen.agreed.as_deref()));
    errors
}

/// Makes the account, uses the link up and opens a session, or none of it.
async fn enter(tx: &mut Tx<'_>, cx: &Cx, slip: &Slip, person: &Person, hash: String) -> Result<Inside> {
    access::settle(tx, cx.tenant, slip.id, "used").await?;
    if auth::find_by_person(tx, cx.tenant, person.id.0).await?.is_some() {
        return Err(Error::NotFound);
    }
    // Who began to lead after the link was given gets another one, from somebody who may pass that on.
    let teams = organisations::teams_of(tx, cx.tenant, person.id).await?;
    if teams.iter().any(|team| team.role.leads() && !slip.leads.0.contains(&team.organisation_id)) {
        return Err(Error::NotFound);
    }
    let person = &register(tx, cx, person).await?;
    let account = join::open_account(tx, cx, person, Some(hash)).await?;
    let giver = cx.acting(Actor { name: slip.made_by.clone(), ..Actor::default() });
    organisations::settle_leading(tx, &giver, person.id).await?;
    store::consent(tx, cx, person.id.0, NOTICE).await?;
    let who =
        Actor { account: Some(account), person: Some(person.id.0), name: person.name.clone(), ..Actor::default() };
    tx.record(&cx.acting(who), &AccessUsed { object: Some(person.id.0), given_by: slip.made_by.clone() });
    if let Some(old) = &cx.request.session {
        auth::end(tx, old).await?;
    }
    let account = auth::find(tx, cx.tenant, account).await?;
    let token = auth::open(tx, cx.tenant, &account, false, cx.now, &cx.request.ip).await?;
    let roles = auth::list_roles(tx, cx.tenant, account.id, cx.today()).await?;
    Ok(Inside { token, staff: roles.iter().any(|role| role.role.is_staff()), account })
}

/// Whoever was only taken down at a place says with this that they are a volunteer, and has a number from now on.
async fn register(tx: &mut Tx<'_>, cx: &Cx, person: &Person) -> Result<Person> {
    if person.state == PersonState::Candidate {
        let own = cx.acting(Actor { person: Some(person.id.0), name: person.name.clone(), ..Actor::default() });
        life::move_to(tx, &own, person.id, (Stage::Active, Basis::Consent, "")).await?;
    }
    people::find(tx, cx.tenant, person.id).await
}

fn welcome(cx: &Cx, inside: &Inside) -> Answer {
    let said = match &inside.account.phone {
        Some(_) => Word::new("federation.access.by_phone"),
        None => Word::new("federation.access.by_name").with("name", &inside.account.sign_in_name),
    };
    let mut answer = cx.see_other_saying("/me", &said);
    kernel::http::set_session(&mut answer, cx, &inside.token, inside.staff);
    answer
}

/// The pages that strangers reach.
pub(crate) fn routes() -> kernel::Routes {
    kernel::Routes::new().get("/access/{token}", policy::JOIN, show).post("/access/{token}", policy::JOIN, create)
}
