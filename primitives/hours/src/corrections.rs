//! Taking a row back: the old one stays, a new one says by whom and why.

use crate::forms::ReversalForm;
use crate::model::{Entry, EntryId};
use crate::store;
use kernel::ids::Raw;
use kernel::{Cx, Deed, Error, Result, Tx, Word};
use serde::Serialize;

#[derive(Serialize)]
struct Reversed {
    #[serde(skip)]
    entry: EntryId,
    by: EntryId,
    minutes: i64,
    reason: String,
}

impl Deed for Reversed {
    const KIND: &'static str = "hours.reversed";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("hours", Some(self.entry.0))
    }
}

/// Takes a row back for the reason that was typed, once for each one-time key.
///
/// # Errors
/// `Invalid` without a reason; else as `reverse`.
pub(crate) async fn take_back(cx: &Cx, entry: &Entry, form: &ReversalForm) -> Result<EntryId> {
    let reason = form.check().map_err(Error::Invalid)?;
    let (at, old) = (cx.clone(), entry.clone());
    cx.once(entry.person_id.lane(), async move |tx: &mut Tx<'_>| reverse(tx, &at, &old, &reason).await).await
}

/// Takes a row back, leaves the trace and tells the volunteer.
///
/// # Errors
/// `Refused` when it was taken back before, or is itself a row that takes another back.
pub async fn reverse(tx: &mut Tx<'_>, cx: &Cx, entry: &Entry, reason: &str) -> Result<EntryId> {
    let by = store::reverse(tx, cx, entry, reason).await?;
    tx.record(cx, &Reversed { entry: entry.id, by, minutes: entry.minutes, reason: reason.to_owned() });
    let word = Word::new("hours.message.reversed")
        .with("title", &entry.title)
        .with("hours", kernel::words::hours(entry.minutes));
    kernel::messages::leave(tx, cx, entry.person_id.0, &word, "/me/hours").await?;
    Ok(by)
}
