//! Finding the roster in a workbook: its sheets, its heading under the titles, and the rows that are people and not totals,
//! signatures, repeated headings or examples. Everything that is left out is told.

use std::collections::{BTreeMap, HashMap};

use kernel::tables::{Cell, Merge, Sheet, Workbook};

use super::columns::{Field, Kind, Mapping, guess, plain};

/// Rows from the top among which the heading is looked for.
const HEADING_WITHIN: usize = 30;
/// Digits of a sum that stands in the column of ID numbers.
const SUM_DIGITS: usize = 6;
/// Cells of merged blocks that are looked at.
const SPREAD_AT_MOST: usize = 2_000_000;

/// What was found in a workbook.
#[derive(Debug, Clone, PartialEq)]
pub struct Layout<'a> {
    /// One roster for each sheet that has one.
    pub tables: Vec<Table<'a>>,
    /// The other sheets that hold anything, each with the key of the reason.
    pub skipped: Vec<(String, &'static str)>,
}

/// A roster in a sheet.
#[derive(Debug, Clone, PartialEq)]
pub struct Table<'a> {
    /// The sheet.
    pub sheet: &'a Sheet,
    /// The spreadsheet's number of the heading's last row.
    pub heading_row: u32,
    /// The headings from left to right, those of two rows joined.
    pub headings: Vec<String>,
    /// Which column is which field.
    pub mapping: Mapping,
    /// Indices into `sheet.rows` of the rows to read.
    pub rows: Vec<usize>,
    /// Rows left out that were not empty: the spreadsheet's number and the key of the reason.
    pub dropped: Vec<(u32, &'static str)>,
    spread: HashMap<(usize, usize), usize>,
}

impl<'a> Table<'a> {
    /// The cell of a field in a row (an index into `sheet.rows`). A value that is merged over several rows of a column such as
    /// team or town counts for each of them; names and numbers are never spread.
    pub fn cell(&self, row: usize, field: Field) -> &'a Cell {
        let Some(column) = self.mapping.column(field) else { return &Cell::Empty };
        let row = if spreads(field) { self.spread.get(&(row, column)).copied().unwrap_or(row) } else { row };
        cell(self.sheet, row, column)
    }

    /// The spreadsheet's number of a row.
    pub fn number(&self, row: usize) -> u32 {
        self.sheet.row_number(row)
    }

    /// The heading of a field's column; empty when it has none.
    pub fn heading(&self, field: Field) -> &str {
        self.mapping.column(field).and_then(|column| self.headings.get(column)).map_or("", String::as_str)
    }
}

/// Finds the rosters of a workbook. `told` is the clerk's own map from heading to field.
pub fn find<'a>(book: &'a Workbook, kind: Kind, told: &BTreeMap<String, Option<Field>>) -> Layout<'a> {
    let mut layout = Layout { tables: Vec::new(), skipped: Vec::new() };
    let filled = book.sheets.iter().filter(|sheet| !sheet.rows.is_empty()).count();
    for sheet in book.sheets.iter().filter(|sheet| !sheet.rows.is_empty()) {
        let found = if sheet.hidden && filled > 1 {
            Err("import.skipped.hidden")
        } else if filled > 1 && explains(&sheet.name) {
            Err("import.skipped.explains")
        } else {
            table(sheet, kind, told)
        };
        match found {
            Ok(table) => layout.tables.push(table),
            Err(reason) => layout.skipped.push((sheet.name.clone(), reason)),
        }
    }
    layout
}

fn explains(name: &str) -> bool {
    ["说明", "示例", "样例", "范例", "字典", "码表", "代码表", "选项", "下拉"].iter().any(|word| name.contains(word))
}

