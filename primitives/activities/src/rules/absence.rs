//! What follows for whoever signed up again and again and did not come: nothing, a word, or a time without signing up. Pure.

use crate::settings::Settings;
use chrono::{DateTime, Duration, Utc};
use kernel::Word;

/// What follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consequence {
    /// Nothing.
    None,
    /// One is told.
    Warned,
    /// One does not sign up for more until then.
    Blocked(DateTime<Utc>),
}

/// What follows of so many services that were missed, the last of which ended at a moment.
#[must_use]
pub fn consequence(times: i64, last: Option<DateTime<Utc>>, settings: &Settings, now: DateTime<Utc>) -> Consequence {
    let Some(last) = last.filter(|_| settings.absent_times > 0 && times >= settings.absent_times) else {
        return Consequence::None;
    };
    let until = last + Duration::days(settings.absent_block_days);
    if settings.absent_block_days > 0 && now < until { Consequence::Blocked(until) } else { Consequence::Warned }
}

/// Why somebody cannot sign up, where that follows.
#[must_use]
pub fn refusal(times: i64, of: Consequence, settings: &Settings) -> Option<Word> {
    let Consequence::Blocked(until) = of else { return None };
    let word = Word::new("absence.refused").with("n", times).with("days", settings.absent_days);
    Some(word.with("until", kernel::words::moment(until)))
}

/// What somebody should think of, where that follows.
#[must_use]
pub fn warning(times: i64, of: Consequence, settings: &Settings) -> Option<Word> {
    let warned = of == Consequence::Warned;
    warned.then(|| Word::new("absence.warning").with("n", times).with("days", settings.absent_days))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_district_lets_nothing_a_word_or_a_time_follow() {
        let now = kernel::time::from_beijing("2026-11-24T12:00:00".parse().unwrap());
        let known = Settings::of(&kernel::settings::Known::default());
        let (off, blocks) = (Settings { absent_times: 0, ..known }, Settings { absent_block_days: 14, ..known });
        let day = |n: i64| Some(now - Duration::days(n));
        let cases = [
            (known, 2, day(1), Consequence::None),
            (known, 3, day(1), Consequence::Warned),
            (off, 9, day(1), Consequence::None),
            (blocks, 2, day(1), Consequence::None),
            (blocks, 3, day(1), Consequence::Blocked(now + Duration::days(13))),
            (blocks, 3, day(14), Consequence::Warned),
            (blocks, 0, None, Consequence::None),
        ];
        for (settings, times, last, wanted) in cases {
            assert_eq!(consequence(times, last, &settings, now), wanted, "{times} {last:?}");
        }
    }
}
