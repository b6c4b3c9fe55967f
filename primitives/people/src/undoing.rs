//! Taking back what an import did: people who are on record by mistake go for good, fields return to what stood there.

use crate::deeds::Changed;
use crate::model::{Person, PersonId, PoliticalCode};
use crate::store;
use kernel::{Cx, Result, Tx, pointers};

/// The fields that `put_back` takes from the person that it is given.
pub const FIELDS: &[&str] =
    &["sex", "birth_date", "phone", "email", "ethnicity", "education", "employer", "skills", "region_code", "address"];

/// A record as it shall stand again, with the fields that differ now.
pub struct PutBack {
    /// Name, number and state are not touched.
    pub person: Person,
    /// Some of `FIELDS`; `phone` among them renews what the search finds.
    pub fields: Vec<&'static str>,
}

/// Takes people off the record, with their status, their messages and what the search knows of them. Whoever is in use is
/// refused by the database; the caller asked before, and leaves one trace for all of them.
pub async fn remove_many(tx: &mut Tx<'_>, cx: &Cx, people: &[PersonId]) -> Result<()> {
    let ids: Vec<_> = people.iter().map(|person| person.0).collect();
    pointers::sweep(&cx.app, tx, (cx.tenant, "person"), &ids).await?;
    store::remove_many(tx, cx.tenant, people).await
}

/// Puts fields back, empty ones too; each person's change is traced.
pub async fn put_back(tx: &mut Tx<'_>, cx: &Cx, list: &[PutBack]) -> Result<()> {
    store::put_back(tx, (cx.tenant, cx.now), list).await?;
    for PutBack { person, fields } in list {
        tx.record(cx, &Changed { person: Some(person.id), fields: fields.clone(), emptied: Vec::new() });
    }
    Ok(())
}

/// Takes back the status `put` that holds, so that the one before it holds again; `false` when another one holds by now.
pub async fn put_back_political(
    tx: &mut Tx<'_>,
    cx: &Cx,
    person: PersonId,
    (before, put): (Option<PoliticalCode>, PoliticalCode),
) -> Result<bool> {
    let Some(held) = store::begun_status(tx, cx.tenant, person, put).await? else { return Ok(false) };
    store::reopen_status(tx, cx.tenant, person, (held, before)).await?;
    tx.record(cx, &Changed { person: Some(person), fields: vec!["political_status"], emptied: Vec::new() });
    Ok(true)
}
