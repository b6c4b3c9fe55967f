//! What is known of the objects of a run at this moment: read in few statements for a whole part, judged by `rules`.

use std::collections::{BTreeSet, HashMap, HashSet};

use kernel::ids::Raw;
use kernel::{Cx, Read, Result, pointers};
use organisations::{Membership, MembershipRole, OrganisationId};
use people::PersonId;
use people::guardians::{self, GuardianId, GuardianState};

use super::model::Changed;
use super::rules::{self, BodyFacts, BodyFate, Going, PersonFacts, PersonFate};
use super::store;

/// The fates of people.
pub(super) async fn people(cx: &Cx, db: &impl Read, changes: &[Changed]) -> Result<Vec<PersonFate>> {
    let ids: Vec<PersonId> = changes.iter().map(|change| PersonId(change.object_id)).collect();
    let mut found: HashMap<PersonId, people::Person> =
        people::find_many(db, cx.tenant, &ids).await?.into_iter().map(|person| (person.id, person)).collect();
    let mut held: HashMap<PersonId, Vec<Membership>> = HashMap::new();
    for membership in organisations::memberships_of(db, cx.tenant, &ids).await? {
        held.entry(membership.person_id).or_default().push(membership);
    }
    let (made, other): (Vec<&Changed>, Vec<&Changed>) = changes.iter().partition(|change| change.deed == "created");
    let made: Vec<Raw> = made.iter().map(|change| change.object_id).collect();
    let mut uses = pointers::uses(&cx.app, db, (cx.tenant, "person"), &made, &["membership", "guardian"]).await?;
    let mut standing = standing(cx, db, changes, &ids).await?;
    let other: Vec<PersonId> = other.iter().map(|change| PersonId(change.object_id)).collect();
    let mut served: HashMap<PersonId, HashSet<OrganisationId>> = HashMap::new();
    for (person, organisation) in store::served(db, cx.tenant, &other).await? {
        served.entry(person).or_default().insert(organisation);
    }
    let mut political: HashMap<PersonId, String> = HashMap::new();
    for status in crate::import::store::statuses(db, cx.tenant, &other).await? {
        political.insert(status.person_id, status.code.as_str().to_owned());
    }
    let facts = changes.iter().map(|change| {
        let id = PersonId(change.object_id);
        let begun = change.detail.0.memberships.iter().filter_map(|(organisation, role)| {
            Some((organisation.parse::<OrganisationId>().ok()?, role.parse::<MembershipRole>().ok()?))
        });
        let (guardians, guarded) = standing.remove(&id).unwrap_or_default();
        let mut uses = uses.remove(&id.0).unwrap_or_default();
        if guarded {
            uses.insert("uses.guardian");
        }
        PersonFacts {
            id,
            guardians,
            person: found.remove(&id),
            created: change.deed == "created",
            fields: change.detail.0.fields.clone(),
            begun: begun.collect(),
            memberships: held.remove(&id).unwrap_or_default(),
            uses,
            served: served.remove(&id).unwrap_or_default(),
            political: political.remove(&id),
        }
    });
    Ok(facts.map(rules::person).collect())
}

/// Of each person the guardians whom the run named and who agreed to nothing since, and whether others stand for them or they for
/// others.
async fn standing(
    cx: &Cx,
    db: &impl Read,
    changes: &[Changed],
    ids: &[PersonId],
) -> Result<HashMap<PersonId, (Vec<GuardianId>, bool)>> {
    let named: HashSet<&str> =
        changes.iter().flat_map(|change| &change.detail.0.guardians).map(String::as_str).collect();
    let mut found: HashMap<PersonId, (Vec<GuardianId>, bool)> = HashMap::new();
    for held in guardians::standing(db, cx.tenant, ids).await? {
        let ours = held.state == GuardianState::Named && named.contains(held.id.to_string().as_str());
        let of = found.entry(held.person_id).or_default();
        if ours {
            of.0.push(held.id);
        } else {
            of.1 = true;
        }
        if let Some(other) = held.guardian_person_id {
            found.entry(other).or_default().1 = true;
        }
    }
    Ok(found)
}

/// The fates of bodies, when those of `going` go before them.
pub(super) async fn bodies(cx: &Cx, db: &impl Read, changes: &[Changed], going: &Going) -> Result<Vec<BodyFate>> {
    let ids: Vec<OrganisationId> = changes.iter().map(|change| OrganisationId(change.object_id)).collect();
    let raw: Vec<Raw> = changes.iter().map(|change| change.object_id).collect();
    let mut found: HashMap<OrganisationId, organisations::Organisation> =
        organisations::find_many(db, cx.tenant, &ids).await?.into_iter().map(|body| (body.id, body)).collect();
    let asked = (cx.tenant, "organisation");
    let mut uses = pointers::uses(&cx.app, db, asked, &raw, &["membership", "organisation"]).await?;
    for (membership, organisation) in store::members(db, cx.tenant, &ids).await? {
        if !going.holds(membership) {
            uses.entry(organisation.0).or_default().insert("uses.membership");
        }
    }
    let mut below: HashMap<OrganisationId, Vec<OrganisationId>> = HashMap::new();
    for (child, parent) in store::below(db, cx.tenant, &ids).await? {
        below.entry(parent).or_default().push(child);
    }
    let led: BTreeSet<String> = {
        let paths: Vec<String> = found.values().map(|body| body.path.clone()).collect();
        kernel::auth::scopes_given(db, cx.tenant, &paths).await?.into_iter().collect()
    };
    let facts = changes.iter().map(|change| {
        let id = OrganisationId(change.object_id);
        let body = found.remove(&id);
        let mut uses = uses.remove(&id.0).unwrap_or_default();
        if body.as_ref().is_some_and(|body| led.contains(&body.path)) {
            uses.insert("import.stays.role");
        }
        let below = below.remove(&id).unwrap_or_default();
        BodyFacts { id, body, created: change.deed == "created", fields: change.detail.0.fields.clone(), uses, below }
    });
    Ok(rules::bodies(facts.collect()))
}
