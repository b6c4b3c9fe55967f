//! Who of a roster may be on record already without the same document: told with the reasons, never guessed.

use std::collections::BTreeSet;

use kernel::{Cx, Result};
use people::duplicates::{self, Card};

use super::Plan;
use crate::import::model::Double;
use crate::import::source;

/// Pairs that are kept; a roster with more of them is read wrongly.
const MOST: usize = 500;

/// Somebody whom a row puts on record.
pub(in crate::import) struct Made {
    pub card: Card,
    pub sheet: String,
    pub row: u32,
}

/// Notes how many rows are likely doubles, of the record or of another row, and keeps which.
pub(in crate::import) async fn note(cx: &Cx, plan: &mut Plan, made: Vec<Made>) -> Result<()> {
    if made.is_empty() {
        return Ok(());
    }
    let mut cards = duplicates::cards(&cx.db, cx.tenant).await?;
    let found = source::wait(move || {
        let since = cards.len();
        cards.extend(made.iter().map(|one| one.card.clone()));
        let double = |found: duplicates::Found| {
            let row = &made[found.second - since];
            let other = found.first.checked_sub(since).map(|at| &made[at]);
            Double {
                sheet: row.sheet.clone(),
                row: row.row,
                person: other.is_none().then(|| cards[found.first].person),
                other_sheet: other.map(|other| other.sheet.clone()),
                other_row: other.map(|other| other.row),
                reasons: found.reasons.iter().map(|reason| reason.as_str().to_owned()).collect(),
            }
        };
        duplicates::scan(&cards, since).into_iter().map(double).collect::<Vec<Double>>()
    });
    let mut found = found.await?;
    let rows: BTreeSet<(&str, u32)> = found.iter().map(|double| (double.sheet.as_str(), double.row)).collect();
    if !rows.is_empty() {
        plan.notes.insert("import.note.doubles".to_owned(), i64::try_from(rows.len()).unwrap_or(i64::MAX));
    }
    found.truncate(MOST);
    plan.doubles = found;
    Ok(())
}
