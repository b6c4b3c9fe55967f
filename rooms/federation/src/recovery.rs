//! A volunteer forgot their password and stands before somebody who knows them: their leader, the town or the district hand out
//! the kernel's one-time link. Nobody opens an account with more rights than they could give away at the desk.

#[cfg(test)]
mod tests;

use crate::access::open;
use crate::policy::RECOVER;
use askama::Template;
use axum::extract::Path;
use kernel::auth::{self, Account, Checked, recovery};
use kernel::desk::recovery::{Wish, give};
use kernel::http::filters;
use kernel::policy::Role;
use kernel::{Answer, Cx, Error, FieldErrors, Form, Result, Target, Word};
use people::{Person, PersonId};

/// Whether the reader may help this person at all, and if so why not now.
pub(crate) async fn told(cx: &Cx, person: &Person) -> Result<Option<Option<Word>>> {
    if !people::policy::can(cx, RECOVER, person).await? {
        return Ok(None);
    }
    match check(cx, person).await {
        Ok(_) => Ok(Some(None)),
        Err(Error::Refused(word)) => Ok(Some(Some(word))),
        Err(other) => Err(other),
    }
}

/// The account, or why nobody here hands out the way back into it.
async fn check(cx: &Cx, person: &Person) -> Result<Account> {
    let found = auth::find_by_person(&cx.db, cx.tenant, person.id.0).await?;
    let account = found.ok_or(Error::refused("federation.recovery.none"))?;
    recovery::check_any(cx, &account)?;
    let held = auth::list_roles(&cx.db, cx.tenant, account.id, cx.today()).await?;
    if held.iter().any(|row| row.role != Role::Leader) {
        return Err(Error::refused("federation.recovery.staff"));
    }
    let teams = organisations::teams_of(&cx.db, cx.tenant, person.id).await?;
    let given_away = |path: &str, region: &str| {
        cx.may(organisations::policy::MANAGE, &Target { region, organisation: path, person: None }).is_ok()
    };
    let led: Vec<_> = teams.iter().filter(|team| team.role.leads()).collect();
    let theirs = led.iter().all(|team| given_away(&team.path, &team.region_code));
    let known = held.iter().all(|row| led.iter().any(|team| team.path == row.scope));
    if theirs && known { Ok(account) } else { Err(Error::refused("federation.recovery.leads")) }
}

/// Refuses who may not even know of the person: the same answer as if there were none.
async fn find(cx: &Cx, id: PersonId) -> Result<Person> {
    let person = people::find(&cx.db, cx.tenant, id).await?;
    if people::policy::can(cx, RECOVER, &person).await? { Ok(person) } else { Err(Error::NotFound) }
}

#[derive(Template)]
#[template(path = "federation/recovery.html")]
struct Show {
    back: String,
    action: String,
    name: String,
    ways: &'static [Checked],
    errors: FieldErrors,
}

fn page(person: &Person, errors: FieldErrors) -> Show {
    let action = format!("{}/recovery", person.url());
    Show { back: person.url(), action, name: person.name.clone(), ways: Checked::AT_A_DESK, errors }
}

pub(crate) async fn show(cx: Cx, Path(id): Path<PersonId>) -> Result<Answer> {
    let person = find(&cx, id).await?;
    check(&cx, &person).await?;
    cx.page(&page(&person, FieldErrors::none()))
}

pub(crate) async fn create(cx: Cx, Path(id): Path<PersonId>, Form(wish): Form<Wish>) -> Result<Answer> {
    let person = find(&cx, id).await?;
    let account = check(&cx, &person).await?;
    let checked = match wish.check() {
        Ok(checked) => checked,
        Err(errors) => return cx.invalid(&page(&person, errors)),
    };
    give(&cx, account, checked, open::tails(&person), person.url()).await
}
