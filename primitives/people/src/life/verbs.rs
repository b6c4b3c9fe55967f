//! Steps of the life cycle: the rows, what ends with them, and the trace together. The trace tells the step, never its reason in
//! somebody's words.

use super::model::{Basis, Stage};
use super::{rules, store};
use crate::model::{Person, PersonId};
use crate::store::Change;
use chrono::NaiveDate;
use kernel::ids::Raw;
use kernel::{Cx, Deed, End, Error, Result, Tx, Word, parting};
use serde::Serialize;

#[derive(Serialize)]
struct Moved {
    #[serde(skip)]
    person: PersonId,
    from: Stage,
    to: Stage,
    basis: Basis,
}

impl Deed for Moved {
    const KIND: &'static str = "people.moved";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("person", Some(self.person.0))
    }
}

/// Takes a step: from where they stand now to `to`. Leaving ends what they signed up for, belong to and hold.
///
/// # Errors
/// `Refused` where the step leads nowhere from here, or where something has to be done first.
pub async fn move_to(
    tx: &mut Tx<'_>,
    cx: &Cx,
    person: PersonId,
    (to, basis, reason): (Stage, Basis, &str),
) -> Result<()> {
    let person = crate::find(tx, cx.tenant, person).await?;
    crate::verbs::not_given_up(&person)?;
    let from = person.stage();
    if !rules::steps(from).contains(&to) {
        let key = if from == to { "people.life.there_already" } else { "people.life.no_step" };
        return Err(Error::Refused(Word::new(key)));
    }
    if to == Stage::Left {
        parting::end(tx, cx, person.id.0, End::Left).await?;
    }
    record(tx, cx, &person, (to, basis, reason)).await?;
    if to == Stage::Active && person.registered_on.is_none() {
        // Whoever was taken down by others is a volunteer from today, and has a number.
        let registered = Change { registered_on: Some(cx.today()), ..Change::default() };
        crate::verbs::change(tx, cx, person.id, &registered).await?;
    }
    Ok(())
}

/// Begins the life of a record that others made of somebody at hand, in the transaction that made it.
pub async fn begin(tx: &mut Tx<'_>, cx: &Cx, person: PersonId, (basis, reason): (Basis, &str)) -> Result<()> {
    let person = crate::find(tx, cx.tenant, person).await?;
    store::begin(tx, cx, &person, (basis, reason)).await
}

/// Writes a step down, whatever it is.
pub(super) async fn record(
    tx: &mut Tx<'_>,
    cx: &Cx,
    person: &Person,
    (to, basis, reason): (Stage, Basis, &str),
) -> Result<()> {
    store::step(tx, cx, person, (to, basis, reason)).await?;
    tx.record(cx, &Moved { person: person.id, from: person.stage(), to, basis });
    Ok(())
}

/// Somebody served on a day: whoever was dormant is active again. Cheap where they were not.
pub async fn served(tx: &mut Tx<'_>, cx: &Cx, person: PersonId, day: NaiveDate) -> Result<()> {
    if !store::is_dormant(tx, cx.tenant, person, day).await? {
        return Ok(());
    }
    let person = crate::find(tx, cx.tenant, person).await?;
    let reason = cx.t("people.life.came_back").to_owned();
    record(tx, cx, &person, (Stage::Active, Basis::Consent, &reason)).await
}
