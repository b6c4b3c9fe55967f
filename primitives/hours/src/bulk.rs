//! Deciding about many at once: what does not count yet, and back-entries. Each is asked about alone, by the rules of one decision;
//! what somebody objected to is looked at alone.

use crate::claims::{self, ClaimId, ClaimState};
use crate::model::EntryId;
use crate::pending::{PendingState, decisions, pending_names};
use crate::policy::{DECIDE, REVIEW, in_reach};
use futures_util::future::{BoxFuture, LocalBoxFuture};
use kernel::bulk::BulkDeed;
use kernel::ids::Raw;
use kernel::{Cx, Error, Result, Tx, Word};

/// The list of what does not count yet.
pub(crate) const PENDING: &str = "pending_hours";
/// Back-entries that wait; they stand on the work-list alone.
pub(crate) const CLAIMS: &str = "hours_claims";

/// Says yes to many.
pub(crate) const APPROVE: BulkDeed = BulkDeed {
    list: PENDING,
    name: "hours.approve",
    permission: REVIEW,
    asks: "",
    names: |cx, ids| Box::pin(async move { pending_names(&cx, &ids).await }),
    check: |cx, id, _| Box::pin(check_pending(cx, id)),
    act: |tx, cx, id, said| settle(tx, cx, (id, true), said),
    back: None,
};

/// Gives many back, for one reason.
pub(crate) const RETURN: BulkDeed = BulkDeed {
    name: "hours.return",
    asks: "hours.bulk.reason",
    act: |tx, cx, id, said| settle(tx, cx, (id, false), said),
    ..APPROVE
};

/// Says yes to many back-entries.
pub(crate) const APPROVE_CLAIMS: BulkDeed = BulkDeed {
    list: CLAIMS,
    name: "hours.approve_claims",
    permission: DECIDE,
    asks: "",
    names: claim_names,
    check: |cx, id, _| Box::pin(check_claim(cx, id, true)),
    act: |tx, cx, id, said| settle_claim(tx, cx, (id, true), said),
    back: None,
};

/// Gives many back-entries back, for one reason.
pub(crate) const RETURN_CLAIMS: BulkDeed = BulkDeed {
    name: "hours.return_claims",
    asks: "hours.bulk.reason",
    check: |cx, id, _| Box::pin(check_claim(cx, id, false)),
    act: |tx, cx, id, said| settle_claim(tx, cx, (id, false), said),
    ..APPROVE_CLAIMS
};

async fn check_pending(cx: Cx, id: Raw) -> Result<Option<Word>> {
    let pending = decisions::find(&cx, EntryId(id)).await?;
    Ok(match pending.state {
        PendingState::Waiting | PendingState::Held => decisions::bar(&cx, &pending, None),
        PendingState::Objected => Some(Word::new("hours.bulk.objected")),
        _ => Some(Word::new("hours.claim.decided")),
    })
}

fn settle<'t>(tx: &'t mut Tx<'_>, cx: Cx, (id, yes): (Raw, bool), said: String) -> LocalBoxFuture<'t, Result<()>> {
    Box::pin(async move {
        let pending = crate::pending::store::find(tx, cx.tenant, EntryId(id)).await?;
        if pending.state == PendingState::Objected {
            return Err(Error::refused("hours.bulk.objected"));
        }
        decisions::decide(tx, &cx, pending.id, yes, &said).await.map(|_| ())
    })
}

/// The back-entries that the reader may decide about, by their activity and how many people they name.
fn claim_names(cx: Cx, ids: Vec<Raw>) -> BoxFuture<'static, Result<Vec<(Raw, String)>>> {
    Box::pin(async move {
        let mut named = Vec::new();
        for id in ids {
            let claim = match claims::find(&cx.db, &cx, ClaimId(id)).await {
                Ok(claim) if in_reach(&cx, DECIDE, &claim.region_code, &claim.organisation_path).is_ok() => claim,
                Ok(_) | Err(Error::NotFound) => continue,
                Err(error) => return Err(error),
            };
            let people = claims::lines(&cx.db, &cx, claim.id).await?.len();
            let word = Word::new("hours.work.title").with("title", &claim.title).with("n", people);
            named.push((id, cx.say(&word)));
        }
        Ok(named)
    })
}

async fn check_claim(cx: Cx, id: Raw, yes: bool) -> Result<Option<Word>> {
    let claim = claims::find(&cx.db, &cx, ClaimId(id)).await?;
    if claim.state != ClaimState::Waiting {
        return Ok(Some(Word::new("hours.claim.decided")));
    }
    let lines = claims::lines(&cx.db, &cx, claim.id).await?;
    if Some(claim.entered_by) == cx.actor.account {
        return Ok(Some(Word::new("hours.claim.own")));
    }
    if lines.iter().any(|line| Some(line.person_id.0) == cx.actor.person) {
        return Ok(Some(Word::new("hours.claim.gains")));
    }
    let clashes = if yes { claims::clashes(&cx.db, &cx, claim.id).await?.len() } else { 0 };
    Ok((clashes > 0).then(|| Word::new("hours.check.clash").with("n", clashes)))
}

fn settle_claim<'t>(
    tx: &'t mut Tx<'_>,
    cx: Cx,
    (id, yes): (Raw, bool),
    said: String,
) -> LocalBoxFuture<'t, Result<()>> {
    Box::pin(async move {
        let claim = claims::find(tx, &cx, ClaimId(id)).await?;
        in_reach(&cx, DECIDE, &claim.region_code, &claim.organisation_path)?;
        claims::decide(tx, &cx, claim.id, yes, &said).await
    })
}
