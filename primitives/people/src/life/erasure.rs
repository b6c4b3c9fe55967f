//! Erasing somebody: one asks, another agrees, and until the day has come it can be taken back. Then nothing in the house tells
//! who it was: what rooms hold goes, what they did stays as sums of nobody.

use super::model::{Basis, Erasure, ErasureState, Stage};
use super::{ERASURE_DAYS, store};
use crate::model::{Person, PersonId};
use crate::{certificates, guardians, policy};
use chrono::Duration;
use kernel::ids::Raw;
use kernel::time::{WorkCalendar, day, day_start};
use kernel::{Cx, Deed, End, Error, LaneKey, Lang, Result, Tx, Word, WorkItem, parting};
use serde::Serialize;

/// Working days within which the second person answers.
const DAYS: u32 = 3;

macro_rules! deed {
    ($(#[$meta:meta])* $name:ident, $kind:literal { $($field:ident: $ty:ty),* }) => {
        $(#[$meta])*
        #[derive(Serialize)]
        struct $name {
            #[serde(skip)]
            person: PersonId,
            $($field: $ty),*
        }
        impl Deed for $name {
            const KIND: &'static str = $kind;
            fn object(&self) -> (&'static str, Option<Raw>) {
                ("person", Some(self.person.0))
            }
        }
    };
}

deed! {
    /// Somebody asked that a person be erased.
    Asked, "people.erasure_asked" { own: bool }
}
deed! {
    /// The second person said yes or no.
    Decided, "people.erasure_decided" { approved: bool }
}
deed! {
    /// It was taken back.
    TakenBack, "people.erasure_withdrawn" {}
}
deed! {
    /// It happened.
    Erased, "people.erased" {}
}

/// Files the wish; the person's own needs no reason. What has to be done first is refused here, before anybody agrees.
pub(super) async fn ask(cx: &Cx, person: &Person, (own, reason): (bool, String)) -> Result<()> {
    crate::verbs::not_given_up(person)?;
    if person.erased_at.is_some() {
        return Err(Error::refused("people.erasure.over"));
    }
    parting::may_end(cx, person.id.0, End::Erased).await?;
    let (at, id) = (cx.clone(), person.id);
    cx.once(id.lane(), async move |tx: &mut Tx<'_>| {
        store::ask(tx, &at, id, (own, &reason)).await?;
        tx.record(&at, &Asked { person: id, own });
        Ok(())
    })
    .await
}

/// Whether the actor asked themselves, by whichever account, or is the person.
pub(super) fn is_own(cx: &Cx, erasure: &Erasure) -> bool {
    let asked = erasure.asked_person.is_some() && erasure.asked_person == cx.actor.person;
    cx.actor.account == Some(erasure.asked_by) || asked || cx.actor.person == Some(erasure.person_id.0)
}

/// The open erasing of a person.
async fn open(cx: &Cx, person: PersonId) -> Result<Erasure> {
    let found = store::erasure(&cx.db, cx.tenant, person).await?.filter(Erasure::is_open);
    found.ok_or_else(|| Error::refused("people.erasure.over"))
}

/// The second person says yes or no.
///
/// # Errors
/// `Refused` for whoever asked, and when somebody decided meanwhile.
pub(super) async fn decide(cx: &Cx, person: PersonId, yes: bool) -> Result<()> {
    let found = store::erasure(&cx.db, cx.tenant, person).await?;
    let erasure = found.ok_or_else(|| Error::refused("people.erasure.over"))?;
    if is_own(cx, &erasure) {
        return Err(Error::refused("people.erasure.not_own"));
    }
    let days = ERASURE_DAYS.read(&cx.db, cx.tenant).await?;
    let due = yes.then(|| cx.now + Duration::days(days));
    let at = cx.clone();
    cx.once(person.lane(), async move |tx: &mut Tx<'_>| {
        store::decide(tx, &at, erasure.id, due).await?;
        tx.record(&at, &Decided { person, approved: yes });
        let word = match due {
            Some(due) => Word::new("people.message.erasure").with("day", day(due)),
            None => Word::new("people.message.erasure_refused"),
        };
        kernel::messages::leave(tx, &at, person.0, &word, "/me/life").await
    })
    .await
}

