//! The thinking: when one can check in, which turn of a code it is; what of a stay counts, a session says. Pure.

pub use activities::rules::EARLY;

use activities::State;
use chrono::{DateTime, Duration, Utc};
use kernel::Word;

/// Seconds that one code is shown.
pub const TURN: i64 = 15;

/// Whether one can check in now, or a word that says when.
#[must_use]
pub fn check_in_refusal(
    state: State,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Option<Word> {
    if !matches!(state, State::Open | State::Running) {
        return Some(Word::new("attendance.refused.state"));
    }
    let opens = starts_at - Duration::minutes(EARLY);
    if now < opens {
        return Some(Word::new("attendance.refused.early").with("when", kernel::words::moment(opens)));
    }
    (now >= ends_at).then(|| Word::new("attendance.refused.over"))
}

/// The part of a stay that lies inside a session at fixed hours, for who has no session at hand; see `Session::counted`.
#[must_use]
pub fn counted(
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    in_at: DateTime<Utc>,
    out_at: DateTime<Utc>,
) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    let (from, to) = (starts_at.max(in_at), ends_at.min(out_at));
    (to - from >= Duration::minutes(1)).then_some((from, to))
}

/// Which turn of the code a moment belongs to.
#[must_use]
pub fn turn(now: DateTime<Utc>) -> i64 {
    now.timestamp().div_euclid(TURN)
}

/// Seconds that one spoken code is shown; the one before it is still taken.
pub const SPOKEN: i64 = 60;

/// Which spoken code a moment belongs to.
#[must_use]
pub fn window(now: DateTime<Utc>) -> i64 {
    now.timestamp().div_euclid(SPOKEN)
}

/// The digits of what was typed, full-width ones too, without the blanks between them.
#[must_use]
pub fn digits(typed: &str) -> String {
    let narrow = |c: char| match c {
        '０'..='９' => char::from_u32(u32::from(c) - u32::from('０') + u32::from('0')),
        '0'..='9' => Some(c),
        _ => None,
    };
    typed.chars().filter_map(narrow).take(12).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn digits_are_read_however_they_are_typed() {
        for (typed, digits) in [("123 456", "123456"), ("１２３４５６", "123456"), ("12-34", "1234"), ("abc", "")]
        {
            assert_eq!(super::digits(typed), digits);
        }
    }
}
