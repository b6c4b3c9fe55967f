//! What the browser sends: three marks and a few words; the filter of the list.

use super::model::Marks;
use kernel::http::query_string;
use kernel::{Error, FieldErrors, Result};
use serde::Deserialize;
use utoipa::ToSchema;

/// Three marks from 1 to 5 and what is said beside them.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MarksForm {
    /// Punctuality, or training.
    #[serde(default)]
    pub first: String,
    /// Attitude, or working together.
    #[serde(default)]
    pub second: String,
    /// Skill, or how it was carried out and planned.
    #[serde(default)]
    pub third: String,
    /// Up to 200 characters, may be empty.
    #[serde(default)]
    pub words: String,
}

impl MarksForm {
    pub(crate) fn of(marks: [i64; 3], words: &str) -> Self {
        let [first, second, third] = marks.map(|mark| mark.to_string());
        Self { first, second, third, words: words.to_owned() }
    }

    /// What was said.
    ///
    /// # Errors
    /// Every problem, by field.
    pub(crate) fn check(&self) -> Result<Marks> {
        let mut errors = FieldErrors::none();
        let mut mark = |name, text: &str| match text.trim().parse::<i64>() {
            Ok(mark) if (1..=5).contains(&mark) => mark,
            _ => {
                errors.add(name, kernel::Word::new("form.choose"));
                0
            }
        };
        let marks = [mark("first", &self.first), mark("second", &self.second), mark("third", &self.third)];
        let words = errors.optional_text("words", &self.words, 200).unwrap_or_default();
        if errors.is_empty() { Ok(Marks { marks, words }) } else { Err(Error::Invalid(errors)) }
    }
}

/// The filter of the desk's list.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ClosedFilter {
    /// Part of a title or of a team's name, or an activity's number.
    pub q: String,
    /// A region's code.
    pub town: String,
    /// Where the page begins.
    pub cursor: String,
    /// `xlsx` or `csv`, of the export alone.
    pub format: String,
}

impl ClosedFilter {
    /// The query of the same list somewhere else; `more` is a format or a cursor.
    pub(crate) fn query(&self, more: &[(&str, &str)]) -> String {
        let mut fields = vec![("q", self.q.trim()), ("town", self.town.trim())];
        fields.extend(more);
        query_string(&fields, "")
    }
}
