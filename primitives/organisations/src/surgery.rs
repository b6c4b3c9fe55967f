//! Teams that are merged and split. Memberships end and begin with their reason, hours keep their rows, old links lead on.

use crate::model::{Member, MembershipRole, NewMembership, NewOrganisation, Organisation, OrganisationId, State, Tree};
use crate::rules::at_work;
use crate::store;
use crate::{life, verbs};
use chrono::NaiveDate;
use kernel::ids::Raw;
use kernel::{Cx, Deed, Error, Result, Tx};
use people::PersonId;
use serde::Serialize;
use std::collections::HashSet;

verbs::deed! {
    /// A team was merged into another.
    Merged, "organisations.merged" { to: OrganisationId, people: usize, reason: String }
}
verbs::deed! {
    /// Members left a team for a new one.
    Split, "organisations.split" { to: OrganisationId, people: usize, reason: String }
}

/// Refuses what cannot be one team.
pub(crate) fn may_merge(from: &Organisation, to: &Organisation) -> Result<()> {
    at_work(from).and_then(|()| at_work(to)).map_err(Error::Refused)?;
    if from.tree != Tree::Team || to.tree != Tree::Team || from.id == to.id {
        return Err(Error::refused("organisations.merge.itself"));
    }
    if to.path.starts_with(&from.path) {
        return Err(Error::refused("organisations.merge.below"));
    }
    Ok(())
}

/// Merges a team into another. Its leaders become members there, or lead it with `lead`.
pub async fn merge(
    tx: &mut Tx<'_>,
    cx: &Cx,
    (from, to): (OrganisationId, OrganisationId),
    (lead, reason): (bool, &str),
) -> Result<()> {
    let (from, to) = (store::find(tx, cx.tenant, from).await?, store::find(tx, cx.tenant, to).await?);
    may_merge(&from, &to)?;
    if store::open_handover(tx, cx.tenant, from.id).await?.is_some() {
        return Err(Error::refused("organisations.merge.handover"));
    }
    let held = store::held(tx, cx.tenant, from.id).await?;
    let there: HashSet<PersonId> = store::held(tx, cx.tenant, to.id).await?.into_iter().map(|h| h.person_id).collect();
    let moved = going(&held, &there, (to.id, lead), cx.today());
    let last = cx.today().pred_opt().unwrap_or(cx.today());
    store::end_open(tx, cx.tenant, from.id, (last, reason)).await?;
    store::begin_many(tx, cx.tenant, &moved, reason).await?;
    life::step(tx, cx, &from, State::Ended, reason).await?;
    store::succeed(tx, cx.tenant, (from.id, to.id)).await?;
    (cx.app.part::<life::Unfinished>().pass)(tx, cx.clone(), (from.id, to.id)).await?;
    store::note(tx, cx, from.id, ("merged", &from.name, &to.name), reason).await?;
    store::note(tx, cx, to.id, ("joined", &from.name, &to.name), reason).await?;
    tx.record(cx, &Merged { organisation: from.id, to: to.id, people: moved.len(), reason: reason.to_owned() });
    for one in held.iter().filter(|one| one.role.leads()) {
        verbs::settle_role(tx, cx, &from, one.person_id).await?;
    }
    let leaders: Vec<Member> = store::leaders_of(tx, cx.tenant, &[to.id]).await?.remove(&to.id).unwrap_or_default();
    for leader in leaders {
        verbs::settle_role(tx, cx, &to, leader.person_id).await?;
    }
    Ok(())
}

/// Who becomes a member of the other team from today, once each, unless they are there already; all in their roles with `lead`.
fn going(
    held: &[store::Held],
    there: &HashSet<PersonId>,
    (to, lead): (OrganisationId, bool),
    today: NaiveDate,
) -> Vec<NewMembership> {
    let mut seen = HashSet::new();
    let mut moved = Vec::new();
    for one in held {
        if !there.contains(&one.person_id) && (lead || seen.insert(one.person_id)) {
            let role = if lead { one.role } else { MembershipRole::Member };
            let person = one.person_id;
            moved.push(NewMembership { organisation: to, person, role, from_on: today, to_on: None });
        }
    }
    moved
}

/// Merges two teams into a new one that the leaders of the second lead.
pub async fn merge_anew(
    tx: &mut Tx<'_>,
    cx: &Cx,
    (from, to): (OrganisationId, OrganisationId),
    (name, reason): (&str, &str),
) -> Result<OrganisationId> {
    let other = store::find(tx, cx.tenant, to).await?;
    may_merge(&store::find(tx, cx.tenant, from).await?, &other)?;
    let new = beside(&other, name, cx);
    verbs::insert(tx, cx, &new).await?;
    merge(tx, cx, (to, new.id), (true, reason)).await?;
    merge(tx, cx, (from, new.id), (false, reason)).await?;
    Ok(new.id)
}

/// A team of the same place and kind, below the same body.
fn beside(team: &Organisation, name: &str, cx: &Cx) -> NewOrganisation {
    NewOrganisation {
        founded_on: Some(cx.today()),
        contact_name: team.contact_name.clone(),
        contact_phone: team.contact_phone.clone(),
        purpose: team.purpose.clone(),
        ..NewOrganisation::team(name, team.kind, &team.region_code, team.parent_id)
    }
}

/// Puts chosen members into a new team, one of them its leader.
pub async fn split(
    tx: &mut Tx<'_>,
    cx: &Cx,
    team: OrganisationId,
    (name, reason): (&str, &str),
    (chosen, leader): (&[PersonId], PersonId),
) -> Result<OrganisationId> {
    let team = store::find(tx, cx.tenant, team).await?;
    at_work(&team).map_err(Error::Refused)?;
    let new = beside(&team, name, cx);
    verbs::insert(tx, cx, &new).await?;
    let last = cx.today().pred_opt().unwrap_or(cx.today());
    for &person in chosen {
        let held = store::find_open(tx, cx.tenant, team.id, person).await?;
        let first = held.iter().map(|m| m.from_on).max().ok_or(Error::NotFound)?;
        verbs::leave(tx, cx, (team.id, person), (last.max(first), reason)).await?;
        let role = if person == leader { MembershipRole::Leader } else { MembershipRole::Member };
        verbs::appoint(tx, cx, (new.id, person), role, cx.today()).await?;
    }
    store::note(tx, cx, team.id, ("split", &team.name, name), reason).await?;
    store::note(tx, cx, new.id, ("split", &team.name, name), reason).await?;
    tx.record(cx, &Split { organisation: team.id, to: new.id, people: chosen.len(), reason: reason.to_owned() });
    Ok(new.id)
}
