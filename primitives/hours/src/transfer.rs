//! Hours that go over to another record of the same person: the ledger is added to, never changed. Each row is taken back
//! where it stood and credited where it belongs, so every figure stays the sum of the rows below it.

use crate::model::{Entry, EntryId};
use crate::store;
use kernel::ids::Raw;
use kernel::{Cx, Deed, Read, Result, TenantId, Tx};
use people::PersonId;
use serde::Serialize;

/// A row that went over: the old one, and the one that stands for it now; none where the other record has that time already.
#[derive(Clone, Copy, Debug)]
pub struct Transfer {
    /// Taken back.
    pub old: EntryId,
    /// Credited instead.
    pub new: Option<EntryId>,
}

#[derive(Serialize)]
struct Transferred {
    #[serde(skip)]
    person: PersonId,
    from: PersonId,
    rows: usize,
    skipped: usize,
    reason: String,
}

impl Deed for Transferred {
    const KIND: &'static str = "hours.transferred";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("person", Some(self.person.0))
    }
}

/// The rows of one person that count and overlap one of another's: of these, one can stand.
pub async fn overlapping(db: &impl Read, tenant: TenantId, one: PersonId, other: PersonId) -> Result<Vec<Entry>> {
    store::transfer::overlapping(db, tenant, one, other).await
}

/// Lets everything that counts of one person go over to another.
pub async fn transfer(
    tx: &mut Tx<'_>,
    cx: &Cx,
    (from, to): (PersonId, PersonId),
    reason: &str,
) -> Result<Vec<Transfer>> {
    let rows = store::transfer::counting(tx, cx.tenant, from).await?;
    let mut gone_over = Vec::with_capacity(rows.len());
    for row in rows {
        store::reverse(tx, cx, &row, reason).await?;
        let new = store::transfer::credit_again(tx, cx, row.id, (to, reason)).await?;
        gone_over.push(Transfer { old: row.id, new });
    }
    let skipped = gone_over.iter().filter(|row| row.new.is_none()).count();
    if !gone_over.is_empty() {
        let rows = gone_over.len();
        tx.record(cx, &Transferred { person: to, from, rows, skipped, reason: reason.to_owned() });
    }
    Ok(gone_over)
}

/// Lets rows go back to the person whom they came from; one that was taken back since stays so.
pub async fn transfer_back(
    tx: &mut Tx<'_>,
    cx: &Cx,
    (from, to): (PersonId, PersonId),
    (rows, reason): (&[Transfer], &str),
) -> Result<Vec<Transfer>> {
    let (mut returned, mut skipped) = (Vec::new(), 0);
    for Transfer { old, new } in rows {
        if let Some(new) = new {
            if store::reversal_of(tx, cx.tenant, *new).await?.is_some() {
                skipped += 1;
                continue;
            }
            let entry = store::find(tx, cx.tenant, *new).await?;
            store::reverse(tx, cx, &entry, reason).await?;
        }
        let again = store::transfer::credit_again(tx, cx, *old, (to, reason)).await?;
        skipped += usize::from(again.is_none());
        returned.push(Transfer { old: *old, new: again });
    }
    if !rows.is_empty() {
        tx.record(cx, &Transferred { person: to, from, rows: rows.len(), skipped, reason: reason.to_owned() });
    }
    Ok(returned)
}
