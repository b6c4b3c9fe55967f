//! Writing a table as xlsx or csv, row by row, so that no cell is run as a formula and no long number is rounded.

use chrono::NaiveDate;
use rust_xlsxwriter::{Format, FormatAlign, Workbook, Worksheet, XlsxError};

use super::{TableError, text};

/// A column's heading and its width in characters of the default font (a Chinese character takes two).
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// The heading, already in the reader's language.
    pub title: String,
    /// Width in characters.
    pub width: u8,
}

impl Column {
    /// A column as wide as told.
    pub fn new(title: impl Into<String>, width: u8) -> Self {
        Self { title: title.into(), width }
    }
}

/// A value on its way out.
#[derive(Debug, Clone, PartialEq)]
pub enum Out {
    /// Text, also every identity number, phone and code: never a number, never a formula.
    Text(String),
    /// A whole number.
    Int(i64),
    /// Minutes, written as hours with two decimals.
    Hours(i64),
    /// A day, written as a date (xlsx) or as 2026-11-23 (csv).
    Date(NaiveDate),
    /// Nothing.
    Empty,
}

impl Out {
    /// Text, or nothing when there is none.
    pub fn maybe(text: Option<impl Into<String>>) -> Self {
        text.map_or(Self::Empty, |text| Self::Text(text.into()))
    }
}

/// An xlsx of one sheet: bold heading that stays in sight and filters, texts as texts. Holds one row in memory at a time
/// and the packed file at the end. Refuses a text of more than 32,767 characters and more rows than a sheet has.
pub fn write_xlsx(columns: &[Column], rows: impl Iterator<Item = Vec<Out>>) -> Result<Vec<u8>, TableError> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet_with_constant_memory().map_err(failed)?;
    let styles = Styles::new();
    head(sheet, columns, &styles).map_err(failed)?;
    let mut last = 0_u32;
    for cells in rows {
        last += 1;
        for (column, cell) in (0_u16..).zip(&cells) {
            put(sheet, last, column, cell, &styles).map_err(failed)?;
        }
    }
    if let Some(right) = u16::try_from(columns.len()).ok().and_then(|count| count.checked_sub(1)) {
        sheet.autofilter(0, 0, last, right).map_err(failed)?;
    }
    book.save_to_buffer().map_err(failed)
}

/// The same table as comma separated text in UTF-8 with its mark. Texts that a spreadsheet would run begin with `'`, which
/// `read` takes away again. A spreadsheet that opens a csv rounds 18-digit numbers: give people the xlsx.
pub fn write_csv(columns: &[Column], rows: impl Iterator<Item = Vec<Out>>) -> Result<Vec<u8>, TableError> {
    let mut bytes = Vec::from(*b"\xef\xbb\xbf");
    {
        let mut writer =
            csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).flexible(true).from_writer(&mut bytes);
        let failed = |error: csv::Error| TableError::Write(error.to_string());
        writer.write_record(columns.iter().map(|column| text::guard(&column.title).into_owned())).map_err(failed)?;
        for cells in rows {
            for cell in &cells {
                writer.write_field(field(cell).as_ref()).map_err(failed)?;
            }
            writer.write_record(None::<&[u8]>).map_err(failed)?;
        }
        writer.flush().map_err(|error| TableError::Write(error.to_string()))?;
    }
    Ok(bytes)
}

struct Styles {
    head: Format,
    text: Format,
    whole: Format,
    hours: Format,
    day: Format,
}

impl Styles {
    fn new() -> Self {
        Self {
            head: Format::new().set_bold().set_align(FormatAlign::VerticalCenter).set_text_wrap(),
            text: Format::new().set_num_format("@"),
            whole: Format::new().set_num_format("0"),
            hours: Format::new().set_num_format("0.00"),
            day: Format::new().set_num_format("yyyy-mm-dd"),
        }
    }
}

fn head(sheet: &mut Worksheet, columns: &[Column], styles: &Styles) -> Result<(), XlsxError> {
    for (at, column) in (0_u16..).zip(columns) {
        sheet.set_column_width(at, f64::from(column.width))?;
        sheet.write_string_with_format(0, at, &column.title, &styles.head)?;
    }
    sheet.set_freeze_panes(1, 0)?;
    Ok(())
}

fn put(sheet: &mut Worksheet, row: u32, column: u16, cell: &Out, styles: &Styles) -> Result<(), XlsxError> {
    match cell {
        Out::Empty => Ok(sheet),
        Out::Text(text) => sheet.write_string_with_format(row, column, text, &styles.text),
        Out::Int(number) => sheet.write_number_with_format(row, column, *number as f64, &styles.whole),
        Out::Hours(minutes) => sheet.write_number_with_format(row, column, hours(*minutes), &styles.hours),
        Out::Date(day) => sheet.write_datetime_with_format(row, column, day, &styles.day),
    }
    .map(|_| ())
}

fn field(cell: &Out) -> std::borrow::Cow<'_, str> {
    match cell {
        Out::Empty => "".into(),
        Out::Text(text) => text::guard(text),
        Out::Int(number) => number.to_string().into(),
        Out::Hours(minutes) => format!("{:.2}", hours(*minutes)).into(),
        Out::Date(day) => day.to_string().into(),
    }
}

/// Minutes as hours, rounded to two decimals.
pub(super) fn hours(minutes: i64) -> f64 {
    (minutes as f64 / 60.0 * 100.0).round() / 100.0
}

fn failed(error: XlsxError) -> TableError {
    TableError::Write(error.to_string())
}
