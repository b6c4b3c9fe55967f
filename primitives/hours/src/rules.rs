//! The rules of a row: domain 1.6, 1 to 5 (the national system's own validation). Pure; no clock, no database.

use crate::model::Window;
use chrono::{DateTime, Utc};
use kernel::time::day;
use kernel::{Error, Word};

/// Why a row cannot stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HoursError {
    /// Rule 1: before the activity began or after it ended.
    #[error("outside the activity's window")]
    OutsideWindow,
    /// Rule 2: not over yet.
    #[error("in the future")]
    Future,
    /// Rule 3: the end is not after the start.
    #[error("ends before it starts")]
    Backwards,
    /// Rule 3: over midnight in Beijing.
    #[error("over midnight")]
    TwoDays,
    /// Rule 4: under a minute.
    #[error("under a minute")]
    TooShort,
    /// Rule 5: the person serves elsewhere at the same time.
    #[error("overlaps another entry")]
    Overlap,
    /// Something that does not count yet has that time.
    #[error("overlaps what is applied for")]
    OverlapsPending,
    /// The row was taken back before.
    #[error("reversed before")]
    Reversed,
}

impl HoursError {
    /// The word that tells a clerk what to do.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::OutsideWindow => "hours.refused.window",
            Self::Future => "hours.refused.future",
            Self::Backwards => "hours.refused.backwards",
            Self::TwoDays => "hours.refused.two_days",
            Self::TooShort => "hours.refused.short",
            Self::Overlap => "hours.refused.overlap",
            Self::OverlapsPending => "hours.refused.pending",
            Self::Reversed => "hours.refused.reversed",
        }
    }
}

impl From<HoursError> for Error {
    fn from(error: HoursError) -> Self {
        Self::Refused(Word::new(error.word()))
    }
}

/// The length in minutes of a row that keeps rules 1 to 4.
///
/// # Errors
/// The first rule that it breaks.
pub fn check(start: DateTime<Utc>, end: DateTime<Utc>, window: Window, now: DateTime<Utc>) -> Result<i64, HoursError> {
    if end <= start {
        return Err(HoursError::Backwards);
    }
    if end > now {
        return Err(HoursError::Future);
    }
    if start < window.from || end > window.to {
        return Err(HoursError::OutsideWindow);
    }
    if day(start) != day(end) {
        return Err(HoursError::TwoDays);
    }
    match (end - start).num_minutes() {
        0 => Err(HoursError::TooShort),
        minutes => Ok(minutes),
    }
}

/// The places of those who stand in a list more than once at the same time. Each line is who, from, to.
pub(crate) fn doubles<P: PartialEq>(lines: &[(P, DateTime<Utc>, DateTime<Utc>)]) -> Vec<usize> {
    let meets = |a: usize, b: usize| {
        let (one, two) = (&lines[a], &lines[b]);
        one.0 == two.0 && one.1 < two.2 && two.1 < one.2
    };
    (0..lines.len()).filter(|at| (0..*at).any(|earlier| meets(earlier, *at))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::Duration;
    use proptest::prelude::*;

    fn at(text: &str) -> DateTime<Utc> {
        DateTime::parse_from_rfc3339(text).unwrap().to_utc()
    }

    #[test]
    fn each_rule_names_itself() {
        let window = Window { from: at("2026-11-20T00:00:00+08:00"), to: at("2026-11-22T00:00:00+08:00") };
        let now = at("2026-11-23T12:00:00+08:00");
        let table = [
            ("2026-11-21T09:00:00+08:00", "2026-11-21T11:30:00+08:00", Ok(150)),
            ("2026-11-21T11:30:00+08:00", "2026-11-21T09:00:00+08:00", Err(HoursError::Backwards)),
            ("2026-11-21T09:00:00+08:00", "2026-11-21T09:00:30+08:00", Err(HoursError::TooShort)),
            ("2026-11-20T23:00:00+08:00", "2026-11-21T01:00:00+08:00", Err(HoursError::TwoDays)),
            ("2026-11-19T23:00:00+08:00", "2026-11-19T23:30:00+08:00", Err(HoursError::OutsideWindow)),
            ("2026-11-24T09:00:00+08:00", "2026-11-24T10:00:00+08:00", Err(HoursError::Future)),
        ];
        for (start, end, wanted) in table {
            assert_eq!(check(at(start), at(end), window, now), wanted, "{start} {end}");
        }
    }

    #[test]
    fn whoever_stands_twice_at_the_same_time_is_found() {
        let hour = |h: i64| at("2026-11-21T00:00:00+08:00") + Duration::hours(h);
        let lines =
            [('a', hour(9), hour(11)), ('b', hour(9), hour(11)), ('a', hour(10), hour(12)), ('b', hour(11), hour(12))];
        assert_eq!(doubles(&lines), [2]);
    }

    proptest! {
        #[test]
        fn a_row_that_stands_lies_in_one_day_of_the_window(start in 0_i64..200_000, length in -500_i64..3_000) {
            let from = at("2026-01-01T00:00:00+08:00");
            let window = Window { from: from + Duration::days(10), to: from + Duration::days(100) };
            let (a, b) = (from + Duration::minutes(start), from + Duration::minutes(start + length));
            if let Ok(minutes) = check(a, b, window, from + Duration::days(90)) {
                prop_assert!((1..1440).contains(&minutes));
                prop_assert_eq!(day(a), day(b));
                prop_assert!(a >= window.from && b <= window.to);
            }
        }
    }
}
