//! What is done with announcements: written, sent, stopped, asked for again, taken back, read. Page, program and job call these.

use crate::deeds::{Chased, Ended, Read, Started, Withdrawn, Written};
use crate::forms::AnnouncementForm;
use crate::jobs::{ChaseJob, SendJob, TakeBackJob};
use crate::model::{Announcement, AnnouncementId, State};
use crate::store::{self, audience};
use crate::{policy, rules};
use kernel::{Cx, Error, Result, Tx, jobs, messages};
use people::PersonId;

/// An announcement that the actor may manage; not yours is not there.
pub(crate) async fn held(cx: &Cx, id: AnnouncementId) -> Result<Announcement> {
    let found = store::find(&cx.db, cx.tenant, id).await?;
    policy::may_manage(cx, &found)?;
    Ok(found)
}

/// Keeps a draft.
///
/// # Errors
/// `Invalid` with every problem; `Forbidden` for who speaks in another's name.
pub(crate) async fn write(cx: &Cx, typed: &AnnouncementForm) -> Result<AnnouncementId> {
    let new = typed.check(cx).await?.map_err(Error::Invalid)?;
    let (at, id) = (cx.clone(), AnnouncementId::fresh());
    cx.once(id.lane(), async move |tx: &mut Tx<'_>| {
        store::insert(tx, &at, id, &new).await?;
        tx.record(&at, &Written { announcement: id, title: new.title.clone() });
        Ok(id)
    })
    .await
}

/// Changes a draft.
///
/// # Errors
/// As `write`; `Refused` once it was sent.
pub(crate) async fn revise(cx: &Cx, draft: &Announcement, typed: &AnnouncementForm) -> Result<()> {
    let id = draft.id;
    if draft.state != State::Draft {
        return Err(Error::refused("exchange.refused.no_draft"));
    }
    let new = typed.check(cx).await?.map_err(Error::Invalid)?;
    let at = cx.clone();
    cx.once(id.lane(), async move |tx: &mut Tx<'_>| {
        if !store::update(tx, &at, id, &new).await? {
            return Err(Error::refused("exchange.refused.no_draft"));
        }
        tx.record(&at, &Written { announcement: id, title: new.title.clone() });
        Ok(())
    })
    .await
}

/// Has it sent, or sent on, in batches.
///
/// # Errors
/// `Refused` when it is on its way, was sent or taken back, or reaches nobody.
pub(crate) async fn send(cx: &Cx, id: AnnouncementId) -> Result<()> {
    let at = cx.clone();
    cx.once(id.lane(), async move |tx: &mut Tx<'_>| {
        let now = store::find(tx, at.tenant, id).await?;
        if !now.state.can_go() {
            return Err(Error::refused("exchange.refused.gone"));
        }
        let reached = audience::count(tx, at.tenant, &now).await?;
        if reached.people == 0 {
            return Err(Error::refused("exchange.refused.nobody"));
        }
        let job = jobs::enqueue(tx, at.tenant, at.now, &SendJob { announcement: id }).await?;
        if !store::start(tx, &at, id, (job, reached.people)).await? {
            return Err(Error::refused("exchange.refused.gone"));
        }
        tx.record(&at, &Started { announcement: id, people: reached.people, teams: reached.teams });
        Ok(())
    })
    .await
}

/// Stops it on its way; who has it keeps it.
///
/// # Errors
/// `Refused` when it is not on its way.
pub(crate) async fn stop(cx: &Cx, id: AnnouncementId) -> Result<()> {
    let at = cx.clone();
    cx.once(id.lane(), async move |tx: &mut Tx<'_>| {
        if !end(tx, &at, id, State::Stopped).await? {
            return Err(Error::refused("exchange.refused.not_on_way"));
        }
        let now = store::find(tx, at.tenant, id).await?;
        if let Some(job) = now.job_id {
            jobs::cancel(tx, at.tenant, job).await?;
        }
        Ok(())
    })
    .await
}

/// Ends the sending, with its line; `false` when it had ended.
pub(crate) async fn end(tx: &mut Tx<'_>, cx: &Cx, id: AnnouncementId, to: State) -> Result<bool> {
    if !store::end(tx, cx, id, to).await? {
        return Ok(false);
    }
    let now = store::find(tx, cx.tenant, id).await?;
    tx.record(cx, &Ended { announcement: id, to, people: now.people });
    Ok(true)
}

/// Asks those who have not read it again, once a day at most; answers how many.
///
/// # Errors
/// `Refused` with the reason why not now.
pub(crate) async fn chase(cx: &Cx, id: AnnouncementId, automatic: bool) -> Result<i64> {
    let at = cx.clone();
    cx.once(id.lane(), async move |tx: &mut Tx<'_>| {
        let (now, day) = (store::find(tx, at.tenant, id).await?, at.today());
        let unread = store::unread(tx, at.tenant, id).await?;
        let last = store::chases(tx, at.tenant, id).await?.first().map(|chase| chase.day);
        if let Some(word) = rules::no_chase(&now, unread, last, day) {
            return Err(Error::Refused(word));
        }
        // Another process may have been first: the day's key tells.
        if !store::note_chase(tx, &at, (id, day), (unread, automatic)).await? {
            return Err(Error::refused("exchange.refused.today"));
        }
        jobs::enqueue(tx, at.tenant, at.now, &ChaseJob { announcement: id, day, account: None }).await?;
        tx.record(&at, &Chased { announcement: id, day, people: unread, automatic });
        Ok(unread)
    })
    .await
}

/// Takes it back: nobody reads it from now on, and what led to it is taken from their messages. A draft is laid aside.
///
/// # Errors
/// `Refused` when it was taken back before.
pub(crate) async fn withdraw(cx: &Cx, id: AnnouncementId) -> Result<()> {
    let at = cx.clone();
    cx.once(id.lane(), async move |tx: &mut Tx<'_>| {
        if !store::withdraw(tx, &at, id).await? {
            return Err(Error::refused("exchange.refused.withdrawn"));
        }
        let now = store::find(tx, at.tenant, id).await?;
        if let Some(job) = now.job_id {
            jobs::cancel(tx, at.tenant, job).await?;
        }
        if now.people > 0 {
            jobs::enqueue(tx, at.tenant, at.now, &TakeBackJob { announcement: id }).await?;
        }
        tx.record(&at, &Withdrawn { announcement: id, people: now.people });
        Ok(())
    })
    .await
}

/// The actor says that they read it. Saying it twice is saying it once.
///
/// # Errors
/// `NotFound` for who does not have it; `Refused` where it was taken back, or need not be said.
pub(crate) async fn read(cx: &Cx, id: AnnouncementId) -> Result<()> {
    let (at, person) = (cx.clone(), PersonId(cx.person()?));
    cx.once(id.lane(), async move |tx: &mut Tx<'_>| {
        store::held(tx, at.tenant, id, person).await?;
        let now = store::find(tx, at.tenant, id).await?;
        if now.state == State::Withdrawn {
            return Err(Error::refused("exchange.refused.withdrawn"));
        }
        if !now.must_read {
            return Err(Error::refused("exchange.refused.need_not"));
        }
        if store::read(tx, &at, id, person).await? {
            messages::settle(tx, &at, person.0, &now.own_url()).await?;
            tx.record(&at, &Read { announcement: id, person: person.0 });
        }
        Ok(())
    })
    .await
}
