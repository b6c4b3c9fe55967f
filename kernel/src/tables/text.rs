//! Text tables: which encoding, which delimiter, and the quoting that keeps a program from running a cell.

use encoding_rs::{Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};

use super::{Cell, Limits, Sheet, TableError};

/// Reads delimited text into one sheet without a name.
pub(super) fn sheet(bytes: &[u8], limits: &Limits) -> Result<Sheet, TableError> {
    let text = decode(bytes)?;
    let head: String = text.trim_start().chars().take(200).collect::<String>().to_ascii_lowercase();
    if ["<html", "<!doctype", "<table", "<?xml", "<meta", "<head"].iter().any(|mark| head.starts_with(mark)) {
        return Err(TableError::WebPage);
    }
    if text.chars().any(|c| c == '\0') {
        return Err(TableError::NotATable);
    }
    let (text, told) = told_delimiter(&text);
    let delimiter = told.unwrap_or_else(|| delimiter(text));
    let mut sheet = super::read::Filling::new(*limits);
    split(text, char::from(delimiter), |row, column, field| sheet.put(row, column, Cell::text(unguard(field))))?;
    Ok(sheet.finish(String::new(), false, Vec::new()))
}

/// Hands out every field with its row and column, from 0. Blank lines are rows, as they are to the clerk, and a line inside
/// quotes is not: this is why it is not the csv crate's reader, which leaves the former out.
fn split(
    text: &str,
    delimiter: char,
    mut put: impl FnMut(u32, usize, &str) -> Result<(), TableError>,
) -> Result<(), TableError> {
    let (mut row, mut column, mut field, mut quoted) = (0_u32, 0_usize, String::new(), false);
    let mut fresh = true; // nothing of the field was read: a quotation mark opens it
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '"' if quoted && rest.next_if_eq(&'"').is_some() => field.push('"'),
            '"' if quoted => quoted = false,
            _ if quoted => field.push(c),
            '"' if fresh => (quoted, fresh) = (true, false),
            _ if c == delimiter || matches!(c, '\r' | '\n') => {
                put(row, column, &field)?;
                field.clear();
                fresh = true;
                column += 1;
                if c != delimiter {
                    let _ = c == '\r' && rest.next_if_eq(&'\n').is_some();
                    (row, column) = (row.saturating_add(1), 0);
                }
            }
            _ => {
                field.push(c);
                fresh = false;
            }
        }
    }
    if quoted { Err(TableError::Broken) } else { put(row, column, &field) }
}

fn decode(bytes: &[u8]) -> Result<String, TableError> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        let encoding =
            [UTF_8, UTF_16LE, UTF_16BE].into_iter().find(|known| *known == encoding).ok_or(TableError::Encoding)?;
        return encoding
            .decode_without_bom_handling_and_without_replacement(&bytes[mark..])
            .map(Into::into)
            .ok_or(TableError::Encoding);
    }
    // A cut of either encoding that happens to be valid in both is ASCII, so the order decides nothing else.
    [UTF_8, GB18030]
        .into_iter()
        .find_map(|encoding| encoding.decode_without_bom_handling_and_without_replacement(bytes))
        .map(Into::into)
        .ok_or(TableError::Encoding)
}

/// Spreadsheets accept a first line `sep=;`, and some systems write it.
fn told_delimiter(text: &str) -> (&str, Option<u8>) {
    let line = text.lines().next().unwrap_or_default();
    match line.trim_end().strip_prefix("sep=").map(str::as_bytes) {
        Some(&[delimiter]) => (text[line.len()..].trim_start_matches(['\r', '\n']), Some(delimiter)),
        _ => (text, None),
    }
}

/// The delimiter whose count outside quotes is the same in most of the first rows; a comma when in doubt.
fn delimiter(text: &str) -> u8 {
    let counts = counts(text);
    let score = |which: usize| {
        let mut seen: Vec<usize> = counts.iter().map(|row| row[which]).filter(|count| *count > 0).collect();
        seen.sort_unstable();
        let often = seen.chunk_by(|a, b| a == b).map(<[usize]>::len).max().unwrap_or(0);
        (often, seen.iter().sum::<usize>())
    };
    [(b'\t', 1), (b';', 2), (b',', 0)]
        .into_iter()
        .max_by_key(|(_, which)| score(*which))
        .map_or(b',', |(delimiter, _)| delimiter)
}

/// Commas, tabs and semicolons outside quotes in each of the first 20 rows that have any text.
fn counts(text: &str) -> Vec<[usize; 3]> {
    let mut rows = vec![[0; 3]];
    let mut quoted = false;
    for byte in text.bytes() {
        let row = rows.len() - 1;
        match byte {
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b',' => rows[row][0] += 1,
            b'\t' => rows[row][1] += 1,
            b';' => rows[row][2] += 1,
            b'\n' if rows.len() == 20 => break,
            b'\n' => rows.push([0; 3]),
            _ => {}
        }
    }
    rows
}

/// Puts `'` before a text that a spreadsheet would run as a formula, and before one that already looks so guarded:
/// `unguard` always gives the text back.
pub(super) fn guard(text: &str) -> std::borrow::Cow<'_, str> {
    if dangerous(text.trim_start_matches('\'')) { format!("'{text}").into() } else { text.into() }
}

fn unguard(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(inner) if dangerous(inner.trim_start_matches('\'')) => inner,
        _ => text,
    }
}

fn dangerous(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])
}
