//! One-time links for those who are on record without an account: whoever looks after them hands one out, they open it on
//! their phone, answer something that only they know, and choose a password. A link makes an account, never opens one.

pub(crate) mod desk;
pub(crate) mod open;
pub(crate) mod sheet;
#[cfg(test)]
mod tests;

use crate::join::YOUNGEST;
use crate::policy;
use crate::store::access::{self, NewSlip};
use chrono::{DateTime, Duration, NaiveDate, Utc};
use kernel::{Cx, Error, Result, Target, auth};
use organisations::OrganisationId;
use people::{Person, PersonId, PersonState};

/// Days for which a link works.
pub(crate) const DAYS: i64 = 7;
/// Links that an address hands out in an hour, one by one.
const MOST: i64 = 120;

/// A link as it is shown, once.
pub(crate) struct Shown {
    pub(crate) name: String,
    pub(crate) url: String,
    pub(crate) qr: String,
    pub(crate) ends_at: DateTime<Utc>,
}

/// A link for one person and what is kept of it.
fn fresh(cx: &Cx, (person, name): (PersonId, &str), leads: Vec<OrganisationId>) -> (NewSlip, Shown) {
    let token = kernel::ids::token();
    let url = format!("{}/access/{token}", cx.app.config.base_url);
    let slip = NewSlip { id: kernel::ids::fresh(), person, token_hash: auth::digest(&token), leads };
    let shown = Shown { name: name.to_owned(), qr: kernel::http::qr(&url), url, ends_at: ends_at(cx) };
    (slip, shown)
}

pub(crate) fn ends_at(cx: &Cx) -> DateTime<Utc> {
    cx.now + Duration::days(DAYS)
}

/// Refuses who may not hand out links to a person: the same answer as if there were none.
async fn may_give(cx: &Cx, person: &Person) -> Result<()> {
    if people::policy::can(cx, policy::ACCESS, person).await? { Ok(()) } else { Err(Error::NotFound) }
}

/// The teams that the person leads, when the actor may pass the leading of all of them on; nobody gains a team that they
/// could not give away at the desk.
async fn passed_on(cx: &Cx, person: PersonId) -> Result<Option<Vec<OrganisationId>>> {
    let led: Vec<_> = organisations::teams_of(&cx.db, cx.tenant, person).await?;
    let led: Vec<_> = led.into_iter().filter(|team| team.role.leads()).collect();
    let may = led.iter().all(|team| {
        let target = Target { region: &team.region_code, organisation: &team.path, person: None };
        cx.may(organisations::policy::MANAGE, &target).is_ok()
    });
    Ok(may.then(|| led.into_iter().map(|team| team.organisation_id).collect()))
}

fn is_young(cx: &Cx, born: Option<NaiveDate>) -> bool {
    born.and_then(|born| cx.today().years_since(born)).is_some_and(|age| age < YOUNGEST)
}

/// Why nobody hands this person a link, if so; otherwise the teams whose leading goes with it.
pub(crate) async fn check(cx: &Cx, person: &Person) -> Result<Vec<OrganisationId>> {
    if auth::find_by_person(&cx.db, cx.tenant, person.id.0).await?.is_some() {
        return Err(Error::refused("federation.access.has_account"));
    }
    if matches!(person.state, PersonState::Left | PersonState::Archived) {
        return Err(Error::refused("federation.access.gone_person"));
    }
    if is_young(cx, person.birth_date) {
        return Err(Error::Refused(kernel::Word::new("federation.join.young").with("age", YOUNGEST)));
    }
    passed_on(cx, person.id).await?.ok_or(Error::refused("federation.access.leads"))
}

/// The link that works for a person now, for the panel.
async fn held(cx: &Cx, person: PersonId) -> Result<Option<access::Slip>> {
    access::open_of(&cx.db, cx, person).await
}
