//! An uploaded file as the clerk sees it: its columns with samples, the signature by which it is known again, and the error
//! file that goes back.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use kernel::auth::digest;
use kernel::tables::{self, Cell, Limits, Out, Sheet, TableError, Workbook};
use kernel::{Cx, Error, Result, Word};
use people::rules::identity;

use super::cells::{Refusal, shown};
use super::columns::{Field, Kind, plain};
use super::layout::{self, Layout, Table};
use super::model::{Column, SheetColumns, Told};
use super::turn::{Book, Turn};

/// Values of a column that are shown.
const SAMPLES: usize = 2;

/// Reads a file where waiting is allowed, one at a time; what it is not, is said in the clerk's words.
pub(super) async fn read(cx: &Cx, bytes: Vec<u8>) -> Result<Book> {
    let place = cx.app.part::<Turn>().take().await?;
    let read = move || tables::read(&bytes, &Limits::default()).map(|book| Book { book, _place: place });
    wait(read).await?.map_err(refused)
}

/// What is wrong with a table, as a refusal.
pub(super) fn refused(error: TableError) -> Error {
    Error::Refused(Word::new(error.word()))
}

/// Runs what takes processor time beside the threads that answer.
pub(super) async fn wait<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|_| Error::internal("reading a table was broken off".to_owned()))
}

/// Filled rows of all sheets.
pub(super) fn row_count(book: &Workbook) -> usize {
    book.sheets
        .iter()
        .map(|sheet| sheet.rows.iter().filter(|row| row.iter().any(|cell| !cell.is_empty())).count())
        .sum()
}

/// By what a source is known again: its headings, however the rows change. An error file that comes back has one more
/// column, `added`, and is the same source.
pub(super) fn signature(book: &Workbook, kind: Kind, added: &[String]) -> String {
    let found = layout::find(book, kind, &Told::new());
    let of = |sheet: &SheetColumns| {
        let headings = sheet.columns.iter().map(|column| &column.heading).filter(|heading| !added.contains(heading));
        headings.map(|heading| plain(heading)).collect::<Vec<_>>().join("|")
    };
    let headings: BTreeSet<String> = columns(book, &found).iter().map(of).filter(|text| !text.is_empty()).collect();
    digest(&headings.into_iter().collect::<Vec<_>>().join("\n"))
}

/// The columns of every sheet; those of a sheet whose heading is not understood too, so that the clerk can tell them.
pub(super) fn columns(book: &Workbook, layout: &Layout<'_>) -> Vec<SheetColumns> {
    let read = layout.tables.iter().map(read_columns);
    let why: HashMap<&str, &str> = layout.skipped.iter().map(|(name, reason)| (name.as_str(), *reason)).collect();
    let skipped = book.sheets.iter().filter_map(|sheet| {
        let reason = why.get(sheet.name.as_str())?;
        let columns =
            if *reason == "import.skipped.no_heading" { unread_columns(sheet) } else { SheetColumns::default() };
        Some(SheetColumns { sheet: sheet.name.clone(), skipped: Some((*reason).to_owned()), ..columns })
    });
    read.chain(skipped).collect()
}

fn read_columns(table: &Table<'_>) -> SheetColumns {
    let columns = table
        .headings
        .iter()
        .enumerate()
        .map(|(at, heading)| {
            let field = table.mapping.field(at);
            Column {
                heading: heading.clone(),
                field: field.map_or("", Field::key).to_owned(),
                samples: samples(table.sheet, at, field, table.rows.iter().copied()),
                doubled: table.mapping.doubled.iter().any(|(column, _)| *column == at),
            }
        })
        .filter(|column| !column.heading.is_empty())
        .collect();
    let sheet = table.sheet.name.clone();
    SheetColumns { sheet, heading_row: table.heading_row, rows: table.rows.len(), columns, skipped: None }
}

