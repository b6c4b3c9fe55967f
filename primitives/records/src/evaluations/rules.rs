//! The thinking: how long an evaluation may be changed, and what of many answers a team may read. Pure.

use chrono::{DateTime, Duration, Utc};

/// Days within which what was said may be changed.
pub(crate) const DAYS: i64 = 7;
/// Fewer answers than this are not summed up.
pub(crate) const LEAST: usize = 5;

/// Whether what was said then may be changed now.
pub(crate) fn may_change(made_at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    now < made_at + Duration::days(DAYS)
}

/// What many answers come to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Sums {
    /// How many answers are in it.
    pub answers: usize,
    /// The three marks on average, in tenths.
    pub tenths: [i64; 3],
}

/// The answers in sums, the earliest first: as many of them as make whole groups of five, so that one more answer does not
/// tell what it was (small cells). Absent under five.
pub(crate) fn sums(answers: &[[i64; 3]]) -> Option<Sums> {
    let whole = answers.len() / LEAST * LEAST;
    let counted = i64::try_from(whole).ok().filter(|n| *n > 0)?;
    let mark = |at: usize| {
        let sum: i64 = answers[..whole].iter().map(|marks| marks[at]).sum();
        (sum * 20 + counted) / (counted * 2)
    };
    Some(Sums { answers: whole, tenths: [mark(0), mark(1), mark(2)] })
}

/// `4.6`
pub(crate) fn said(tenths: i64) -> String {
    format!("{}.{}", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn under_five_answers_nothing_is_told_and_beyond_they_come_in_fives() {
        let answers: Vec<[i64; 3]> = (0..11).map(|n| [n % 5 + 1, 5, 1]).collect();
        assert_eq!(sums(&answers[..4]), None);
        assert_eq!(sums(&answers[..5]), Some(Sums { answers: 5, tenths: [30, 50, 10] }));
        for n in 5..10 {
            assert_eq!(sums(&answers[..n]), sums(&answers[..5]), "the {n}th changes nothing");
        }
        assert_eq!(sums(&answers).map(|s| s.answers), Some(10));
        let rounded = sums(&[[4, 4, 5], [4, 5, 5], [5, 5, 5], [5, 5, 5], [5, 5, 4]]);
        assert_eq!(rounded.map(|s| s.tenths.map(said)), Some(["4.6", "4.8", "4.8"].map(str::to_owned)));
    }

    #[test]
    fn what_was_said_may_be_changed_for_seven_days() {
        let made = DateTime::<Utc>::UNIX_EPOCH;
        assert!(may_change(made, made + Duration::days(7) - Duration::seconds(1)));
        assert!(!may_change(made, made + Duration::days(7)));
    }
}
