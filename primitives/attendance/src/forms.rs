//! What the browser sends, and what of it may exist.

use crate::bulk::Deed;
use crate::model::{Accuracy, Distance, Offered};
use activities::Session;
use chrono::{DateTime, NaiveTime, Utc};
use kernel::{Error, Result, Word};
use people::PersonId;
use serde::Deserialize;

/// The large button of one's own phone.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Press {
    /// `in` or `out`.
    pub deed: String,
    /// What was heard at the place.
    #[serde(default)]
    pub spoken: String,
    #[serde(default)]
    distance: String,
    #[serde(default)]
    accuracy: String,
}

impl Press {
    /// What the phone says of where it is; nothing when it was not asked.
    pub(crate) fn offered(&self) -> Result<Option<Offered>> {
        offered(&self.distance, &self.accuracy)
    }
}

/// A distance and how sure it is, as classes; nothing when both are empty.
///
/// # Errors
/// `Malformed` for anything that is no class: a point is not taken.
pub(crate) fn offered(distance: &str, accuracy: &str) -> Result<Option<Offered>> {
    if distance.is_empty() && accuracy.is_empty() {
        return Ok(None);
    }
    let wrong = |_| Error::Malformed(Word::new("error.form"));
    let distance: Distance = distance.parse().map_err(wrong)?;
    let accuracy: Accuracy = if accuracy.is_empty() { Accuracy::None } else { accuracy.parse().map_err(wrong)? };
    Ok(Some(Offered { distance, accuracy }))
}

/// Whom a leader means.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Someone {
    /// Who.
    pub person: PersonId,
    /// When somebody left whose leaving was forgotten, `16:40`; empty for the planned end.
    #[serde(default)]
    pub left: String,
}

/// The moment of a session's day that was typed as a time: `16:40`, `1640` or `9:05`.
#[must_use]
pub(crate) fn clock(session: &Session, typed: &str) -> Option<DateTime<Utc>> {
    let text: String = typed.trim().chars().map(|c| if c == '：' { ':' } else { c }).collect();
    let text = match (text.len(), text.is_ascii() && text.bytes().all(|b| b.is_ascii_digit())) {
        (3 | 4, true) => format!("{}:{}", &text[..text.len() - 2], &text[text.len() - 2..]),
        _ => text,
    };
    let time = NaiveTime::parse_from_str(&text, "%H:%M").ok()?;
    Some(kernel::time::from_beijing(session.day.and_time(time)))
}

/// Many at once.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BulkForm {
    pub deed: Deed,
    #[serde(default)]
    pub person: Vec<PersonId>,
    /// `look` tells what would come of it, `do` does it.
    pub then: String,
}
