//! A part of an announcement: who leads a team, or answers for a town, sees who of their own people has not read what others told
//! them, and asks these again. Nobody is asked twice on one day, whoever asks.

use crate::deeds::ShareChased;
use crate::jobs::ChaseJob;
use crate::model::{Announcement, AnnouncementId};
use crate::policy::MANAGE;
use crate::store::shares::{self, Share};
use crate::{rules, store};
use kernel::policy::Reach;
use kernel::{Cx, Error, Read, Result, Tx, Word, jobs};

/// The teams of which this reader sees their part.
pub(crate) fn reach(cx: &Cx) -> Reach {
    cx.reach(MANAGE)
}

/// An announcement that must be read with the reader's part of it; what reached none of their people is not there.
pub(crate) async fn held(db: &impl Read, cx: &Cx, id: AnnouncementId) -> Result<(Announcement, Share)> {
    let a = store::find(db, cx.tenant, id).await?;
    let share = shares::of(db, cx.tenant, &[id], &reach(cx)).await?.remove(&id);
    match share {
        Some(share) if a.must_read && a.state.is_out() => Ok((a, share)),
        _ => Err(Error::NotFound),
    }
}

/// How many of the part would be asked now, or why nobody can be.
pub(crate) async fn askable(
    db: &impl Read,
    cx: &Cx,
    (a, share): (&Announcement, &Share),
) -> Result<std::result::Result<i64, Word>> {
    if let Some(word) = rules::no_chase(a, share.unread, None, cx.today()) {
        return Ok(Err(word));
    }
    let n = shares::count_unasked(db, cx.tenant, (a.id, cx.today()), &reach(cx)).await?;
    Ok(if n > 0 { Ok(n) } else { Err(Word::new("exchange.refused.today")) })
}

/// Asks those of the part again who have not read it and were not asked today; answers how many.
///
/// # Errors
/// `NotFound` when it reached none of the actor's people; `Refused` with the reason why not now.
pub(crate) async fn chase(cx: &Cx, id: AnnouncementId) -> Result<i64> {
    let account = cx.actor.account.ok_or(Error::SignIn)?;
    let at = cx.clone();
    cx.once(id.lane(), async move |tx: &mut Tx<'_>| {
        let (a, share) = held(tx, &at, id).await?;
        let n = askable(tx, &at, (&a, &share)).await?.map_err(Error::Refused)?;
        let day = at.today();
        let job = ChaseJob { announcement: id, day, account: Some(account) };
        jobs::enqueue(tx, at.tenant, at.now, &job).await?;
        tx.record(&at, &ShareChased { announcement: id, day, people: n });
        Ok(n)
    })
    .await
}
