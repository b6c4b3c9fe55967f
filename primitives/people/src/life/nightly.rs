//! The nightly round: whoever came of age, whoever has not served for long. They are asked first; a month later they are dormant.

use super::model::{Basis, Stage};
use super::{DORMANT_MONTHS, store, verbs};
use crate::guardians;
use crate::model::PersonId;
use chrono::{Duration, Months, NaiveDate, Timelike as _};
use kernel::{Cx, LaneKey, Result, Tx, Word};

/// What the ledger of hours knows and this room asks; `hours` puts its own in place.
#[derive(Clone, Copy)]
pub struct Served {
    /// A condition on `person`: no service since the day `?`. Without a ledger nobody is found.
    pub not_since: &'static str,
}

impl Default for Served {
    fn default() -> Self {
        Self { not_since: "CAST(? AS DATE) IS NULL" }
    }
}

/// People of one transaction.
const PART: i64 = 500;
/// So many days somebody has to answer.
pub(super) const ANSWER_DAYS: i64 = 30;

/// Asked every ten minutes; does its round once a day, from two in the morning. Safe to run twice.
pub(crate) async fn nightly(cx: Cx) -> Result<()> {
    let today = cx.today();
    if kernel::time::beijing(cx.now).hour() < 2 || store::last_round(&cx.db, cx.tenant).await? == Some(today) {
        return Ok(());
    }
    guardians::grow_up(&cx).await?;
    let months = u32::try_from(DORMANT_MONTHS.read(&cx.db, cx.tenant).await?).unwrap_or(0);
    if months > 0 {
        round(&cx, months).await?;
    }
    let (tenant, lane) = (cx.tenant, LaneKey::of(cx.tenant.0));
    cx.write(lane, async move |tx: &mut Tx<'_>| store::keep_round(tx, tenant, today).await).await
}

/// The day since which somebody has not served for so many months.
fn since(today: NaiveDate, months: u32) -> NaiveDate {
    today.checked_sub_months(Months::new(months)).unwrap_or(today)
}

async fn round(cx: &Cx, months: u32) -> Result<()> {
    let served = cx.app.part::<Served>();
    let asked = since(cx.today(), months) + Duration::days(ANSWER_DAYS);
    let (at, lane) = (cx.clone(), LaneKey::of(cx.tenant.0));
    cx.write(lane, async move |tx: &mut Tx<'_>| store::forget_notices(tx, &at, asked, served).await).await?;
    loop {
        let people = store::to_ask(cx, asked, served, PART).await?;
        if people.is_empty() {
            break;
        }
        let at = cx.clone();
        cx.write(lane, async move |tx: &mut Tx<'_>| ask(tx, &at, &people, months).await).await?;
    }
    let before = cx.now - Duration::days(ANSWER_DAYS);
    loop {
        let people = store::to_rest(cx, since(cx.today(), months), served, (before, PART)).await?;
        if people.is_empty() {
            return Ok(());
        }
        let at = cx.clone();
        cx.write(lane, async move |tx: &mut Tx<'_>| rest(tx, &at, &people, months).await).await?;
    }
}

async fn ask(tx: &mut Tx<'_>, cx: &Cx, people: &[PersonId], months: u32) -> Result<()> {
    let ids: Vec<_> = people.iter().map(|person| person.0).collect();
    let word = Word::new("people.message.idle").with("months", months).with("days", ANSWER_DAYS);
    kernel::messages::leave_all(tx, cx, &ids, &word, "/me/life").await?;
    store::note(tx, cx, people).await
}

async fn rest(tx: &mut Tx<'_>, cx: &Cx, people: &[PersonId], months: u32) -> Result<()> {
    let reason = cx.say(&Word::new("people.life.idle").with("months", months));
    for person in people {
        verbs::move_to(tx, cx, *person, (Stage::Dormant, Basis::Consent, &reason)).await?;
    }
    Ok(())
}
