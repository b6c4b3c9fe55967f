//! Filling a given workbook: the cells that are told get their values, and every other byte of the file stays as it is, so that
//! its fonts, widths, borders and merged blocks are those of whoever made the form.

use super::{Limits, Out, TableError, limits};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use std::collections::BTreeMap;
use std::io::{Cursor, Read, Write};
use std::ops::Range;
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

/// What goes where.
#[derive(Clone, Debug, Default)]
pub struct Values {
    /// By the whole text that stands in a cell now, on every sheet.
    pub texts: BTreeMap<String, Out>,
    /// By the sheet's name and the cell's address, such as `B3`.
    pub cells: BTreeMap<(String, String), Out>,
}

/// Fills an xlsx. Formulas forget what they came to and are reckoned anew when the file is opened.
pub fn fill(bytes: &[u8], limits: &Limits, values: &Values) -> Result<Vec<u8>, TableError> {
    limits::weigh(bytes, limits)?;
    if !bytes.starts_with(b"PK") {
        return Err(TableError::NotATable);
    }
    if !limits::sift(bytes, limits)? {
        return Err(TableError::NotATable);
    }
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| TableError::Broken)?;
    let book = member(&mut archive, "xl/workbook.xml")?;
    let sheets = sheets(&book, &member(&mut archive, "xl/_rels/workbook.xml.rels")?)?;
    let shared = match archive.index_for_name("xl/sharedStrings.xml") {
        Some(_) => shared(&member(&mut archive, "xl/sharedStrings.xml")?)?,
        None => Vec::new(),
    };
    let mut out = ZipWriter::new(Cursor::new(Vec::with_capacity(bytes.len() + 4096)));
    for at in 0..archive.len() {
        let name = archive.by_index_raw(at).map_err(|_| TableError::Broken)?.name().to_owned();
        let made = match sheets.iter().find(|(_, path)| *path == name) {
            Some((sheet, path)) => Some(sheet_filled(&member(&mut archive, path)?, sheet, &shared, values)?),
            None if name == "xl/workbook.xml" => Some(reckoned_anew(&book)?),
            None => None,
        };
        match made {
            Some(text) => {
                out.start_file(&name, SimpleFileOptions::default()).map_err(|_| TableError::Broken)?;
                out.write_all(text.as_bytes()).map_err(|error| TableError::Write(error.to_string()))?;
            }
            None => {
                let member = archive.by_index_raw(at).map_err(|_| TableError::Broken)?;
                out.raw_copy_file(member).map_err(|_| TableError::Broken)?;
            }
        }
    }
    Ok(out.finish().map_err(|error| TableError::Write(error.to_string()))?.into_inner())
}

fn member(archive: &mut ZipArchive<Cursor<&[u8]>>, name: &str) -> Result<String, TableError> {
    let mut text = String::new();
    let mut member = archive.by_name(name).map_err(|_| TableError::Broken)?;
    member.read_to_string(&mut text).map_err(|_| TableError::Broken)?;
    Ok(text)
}

/// An attribute by its local name, its entities resolved.
fn attribute(start: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = start.attributes().flatten().find(|a| a.key.local_name().as_ref() == name)?;
    found.normalized_value(quick_xml::XmlVersion::Implicit1_0).ok().map(|value| value.into_owned())
}

