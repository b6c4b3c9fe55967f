//! How much of a team one person may have, and a team of people who manage it. The district sets the numbers.

use crate::model::{Organisation, OrganisationId};
use crate::rules::managers_allowed;
use crate::store;
use kernel::settings::Setting;
use kernel::{Cx, Error, Read, Result, Word};
use people::PersonId;

/// Teams that a person may be in.
pub const PER_PERSON: Setting = Setting::new("teams.per_person", 5, (1, 50));
/// Members for each of whom, begun, a team may have one who manages it.
pub const PER_MANAGER: Setting = Setting::new("teams.per_manager", 100, (1, 10_000));
/// Those who manage a team, at most.
pub const MANAGERS: Setting = Setting::new("teams.managers", 5, (1, 50));
/// Working days within which a new team is decided about.
pub const REVIEW_DAYS: Setting = Setting::new("teams.review_days", 5, (1, 60));
/// Working days after which an accepted hand-over takes effect by itself.
pub const HANDOVER_DAYS: Setting = Setting::new("teams.handover_days", 5, (1, 60));

/// All of them, for the settings page.
pub(crate) const ALL: [Setting; 5] = [PER_PERSON, PER_MANAGER, MANAGERS, REVIEW_DAYS, HANDOVER_DAYS];

/// Refuses one team too many, with the limit.
pub(crate) async fn of_person(db: &impl Read, cx: &Cx, person: PersonId, team: OrganisationId) -> Result<()> {
    room_for(db, cx, person, (team, 0)).await
}

/// The same where somebody asked to join so many others already.
///
/// # Errors
/// `Refused` with the limit.
pub async fn room_for(db: &impl Read, cx: &Cx, person: PersonId, (team, asked): (OrganisationId, usize)) -> Result<()> {
    let mut held: Vec<OrganisationId> =
        store::teams_of(db, cx.tenant, person).await?.into_iter().map(|team| team.organisation_id).collect();
    held.sort_unstable();
    held.dedup();
    if held.contains(&team) {
        return Ok(());
    }
    let most = PER_PERSON.read(db, cx.tenant).await?;
    let most_teams = usize::try_from(most).unwrap_or(usize::MAX);
    if held.len() + asked < most_teams {
        return Ok(());
    }
    Err(Error::Refused(Word::new("organisations.limit.teams").with("n", most)))
}

/// Refuses one who manages too many, with the limit.
pub(crate) async fn of_team(db: &impl Read, cx: &Cx, team: &Organisation, person: PersonId) -> Result<()> {
    let leaders = store::leaders_of(db, cx.tenant, &[team.id]).await?.remove(&team.id).unwrap_or_default();
    let mut others: Vec<PersonId> =
        leaders.iter().filter(|l| l.role.leads() && l.person_id != person).map(|l| l.person_id).collect();
    others.dedup();
    let members = store::count_members(db, cx.tenant, &[team.id]).await?.remove(&team.id).unwrap_or(0);
    let (per, most) = (PER_MANAGER.read(db, cx.tenant).await?, MANAGERS.read(db, cx.tenant).await?);
    let allowed = managers_allowed(members, per, most);
    if i64::try_from(others.len()).unwrap_or(i64::MAX) < allowed {
        return Ok(());
    }
    Err(Error::Refused(
        Word::new("organisations.limit.managers").with("n", allowed).with("per", per).with("most", most),
    ))
}
