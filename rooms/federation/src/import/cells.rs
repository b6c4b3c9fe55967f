//! One row's cells made values, with every refusal that the row deserves collected on the way.

use chrono::NaiveDate;
use kernel::tables::Cell;
use people::rules::{
    date::{self, MonthOnly},
    identity, name, narrow,
    phone::{self, Phone},
};

use super::{columns::Field, layout::Table};

/// A cell that could not be taken, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The name on the tab; empty for a csv.
    pub sheet: String,
    /// The row as the spreadsheet counts it.
    pub row: u32,
    /// The field.
    pub field: Field,
    /// The key of the sentence.
    pub reason: &'static str,
    /// What stands in the cell: identity numbers, phones and names masked, other texts cut to 40 characters.
    pub shown: String,
    /// The other row of a pair that contradicts: its sheet and number.
    pub other: Option<(String, u32)>,
}

/// A team as a roster names it: by name, by number, or by both.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct TeamRef {
    /// Its name as written.
    pub name: Option<String>,
    /// Its number.
    pub number: Option<String>,
}

/// Characters that a text field may have.
const LONGEST: usize = 200;

pub(super) struct Reader<'t, 'a> {
    pub(super) table: &'t Table<'a>,
    pub(super) row: usize,
    pub(super) today: NaiveDate,
    pub(super) refusals: Vec<Refusal>,
}

impl<'t, 'a> Reader<'t, 'a> {
    pub(super) fn new(table: &'t Table<'a>, row: usize, today: NaiveDate) -> Self {
        Self { table, row, today, refusals: Vec::new() }
    }

    /// The cell; a formula's error is refused once, and white space and 「无」 are nothing.
    pub(super) fn cell(&mut self, field: Field) -> &'a Cell {
        let cell = self.table.cell(self.row, field);
        match cell {
            Cell::Error(_) => {
                self.refuse(field, "import.refused.cell_error");
                &Cell::Empty
            }
            Cell::Text(text) if is_nothing(text) => &Cell::Empty,
            cell => cell,
        }
    }

    pub(super) fn refuse(&mut self, field: Field, reason: &'static str) {
        let shown = shown(field, self.table.cell(self.row, field));
        let refusal = Refusal {
            sheet: self.table.sheet.name.clone(),
            row: self.table.number(self.row),
            field,
            reason,
            shown,
            other: None,
        };
        if !self.refusals.iter().any(|held| held.field == field) {
            self.refusals.push(refusal);
        }
    }

    /// A free text, its white space made single.
    pub(super) fn text(&mut self, field: Field) -> Option<String> {
        let cell = self.cell(field);
        if cell.is_empty() {
            return None;
        }
        let text = narrow_spaces(&cell.shown());
        if text.chars().count() > LONGEST {
            self.refuse(field, "import.refused.too_long");
            return None;
        }
        Some(text).filter(|text| !text.is_empty())
    }

    /// A word of a list; a word that is not on it is refused for `reason`.
    pub(super) fn word<T>(
        &mut self,
        field: Field,
        known: impl Fn(&str) -> Option<T>,
        reason: &'static str,
    ) -> Option<T> {
        let cell = self.cell(field);
        if cell.is_empty() {
            return None;
        }
        let value = known(&cell.shown());
        if value.is_none() {
            self.refuse(field, reason);
        }
        value
    }

    pub(super) fn phone(&mut self, field: Field) -> Option<Phone> {
        let cell = self.cell(field);
        if cell.is_empty() {
            return None;
        }
        phone::from_cell(cell).map_err(|error| self.refuse(field, error.word())).ok()
    }

    /// A day that has come; of a month its first day.
    pub(super) fn past_day(&mut self, field: Field) -> Option<NaiveDate> {
        let cell = self.cell(field);
        if cell.is_empty() {
            return None;
        }
        match date::from_cell(cell, MonthOnly::FirstDay) {
            Ok(day) if day > self.today => {
                self.refuse(field, "import.refused.future");
                None
            }
            Ok(day) => Some(day),
            Err(error) => {
                self.refuse(field, error.word());
                None
            }
        }
    }

    pub(super) fn name(&mut self, field: Field) -> Option<String> {
        let cell = self.cell(field);
        let text = match cell {
            Cell::Text(text) => text.clone(),
            cell => cell.shown(),
        };
        name::parse(&text).map_err(|error| self.refuse(field, error.word())).ok()
    }

    pub(super) fn email(&mut self) -> Option<String> {
        let text = narrow(&self.text(Field::Email)?).replace(' ', "").to_lowercase();
        let whole = text.split_once('@').is_some_and(|(user, host)| {
            let plain =
                |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || ".-_+".contains(c));
            plain(user) && plain(host) && host.contains('.') && !host.starts_with('.') && !host.ends_with('.')
        });
        if whole {
            return Some(text);
        }
        self.refuse(Field::Email, "import.refused.email");
        None
    }

    /// The teams of one row; names and numbers in two columns must be equally many.
    pub(super) fn teams(&mut self) -> Vec<TeamRef> {
        let names = self.text(Field::Team).map(|text| split(&text)).unwrap_or_default();
        let numbers = self.text(Field::TeamNumber).map(|text| split(&text)).unwrap_or_default();
        if !names.is_empty() && !numbers.is_empty() && names.len() != numbers.len() {
            self.refuse(Field::TeamNumber, "import.refused.teams_uneven");
            return Vec::new();
        }
        let mut teams: Vec<TeamRef> = Vec::new();
        for at in 0..names.len().max(numbers.len()) {
            let mut team = TeamRef { name: names.get(at).cloned(), number: numbers.get(at).cloned() };
            if team.number.is_none() && team.name.as_deref().is_some_and(is_number) {
                team = TeamRef { name: None, number: team.name };
            }
            if !teams.contains(&team) {
                teams.push(team);
            }
        }
        teams
    }
}