/// The row that looks most like a heading: of the first thirty the one with most different texts.
fn unread_columns(sheet: &Sheet) -> SheetColumns {
    let texts = |row: &[Cell]| {
        row.iter().filter(|cell| matches!(cell, Cell::Text(_))).map(Cell::shown).collect::<BTreeSet<_>>()
    };
    let best = (0..sheet.rows.len().min(30)).rev().max_by_key(|at| texts(&sheet.rows[*at]).len());
    let Some(at) = best.filter(|at| texts(&sheet.rows[*at]).len() >= 2) else { return SheetColumns::default() };
    let columns = sheet.rows[at]
        .iter()
        .enumerate()
        .map(|(column, cell)| Column {
            heading: if matches!(cell, Cell::Text(_)) { cell.shown() } else { String::new() },
            samples: samples(sheet, column, None, at + 1..sheet.rows.len()),
            ..Column::default()
        })
        .filter(|column| !column.heading.is_empty())
        .collect();
    SheetColumns { heading_row: sheet.row_number(at), columns, ..SheetColumns::default() }
}

fn samples(sheet: &Sheet, column: usize, field: Option<Field>, rows: impl Iterator<Item = usize>) -> Vec<String> {
    rows.filter_map(|row| sheet.rows.get(row)?.get(column))
        .filter(|cell| !cell.is_empty())
        .take(SAMPLES)
        .map(|cell| match field {
            Some(field) => shown(field, cell),
            None => unknown(&cell.shown()),
        })
        .collect()
}

/// A column that nobody told may hold anything: what looks like a number of a person is masked.
fn unknown(text: &str) -> String {
    if text.chars().filter(char::is_ascii_digit).count() >= 7 {
        identity::mask(text)
    } else {
        text.chars().take(20).collect()
    }
}

/// The rows that were refused as they stood, each with its reasons, to be repaired and sent again. Numbers stay texts.
pub(super) fn error_file(cx: &Cx, book: &Workbook, kind: Kind, told: &Told, refused: &[Refusal]) -> Result<Vec<u8>> {
    let layout = layout::find(book, kind, told);
    let mut reasons: BTreeMap<(&str, u32), Vec<String>> = BTreeMap::new();
    for refusal in refused {
        reasons.entry((&refusal.sheet, refusal.row)).or_default().push(sentence(cx, refusal));
    }
    let mut headings: Vec<String> = Vec::new();
    for heading in layout.tables.iter().flat_map(|table| &table.headings) {
        if !heading.is_empty() && !headings.contains(heading) {
            headings.push(heading.clone());
        }
    }
    let mut rows = Vec::new();
    for table in &layout.tables {
        let places: Vec<Option<usize>> =
            headings.iter().map(|heading| table.headings.iter().position(|own| own == heading)).collect();
        for at in &table.rows {
            let Some(why) = reasons.get(&(table.sheet.name.as_str(), table.number(*at))) else { continue };
            let mut cells: Vec<Out> = places.iter().map(|place| out(table, *at, *place)).collect();
            cells.push(Out::Text(why.join("")));
            rows.push(cells);
        }
    }
    let mut titles: Vec<tables::Column> =
        headings.into_iter().map(|heading| tables::Column::new(heading, 18)).collect();
    titles.push(tables::Column::new(cx.t("import.reason"), 60));
    tables::write_xlsx(&titles, rows.into_iter()).map_err(self::refused)
}

fn out(table: &Table<'_>, row: usize, column: Option<usize>) -> Out {
    let Some(column) = column else { return Out::Empty };
    let cell = match table.mapping.field(column) {
        Some(field) => table.cell(row, field),
        None => table.sheet.rows.get(row).and_then(|cells| cells.get(column)).unwrap_or(&Cell::Empty),
    };
    if cell.is_empty() { Out::Empty } else { Out::Text(cell.shown().chars().take(32_000).collect()) }
}

/// Why a cell was not taken, with the row that it contradicts.
pub(super) fn sentence(cx: &Cx, refusal: &Refusal) -> String {
    let said = cx.t(refusal.reason).to_owned();
    let Some((sheet, row)) = &refusal.other else { return said };
    format!("{said}{}", cx.say(&other_row(sheet, i64::from(*row))))
}

/// Where the other row of a contradiction stands.
pub(super) fn other_row(sheet: &str, row: i64) -> Word {
    let word = Word::new(if sheet.is_empty() { "import.other_row" } else { "import.other_sheet_row" });
    word.with("sheet", sheet).with("row", row)
}
