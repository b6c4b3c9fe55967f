//! What is done to organisations: the SQL, its consequences for accounts, and its trace together.

use crate::model::{
    Membership, MembershipId, MembershipRole, NewMembership, NewOrganisation, Organisation, OrganisationId,
};
use crate::rules::at_work;
use crate::{limits, store};
use chrono::NaiveDate;
use kernel::ids::Raw;
use kernel::policy::{Grant, Scope};
use kernel::{Cx, Deed, Error, Read, Result, Role, Tx, auth};
use people::PersonId;
use serde::Serialize;

macro_rules! deed {
    ($(#[$meta:meta])* $name:ident, $kind:literal { $($field:ident: $ty:ty),* }) => {
        $(#[$meta])*
        #[derive(Serialize)]
        pub(crate) struct $name {
            #[serde(skip)]
            pub organisation: OrganisationId,
            $(pub $field: $ty),*
        }
        impl Deed for $name {
            const KIND: &'static str = $kind;
            fn object(&self) -> (&'static str, Option<Raw>) {
                ("organisation", Some(self.organisation.0))
            }
        }
    };
}
pub(crate) use deed;

deed! {
    /// An organisation was put on record.
    Founded, "organisations.founded" { name: String }
}
deed! {
    /// Its record was changed.
    Changed, "organisations.changed" { fields: Vec<&'static str> }
}
deed! {
    /// Somebody began to belong.
    Joined, "organisations.joined" { person: PersonId, role: MembershipRole }
}
deed! {
    /// Somebody ceased to belong.
    Left, "organisations.left" { person: PersonId, role: MembershipRole, reason: String }
}
deed! {
    /// Everybody ceased to belong, because the team ended.
    AllLeft, "organisations.all_left" { people: u64, reason: String }
}
deed! {
    /// The members of a branch were read.
    BranchRead, "organisations.branch_read" { rows: usize }
}

/// Puts an organisation on record; answers its path.
pub async fn insert(tx: &mut Tx<'_>, cx: &Cx, new: &NewOrganisation) -> Result<String> {
    let paths = store::insert_many(tx, (cx.tenant, cx.now), std::slice::from_ref(new)).await?;
    tx.record(cx, &Founded { organisation: new.id, name: new.name.clone() });
    Ok(paths.into_iter().next().unwrap_or_default())
}

/// Puts many on record, parents before children; answers their paths. The caller leaves one trace for all of them.
pub async fn insert_many(tx: &mut Tx<'_>, cx: &Cx, list: &[NewOrganisation]) -> Result<Vec<String>> {
    store::insert_many(tx, (cx.tenant, cx.now), list).await
}

/// Puts many memberships on record as they are, without giving anybody's account a role; those that go on already are
/// left. Answers how many are new. The caller leaves one trace for all of them.
pub async fn insert_memberships(tx: &mut Tx<'_>, cx: &Cx, list: &[NewMembership]) -> Result<u64> {
    store::insert_memberships(tx, cx.tenant, list).await
}

/// Changes the record to what `new` says; tree, parent and number stay. What stood there is kept.
pub async fn update(tx: &mut Tx<'_>, cx: &Cx, id: OrganisationId, new: &NewOrganisation) -> Result<()> {
    let fields = store::update(tx, (cx.tenant, cx.now, &cx.actor.name), id, new).await?;
    tx.record(cx, &Changed { organisation: id, fields });
    Ok(())
}

/// Makes somebody a member from a day; who belongs already is refused.
pub async fn join(
    tx: &mut Tx<'_>,
    cx: &Cx,
    organisation: OrganisationId,
    person: PersonId,
    from_on: NaiveDate,
) -> Result<MembershipId> {
    admit(tx, cx, (organisation, person), MembershipRole::Member, from_on).await
}

/// Takes somebody into a team as people do it here: only a team at work takes anybody. A roster says what is, and goes by
/// `appoint`.
pub(crate) async fn admit(
    tx: &mut Tx<'_>,
    cx: &Cx,
    (organisation, person): (OrganisationId, PersonId),
    role: MembershipRole,
    from_on: NaiveDate,
) -> Result<MembershipId> {
    let team = store::find(tx, cx.tenant, organisation).await?;
    at_work(&team).map_err(Error::Refused)?;
    limits::of_person(tx, cx, person, organisation).await?;
    if role.leads() {
        limits::of_team(tx, cx, &team, person).await?;
    }
    appoint(tx, cx, (organisation, person), role, from_on).await
}

/// Gives somebody a role in an organisation from a day. A plain membership ends with it, so that the history shows both; a
/// leader's account may manage the team from then on.
pub async fn appoint(
    tx: &mut Tx<'_>,
    cx: &Cx,
    (organisation, person): (OrganisationId, PersonId),
    role: MembershipRole,
    from_on: NaiveDate,
) -> Result<MembershipId> {
    let team = store::find(tx, cx.tenant, organisation).await?;
    let held = store::find_open(tx, cx.tenant, organisation, person).await?;
    if held.iter().any(|m| m.role == role) || (role == MembershipRole::Member && !held.is_empty()) {
        return Err(Error::refused("organisations.member_already"));
    }
    if held.iter().any(|m| m.from_on > from_on) {
        return Err(Error::refused("organisations.backwards"));
    }
    let last = from_on.pred_opt().unwrap_or(from_on);
    for before in &held {
        store::end(tx, cx.tenant, before.id, (last.max(before.from_on), "")).await?;
    }
    let new = NewMembership { organisation, person, role, from_on, to_on: None };
    let id = store::begin(tx, cx.tenant, &new).await?;
    tx.record(cx, &Joined { organisation, person, role });
    if role == MembershipRole::Leader || held.iter().any(|m| m.role == MembershipRole::Leader) {
        note_leader(tx, cx, organisation, (person, role == MembershipRole::Leader), "").await?;
    }
    settle_role(tx, cx, &team, person).await?;
    Ok(id)
}

/// Who is responsible is kept in the history of the team, with the name of that day.
async fn note_leader(
    tx: &mut Tx<'_>,
    cx: &Cx,
    organisation: OrganisationId,
    (person, comes): (PersonId, bool),
    reason: &str,
) -> Result<()> {
    let name = people::find(tx, cx.tenant, person).await?.name;
    let change = if comes { ("leader", "", name.as_str()) } else { ("leader", name.as_str(), "") };
    store::note(tx, cx, organisation, change, reason).await
}

/// Ends everything that somebody is in an organisation, with a day and a reason; who is not in it is not there. Whoever leads
/// a team alone hands it over first.
pub async fn leave(
    tx: &mut Tx<'_>,
    cx: &Cx,
    (organisation, person): (OrganisationId, PersonId),
    (last, reason): (NaiveDate, &str),
) -> Result<()> {
    let held = store::find_open(tx, cx.tenant, organisation, person).await?;
    if held.is_empty() {
        return Err(Error::NotFound);
    }
    if held.iter().any(|m| m.role == MembershipRole::Leader) && leads_alone(tx, cx, (organisation, person)).await? {
        return Err(Error::refused("organisations.sole_leader"));
    }
    let_go(tx, cx, (organisation, person), (last, reason)).await
}

/// Whether a team at work would be without a leader, if this one left; asked of its leaders.
pub async fn leads_alone(db: &impl Read, cx: &Cx, (organisation, person): (OrganisationId, PersonId)) -> Result<bool> {
    let team = store::find(db, cx.tenant, organisation).await?;
    let leaders = store::leaders_of(db, cx.tenant, &[organisation]).await?.remove(&organisation).unwrap_or_default();
    let another = leaders.iter().any(|l| l.role == MembershipRole::Leader && l.person_id != person);
    Ok(at_work(&team).is_ok() && !another)
}

/// The same without asking who leads afterwards: the team ends, or the person does.
pub(crate) async fn let_go(
    tx: &mut Tx<'_>,
    cx: &Cx,
    (organisation, person): (OrganisationId, PersonId),
    (last, reason): (NaiveDate, &str),
) -> Result<()> {
    let held = store::find_open(tx, cx.tenant, organisation, person).await?;
    for membership in &held {
        end(tx, cx, membership, last, reason).await?;
    }
    if held.iter().any(|m| m.role == MembershipRole::Leader) {
        note_leader(tx, cx, organisation, (person, false), reason).await?;
    }
    let team = store::find(tx, cx.tenant, organisation).await?;
    settle_role(tx, cx, &team, person).await
}

/// Lets everybody go from an organisation that ends: one statement for the members, one by one those who lead.
pub(crate) async fn end_all(
    tx: &mut Tx<'_>,
    cx: &Cx,
    organisation: OrganisationId,
    (last, reason): (NaiveDate, &str),
) -> Result<u64> {
    let leaders = store::leaders_of(tx, cx.tenant, &[organisation]).await?.remove(&organisation).unwrap_or_default();
    let mut gone = 0;
    for leader in leaders {
        let_go(tx, cx, (organisation, leader.person_id), (last.max(leader.from_on), reason)).await?;
        gone += 1;
    }
    let members = store::end_open(tx, cx.tenant, organisation, (last, reason)).await?;
    tx.record(cx, &AllLeft { organisation, people: gone + members, reason: reason.to_owned() });
    Ok(gone + members)
}

pub(crate) async fn end(
    tx: &mut Tx<'_>,
    cx: &Cx,
    membership: &Membership,
    last: NaiveDate,
    reason: &str,
) -> Result<()> {
    if last < membership.from_on {
        return Err(Error::refused("organisations.backwards"));
    }
    store::end(tx, cx.tenant, membership.id, (last, reason)).await?;
    let (organisation, person, role) = (membership.organisation_id, membership.person_id, membership.role);
    tx.record(cx, &Left { organisation, person, role, reason: reason.to_owned() });
    Ok(())
}

/// Gives a fresh account the teams that its person leads; `cx` is whoever stands for it.
pub async fn settle_leading(tx: &mut Tx<'_>, cx: &Cx, person: PersonId) -> Result<()> {
    for team in store::teams_of(tx, cx.tenant, person).await?.into_iter().filter(|team| team.role.leads()) {
        let team = store::find(tx, cx.tenant, team.organisation_id).await?;
        settle_role(tx, cx, &team, person).await?;
    }
    Ok(())
}

/// A person's account leads exactly the teams that the person leads, with what was merged into them: the role comes and goes
/// with the membership.
pub(crate) async fn settle_role(tx: &mut Tx<'_>, cx: &Cx, team: &Organisation, person: PersonId) -> Result<()> {
    let Some(account) = auth::find_by_person(tx, cx.tenant, person.0).await? else { return Ok(()) };
    let leads = store::leading(tx, cx.tenant, team.id, person).await?;
    let held = auth::list_roles(tx, cx.tenant, account.id, cx.today()).await?;
    for path in store::line(tx, cx.tenant, team).await? {
        let wanted = Grant { role: Role::Leader, scope: Scope::Organisation(path) };
        let row = held.iter().find(|row| row.grant() == wanted);
        match (leads, row) {
            (true, None) => auth::grant(tx, cx, account.id, &wanted).await?,
            (false, Some(row)) => auth::revoke(tx, cx, account.id, row.id).await?,
            _ => {}
        }
    }
    Ok(())
}

/// Gives or takes the role of a person's account over a team, as the person leads it or not.
pub async fn settle_leader(tx: &mut Tx<'_>, cx: &Cx, team: OrganisationId, person: PersonId) -> Result<()> {
    let team = store::find(tx, cx.tenant, team).await?;
    settle_role(tx, cx, &team, person).await
}
