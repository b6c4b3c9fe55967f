//! A list as a table to keep: xlsx or csv, with a line in the trace.

use kernel::db::LaneKey;
use kernel::ids::Raw;
use kernel::tables::{Column, Out};
use kernel::{Answer, Cx, Deed, Error, Result, Tx, Word};
use serde::Serialize;

/// More rows than this are refused: narrow the list.
pub(crate) const MOST: usize = 50_000;

/// A list that leaves as a table.
pub(crate) struct Sheet {
    /// The kind of the objects in it, for the trace.
    pub object: (&'static str, Option<Raw>),
    /// The file's name without its day and ending.
    pub name: String,
    /// The words of its columns and how wide they are.
    pub columns: &'static [(&'static str, u8)],
    /// Its rows.
    pub rows: Vec<Vec<Out>>,
    /// What was asked for, as the trace keeps it.
    pub filter: String,
}

#[derive(Serialize)]
struct Exported {
    #[serde(skip)]
    object: (&'static str, Option<Raw>),
    rows: usize,
    format: &'static str,
    filter: String,
}

impl Deed for Exported {
    const KIND: &'static str = "records.exported";
    fn object(&self) -> (&'static str, Option<Raw>) {
        self.object
    }
}

impl Sheet {
    /// Leaves the line and sends the file.
    ///
    /// # Errors
    /// `Refused` when it has too many rows.
    pub(crate) async fn send(self, cx: &Cx, csv: bool) -> Result<Answer> {
        if self.rows.len() > MOST {
            return Err(Error::Refused(Word::new("hours.export.too_many").with("most", MOST)));
        }
        let format = if csv { "csv" } else { "xlsx" };
        let deed = Exported { object: self.object, rows: self.rows.len(), format, filter: self.filter };
        let at = cx.clone();
        let lane = LaneKey::of(cx.actor.account.map(|a| a.0).unwrap_or_default());
        cx.write(lane, async move |tx: &mut Tx<'_>| {
            tx.record(&at, &deed);
            Ok(())
        })
        .await?;
        let columns: Vec<Column> = self.columns.iter().map(|(word, width)| Column::new(cx.t(word), *width)).collect();
        cx.sheet(&format!("{}-{}", self.name, cx.today()), format, columns, self.rows).await
    }
}
