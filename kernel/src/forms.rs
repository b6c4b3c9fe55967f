//! Forms: text from the browser becomes a checked value, or messages for each field, all at once.

use crate::words::Word;
use chrono::{NaiveDate, NaiveTime};

/// What is wrong with a form, in the order of its fields.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldErrors(pub Vec<(&'static str, Word)>);

impl FieldErrors {
    /// Nothing wrong so far.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds a problem.
    pub fn add(&mut self, field: &'static str, word: Word) {
        self.0.push((field, word));
    }

    /// The first problem of a field.
    #[must_use]
    pub fn of(&self, field: &str) -> Option<&Word> {
        self.0.iter().find(|(name, _)| *name == field).map(|(_, word)| word)
    }

    /// A trimmed text that must be there and at most `most` characters long.
    pub fn text(&mut self, field: &'static str, value: &str, most: usize) -> String {
        let value = value.trim();
        if value.is_empty() {
            self.add(field, Word::new("form.required"));
        }
        self.at_most(field, value, most);
        value.to_owned()
    }

    /// A trimmed text that may be missing.
    pub fn optional_text(&mut self, field: &'static str, value: &str, most: usize) -> Option<String> {
        let value = value.trim();
        self.at_most(field, value, most);
        (!value.is_empty()).then(|| value.to_owned())
    }

    fn at_most(&mut self, field: &'static str, value: &str, most: usize) {
        if value.chars().count() > most {
            self.add(field, Word::new("form.too_long").with("most", most));
        }
    }

    /// A whole number in a range; an empty text is missing.
    pub fn whole(&mut self, field: &'static str, value: &str, least: i64, most: i64) -> Option<i64> {
        let number = self.optional_whole(field, value, least, most);
        if number.is_none() && value.trim().is_empty() {
            self.add(field, Word::new("form.required"));
        }
        number
    }

    /// A whole number in a range, or nothing.
    pub fn optional_whole(&mut self, field: &'static str, value: &str, least: i64, most: i64) -> Option<i64> {
        let value = value.trim();
        if value.is_empty() {
            return None;
        }
        match value.parse::<i64>() {
            Ok(n) if (least..=most).contains(&n) => Some(n),
            _ => {
                self.add(field, Word::new("form.number").with("least", least).with("most", most));
                None
            }
        }
    }

    /// A date written `2026-11-23`.
    pub fn date(&mut self, field: &'static str, value: &str) -> Option<NaiveDate> {
        let date = value.trim().parse().ok();
        if date.is_none() {
            self.add(field, Word::new(if value.trim().is_empty() { "form.required" } else { "form.date" }));
        }
        date
    }

    /// A time written `14:30`.
    pub fn time(&mut self, field: &'static str, value: &str) -> Option<NaiveTime> {
        let time = NaiveTime::parse_from_str(value.trim(), "%H:%M").ok();
        if time.is_none() {
            self.add(field, Word::new(if value.trim().is_empty() { "form.required" } else { "form.time" }));
        }
        time
    }

    /// One of a list of codes.
    pub fn choice<T: std::str::FromStr>(&mut self, field: &'static str, value: &str) -> Option<T> {
        let chosen = value.trim().parse().ok();
        if chosen.is_none() {
            self.add(field, Word::new("form.choose"));
        }
        chosen
    }

    /// A box that must be ticked.
    pub fn ticked(&mut self, field: &'static str, value: bool) {
        if !value {
            self.add(field, Word::new("form.confirm"));
        }
    }
}

/// Reads a checkbox: `on`, `1` or `true`.
#[must_use]
pub fn ticked(value: Option<&str>) -> bool {
    matches!(value, Some("on" | "1" | "true"))
}

/// What people type by heart, such as the end of a number: without spaces, full-width signs as narrow ones, letters large.
#[must_use]
pub fn folded(text: &str) -> String {
    let narrow = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        other => other,
    };
    text.chars().filter(|c| !c.is_whitespace()).map(narrow).flat_map(char::to_uppercase).collect()
}
