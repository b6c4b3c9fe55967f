//! What the desk does with teams by what was typed, for page and program alike.

use crate::forms::{LeaveForm, MemberForm, OrganisationForm};
use crate::model::{NewOrganisation, Organisation, OrganisationId};
use crate::{founding, invitations, policy, store, verbs};
use kernel::time::WorkCalendar;
use kernel::{Cx, Error, LaneKey, Result, Tx};
use people::{Person, PersonId};

/// Asks for a team, which another officer reviews.
///
/// # Errors
/// `Invalid` with every problem; `Forbidden` outside the actor's region.
pub(crate) async fn found(cx: &Cx, typed: &OrganisationForm) -> Result<OrganisationId> {
    let new = typed.check(cx, None).await?.map_err(Error::Invalid)?;
    let leader = typed.leader(cx).await?.map_err(Error::Invalid)?;
    may_place(cx, &new).await?;
    let calendar = WorkCalendar::load(&cx.db).await?;
    let at = cx.clone();
    cx.once(LaneKey::of(cx.tenant.0), async move |tx: &mut Tx<'_>| {
        founding::apply(tx, &at, &new, leader, &calendar).await
    })
    .await
}

/// In the actor's region, and below one whose region holds it or that the actor may see: whoever leads the one above will
/// read the members.
async fn may_place(cx: &Cx, new: &NewOrganisation) -> Result<()> {
    policy::may_found(cx, &new.region_code)?;
    let Some(parent) = new.parent else { return Ok(()) };
    let parent = store::find(&cx.db, cx.tenant, parent).await?;
    if new.region_code.starts_with(&parent.region_code) { Ok(()) } else { policy::may_read(cx, &parent) }
}

/// Changes a team's record; the actor may manage it already.
///
/// # Errors
/// As `found`.
pub(crate) async fn revise(cx: &Cx, team: &Organisation, typed: &OrganisationForm) -> Result<()> {
    let new = typed.check(cx, Some(team)).await?.map_err(Error::Invalid)?;
    policy::may_found(cx, &new.region_code)?;
    let (at, id) = (cx.clone(), team.id);
    cx.write(id.lane(), async move |tx: &mut Tx<'_>| verbs::update(tx, &at, id, &new).await).await
}

/// What came of naming somebody.
pub(crate) enum Named {
    /// They belong to the team now.
    Joined(Box<Person>),
    /// They were asked, if they are anybody: the same answer whoever is meant.
    Asked,
}

/// Who founds teams puts people into them; a leader asks them.
pub(crate) async fn name_member(cx: &Cx, team: &Organisation, typed: &MemberForm) -> Result<Named> {
    policy::may(cx, policy::MEMBERS, team)?;
    if !policy::can(cx, policy::MANAGE, team) {
        invitations::ask(cx, team, typed).await?;
        return Ok(Named::Asked);
    }
    let (person, role, from_on) = typed.check(cx).await?.map_err(Error::Invalid)?;
    let (at, id, who) = (cx.clone(), team.id, person.id);
    cx.once(id.lane(), async move |tx: &mut Tx<'_>| verbs::admit(tx, &at, (id, who), role, from_on).await).await?;
    Ok(Named::Joined(Box::new(person)))
}

/// Ends what somebody is in a team, with a day and a reason; whoever leads is let go above the team.
pub(crate) async fn let_go(cx: &Cx, team: &Organisation, person: PersonId, typed: &LeaveForm) -> Result<()> {
    policy::may(cx, policy::MEMBERS, team)?;
    let (last, reason) = typed.check(cx)?;
    let held = store::find_open(&cx.db, cx.tenant, team.id, person).await?;
    if held.iter().any(|m| m.role.leads()) {
        policy::may(cx, policy::MANAGE, team)?;
    }
    let (at, id) = (cx.clone(), team.id);
    cx.once(id.lane(), async move |tx: &mut Tx<'_>| verbs::leave(tx, &at, (id, person), (last, &reason)).await).await
}
