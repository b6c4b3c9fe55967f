//! What happens later, in batches: sending, asking again, taking back. Each batch is one transaction that looks first whether it
//! still should, so a job that dies or runs twice tells nobody twice.

use crate::model::{Announcement, AnnouncementId, State, Urgency};
use crate::store::{self, audience};
use crate::{rules, shares, verbs};
use chrono::NaiveDate;
use kernel::ids::Raw;
use kernel::jobs::{self, Job};
use kernel::policy::Reach;
use kernel::{AccountId, Cx, Error, JobId, Result, Tx, Word, messages};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// People of one transaction: short enough that others get their turn between two of them.
pub(crate) const BATCH: i64 = 200;

/// Sends an announcement.
#[derive(Serialize, Deserialize)]
pub(crate) struct SendJob {
    pub announcement: AnnouncementId,
}

impl Job for SendJob {
    const KIND: &'static str = "exchange.send";
    async fn run(self, cx: Cx, id: JobId) -> Result<()> {
        deliver(&cx, self.announcement, id).await
    }
}

async fn deliver(cx: &Cx, id: AnnouncementId, job: JobId) -> Result<()> {
    let mut after = None;
    loop {
        let now = store::find(&cx.db, cx.tenant, id).await?;
        if now.state != State::Sending {
            return Ok(());
        }
        let at = cx.clone();
        if !jobs::progress(&cx.db, job, json!({ "done": now.people, "of": now.planned })).await? {
            // Somebody cancelled the job itself.
            return cx
                .write(id.lane(), async move |tx: &mut Tx<'_>| verbs::end(tx, &at, id, State::Stopped).await.map(drop))
                .await;
        }
        match cx.write(id.lane(), async move |tx: &mut Tx<'_>| batch(tx, &at, id, after).await).await {
            Ok(Some(last)) => after = Some(last),
            Ok(None) => return Ok(()),
            // It was stopped meanwhile: nothing of this batch stays.
            Err(Error::Refused(_)) => return Ok(()),
            Err(error) => return Err(error),
        }
    }
}

/// Gives it to the next people and leaves them a message; answers the last of them, or nothing when all have it.
pub(crate) async fn batch(tx: &mut Tx<'_>, cx: &Cx, id: AnnouncementId, after: Option<Raw>) -> Result<Option<Raw>> {
    let now = store::find(tx, cx.tenant, id).await?;
    let next = audience::next(tx, cx.tenant, &now, (after, BATCH)).await?;
    let Some((last, _)) = next.last() else {
        verbs::end(tx, cx, id, State::Sent).await?;
        return Ok(None);
    };
    let last = last.0;
    if !store::give(tx, cx, id, &next).await? {
        return Err(Error::refused("exchange.refused.not_on_way"));
    }
    let people: Vec<Raw> = next.iter().map(|(person, _)| person.0).collect();
    let (word, url) = (told(&now), now.own_url());
    match now.urgency {
        Urgency::Urgent => messages::leave_urgent(tx, cx, &people, &word, &url).await?,
        Urgency::Normal => messages::leave_all(tx, cx, &people, &word, &url).await?,
    }
    Ok(Some(last))
}

fn told(announcement: &Announcement) -> Word {
    let word = match announcement.read_by {
        Some(day) => Word::new("exchange.message.must_read").with("day", day),
        None => Word::new("exchange.message.told"),
    };
    word.with("sender", &announcement.sender).with("title", &announcement.title)
}

/// Asks those who have not read it again; within everybody's budget, also where it was urgent when it was sent.
#[derive(Serialize, Deserialize)]
pub(crate) struct ChaseJob {
    pub announcement: AnnouncementId,
    pub day: NaiveDate,
    /// Of whose teams alone; of all without it.
    #[serde(default)]
    pub account: Option<AccountId>,
}

impl Job for ChaseJob {
    const KIND: &'static str = "exchange.chase";
    async fn run(self, cx: Cx, job: JobId) -> Result<()> {
        let Self { announcement: id, day, account } = self;
        let near = match account {
            Some(account) => Some(shares::reach(&kernel::auth::acting_for(&cx, account).await?)),
            None => None,
        };
        let mut done = 0;
        loop {
            let (at, near) = (cx.clone(), near.clone());
            let verb = async move |tx: &mut Tx<'_>| chase_batch(tx, &at, (id, day), near.as_ref()).await;
            let asked = cx.write(id.lane(), verb).await?;
            done += asked;
            if asked == 0 || !jobs::progress(&cx.db, job, json!({ "done": done })).await? {
                return Ok(());
            }
        }
    }
}

async fn chase_batch(
    tx: &mut Tx<'_>,
    cx: &Cx,
    (id, day): (AnnouncementId, NaiveDate),
    near: Option<&Reach>,
) -> Result<usize> {
    let now = store::find(tx, cx.tenant, id).await?;
    if !now.state.has_gone() {
        return Ok(0);
    }
    let found = store::chase_some(tx, cx.tenant, (id, day), (near, BATCH)).await?;
    let people: Vec<Raw> = found.iter().map(|one| one.person_id.0).collect();
    let word = Word::new("exchange.message.chase").with("title", &now.title);
    let word = word.with("day", now.read_by.map(|day| day.to_string()).unwrap_or_default());
    messages::leave_all(tx, cx, &people, &word, &now.own_url()).await?;
    Ok(found.len())
}

/// Takes what leads to a withdrawn announcement from people's messages and from the outbox.
#[derive(Serialize, Deserialize)]
pub(crate) struct TakeBackJob {
    pub announcement: AnnouncementId,
}

impl Job for TakeBackJob {
    const KIND: &'static str = "exchange.take_back";
    async fn run(self, cx: Cx, job: JobId) -> Result<()> {
        let id = self.announcement;
        let (mut after, mut done) = (None, 0);
        loop {
            let part = store::recipients(&cx.db, cx.tenant, id, (after, BATCH)).await?;
            let Some(last) = part.last() else { return Ok(()) };
            after = Some(last.id);
            done += part.len();
            let (at, url) = (cx.clone(), crate::model::own_url(id));
            let people: Vec<Raw> = part.iter().map(|one| one.person_id.0).collect();
            cx.write(id.lane(), async move |tx: &mut Tx<'_>| messages::take_back(tx, &at, &people, &url).await).await?;
            jobs::progress(&cx.db, job, json!({ "done": done })).await?;
        }
    }
}

/// Asks again by itself for what must be read tomorrow; every minute, and once a day for each.
pub(crate) async fn chase_on_the_eve(cx: Cx) -> Result<()> {
    let today = cx.today();
    let Some(tomorrow) = today.succ_opt() else { return Ok(()) };
    for announcement in store::on_the_eve(&cx.db, cx.tenant, (tomorrow, today)).await? {
        if !rules::chases_itself(&announcement, cx.now) {
            continue;
        }
        match verbs::chase(&cx, announcement.id, true).await {
            // All have read it, or an officer was first.
            Ok(_) | Err(Error::Refused(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
