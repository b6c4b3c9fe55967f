//! The list of doubles as a table to keep: what the list shows, masked as there, by the same filter and within the same reach.

use super::pages::Wanted;
use super::store;
use crate::{mask, policy};
use kernel::ids::Raw;
use kernel::tables::{Column, Out};
use kernel::{Answer, Cx, Deed, LaneKey, Query, Result, Tx};
use serde::Serialize;

/// Rows of a file.
const MOST: i64 = 20_000;

/// A table of doubles left.
#[derive(Serialize)]
struct Exported {
    rows: usize,
    format: &'static str,
}

impl Deed for Exported {
    const KIND: &'static str = "people.doubles_exported";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("person", None)
    }
}

const COLUMNS: [(&str, u8); 6] = [
    ("people.double.one", 14),
    ("people.field.phone", 16),
    ("people.double.other", 14),
    ("people.double.other_phone", 16),
    ("people.double.level", 12),
    ("people.double.why", 40),
];

pub(super) async fn export(cx: Cx, Query(wanted): Query<Wanted>) -> Result<Answer> {
    cx.may_somewhere(policy::EDIT)?;
    let (filter, reach) = (wanted.filter(), cx.reach(policy::EDIT));
    let pairs = store::list(&cx.db, cx.tenant, (&filter, &reach), (None, MOST)).await?;
    let phone = |phone: &Option<String>| Out::maybe(phone.as_deref().map(mask::phone));
    let rows: Vec<Vec<Out>> = pairs
        .iter()
        .map(|pair| {
            let why: Vec<String> = pair.found().iter().map(|reason| cx.t(&reason.word()).to_owned()).collect();
            let level = if pair.is_sure() { "people.double.sure" } else { "people.double.likely" };
            vec![
                Out::Text(pair.name.clone()),
                phone(&pair.phone),
                Out::Text(pair.other_name.clone()),
                phone(&pair.other_phone),
                Out::Text(cx.t(level).to_owned()),
                Out::Text(why.join(cx.t("people.double.and"))),
            ]
        })
        .collect();
    let format = if wanted.format == "csv" { "csv" } else { "xlsx" };
    let (at, count) = (cx.clone(), rows.len());
    cx.write(LaneKey::of(cx.tenant.0), async move |tx: &mut Tx<'_>| {
        tx.record(&at, &Exported { rows: count, format });
        Ok(())
    })
    .await?;
    let columns: Vec<Column> = COLUMNS.iter().map(|(key, width)| Column::new(cx.t(key), *width)).collect();
    cx.sheet(cx.t("people.double.title"), format, columns, rows).await
}
