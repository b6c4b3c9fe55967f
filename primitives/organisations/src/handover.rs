//! Leading goes from one to another: offered, accepted, confirmed by the body above or effective by itself. Whoever leads
//! alone stays until then, and the account follows the person.

use crate::limits::HANDOVER_DAYS;
use crate::model::{MembershipRole, NewMembership, Organisation, OrganisationId};
use crate::rules::at_work;
use crate::store::{self, Handover, Stage};
use crate::{founding, policy, verbs};
use kernel::ids::Raw;
use kernel::time::WorkCalendar;
use kernel::{Cx, Deed, Error, Result, Tx, Word, WorkItem, messages};
use people::PersonId;
use serde::Serialize;

verbs::deed! {
    /// A hand-over went one step on.
    HandedOver, "organisations.handover" { person: PersonId, state: Stage, opinion: String }
}

fn trace(tx: &mut Tx<'_>, cx: &Cx, of: &Handover, state: Stage, opinion: &str) {
    let (organisation, person) = (of.organisation_id, of.to_id);
    tx.record(cx, &HandedOver { organisation, person, state, opinion: opinion.to_owned() });
}

/// Offers leading to a member of the team. The person of the account leads it, or whoever leads longest.
pub async fn offer(tx: &mut Tx<'_>, cx: &Cx, team: OrganisationId, to: PersonId) -> Result<Raw> {
    let team = store::find(tx, cx.tenant, team).await?;
    at_work(&team).map_err(Error::Refused)?;
    if !store::is_member(tx, cx.tenant, to, team.id).await? {
        return Err(Error::refused("organisations.handover.not_member"));
    }
    let leaders = store::leaders_of(tx, cx.tenant, &[team.id]).await?.remove(&team.id).unwrap_or_default();
    let mut leaders = leaders.into_iter().filter(|l| l.role == MembershipRole::Leader).map(|l| l.person_id);
    let own = cx.actor.person.map(PersonId);
    let first = leaders.next().ok_or(Error::refused("organisations.handover.no_leader"))?;
    let from = if leaders.any(|l| Some(l) == own) { own.unwrap_or(first) } else { first };
    if from == to {
        return Err(Error::refused("organisations.handover.same"));
    }
    let (level, path) = founding::desk_of(tx, cx, &team).await?;
    let id = store::offer(tx, cx, (team.id, &team.region_code), (from, to), (level, &path)).await?;
    let found = store::open_handover(tx, cx.tenant, team.id).await?.ok_or(Error::NotFound)?;
    trace(tx, cx, &found, Stage::Offered, "");
    let word = Word::new("organisations.message.handover").with("team", &team.name).with("name", &found.from_name);
    messages::leave(tx, cx, to.0, &word, &format!("/teams/{}/handover", team.id)).await?;
    Ok(id)
}

/// The successor's answer. A yes waits for the body above, and takes effect by itself after the district's working days.
pub async fn answer(
    tx: &mut Tx<'_>,
    cx: &Cx,
    team: OrganisationId,
    accepted: bool,
    calendar: &WorkCalendar,
) -> Result<()> {
    let found = store::open_handover(tx, cx.tenant, team).await?.ok_or(Error::NotFound)?;
    if cx.actor.person != Some(found.to_id.0) {
        return Err(Error::NotFound);
    }
    let days = u32::try_from(HANDOVER_DAYS.read(tx, cx.tenant).await?).unwrap_or(1);
    let to = if accepted { Stage::Accepted } else { Stage::Declined };
    let due = accepted.then(|| founding::due(cx, calendar, days));
    store::advance(tx, cx, found.id, (Stage::Offered, to), (due, "")).await?;
    trace(tx, cx, &found, to, "");
    let key = if accepted { "organisations.message.handover_yes" } else { "organisations.message.handover_no" };
    let word = Word::new(key).with("team", &found.team).with("name", &found.to_name);
    messages::leave(tx, cx, found.from_id.0, &word, &format!("/desk/teams/{team}/handover")).await
}

/// Takes an offer back that did not take effect yet.
pub async fn withdraw(tx: &mut Tx<'_>, cx: &Cx, team: OrganisationId) -> Result<()> {
    let found = store::open_handover(tx, cx.tenant, team).await?.ok_or(Error::NotFound)?;
    store::advance(tx, cx, found.id, (found.state, Stage::Withdrawn), (None, "")).await?;
    trace(tx, cx, &found, Stage::Withdrawn, "");
    Ok(())
}