/// Each event of a text with the bytes that it takes.
fn walk(
    text: &str,
    mut visit: impl FnMut(Event<'_>, Range<usize>) -> Result<(), TableError>,
) -> Result<(), TableError> {
    let mut reader = Reader::from_str(text);
    loop {
        let from = position(&reader)?;
        let event = reader.read_event().map_err(|_| TableError::Broken)?;
        if matches!(event, Event::Eof) {
            return Ok(());
        }
        let to = position(&reader)?;
        visit(event, from..to)?;
    }
}

fn position(reader: &Reader<&[u8]>) -> Result<usize, TableError> {
    usize::try_from(reader.buffer_position()).map_err(|_| TableError::Broken)
}

/// The sheets by name, with the member that holds each.
fn sheets(book: &str, relations: &str) -> Result<Vec<(String, String)>, TableError> {
    let mut targets = BTreeMap::new();
    walk(relations, |event, _| {
        if let Event::Empty(start) | Event::Start(start) = &event
            && let (Some(id), Some(target)) = (attribute(start, "Id"), attribute(start, "Target"))
        {
            let path = match target.strip_prefix('/') {
                Some(whole) => whole.to_owned(),
                None => format!("xl/{target}"),
            };
            targets.insert(id, path);
        }
        Ok(())
    })?;
    let mut found = Vec::new();
    walk(book, |event, _| {
        if let Event::Empty(start) | Event::Start(start) = &event
            && start.local_name().as_ref() == "sheet"
            && let (Some(name), Some(id)) = (attribute(start, "name"), attribute(start, "id"))
            && let Some(path) = targets.get(&id)
        {
            found.push((name, path.clone()));
        }
        Ok(())
    })?;
    Ok(found)
}

/// What a piece of text adds to a cell's.
fn piece(event: &Event<'_>) -> String {
    match event {
        Event::Text(text) => text.xml10_content().into_owned(),
        Event::CData(text) => text.xml10_content().into_owned(),
        Event::GeneralRef(name) => match (name.resolve_char_ref(), name.xml10_content().as_ref()) {
            (Ok(Some(letter)), _) => letter.to_string(),
            (_, "lt") => "<".to_owned(),
            (_, "gt") => ">".to_owned(),
            (_, "amp") => "&".to_owned(),
            (_, "quot") => "\"".to_owned(),
            (_, "apos") => "'".to_owned(),
            _ => String::new(),
        },
        _ => String::new(),
    }
}

/// The texts that cells point to by number; how they are read aloud (`rPh`) is none of them.
fn shared(text: &str) -> Result<Vec<String>, TableError> {
    let mut all = Vec::new();
    let (mut depth, mut aloud) = (0, 0);
    walk(text, |event, _| {
        match &event {
            Event::Start(start) => match start.local_name().as_ref() {
                "si" => all.push(String::new()),
                "t" => depth += 1,
                "rPh" => aloud += 1,
                _ => {}
            },
            Event::Empty(start) if start.local_name().as_ref() == "si" => all.push(String::new()),
            Event::End(end) => match end.local_name().as_ref() {
                "t" => depth -= 1,
                "rPh" => aloud -= 1,
                _ => {}
            },
            other if depth > 0 && aloud == 0 => {
                if let Some(last) = all.last_mut() {
                    last.push_str(&piece(other));
                }
            }
            _ => {}
        }
        Ok(())
    })?;
    Ok(all)
}

/// A cell while it is read.
#[derive(Default)]
struct Found {
    begins: usize,
    address: String,
    style: Option<String>,
    kind: String,
    text: String,
    formula: bool,
    /// What its value takes, to be forgotten behind a formula.
    value: Option<Range<usize>>,
}

/// A sheet while its changes are gathered.
struct Sheet<'v> {
    /// `x:` where the file names its elements so.
    prefix: String,
    /// What is put in the place of which bytes, in order.
    edits: Vec<(Range<usize>, String)>,
    /// Cells that are told by their address and were not met yet: by row, then column.
    due: BTreeMap<(u32, u32), &'v Out>,
}

fn sheet_filled(text: &str, name: &str, shared: &[String], values: &Values) -> Result<String, TableError> {
    let due = values.cells.iter().filter(|((sheet, _), _)| sheet == name);
    let due = due.filter_map(|((_, address), out)| Some((place(address)?, out))).collect();
    let mut sheet = Sheet { prefix: String::new(), edits: Vec::new(), due };
    let (mut cell, mut row): (Option<Found>, u32) = (None, 0);
    let mut value_from = 0;
    let mut inside = false;
    walk(text, |event, range| {
        match &event {
            Event::Start(start) | Event::Empty(start) => {
                let empty = matches!(event, Event::Empty(_));
                match start.local_name().as_ref() {
                    "sheetData" => {
                        sheet.prefix = prefix(start.name().as_ref());
                        if empty {
                            sheet.rows_until(u32::MAX, range.clone(), Some(start.name().as_ref()));
                        }
                    }
                    "row" => {
                        row = attribute(start, "r").and_then(|r| r.parse().ok()).unwrap_or(row + 1);
                        sheet.rows_until(row, range.start..range.start, None);
                        if empty {
                            sheet.row_opened(row, text, range.clone());
                        }
                    }
                    "c" => {
                        let found = found(start, range.start, row);
                        sheet.cells_until(&found.address, range.start);
                        if empty {
                            sheet.close(&found, range.end, shared, values);
                        } else {
                            cell = Some(found);
                        }
                    }
                    "v" | "t" if !empty => (inside, value_from) = (cell.is_some(), range.start),
                    "f" => cell.iter_mut().for_each(|c| c.formula = true),
                    _ => {}
                }
            }
            Event::End(end) => match end.local_name().as_ref() {
                "c" => {
                    if let Some(found) = cell.take() {
                        sheet.close(&found, range.end, shared, values);
                    }
                }
                "v" => {
                    inside = false;
                    cell.iter_mut().for_each(|c| c.value = Some(value_from..range.end));
                }
                "t" => inside = false,
                "row" => sheet.row_closed(row, range.start),
                "sheetData" => sheet.rows_until(u32::MAX, range.start..range.start, None),
                _ => {}
            },
            other if inside => cell.iter_mut().for_each(|c| c.text.push_str(&piece(other))),
            _ => {}
        }
        Ok(())
    })?;
    Ok(sheet.applied(text))
}

