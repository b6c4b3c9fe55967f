//! When a message leaves: quiet hours, the budget of a person, the day's summary; and how long it is. Pure.

use crate::time::{beijing, from_beijing};
use crate::words::{Lang, Words};
use chrono::{DateTime, Days, Duration, NaiveDate, NaiveTime, Utc};

/// How many messages leave for one person, by all ways together; what is more waits for the day's summary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Within 60 minutes; 1 to 9.
    pub hour: i64,
    /// Within 24 hours; 1 to 50.
    pub day: i64,
}

impl Default for Budget {
    fn default() -> Self {
        Self { hour: 3, day: 8 }
    }
}

/// Not even urgent messages come to more than this within an hour.
pub const MOST_AN_HOUR: i64 = 9;
/// Characters that an SMS holds without being cut in two.
pub const SMS: usize = 70;
const MOST_TRIES: i64 = 8;

/// What kind of message it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Urgency {
    /// Goes through quiet hours.
    Urgent,
    /// Waits for the morning and for its turn.
    Normal,
    /// The day's summary itself: waits for the morning alone.
    Summary,
}

/// How somebody wants to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Manner {
    /// From and to, on Beijing's clocks; the same twice is never quiet.
    pub quiet: (NaiveTime, NaiveTime),
    /// Everything in one summary a day.
    pub digest: bool,
    /// When the summary leaves.
    pub digest_at: NaiveTime,
}

impl Default for Manner {
    fn default() -> Self {
        Self { quiet: (clock(21, 30), clock(8, 0)), digest: false, digest_at: clock(18, 30) }
    }
}

/// A time of the day.
#[must_use]
pub fn clock(hour: u32, minute: u32) -> NaiveTime {
    NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or_default()
}

/// What is done with a message that is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// It leaves.
    Now,
    /// It is looked at again then.
    At(DateTime<Utc>),
    /// It goes with the summary of then.
    Digest(DateTime<Utc>),
}

/// Decides about a message: `sent` is what left for this person within the last hour and within the last day.
#[must_use]
pub fn turn(urgency: Urgency, manner: &Manner, sent: (i64, i64), budget: Budget, now: DateTime<Utc>) -> Turn {
    let summary = || Turn::Digest(next(manner.digest_at, now));
    match (urgency, quiet_until(manner.quiet, now)) {
        (Urgency::Urgent, _) if sent.0 >= MOST_AN_HOUR => Turn::At(now + Duration::minutes(10)),
        (Urgency::Urgent, _) => Turn::Now,
        (Urgency::Normal, _) if manner.digest => summary(),
        (_, Some(morning)) => Turn::At(morning),
        (Urgency::Normal, None) if sent.0 >= budget.hour || sent.1 >= budget.day => summary(),
        _ => Turn::Now,
    }
}

/// The end of the quiet hours that hold now.
fn quiet_until((from, to): (NaiveTime, NaiveTime), now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let at = beijing(now).time();
    let quiet = if from <= to { from <= at && at < to } else { from <= at || at < to };
    quiet.then(|| next(to, now))
}

/// The next moment at which Beijing's clocks show a time.
#[must_use]
pub fn next(time: NaiveTime, now: DateTime<Utc>) -> DateTime<Utc> {
    let local = beijing(now).naive_local();
    let day: NaiveDate = if local.time() < time { local.date() } else { local.date() + Days::new(1) };
    from_beijing(day.and_time(time))
}

/// When a message that failed is tried again, with waits that double from half a minute; `None` when it was tried enough.
#[must_use]
pub fn again(tries: i64, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    (tries < MOST_TRIES).then(|| now + Duration::seconds(30 << (tries - 1).clamp(0, 12)))
}