/// The body above confirms at once, or says no. Neither of the two decides, nor who offered it.
pub async fn decide(tx: &mut Tx<'_>, cx: &Cx, team: OrganisationId, (approved, opinion): (bool, &str)) -> Result<()> {
    let found = store::open_handover(tx, cx.tenant, team).await?.ok_or(Error::NotFound)?;
    policy::may_confirm(cx, &found)?;
    if policy::concerns(cx, &found) {
        return Err(Error::refused("organisations.handover.own"));
    }
    if found.state != Stage::Accepted {
        return Err(Error::refused("organisations.handover.not_accepted"));
    }
    if approved {
        return settle(tx, cx, &found, opinion).await;
    }
    store::advance(tx, cx, found.id, (Stage::Accepted, Stage::Refused), (None, opinion)).await?;
    trace(tx, cx, &found, Stage::Refused, opinion);
    let word = Word::new("organisations.message.handover_refused").with("team", &found.team).with("why", opinion);
    messages::leave_all(tx, cx, &[found.from_id.0, found.to_id.0], &word, "/me").await
}

/// Puts the one in the other's place.
async fn settle(tx: &mut Tx<'_>, cx: &Cx, found: &Handover, opinion: &str) -> Result<()> {
    store::advance(tx, cx, found.id, (Stage::Accepted, Stage::Done), (None, opinion)).await?;
    let team = store::find(tx, cx.tenant, found.organisation_id).await?;
    at_work(&team).map_err(Error::Refused)?;
    exchange(tx, cx, &team, found).await?;
    trace(tx, cx, found, Stage::Done, opinion);
    let word = Word::new("organisations.message.handover_done").with("team", &found.team).with("name", &found.to_name);
    messages::leave_all(tx, cx, &[found.from_id.0, found.to_id.0], &word, "/me").await
}

async fn exchange(tx: &mut Tx<'_>, cx: &Cx, team: &Organisation, found: &Handover) -> Result<()> {
    let today = cx.today();
    let last = today.pred_opt().unwrap_or(today);
    for (person, role) in [(found.from_id, MembershipRole::Member), (found.to_id, MembershipRole::Leader)] {
        let rows = store::find_open(tx, cx.tenant, team.id, person).await?;
        if rows.is_empty() && person == found.from_id {
            continue;
        }
        for held in rows {
            store::end(tx, cx.tenant, held.id, (last.max(held.from_on), "")).await?;
        }
        let new = NewMembership { organisation: team.id, person, role, from_on: today, to_on: None };
        store::begin(tx, cx.tenant, &new).await?;
        verbs::settle_role(tx, cx, team, person).await?;
    }
    store::note(tx, cx, team.id, ("leader", &found.from_name, &found.to_name), "").await
}

/// Lets what is accepted and due take effect; every half minute.
pub(crate) async fn ripen(cx: Cx) -> Result<()> {
    for found in store::ripe(&cx.db, cx.tenant, cx.now).await? {
        let at = cx.clone();
        let lane = found.organisation_id.lane();
        let done = cx.write(lane, async move |tx: &mut Tx<'_>| settle(tx, &at, &found, "").await).await;
        match done {
            // Decided meanwhile, or the team stopped: the others still take effect.
            Ok(()) | Err(Error::Refused(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Accepted hand-overs on the work-list of the body above.
pub(crate) async fn work(cx: Cx) -> Result<Vec<WorkItem>> {
    if !cx.can(policy::REVIEW) {
        return Ok(Vec::new());
    }
    let found = store::accepted(&cx.db, cx.tenant, &cx.reach(policy::REVIEW)).await?;
    let theirs = found.into_iter().filter(|h| policy::lies_with(&cx, h) && !policy::concerns(&cx, h));
    let item = |h: Handover| WorkItem {
        many: None,
        kind: "work.kind.handover",
        tint: "tag-b",
        title: cx.say(&Word::new("organisations.handover.work").with("team", &h.team)),
        facts: format!("{} → {}", h.from_name, h.to_name),
        who: h.made_name,
        due: h.due_at.unwrap_or(cx.now),
        url: format!("/desk/teams/{}/handover", h.organisation_id),
    };
    Ok(theirs.map(item).collect())
}