fn found(start: &BytesStart<'_>, begins: usize, row: u32) -> Found {
    Found {
        begins,
        address: attribute(start, "r").unwrap_or_else(|| format!("A{row}")),
        style: attribute(start, "s"),
        kind: attribute(start, "t").unwrap_or_default(),
        ..Found::default()
    }
}

fn prefix(name: &str) -> String {
    name.split_once(':').map(|(prefix, _)| format!("{prefix}:")).unwrap_or_default()
}

impl Sheet<'_> {
    /// A cell that was read whole: it is replaced, loses what its formula came to, or stays.
    fn close(&mut self, found: &Found, ends: usize, shared: &[String], values: &Values) {
        let told = place(&found.address).and_then(|at| self.due.remove(&at));
        let text = match found.kind.as_str() {
            "s" => found.text.trim().parse().ok().and_then(|at: usize| shared.get(at)),
            "inlineStr" | "str" => Some(&found.text),
            _ => None,
        };
        let out = match told {
            Some(out) => Some(out),
            None if found.formula => None,
            None => text.and_then(|text| values.texts.get(text)),
        };
        match (out, &found.value) {
            (Some(out), _) => {
                let made = self.cell(&found.address, found.style.as_deref(), out);
                self.edits.push((found.begins..ends, made));
            }
            (None, Some(value)) if found.formula => self.edits.push((value.clone(), String::new())),
            _ => {}
        }
    }

    fn cell(&self, address: &str, style: Option<&str>, out: &Out) -> String {
        let x = &self.prefix;
        let style = style.map(|s| format!(" s=\"{}\"", quick_xml::escape::escape(s))).unwrap_or_default();
        let number = |n: String| format!("<{x}c r=\"{address}\"{style}><{x}v>{n}</{x}v></{x}c>");
        match out {
            Out::Empty => format!("<{x}c r=\"{address}\"{style}/>"),
            Out::Int(n) => number(n.to_string()),
            Out::Hours(minutes) => number(format!("{:.2}", super::write::hours(*minutes))),
            Out::Date(day) => self.words(address, &style, &day.to_string()),
            Out::Text(text) => self.words(address, &style, text),
        }
    }

    fn words(&self, address: &str, style: &str, text: &str) -> String {
        let x = &self.prefix;
        let text = quick_xml::escape::escape(text);
        format!(
            "<{x}c r=\"{address}\"{style} t=\"inlineStr\"><{x}is><{x}t xml:space=\"preserve\">{text}</{x}t></{x}is></{x}c>"
        )
    }

    /// Cells of this row that stand before an address and are not in the file.
    fn cells_until(&mut self, address: &str, at: usize) {
        let Some((row, column)) = place(address) else { return };
        let made = self.taken((row, 0)..(row, column));
        if !made.is_empty() {
            self.edits.push((at..at, made));
        }
    }

    fn row_closed(&mut self, row: u32, at: usize) {
        let made = self.taken((row, 0)..(row + 1, 0));
        if !made.is_empty() {
            self.edits.push((at..at, made));
        }
    }

    /// An empty row `<row …/>` that gets cells.
    fn row_opened(&mut self, row: u32, text: &str, range: Range<usize>) {
        let made = self.taken((row, 0)..(row + 1, 0));
        if !made.is_empty() {
            let open = text[range.clone()].trim_end_matches('>').trim_end_matches('/').trim_end().to_owned();
            let name = format!("{}row", self.prefix);
            self.edits.push((range, format!("{open}>{made}</{name}>")));
        }
    }

    /// Whole rows that are not in the file and stand before this one; `empty` names an element without content that they fill.
    fn rows_until(&mut self, row: u32, at: Range<usize>, empty: Option<&str>) {
        let mut made = String::new();
        while let Some((&(next, _), _)) = self.due.first_key_value() {
            if next >= row {
                break;
            }
            let x = self.prefix.clone();
            let cells = self.taken((next, 0)..(next + 1, 0));
            made.push_str(&format!("<{x}row r=\"{next}\">{cells}</{x}row>"));
        }
        if !made.is_empty() {
            let whole = empty.map_or(made.clone(), |name| format!("<{name}>{made}</{name}>"));
            self.edits.push((at, whole));
        }
    }

    fn taken(&mut self, range: Range<(u32, u32)>) -> String {
        let keys: Vec<(u32, u32)> = self.due.range(range).map(|(key, _)| *key).collect();
        let mut made = String::new();
        for key in keys {
            if let Some(out) = self.due.remove(&key) {
                made.push_str(&self.cell(&address(key), None, out));
            }
        }
        made
    }

    fn applied(self, text: &str) -> String {
        let mut made = String::with_capacity(text.len() + 1024);
        let mut at = 0;
        for (range, new) in self.edits {
            made.push_str(&text[at..range.start]);
            made.push_str(&new);
            at = range.end;
        }
        made.push_str(&text[at..]);
        made
    }
}

