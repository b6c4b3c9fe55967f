//! Whoever leaves or is erased leaves every team; the only leader of a team at work hands it over first.

use crate::model::{Membership, MembershipRole};
use crate::{store, undoing, verbs};
use futures_util::future::LocalBoxFuture;
use kernel::ids::Raw;
use kernel::{Cx, End, Error, Parting, Read, Result, Told, Tx, Word};
use people::PersonId;

pub(crate) const PARTING: Parting = Parting { tell: |cx, person, end| Box::pin(tell(cx, person, end)), end };

async fn open(db: &impl Read, cx: &Cx, person: Raw) -> Result<Vec<Membership>> {
    let mut held = store::memberships_of(db, cx.tenant, &[PersonId(person)]).await?;
    held.retain(|membership| membership.to_on.is_none());
    Ok(held)
}

/// The teams at work that would be without a leader.
async fn alone(db: &impl Read, cx: &Cx, held: &[Membership]) -> Result<Vec<String>> {
    let mut teams = Vec::new();
    for membership in held.iter().filter(|m| m.role == MembershipRole::Leader) {
        let at = (membership.organisation_id, membership.person_id);
        if verbs::leads_alone(db, cx, at).await? {
            teams.push(store::find(db, cx.tenant, membership.organisation_id).await?.name);
        }
    }
    Ok(teams)
}

async fn tell(cx: Cx, person: Raw, end: End) -> Result<Told> {
    if end == End::Paused {
        return Ok(Told::default());
    }
    let held = open(&cx.db, &cx, person).await?;
    let stop = |team: String| Word::new("organisations.parting_stop").with("team", team);
    let stops = alone(&cx.db, &cx, &held).await?.into_iter().map(stop).collect();
    let mut teams: Vec<_> = held.iter().map(|membership| membership.organisation_id).collect();
    teams.sort_unstable();
    teams.dedup();
    let effects = match teams.len() {
        0 => Vec::new(),
        n => vec![Word::new("organisations.parting").with("n", n)],
    };
    Ok(Told { stops, effects })
}

fn end<'t>(tx: &'t mut Tx<'_>, cx: Cx, person: Raw, end: End) -> LocalBoxFuture<'t, Result<()>> {
    Box::pin(async move {
        if end == End::Paused {
            return Ok(());
        }
        let held = open(tx, &cx, person).await?;
        if let Some(team) = alone(tx, &cx, &held).await?.into_iter().next() {
            return Err(Error::Refused(Word::new("organisations.parting_stop").with("team", team)));
        }
        let reason = cx.t("organisations.parting_reason").to_owned();
        undoing::end_many(tx, &cx, &held, &reason).await?;
        if end == End::Erased {
            store::forget_invitations(tx, cx.tenant, PersonId(person)).await?;
        }
        Ok(())
    })
}