/// Takes it back before it happens.
pub(super) async fn take_back(cx: &Cx, person: PersonId) -> Result<()> {
    let erasure = open(cx, person).await?;
    let at = cx.clone();
    cx.once(person.lane(), async move |tx: &mut Tx<'_>| {
        store::take_back(tx, &at, erasure.id).await?;
        tx.record(&at, &TakenBack { person });
        Ok(())
    })
    .await
}

/// Erases whoever's day has come; safe to run twice.
pub(crate) async fn erase_due(cx: Cx) -> Result<()> {
    for erasure in store::due(&cx.db, &cx).await? {
        let at = cx.clone();
        let done =
            cx.write(LaneKey::of(cx.tenant.0), async move |tx: &mut Tx<'_>| erase(tx, &at, &erasure).await).await;
        if let Err(Error::Refused(word)) = done {
            // Somebody became the only leader of a team meanwhile: the next round asks again, the desk sees why.
            tracing::warn!(word = %word.key, "an erasing waits");
        } else {
            done?;
        }
    }
    Ok(())
}

async fn erase(tx: &mut Tx<'_>, cx: &Cx, erasure: &Erasure) -> Result<()> {
    let now = store::erasure(tx, cx.tenant, erasure.person_id).await?;
    if now.is_none_or(|now| now.id != erasure.id || now.state != ErasureState::Agreed) {
        return Ok(());
    }
    let person = crate::find(tx, cx.tenant, erasure.person_id).await?;
    let name = cx.app.words.text(Lang::Zh, "people.erased_name").to_owned();
    // The rows of whoever is erased name them by their account, which goes with the parting.
    for gone in store::given_up(tx, cx.tenant, person.id).await? {
        certificates::erase(tx, cx, gone).await?;
        guardians::erase(tx, cx, gone).await?;
        store::erase(tx, cx, gone, &name).await?;
        parting::end(tx, cx, gone.0, End::Erased).await?;
    }
    certificates::erase(tx, cx, person.id).await?;
    guardians::erase(tx, cx, person.id).await?;
    store::erase(tx, cx, person.id, &name).await?;
    parting::end(tx, cx, person.id.0, End::Erased).await?;
    store::step(tx, cx, &person, (Stage::Erased, Basis::Deletion, "")).await?;
    store::done(tx, cx, erasure.id).await?;
    tx.record(cx, &Erased { person: person.id });
    Ok(())
}

/// On the work-list of those who may agree.
pub(crate) async fn work(cx: Cx) -> Result<Vec<WorkItem>> {
    if !cx.can(policy::ERASE) {
        return Ok(Vec::new());
    }
    let calendar = WorkCalendar::load(&cx.db).await?;
    let mut items = Vec::new();
    for erasure in store::waiting(&cx.db, cx.tenant).await?.into_iter().filter(|e| !is_own(&cx, e)) {
        let person = crate::find(&cx.db, cx.tenant, erasure.person_id).await?;
        if !policy::can(&cx, policy::ERASE, &person).await? {
            continue;
        }
        let due = calendar.after(day(erasure.asked_at), DAYS);
        let facts = if erasure.own { cx.t("people.erasure.by_oneself").to_owned() } else { erasure.reason };
        items.push(WorkItem {
            many: None,
            kind: "work.kind.erasure",
            tint: "tag-r",
            title: cx.say(&Word::new("people.erasure.work").with("name", &person.name)),
            facts,
            who: erasure.asked_name,
            due: day_start(due.succ_opt().unwrap_or(due)),
            url: format!("{}/life", person.url()),
        });
    }
    Ok(items)
}
