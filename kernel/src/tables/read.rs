//! Reading a workbook from bytes, whatever the file is called.

use std::{
    io::Cursor,
    panic::{AssertUnwindSafe, catch_unwind},
};

use calamine::{
    Data, DataRef, Dimensions, ExcelDateTime, Reader, SheetType, SheetVisible, Xls, XlsError, Xlsx, XlsxError,
};
use chrono::NaiveDateTime;

use super::{Cell, Limits, Merge, Sheet, TableError, Workbook, limits, text, xls};

/// Reads xlsx, xls or delimited text (comma, semicolon or tab; UTF-8, UTF-16 with its mark, or GB18030). It takes processor
/// time in proportion to the file: call it where waiting is allowed.
pub fn read(bytes: &[u8], limits: &Limits) -> Result<Workbook, TableError> {
    limits::weigh(bytes, limits)?;
    // The parsers are other people's and the bytes anybody's: a panic is one more way to say that the file is damaged.
    let sheets = catch_unwind(AssertUnwindSafe(|| sheets(bytes, limits))).unwrap_or(Err(TableError::Broken))?;
    if sheets.iter().all(|sheet| sheet.rows.is_empty()) {
        return Err(TableError::Empty);
    }
    Ok(Workbook { sheets })
}

fn sheets(bytes: &[u8], limits: &Limits) -> Result<Vec<Sheet>, TableError> {
    if bytes.starts_with(b"PK") {
        return if limits::sift(bytes, limits)? { read_xlsx(bytes, limits) } else { Err(TableError::NotATable) };
    }
    if bytes.starts_with(&xls::MARK) {
        xls::weigh(bytes, limits)?;
        return read_xls(bytes, limits);
    }
    if [&b"%PDF"[..], b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"{\\rtf"]
        .iter()
        .any(|mark| bytes.starts_with(mark))
    {
        return Err(TableError::NotATable);
    }
    Ok(vec![text::sheet(bytes, limits)?])
}

fn read_xlsx(bytes: &[u8], limits: &Limits) -> Result<Vec<Sheet>, TableError> {
    let mut book = Xlsx::new(Cursor::new(bytes)).map_err(xlsx_error)?;
    let tabs = book.sheets_metadata().to_vec();
    let mut sheets = Vec::with_capacity(tabs.len());
    let mut budget = *limits;
    for tab in tabs.into_iter().filter(|tab| tab.typ == SheetType::WorkSheet) {
        let mut filling = Filling::new(budget);
        {
            let mut cells = match book.worksheet_cells_reader(&tab.name) {
                Ok(cells) => cells,
                Err(XlsxError::NotAWorksheet(_) | XlsxError::WorksheetNotFound(_)) => continue,
                Err(error) => return Err(xlsx_error(error)),
            };
            while let Some(cell) = cells.next_cell().map_err(xlsx_error)? {
                let (row, column) = cell.get_position();
                filling.put(row, column as usize, from_ref(cell.get_value()))?;
            }
        }
        let merges = book.merge_cells_by_sheet_name(&tab.name).unwrap_or_default();
        budget.cells = budget.cells.saturating_sub(filling.stored);
        sheets.push(filling.finish(tab.name, tab.visible != SheetVisible::Visible, merges));
    }
    Ok(sheets)
}

fn read_xls(bytes: &[u8], limits: &Limits) -> Result<Vec<Sheet>, TableError> {
    let mut book = Xls::new(Cursor::new(bytes)).map_err(|error| match error {
        XlsError::Password => TableError::Password,
        _ => TableError::Broken,
    })?;
    let mut sheets = Vec::new();
    let mut budget = *limits;
    for tab in book.sheets_metadata().to_vec().into_iter().filter(|tab| tab.typ == SheetType::WorkSheet) {
        let range = book.worksheet_range(&tab.name).map_err(|_| TableError::Broken)?;
        let (top, left) = range.start().unwrap_or_default();
        let mut filling = Filling::new(budget);
        for (row, column, value) in range.used_cells() {
            let row = top.saturating_add(u32::try_from(row).unwrap_or(u32::MAX));
            filling.put(row, left as usize + column, from_data(value))?;
        }
        budget.cells = budget.cells.saturating_sub(filling.stored);
        let merges = book.merge_cells_by_sheet_name(&tab.name).unwrap_or_default();
        sheets.push(filling.finish(tab.name, tab.visible != SheetVisible::Visible, merges));
    }
    Ok(sheets)
}

