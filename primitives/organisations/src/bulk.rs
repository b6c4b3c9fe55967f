//! Deeds for many: putting people of the list into a team, and out of it again; the team is said by its name. Those for many teams
//! have files of their own.

pub(crate) mod reviews;
pub(crate) mod teams;

use crate::model::{Organisation, Tree};
use crate::{policy, store, verbs};
use futures_util::future::{BoxFuture, LocalBoxFuture};
use kernel::bulk::BulkDeed;
use kernel::ids::Raw;
use kernel::{Cx, Error, Read, Result, Tx, Word};
use people::PersonId;

pub(crate) use reviews::REVIEWS;

pub(crate) const JOIN: BulkDeed = BulkDeed {
    list: "people",
    name: "organisations.join",
    permission: policy::MANAGE,
    asks: "organisations.bulk_team",
    names,
    check: |cx, id, team| Box::pin(check(cx, id, team)),
    act: join,
    back: Some(leave),
};

/// The names of those whom the reader may know of.
fn names(cx: Cx, ids: Vec<Raw>) -> BoxFuture<'static, Result<Vec<(Raw, String)>>> {
    Box::pin(async move {
        let ids: Vec<PersonId> = ids.into_iter().map(PersonId).collect();
        let mut named = Vec::new();
        for person in people::find_many(&cx.db, cx.tenant, &ids).await? {
            if people::policy::can(&cx, people::policy::READ, &person).await? {
                named.push((person.id.0, person.name));
            }
        }
        Ok(named)
    })
}

/// The team of this name that the actor manages.
async fn team(db: &impl Read, cx: &Cx, name: &str) -> Result<Organisation> {
    let found = store::find_by_name(db, cx.tenant, Tree::Team, name.trim()).await?;
    let mine = found.into_iter().find(|team| policy::can(cx, policy::MANAGE, team));
    mine.ok_or_else(|| Error::refused("organisations.bulk_no_team"))
}

async fn check(cx: Cx, id: Raw, name: String) -> Result<Option<Word>> {
    let team = match team(&cx.db, &cx, &name).await {
        Err(Error::Refused(word)) => return Ok(Some(word)),
        found => found?,
    };
    let person = people::find(&cx.db, cx.tenant, PersonId(id)).await?;
    if let Err(word) = crate::rules::at_work(&team) {
        return Ok(Some(word));
    }
    if !crate::invitations::can_be_asked(person.state) {
        return Ok(Some(Word::new("organisations.bulk_gone")));
    }
    let held = store::is_member(&cx.db, cx.tenant, person.id, team.id).await?;
    Ok(held.then(|| Word::new("organisations.member_already")))
}

fn join<'t>(tx: &'t mut Tx<'_>, cx: Cx, id: Raw, name: String) -> LocalBoxFuture<'t, Result<()>> {
    Box::pin(async move {
        let team = team(tx, &cx, &name).await?;
        verbs::join(tx, &cx, team.id, PersonId(id), cx.today()).await.map(|_| ())
    })
}

fn leave<'t>(tx: &'t mut Tx<'_>, cx: Cx, id: Raw, name: String) -> LocalBoxFuture<'t, Result<()>> {
    Box::pin(async move {
        let team = team(tx, &cx, &name).await?;
        let reason = cx.t("bulk.undo").to_owned();
        verbs::leave(tx, &cx, (team.id, PersonId(id)), (cx.today(), &reason)).await
    })
}
