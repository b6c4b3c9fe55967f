//! Deciding about many applications for teams; each by the rules of one.

use crate::model::OrganisationId;
use crate::{founding, policy, store};
use futures_util::future::{BoxFuture, LocalBoxFuture};
use kernel::bulk::BulkDeed;
use kernel::ids::Raw;
use kernel::{Cx, Result, Tx, Word};

/// The applications that wait; they stand on the work-list alone.
pub(crate) const REVIEWS: &str = "team_reviews";

/// Lets many begin.
pub(crate) const APPROVE: BulkDeed = BulkDeed {
    list: REVIEWS,
    name: "organisations.approve",
    permission: policy::REVIEW,
    asks: "",
    names,
    check: |cx, id, _| Box::pin(check(cx, id)),
    act: |tx, cx, id, said| decide(tx, cx, (id, true), said),
    back: None,
};

/// Declines many, for one reason.
pub(crate) const DECLINE: BulkDeed = BulkDeed {
    name: "organisations.decline",
    asks: "organisations.bulk_reason",
    act: |tx, cx, id, said| decide(tx, cx, (id, false), said),
    ..APPROVE
};

/// The teams about which the reader may decide at all.
fn names(cx: Cx, ids: Vec<Raw>) -> BoxFuture<'static, Result<Vec<(Raw, String)>>> {
    Box::pin(async move {
        let mut named = Vec::new();
        for id in ids {
            let review = store::find_review(&cx.db, cx.tenant, OrganisationId(id)).await?;
            named.extend(review.filter(|r| policy::may_review(&cx, r).is_ok()).map(|r| (id, r.name)));
        }
        Ok(named)
    })
}

async fn check(cx: Cx, id: Raw) -> Result<Option<Word>> {
    let review = store::find_review(&cx.db, cx.tenant, OrganisationId(id)).await?;
    Ok(match review {
        Some(review) if !review.waits() => Some(Word::new("organisations.review.decided")),
        Some(review) if policy::is_own(&cx, &review) => Some(Word::new("organisations.review.own")),
        Some(_) => None,
        None => Some(Word::new("bulk.not_yours")),
    })
}

fn decide<'t>(tx: &'t mut Tx<'_>, cx: Cx, (id, yes): (Raw, bool), said: String) -> LocalBoxFuture<'t, Result<()>> {
    Box::pin(async move { founding::decide(tx, &cx, OrganisationId(id), (yes, &said)).await })
}
