//! The thinking: when one can check in, what of a stay counts, which turn of a code it is. Pure.

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

/// The part of a stay that counts: inside the session; way and waiting do not (domain 2.4).
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