/// Texts of several teams, cut at 、，,；;/ and line ends, but not inside brackets.
fn split(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut depth = 0_usize;
    for c in text.chars() {
        match c {
            '(' | '（' => depth += 1,
            ')' | '）' => depth = depth.saturating_sub(1),
            _ => {}
        }
        match c {
            '、' | '，' | ',' | '；' | ';' | '/' | '／' | '|' | '\n' if depth == 0 => parts.push(String::new()),
            c => parts.last_mut().expect("the list begins with one part").push(c),
        }
    }
    parts.into_iter().map(|part| part.trim().to_owned()).filter(|part| !part.is_empty() && !is_nothing(part)).collect()
}

/// Digits, with at most a few Latin letters and dashes: T-0031, 440605000012.
fn is_number(text: &str) -> bool {
    text.bytes().any(|b| b.is_ascii_digit()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

pub(super) fn is_nothing(text: &str) -> bool {
    matches!(
        text.trim(),
        "" | "无"
            | "/"
            | "／"
            | "\\"
            | "-"
            | "—"
            | "——"
            | "--"
            | "暂无"
            | "没有"
            | "不详"
            | "N/A"
            | "n/a"
            | "null"
            | "NULL"
    )
}

fn narrow_spaces(text: &str) -> String {
    // Team names keep their own brackets and commas; only spaces are made plain. Line ends stay: they part lists.
    let lines: Vec<String> = text
        .lines()
        .map(|line| {
            line.split([' ', '\t', '\u{3000}', '\u{a0}']).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
        })
        .collect();
    lines.join("\n").trim().to_owned()
}

pub(super) fn shown(field: Field, cell: &Cell) -> String {
    let text = cell.shown();
    match field {
        Field::IdNumber if text.contains('.') => text,
        Field::IdNumber => identity::mask(&text),
        Field::Phone | Field::LeaderPhone | Field::ContactPhone | Field::GuardianPhone => {
            phone::parse(&text).map_or_else(|_| identity::mask(&text), |phone| phone.masked())
        }
        Field::Name | Field::LeaderName | Field::Contact | Field::GuardianName => name::mask(&text),
        _ => text.chars().take(40).collect(),
    }
}