/// `B3` as row and column, both from 1.
pub(super) fn place(address: &str) -> Option<(u32, u32)> {
    let split = address.find(|c: char| c.is_ascii_digit())?;
    let (letters, digits) = address.split_at(split);
    let mut column = 0_u32;
    for letter in letters.bytes() {
        if !letter.is_ascii_uppercase() || column > 20_000 {
            return None;
        }
        column = column * 26 + u32::from(letter - b'A') + 1;
    }
    let row: u32 = digits.parse().ok()?;
    ((1..=16_384).contains(&column) && (1..=1_048_576).contains(&row)).then_some((row, column))
}

fn address((row, mut column): (u32, u32)) -> String {
    let mut letters = Vec::new();
    while column > 0 {
        let digit = u8::try_from((column - 1) % 26).unwrap_or(0);
        letters.push(char::from(b'A' + digit));
        column = (column - 1) / 26;
    }
    let letters: String = letters.into_iter().rev().collect();
    format!("{letters}{row}")
}

/// The workbook's part, asking for every formula to be reckoned when it is opened.
fn reckoned_anew(book: &str) -> Result<String, TableError> {
    const AFTER: [&str; 9] = [
        "oleSize",
        "customWorkbookViews",
        "pivotCaches",
        "smartTagPr",
        "smartTagTypes",
        "webPublishing",
        "fileRecoveryPr",
        "webPublishObjects",
        "extLst",
    ];
    let (mut edit, mut depth): (Option<(Range<usize>, String)>, i32) = (None, 0);
    walk(book, |event, range| {
        let name = match &event {
            Event::Start(start) | Event::Empty(start) => Some(start.name().as_ref().to_owned()),
            Event::End(end) => Some(end.name().as_ref().to_owned()),
            _ => None,
        };
        let Some(name) = name else { return Ok(()) };
        let (x, local) = (prefix(&name), name.rsplit(':').next().unwrap_or_default());
        let opens = !matches!(event, Event::End(_));
        let ends = matches!(event, Event::End(_)) && local == "workbook";
        match &event {
            Event::Start(start) | Event::Empty(start) if local == "calcPr" => {
                let kept = start.attributes().flatten().filter(|a| a.key.as_ref() != "fullCalcOnLoad");
                let kept: String = kept.map(|a| format!(" {}=\"{}\"", a.key.as_ref(), a.value)).collect();
                let close = if matches!(event, Event::Empty(_)) { "/" } else { "" };
                edit = Some((range, format!("<{name}{kept} fullCalcOnLoad=\"1\"{close}>")));
            }
            _ if edit.is_none() && (ends || opens && depth == 1 && AFTER.contains(&local)) => {
                edit = Some((range.start..range.start, format!("<{x}calcPr fullCalcOnLoad=\"1\"/>")));
            }
            _ => {}
        }
        match event {
            Event::Start(_) => depth += 1,
            Event::End(_) => depth -= 1,
            _ => {}
        }
        Ok(())
    })?;
    let (range, new) = edit.ok_or(TableError::Broken)?;
    Ok(format!("{}{new}{}", &book[..range.start], &book[range.end..]))
}

#[cfg(test)]
mod tests;
