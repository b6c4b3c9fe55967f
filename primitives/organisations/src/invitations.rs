//! Asking somebody into a team: who leads it may read its members, so nobody becomes one by the leader's word alone. The
//! leader learns nothing from the answer: not whose number it is, nor whether it is anybody's.

use crate::forms::MemberForm;
use crate::model::{Organisation, OrganisationId};
use crate::store::{self, Invitation};
use crate::{policy, verbs};
use chrono::Duration;
use kernel::ids::Raw;
use kernel::{Cx, Deed, Error, Result, Tx, Word, messages};
use people::PersonId;
use serde::Serialize;

/// Days in which an invitation can be answered.
pub(crate) const DAYS: i64 = 14;
/// Asks of an account in a day.
const MOST: i64 = 60;

/// A leader asked a number into the team; the person is absent where it was nobody's.
#[derive(Serialize)]
struct Invited {
    #[serde(skip)]
    organisation: OrganisationId,
    person: Option<PersonId>,
}

impl Deed for Invited {
    const KIND: &'static str = "organisations.invited";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("organisation", Some(self.organisation.0))
    }
}

/// Somebody said yes or no.
#[derive(Serialize)]
struct InvitationAnswered {
    #[serde(skip)]
    invitation: Raw,
    organisation: OrganisationId,
    accepted: bool,
}

impl Deed for InvitationAnswered {
    const KIND: &'static str = "organisations.invitation_answered";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("invitation", Some(self.invitation))
    }
}

/// A leader's ask: the same answer whoever is meant.
pub(crate) async fn ask(cx: &Cx, team: &Organisation, form: &MemberForm) -> Result<()> {
    let (person, role) = form.check_asked(cx).await?.map_err(Error::Invalid)?;
    if role != crate::MembershipRole::Member {
        // A leader brings members; every other role is given above the team.
        policy::may(cx, policy::MANAGE, team)?;
    }
    let (at, id, name) = (cx.clone(), team.id, team.name.clone());
    cx.once(id.lane(), async move |tx: &mut Tx<'_>| invite(tx, &at, (id, &name), person).await).await
}

async fn invite(
    tx: &mut Tx<'_>,
    cx: &Cx,
    (team, name): (OrganisationId, &str),
    person: Option<PersonId>,
) -> Result<()> {
    store::throttle(tx, cx, MOST).await?;
    let reached = match person {
        Some(person) if store::is_member(tx, cx.tenant, person, team).await? => None,
        Some(person) if store::was_invited(tx, cx, (team, person)).await? => None,
        other => other,
    };
    store::invite(tx, cx, (team, reached), cx.now + Duration::days(DAYS)).await?;
    tx.record(cx, &Invited { organisation: team, person });
    let Some(person) = reached else { return Ok(()) };
    let word = Word::new("organisations.message.invited").with("team", name).with("days", DAYS);
    messages::leave(tx, cx, person.0, &word, "/me").await
}

/// What a person says to an invitation of theirs. On a yes the membership begins today and whoever asked is told; a no is
/// told to nobody.
pub async fn answer_invitation(
    tx: &mut Tx<'_>,
    cx: &Cx,
    (id, person): (Raw, PersonId),
    accepted: bool,
) -> Result<Invitation> {
    let found = store::find_invitation(tx, cx.tenant, (id, person), cx.now).await?;
    // The team may have been merged since they were asked.
    let team = store::current(tx, cx.tenant, found.organisation_id).await?;
    store::answer(tx, cx, id, accepted).await?;
    tx.record(cx, &InvitationAnswered { invitation: id, organisation: team, accepted });
    if !accepted || store::is_member(tx, cx.tenant, person, team).await? {
        return Ok(found);
    }
    verbs::join(tx, cx, team, person, cx.today()).await?;
    if let Some(asker) = found.made_person {
        let name = people::find(tx, cx.tenant, person).await?.name;
        let word = Word::new("organisations.message.came").with("name", name).with("team", &found.organisation_name);
        messages::leave(tx, cx, asker, &word, &format!("/desk/teams/{team}")).await?;
    }
    Ok(found)
}

/// The same by which an ask is read: whoever left is not asked.
pub(crate) fn can_be_asked(state: people::PersonState) -> bool {
    !matches!(state, people::PersonState::Left | people::PersonState::Archived)
}