/// The sentence of a message within a number of characters: the longest of its facts are cut, never what to do.
#[must_use]
pub fn fit(words: &Words, lang: Lang, key: &str, args: &[(&str, String)], most: usize) -> String {
    let mut args = args.to_vec();
    let long = |text: &str| text.chars().count();
    loop {
        let text = words.fill(lang, key, &args);
        let over = long(&text).saturating_sub(most);
        let longest = args.iter_mut().max_by_key(|(_, value)| long(value));
        let Some((_, value)) = longest.filter(|(_, value)| over > 0 && long(value) > 6) else { return text };
        let keep = long(value).saturating_sub(over + 1).max(5);
        *value = value.chars().take(keep).chain(['…']).collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::WordFiles;

    fn at(moment: &str) -> DateTime<Utc> {
        from_beijing(format!("2026-11-{moment}:00").parse().unwrap())
    }

    #[test]
    fn a_message_leaves_waits_for_the_morning_or_joins_the_summary() {
        use Urgency::{Normal, Summary, Urgent};
        let (plain, budget) = (Manner::default(), Budget::default());
        let gathered = Manner { digest: true, ..plain };
        let never_quiet = Manner { quiet: (clock(0, 0), clock(0, 0)), ..plain };
        let by_day = Manner { quiet: (clock(12, 0), clock(14, 0)), ..plain };
        let cases = [
            (Normal, plain, (0, 0), "23T10:00", Turn::Now),
            (Normal, plain, (0, 0), "23T21:29", Turn::Now),
            (Normal, plain, (0, 0), "23T21:30", Turn::At(at("24T08:00"))),
            (Normal, plain, (0, 0), "24T03:00", Turn::At(at("24T08:00"))),
            (Normal, plain, (0, 0), "24T08:00", Turn::Now),
            (Normal, never_quiet, (0, 0), "24T03:00", Turn::Now),
            (Normal, by_day, (0, 0), "24T13:00", Turn::At(at("24T14:00"))),
            (Normal, by_day, (0, 0), "24T14:00", Turn::Now),
            (Normal, plain, (2, 2), "23T10:00", Turn::Now),
            (Normal, plain, (3, 3), "23T10:00", Turn::Digest(at("23T18:30"))),
            (Normal, plain, (0, 8), "23T19:00", Turn::Digest(at("24T18:30"))),
            (Normal, gathered, (0, 0), "23T10:00", Turn::Digest(at("23T18:30"))),
            (Urgent, gathered, (8, 40), "23T23:00", Turn::Now),
            (Urgent, plain, (9, 9), "23T10:00", Turn::At(at("23T10:10"))),
            (Summary, plain, (9, 40), "23T18:30", Turn::Now),
            (Summary, plain, (0, 0), "23T22:00", Turn::At(at("24T08:00"))),
        ];
        for (urgency, manner, sent, now, wanted) in cases {
            assert_eq!(turn(urgency, &manner, sent, budget, at(now)), wanted, "{urgency:?} {sent:?} at {now}");
        }
    }

    #[test]
    fn waits_double_and_end() {
        let now = at("23T10:00");
        let waits: Vec<i64> = (1..=9).filter_map(|n| again(n, now)).map(|at| (at - now).num_seconds()).collect();
        assert_eq!(waits, [30, 60, 120, 240, 480, 960, 1920]);
    }

    #[test]
    fn a_long_sentence_loses_of_its_longest_fact() {
        let file =
            WordFiles {
                name: "x", zh: "\"a\" = \"「{title}」{when}取消，不用来\"", en: "\"a\" = \"{title} {when}\""
            };
        let words = Words::load(&[file]).unwrap();
        let args = [("title", "长".repeat(80)), ("when", "11月27日 14:00".to_owned())];
        let text = fit(&words, Lang::Zh, "a", &args, 70);
        assert!(text.chars().count() <= 70 && text.ends_with("…」11月27日 14:00取消，不用来"), "{text}");
        let short = [("title", "送餐".to_owned()), ("when", "今天".to_owned())];
        assert_eq!(fit(&words, Lang::Zh, "a", &short, 70), "「送餐」今天取消，不用来");
    }
}
