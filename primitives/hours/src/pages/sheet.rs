//! A list as a table to keep: xlsx or csv, with a line in the trace.

use kernel::db::LaneKey;
use kernel::ids::Raw;
use kernel::tables::{Column, Out};
use kernel::{Answer, Cx, Deed, Result, Tx};
use serde::Serialize;

/// A list that leaves as a table.
pub(crate) struct Sheet {
    /// The word of the file's name.
    pub name: &'static str,
    /// The words of its columns and how wide they are.
    pub columns: &'static [(&'static str, u8)],
    /// Its rows.
    pub rows: Vec<Vec<Out>>,
    /// What was asked for, as the trace keeps it.
    pub filter: String,
}

#[derive(Serialize)]
struct Exported {
    rows: usize,
    format: &'static str,
    filter: String,
}

impl Deed for Exported {
    const KIND: &'static str = "hours.exported";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("hours", None)
    }
}

impl Sheet {
    /// Leaves the line and sends the file.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(crate) async fn send(self, cx: &Cx, csv: bool) -> Result<Answer> {
        let format = if csv { "csv" } else { "xlsx" };
        let deed = Exported { rows: self.rows.len(), format, filter: self.filter };
        let at = cx.clone();
        let lane = LaneKey::of(cx.actor.account.map(|a| a.0).unwrap_or_default());
        cx.write(lane, async move |tx: &mut Tx<'_>| {
            tx.record(&at, &deed);
            Ok(())
        })
        .await?;
        let columns: Vec<Column> = self.columns.iter().map(|(word, width)| Column::new(cx.t(word), *width)).collect();
        cx.sheet(&format!("{}-{}", cx.t(self.name), cx.today()), format, columns, self.rows).await
    }
}
