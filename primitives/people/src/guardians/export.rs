//! The list of minors as a table to keep: what the list shows, masked as there, within the same filter and reach.

use super::list::{Wanted, band_word, state_word};
use super::store;
use crate::ties::Ties;
use crate::{mask, policy};
use kernel::ids::Raw;
use kernel::tables::{Column, Out, TableError, write_csv, write_xlsx};
use kernel::{Answer, Cx, Deed, Error, LaneKey, Query, Result, Tx};
use serde::Serialize;

/// Rows of a file.
const MOST: i64 = 20_000;
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// A table of minors left.
#[derive(Serialize)]
struct Exported {
    rows: usize,
    format: &'static str,
}

impl Deed for Exported {
    const KIND: &'static str = "people.minors_exported";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("person", None)
    }
}

const COLUMNS: [(&str, u8); 5] = [
    ("people.name", 14),
    ("people.band", 16),
    ("people.town", 14),
    ("people.guardian.consent", 22),
    ("people.guardian.phone", 16),
];

pub(super) async fn export(cx: Cx, Query(wanted): Query<Wanted>) -> Result<Answer> {
    let (filter, reach, ties) = (wanted.filter(), cx.reach(policy::EXPORT), cx.app.part::<Ties>());
    let minors = store::list(&cx, (&filter, &reach, ties), (None, MOST)).await?;
    let tree = places::tree(&cx).await?;
    let rows: Vec<Vec<Out>> = minors
        .iter()
        .map(|minor| {
            vec![
                Out::Text(minor.name.clone()),
                Out::Text(cx.t(&band_word(&cx, minor)).to_owned()),
                Out::Text(tree.town(&minor.region_code).to_owned()),
                Out::Text(cx.t(state_word(&cx, minor)).to_owned()),
                Out::maybe(minor.guardian_phone.as_deref().map(mask::phone)),
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
    let (bytes, kind) = match format {
        "csv" => (write_csv(&columns, rows.into_iter()), "text/csv; charset=utf-8"),
        _ => (write_xlsx(&columns, rows.into_iter()), XLSX),
    };
    let bytes = bytes.map_err(|e: TableError| Error::internal(e.to_string()))?;
    Ok(cx.download(&format!("{}.{format}", cx.t("people.minors")), kind, bytes))
}
