//! Stopping many teams for a while and letting many work again; each is the other's way back.

use crate::model::{OrganisationId, State};
use crate::rules::may_move;
use crate::{life, policy, store};
use futures_util::future::{BoxFuture, LocalBoxFuture};
use kernel::bulk::BulkDeed;
use kernel::ids::Raw;
use kernel::{Cx, Result, Tx, Word};

/// Stops many for a while.
pub(crate) const SUSPEND: BulkDeed = BulkDeed {
    list: "teams",
    name: "organisations.suspend",
    permission: policy::MANAGE,
    asks: "organisations.bulk_reason",
    names,
    check: |cx, id, _| Box::pin(check(cx, id, State::Suspended)),
    act: |tx, cx, id, reason| set(tx, cx, (id, State::Suspended), reason),
    back: Some(|tx, cx, id, _| {
        let reason = cx.t("bulk.undo").to_owned();
        set(tx, cx, (id, State::Active), reason)
    }),
};

/// Lets many work again.
pub(crate) const RESUME: BulkDeed = BulkDeed {
    name: "organisations.resume",
    check: |cx, id, _| Box::pin(check(cx, id, State::Active)),
    act: |tx, cx, id, reason| set(tx, cx, (id, State::Active), reason),
    back: Some(|tx, cx, id, _| {
        let reason = cx.t("bulk.undo").to_owned();
        set(tx, cx, (id, State::Suspended), reason)
    }),
    ..SUSPEND
};

/// The names of those that the reader may know of.
fn names(cx: Cx, ids: Vec<Raw>) -> BoxFuture<'static, Result<Vec<(Raw, String)>>> {
    Box::pin(async move {
        let ids: Vec<OrganisationId> = ids.into_iter().map(OrganisationId).collect();
        let found = store::find_many(&cx.db, cx.tenant, &ids).await?;
        let known = found.into_iter().filter(|team| policy::may_read(&cx, team).is_ok());
        Ok(known.map(|team| (team.id.0, team.name)).collect())
    })
}

async fn check(cx: Cx, id: Raw, to: State) -> Result<Option<Word>> {
    let team = store::find(&cx.db, cx.tenant, OrganisationId(id)).await?;
    Ok(match team.state {
        _ if !policy::can(&cx, policy::MANAGE, &team) => Some(Word::new("bulk.not_yours")),
        State::Applied => Some(Word::new("organisations.life.in_review")),
        from if !may_move(from, to) => Some(Word::new("organisations.bulk_state")),
        _ => None,
    })
}

fn set<'t>(tx: &'t mut Tx<'_>, cx: Cx, (id, to): (Raw, State), reason: String) -> LocalBoxFuture<'t, Result<()>> {
    Box::pin(async move {
        let team = store::find(tx, cx.tenant, OrganisationId(id)).await?;
        policy::may(&cx, policy::MANAGE, &team)?;
        life::set(tx, &cx, team.id, to, &reason).await
    })
}
