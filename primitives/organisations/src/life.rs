//! The states of a team: stopped for a while, at work again, ended. Its past stays.

use crate::model::{Organisation, OrganisationId, State};
use crate::rules::may_move;
use crate::{store, verbs};
use futures_util::future::{BoxFuture, LocalBoxFuture};
use kernel::ids::Raw;
use kernel::{Cx, Deed, Error, Result, Tx};
use serde::Serialize;

verbs::deed! {
    /// A team went from one state to another.
    Moved, "organisations.moved" { from: State, to: State, reason: String }
}

/// What rooms above know of a team's unfinished business.
#[derive(Clone, Copy)]
pub struct Unfinished {
    /// How many sessions of the team are not over.
    pub count: fn(Cx, OrganisationId) -> BoxFuture<'static, Result<i64>>,
    /// Gives what is not over to another team, in the transaction of its caller.
    pub pass: Pass,
}

/// From one team to another.
pub type Pass = for<'t, 'd> fn(&'t mut Tx<'d>, Cx, (OrganisationId, OrganisationId)) -> LocalBoxFuture<'t, Result<()>>;

impl Default for Unfinished {
    fn default() -> Self {
        Self { count: |_, _| Box::pin(async { Ok(0) }), pass: |_, _, _| Box::pin(async { Ok(()) }) }
    }
}

/// How many sessions of a team are not over.
pub async fn unfinished(cx: &Cx, id: OrganisationId) -> Result<i64> {
    (cx.app.part::<Unfinished>().count)(cx.clone(), id).await
}

/// Moves a team to another state with its reason. What has ended lets its members go, and their roles with them.
pub async fn set(tx: &mut Tx<'_>, cx: &Cx, id: OrganisationId, to: State, reason: &str) -> Result<()> {
    let team = store::find(tx, cx.tenant, id).await?;
    if team.state == State::Applied {
        return Err(Error::refused("organisations.life.in_review"));
    }
    step(tx, cx, &team, to, reason).await?;
    if to == State::Ended {
        verbs::end_all(tx, cx, id, (cx.today(), reason)).await?;
    }
    Ok(())
}

/// One step, as the table of the rules allows it.
pub(crate) async fn step(tx: &mut Tx<'_>, cx: &Cx, team: &Organisation, to: State, reason: &str) -> Result<()> {
    let from = team.state;
    if !may_move(from, to) || !store::set_state(tx, cx, team.id, (from, to)).await? {
        return Err(Error::refused("organisations.life.step"));
    }
    store::note(tx, cx, team.id, ("state", from.as_str(), to.as_str()), reason).await?;
    tx.record(cx, &Moved { organisation: team.id, from, to, reason: reason.to_owned() });
    Ok(())
}
