//! Steps of the life cycle for many people of the list.

use super::model::{Basis, Stage};
use super::verbs;
use crate::model::PersonId;
use crate::policy::{LIFE, READ, can};
use crate::store;
use futures_util::future::{BoxFuture, LocalBoxFuture};
use kernel::bulk::BulkDeed;
use kernel::ids::Raw;
use kernel::{Cx, Error, Result, Tx, Word};

/// Resting many, and taking it back.
pub(crate) const DORMANT: BulkDeed = BulkDeed {
    list: "people",
    name: "people.dormant",
    permission: LIFE,
    asks: "people.reason",
    names,
    check: |cx, id, _| Box::pin(check(cx, id)),
    act: rest,
    back: Some(wake),
};

/// The names of those whom the reader may know of.
fn names(cx: Cx, ids: Vec<Raw>) -> BoxFuture<'static, Result<Vec<(Raw, String)>>> {
    Box::pin(async move {
        let ids: Vec<PersonId> = ids.into_iter().map(PersonId).collect();
        let mut named = Vec::new();
        for person in store::find_many(&cx.db, cx.tenant, &ids).await? {
            if can(&cx, READ, &person).await? {
                named.push((person.id.0, person.name));
            }
        }
        Ok(named)
    })
}

async fn check(cx: Cx, id: Raw) -> Result<Option<Word>> {
    let person = store::find(&cx.db, cx.tenant, PersonId(id)).await?;
    if !can(&cx, LIFE, &person).await? {
        return Ok(Some(Word::new("bulk.not_yours")));
    }
    let steps = super::rules::steps(person.stage());
    let there = person.stage() == Stage::Dormant;
    Ok(match (there, steps.contains(&Stage::Dormant)) {
        (true, _) => Some(Word::new("people.life.there_already")),
        (false, false) => Some(Word::new("people.life.no_step")),
        (false, true) => None,
    })
}

async fn may(tx: &Tx<'_>, cx: &Cx, id: Raw) -> Result<()> {
    let person = store::find(tx, cx.tenant, PersonId(id)).await?;
    if can(cx, LIFE, &person).await? { Ok(()) } else { Err(Error::refused("bulk.not_yours")) }
}

fn rest<'t>(tx: &'t mut Tx<'_>, cx: Cx, id: Raw, reason: String) -> LocalBoxFuture<'t, Result<()>> {
    Box::pin(async move {
        may(tx, &cx, id).await?;
        verbs::move_to(tx, &cx, PersonId(id), (Stage::Dormant, Basis::Consent, &reason)).await
    })
}

fn wake<'t>(tx: &'t mut Tx<'_>, cx: Cx, id: Raw, _: String) -> LocalBoxFuture<'t, Result<()>> {
    Box::pin(async move {
        may(tx, &cx, id).await?;
        let reason = cx.t("bulk.undo").to_owned();
        verbs::move_to(tx, &cx, PersonId(id), (Stage::Active, Basis::Consent, &reason)).await
    })
}
