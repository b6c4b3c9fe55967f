//! Awards (表彰奖励): entered by an officer for a person or a team, shown to them, withdrawn with a reason and never removed.

mod api;
mod forms;
mod model;
mod pages;
mod panels;
mod store;

pub use model::{Award, AwardId, Kind, NewAward, Whose};
pub(crate) use panels::{person_panel, team_panel};
pub use store::count_of_person;
pub(crate) use store::{of_person, of_team};

use crate::policy::{AWARDS, ENTER, OWN_AWARDS};
use kernel::ids::Raw;
use kernel::policy::Target;
use kernel::{Cx, Deed, Error, Permission, Result, Routes, Tx, Word, messages};
use serde::Serialize;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/desk/awards", AWARDS, pages::index)
        .get("/desk/awards/export", AWARDS, pages::export)
        .get("/desk/awards/new", ENTER, pages::new)
        .post("/desk/awards", ENTER, pages::create)
        .get("/desk/awards/{award}", AWARDS, pages::show)
        .post("/desk/awards/{award}/withdrawal", ENTER, pages::withdraw)
        .get("/me/awards", OWN_AWARDS, pages::own)
        .api(AWARDS, kernel::routes!(api::list_awards))
        .api(AWARDS, kernel::routes!(api::show_award))
        .api(ENTER, kernel::routes!(api::create_award))
        .api(ENTER, kernel::routes!(api::create_award_withdrawal))
        .api(OWN_AWARDS, kernel::routes!(api::list_own_awards))
}

#[derive(Serialize)]
struct Entered {
    #[serde(skip)]
    award: AwardId,
    title: String,
    person: Option<people::PersonId>,
    organisation: Option<organisations::OrganisationId>,
}

impl Deed for Entered {
    const KIND: &'static str = "awards.entered";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("award", Some(self.award.0))
    }
}

#[derive(Serialize)]
struct Withdrawn {
    #[serde(skip)]
    award: AwardId,
    reason: String,
}

impl Deed for Withdrawn {
    const KIND: &'static str = "awards.withdrawn";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("award", Some(self.award.0))
    }
}

/// Whether the actor has a permission on whom an award is for: a team by its place, a person by home or team.
pub(crate) async fn can(cx: &Cx, permission: Permission, whose: Whose) -> Result<bool> {
    match whose {
        Whose::Person(person) => {
            let person = people::find(&cx.db, cx.tenant, person).await?;
            people::policy::can(cx, permission, &person).await
        }
        Whose::Team(team) => {
            let team = organisations::find(&cx.db, cx.tenant, team).await?;
            let target = Target { region: &team.region_code, organisation: &team.path, person: None };
            Ok(cx.may(permission, &target).is_ok())
        }
    }
}

/// An award that this reader may see; anything else is not there.
pub(crate) async fn find(cx: &Cx, id: AwardId, permission: Permission) -> Result<Award> {
    let award = store::find(&cx.db, cx.tenant, id).await?;
    if can(cx, permission, award.whose()).await? { Ok(award) } else { Err(Error::NotFound) }
}

/// Puts an award on record and tells the person, or the team's leaders.
pub async fn enter(tx: &mut Tx<'_>, cx: &Cx, new: &NewAward) -> Result<AwardId> {
    let id = store::insert(tx, cx, new).await?;
    let (person, organisation) = match new.whose {
        Whose::Person(person) => (Some(person), None),
        Whose::Team(team) => (None, Some(team)),
    };
    tx.record(cx, &Entered { award: id, title: new.title.clone(), person, organisation });
    let word = Word::new("records.message.award").with("title", &new.title).with("issuer", &new.issuer);
    for told in told(tx, cx, new.whose).await? {
        messages::leave(tx, cx, told, &word, "/me/awards").await?;
    }
    Ok(id)
}

/// Withdraws an award with a reason; the record stays.
///
/// # Errors
/// `Refused` when it was withdrawn before.
pub(crate) async fn withdraw(tx: &mut Tx<'_>, cx: &Cx, award: &Award, reason: &str) -> Result<()> {
    if !store::withdraw(tx, cx, award.id, reason).await? {
        return Err(Error::refused("records.award.refused.withdrawn"));
    }
    tx.record(cx, &Withdrawn { award: award.id, reason: reason.to_owned() });
    let word = Word::new("records.message.award_withdrawn").with("title", &award.title).with("why", reason);
    for told in told(tx, cx, award.whose()).await? {
        messages::leave(tx, cx, told, &word, "/me/awards").await?;
    }
    Ok(())
}

/// Who is told: the person, or those who lead the team.
async fn told(tx: &Tx<'_>, cx: &Cx, whose: Whose) -> Result<Vec<Raw>> {
    match whose {
        Whose::Person(person) => Ok(vec![person.0]),
        Whose::Team(team) => {
            let leaders = organisations::leaders_of(tx, cx.tenant, &[team]).await?;
            let mut people: Vec<Raw> = leaders.into_values().flatten().map(|leader| leader.person_id.0).collect();
            people.sort_unstable();
            people.dedup();
            Ok(people)
        }
    }
}
