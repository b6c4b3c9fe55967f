//! The nouns of doubles.

use super::score::{Reason, SURE};
use crate::model::PersonId;
use chrono::{DateTime, Utc};
use kernel::{Json, row};

/// Points as they are stored: tenths.
#[must_use]
pub(super) fn points(score: f32) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "points are small")]
    let tenths = (score * 10.0).round() as i64;
    tenths
}

/// Two records that may be one person, the older one first.
#[derive(Clone, Debug)]
pub struct Pair {
    /// The older record.
    pub first: PersonId,
    /// The younger one.
    pub second: PersonId,
    /// Tenths of points.
    pub points: i64,
    /// What speaks for it and against it.
    pub reasons: Vec<Reason>,
}

/// A pair in the order in which it is stored.
#[must_use]
pub(crate) fn ordered(one: PersonId, other: PersonId) -> (PersonId, PersonId) {
    if one.0 <= other.0 { (one, other) } else { (other, one) }
}

row! {
    /// A pair as the list shows it.
    pub struct PairRow {
        /// The older record.
        pub first_id: PersonId,
        /// The younger one.
        pub second_id: PersonId,
        /// Tenths of points.
        pub score: i64,
        /// Codes of reasons.
        pub reasons: Json<Vec<String>>,
        /// `open`, `apart` or `one`.
        pub state: String,
        /// Who decided.
        pub decided_name: Option<String>,
        /// When.
        pub decided_at: Option<DateTime<Utc>>,
        /// The older one's name.
        pub name: String,
        /// S3.
        pub phone: Option<String>,
        /// Where the older one lives.
        pub region_code: String,
        /// The younger one's name.
        pub other_name: String,
        /// S3.
        pub other_phone: Option<String>,
        /// Where the younger one lives.
        pub other_region_code: String,
    }
}

impl PairRow {
    /// Both side by side.
    #[must_use]
    pub fn url(&self) -> String {
        url(self.first_id, self.second_id)
    }

    /// The keyset's values.
    #[must_use]
    pub fn keys(&self) -> Vec<String> {
        vec![self.score.to_string(), self.first_id.to_string(), self.second_id.to_string()]
    }

    /// What was found, in the order in which it was weighed.
    #[must_use]
    pub fn found(&self) -> Vec<Reason> {
        self.reasons.0.iter().filter_map(|code| code.parse().ok()).collect()
    }

    /// Whether it stands among the first.
    #[must_use]
    pub fn is_sure(&self) -> bool {
        self.score >= points(SURE)
    }
}

row! {
    /// Somebody who was taken down at a place, and the one who registered and may be them.
    pub struct GuestPair {
        /// The one who registered.
        pub person_id: PersonId,
        /// The one who was taken down.
        pub guest_id: PersonId,
        /// The name of the one who registered.
        pub name: String,
        /// When it was found.
        pub found_at: DateTime<Utc>,
    }
}

/// Both records side by side.
#[must_use]
pub fn url(one: PersonId, other: PersonId) -> String {
    format!("/desk/people/{one}/duplicates/{other}")
}

/// What a reader of the list looks for.
#[derive(Clone, Debug)]
pub struct PairFilter {
    /// Part of a name.
    pub query: String,
    /// One of both lives there.
    pub town: String,
    /// Only the likeliest.
    pub sure: bool,
    /// `open`, `apart` or `one`.
    pub state: String,
}

row! {
    /// The last time that everybody was compared.
    pub struct Scanned {
        /// When.
        pub at: DateTime<Utc>,
        /// How many people.
        pub people: i64,
        /// How many pairs.
        pub found: i64,
    }
}