fn xlsx_error(error: XlsxError) -> TableError {
    match error {
        XlsxError::Password => TableError::Password,
        _ => TableError::Broken,
    }
}

fn from_ref(value: &DataRef<'_>) -> Cell {
    match value {
        DataRef::Empty => Cell::Empty,
        DataRef::String(text) => Cell::text(text.as_str()),
        DataRef::SharedString(text) => Cell::text(*text),
        DataRef::Float(number) => Cell::Number(*number),
        DataRef::Bool(yes) => Cell::Bool(*yes),
        DataRef::DateTime(at) => from_serial(at),
        other => from_data(&Data::from(other.clone())),
    }
}

fn from_data(value: &Data) -> Cell {
    match value {
        Data::Empty => Cell::Empty,
        Data::String(text) | Data::DurationIso(text) => Cell::text(text.as_str()),
        Data::Int(number) => Cell::Number(*number as f64),
        Data::Float(number) => Cell::Number(*number),
        Data::Bool(yes) => Cell::Bool(*yes),
        Data::DateTime(at) => from_serial(at),
        Data::DateTimeIso(text) => from_iso(text),
        Data::Error(error) => Cell::Error(error.to_string()),
    }
}

fn from_serial(at: &ExcelDateTime) -> Cell {
    // Serial 60 is 29 February 1900, a day that never was: it stays a number, which no date will accept.
    let ghost = (60.0..61.0).contains(&at.as_f64());
    if at.is_duration() || ghost || at.as_f64() < 1.0 {
        return Cell::Number(at.as_f64());
    }
    at.as_datetime().map_or(Cell::Number(at.as_f64()), Cell::Date)
}

fn from_iso(text: &str) -> Cell {
    let day =
        || chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().map(|day| day.and_time(chrono::NaiveTime::MIN));
    NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f")
        .ok()
        .or_else(day)
        .map_or_else(|| Cell::text(text), Cell::Date)
}

/// A sheet while its cells arrive, in whatever order; keeps the budget of rows, columns and cells.
pub(super) struct Filling {
    limits: Limits,
    rows: Vec<Vec<Cell>>,
    stored: usize,
}

impl Filling {
    pub(super) fn new(limits: Limits) -> Self {
        Self { limits, rows: Vec::new(), stored: 0 }
    }

    /// Row and column count from 0.
    pub(super) fn put(&mut self, row: u32, column: usize, cell: Cell) -> Result<(), TableError> {
        if cell.is_empty() {
            return Ok(());
        }
        if row >= self.limits.rows {
            return Err(TableError::TooManyRows { allowed: self.limits.rows });
        }
        if column >= self.limits.columns {
            return Err(TableError::TooManyColumns { allowed: self.limits.columns });
        }
        let index = row as usize;
        if self.rows.len() <= index {
            self.rows.resize_with(index + 1, Vec::new);
        }
        let cells = &mut self.rows[index];
        if cells.len() <= column {
            self.stored += column + 1 - cells.len();
            if self.stored > self.limits.cells {
                return Err(TableError::Swollen);
            }
            cells.resize(column + 1, Cell::Empty);
        }
        cells[column] = cell;
        Ok(())
    }

    pub(super) fn finish(self, name: String, hidden: bool, merges: Vec<Dimensions>) -> Sheet {
        let mut rows = self.rows;
        let blank = rows.iter().take_while(|row| row.is_empty()).count();
        rows.drain(..blank);
        let merges = merges
            .into_iter()
            .map(|block| Merge {
                top: block.start.0.saturating_add(1),
                bottom: block.end.0.saturating_add(1),
                left: block.start.1 as usize,
                right: block.end.1 as usize,
            })
            .collect();
        Sheet { name, rows, first_row: u32::try_from(blank).unwrap_or(u32::MAX).saturating_add(1), hidden, merges }
    }
}