fn table<'a>(sheet: &'a Sheet, kind: Kind, told: &BTreeMap<String, Option<Field>>) -> Result<Table<'a>, &'static str> {
    let (last, headings, mapping) = heading(sheet, kind, told).ok_or("import.skipped.no_heading")?;
    if mapping.doubled.iter().any(|(_, field)| *field == Field::Name) {
        return Err("import.skipped.side_by_side");
    }
    let spread = spread(sheet, last + 1);
    let joined = headings
        .iter()
        .map(|(above, heading)| {
            if above.is_empty() { heading.clone() } else { format!("{above} {heading}") }.trim().to_owned()
        })
        .collect();
    let mut table = Table {
        sheet,
        heading_row: sheet.row_number(last),
        headings: joined,
        mapping,
        rows: Vec::new(),
        dropped: Vec::new(),
        spread,
    };
    let titles: Vec<String> =
        sheet.rows[..last].iter().flatten().filter(|cell| !cell.is_empty()).map(|cell| plain(&cell.shown())).collect();
    let wide: HashMap<u32, bool> =
        sheet.merges.iter().filter(|merge| merge.right > merge.left).map(|merge| (merge.top, true)).collect();
    let names: Vec<String> =
        headings.iter().map(|(above, heading)| plain(if heading.is_empty() { above } else { heading })).collect();
    for row in last + 1..sheet.rows.len() {
        match judge(&table, row, &names, &titles, &wide) {
            Verdict::Keep => table.rows.push(row),
            Verdict::Blank => {}
            Verdict::Drop(reason) => table.dropped.push((sheet.row_number(row), reason)),
        }
    }
    Ok(table)
}

type Headings = Vec<(String, String)>;

/// The last row of the heading, the headings and their fields: of all single rows and pairs the one that tells most.
fn heading(sheet: &Sheet, kind: Kind, told: &BTreeMap<String, Option<Field>>) -> Option<(usize, Headings, Mapping)> {
    let mut best: Option<(usize, usize, Headings, Mapping)> = None;
    for row in (0..sheet.rows.len()).filter(|row| !sheet.rows[*row].is_empty()).take(HEADING_WITHIN) {
        for (last, headings) in [(row, single(sheet, row)), (row + 1, pair(sheet, row))] {
            let mapping = guess(kind, &headings, told);
            let score = mapping.known().count();
            if score >= 2
                && mapping.column(Field::Name).is_some()
                && best.as_ref().is_none_or(|(most, ..)| score > *most)
            {
                best = Some((score, last, headings, mapping));
            }
        }
    }
    best.map(|(_, last, headings, mapping)| (last, headings, mapping))
}

fn single(sheet: &Sheet, row: usize) -> Headings {
    sheet.rows[row].iter().map(|cell| (String::new(), heading_text(cell))).collect()
}

/// Headings of two rows: what stands in the upper one counts for all columns to its right until the next, where the lower
/// one has something; alone it is a heading itself.
fn pair(sheet: &Sheet, row: usize) -> Headings {
    let Some(lower) = sheet.rows.get(row + 1) else { return Vec::new() };
    let upper = &sheet.rows[row];
    let mut group = String::new();
    (0..upper.len().max(lower.len()))
        .map(|column| {
            let above = upper.get(column).map(heading_text).unwrap_or_default();
            let below = lower.get(column).map(heading_text).unwrap_or_default();
            if !above.is_empty() {
                group.clone_from(&above);
            }
            if below.is_empty() { (String::new(), above) } else { (group.clone(), below) }
        })
        .collect()
}

fn heading_text(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) => text.split_whitespace().collect::<Vec<_>>().join(" "),
        _ => String::new(),
    }
}

