//! Tables to keep: what a list shows, by the same filter and within the same reach.

use kernel::tables::{Column, Out, TableError, write_csv, write_xlsx};
use kernel::{Answer, Cx, Error, Result};

/// Rows of a file.
pub(crate) const MOST: i64 = 50_000;
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// The kind of file that was asked for; `xlsx` where none was.
pub(crate) fn format(typed: &str) -> &'static str {
    if typed == "csv" { "csv" } else { "xlsx" }
}

/// The file.
pub(crate) fn file(
    cx: &Cx,
    name: &str,
    (columns, format): (&[(&str, u8)], &'static str),
    rows: Vec<Vec<Out>>,
) -> Result<Answer> {
    let columns: Vec<Column> = columns.iter().map(|(key, width)| Column::new(cx.t(key), *width)).collect();
    let (bytes, kind) = match format {
        "csv" => (write_csv(&columns, rows.into_iter()), "text/csv; charset=utf-8"),
        _ => (write_xlsx(&columns, rows.into_iter()), XLSX),
    };
    let bytes = bytes.map_err(|e: TableError| Error::internal(e.to_string()))?;
    Ok(cx.download(&format!("{name}.{format}"), kind, bytes))
}