enum Verdict {
    Keep,
    Blank,
    Drop(&'static str),
}

fn judge(table: &Table<'_>, row: usize, names: &[String], titles: &[String], wide: &HashMap<u32, bool>) -> Verdict {
    let cells = &table.sheet.rows[row];
    let filled: Vec<(usize, &Cell)> = cells.iter().enumerate().filter(|(_, cell)| !cell.is_empty()).collect();
    let Some((first_column, first)) = filled.first().copied() else { return Verdict::Blank };
    if repeats(&filled, names) {
        return Verdict::Drop("import.dropped.heading");
    }
    // A number of few digits in the ID's column is the sum of a closing row.
    let digits = table.cell(row, Field::IdNumber).shown().chars().filter(|c| c.is_numeric()).count();
    let unidentified = digits <= SUM_DIGITS;
    let text = plain(&first.shown());
    if unidentified && let Some(reason) = closing(&first.shown(), &text) {
        return Verdict::Drop(reason);
    }
    let name = table.cell(row, Field::Name);
    if [&text, &plain(&name.shown())].iter().any(|text| {
        ["例", "示例", "样例", "范例", "例子", "填写示例"].contains(&text.as_str()) || text.starts_with("示例")
    }) || first.shown().starts_with("例：")
    {
        return Verdict::Drop("import.dropped.example");
    }
    if filled.len() == 1 && title(table, row, first_column, &text, titles, wide) {
        return Verdict::Drop("import.dropped.title");
    }
    let known = table.mapping.known().any(|(column, _)| cells.get(column).is_some_and(|cell| !cell.is_empty()));
    match known {
        true => Verdict::Keep,
        false if filled.len() <= 1 => Verdict::Blank,
        false => Verdict::Drop("import.dropped.nothing_known"),
    }
}

/// The heading again, as on every printed page.
fn repeats(filled: &[(usize, &Cell)], names: &[String]) -> bool {
    let alike = filled
        .iter()
        .filter(|(column, cell)| {
            names.get(*column).is_some_and(|name| !name.is_empty() && *name == plain(&cell.shown()))
        })
        .count();
    alike >= 2 && alike * 10 >= filled.len() * 6
}

/// Sums and signatures that close a page.
fn closing(shown: &str, text: &str) -> Option<&'static str> {
    const SUMS: [&str; 9] = ["合计", "总计", "小计", "共计", "累计", "总人数", "本页合计", "本页小计", "以上合计"];
    const SIGNATURES: [&str; 21] = [
        "制表人",
        "制表",
        "填表人",
        "填报人",
        "填报单位",
        "填报日期",
        "填表日期",
        "制表日期",
        "审核",
        "审核人",
        "审批",
        "复核",
        "负责人签名",
        "负责人签字",
        "单位负责人",
        "签名",
        "签字",
        "盖章",
        "单位盖章",
        "日期",
        "经办人",
    ];
    let colon = shown.contains([':', '：']);
    if SUMS.iter().any(|word| text.starts_with(word))
        || (text.starts_with('共') && text.ends_with('人') && text.chars().any(|c| c.is_ascii_digit()))
    {
        return Some("import.dropped.total");
    }
    let notes = colon
        && ["注", "备注", "说明", "填表说明", "填写说明", "联系人", "联系电话", "负责人"]
            .iter()
            .any(|word| text.starts_with(word));
    if notes
        || text.contains("以下空白")
        || text.contains("以下无正文")
        || SIGNATURES.iter().any(|word| text == *word || (colon && text.starts_with(word)))
    {
        return Some("import.dropped.signature");
    }
    None
}

/// A title or a section's name: alone in its row, and not a name that only lacks the rest of its row.
fn title(
    table: &Table<'_>,
    row: usize,
    column: usize,
    text: &str,
    titles: &[String],
    wide: &HashMap<u32, bool>,
) -> bool {
    if wide.contains_key(&table.number(row)) || titles.iter().any(|title| title == text) {
        return true;
    }
    let words = text.chars().any(|c| !c.is_ascii_digit());
    match table.mapping.field(column) {
        Some(Field::Name) => {
            text.chars().count() > 4
                && ["名册", "名单", "登记表", "汇总表", "花名", "统计表"].iter().any(|word| text.contains(word))
        }
        Some(_) => false,
        None => words,
    }
}

/// For each cell that a block merged within one column covers: the row that has the value.
fn spread(sheet: &Sheet, from: usize) -> HashMap<(usize, usize), usize> {
    let mut rows = HashMap::new();
    let mut steps = 0;
    let index = |row: u32| row.checked_sub(sheet.first_row).map(|row| row as usize);
    for Merge { top, bottom, left, right } in sheet.merges.iter().copied() {
        let (Some(top), Some(bottom)) = (index(top), index(bottom)) else { continue };
        if left != right || top < from {
            continue;
        }
        let bottom = bottom.min(sheet.rows.len().saturating_sub(1));
        // Blocks cannot overlap in a file that a program wrote, so all of them together are no more than the sheet.
        steps += bottom.saturating_sub(top) + 1;
        if steps > SPREAD_AT_MOST {
            break;
        }
        rows.extend((top + 1..=bottom).map(|row| ((row, left), top)));
    }
    rows
}

fn spreads(field: Field) -> bool {
    matches!(
        field,
        Field::Team
            | Field::TeamNumber
            | Field::Branch
            | Field::Employer
            | Field::Town
            | Field::Community
            | Field::Parent
            | Field::TeamKind
    )
}

fn cell(sheet: &Sheet, row: usize, column: usize) -> &Cell {
    sheet.rows.get(row).and_then(|cells| cells.get(column)).unwrap_or(&Cell::Empty)
}
