//! Rest between services, the most of a day and of a week, and the way from one to the next. Pure.

use crate::settings::Settings;
use chrono::{DateTime, Datelike as _, Duration, NaiveDate, Utc};
use kernel::Word;

/// From, to.
pub type Span = (DateTime<Utc>, DateTime<Utc>);

/// What has to be known of somebody's other services: those that meet this span can matter.
#[must_use]
pub fn around(span: Span, settings: &Settings) -> Span {
    let near = Duration::minutes(settings.travel_minutes.max(settings.rest_hours * 60));
    let (mut from, mut to) = (span.0 - near, span.1 + near);
    if settings.day_hours > 0 {
        let day = kernel::time::day(span.0);
        (from, to) = (from.min(kernel::time::day_start(day)), to.max(kernel::time::day_start(day + Duration::days(1))));
    }
    if settings.week_hours > 0 {
        let monday = monday(span.0);
        let next = kernel::time::day_start(monday + Duration::days(7));
        (from, to) = (from.min(kernel::time::day_start(monday)), to.max(next));
    }
    (from, to)
}

fn monday(at: DateTime<Utc>) -> NaiveDate {
    let day = kernel::time::day(at);
    day - Duration::days(i64::from(day.weekday().num_days_from_monday()))
}

/// Whether two services cannot both be kept, with the time that the way takes.
#[must_use]
pub fn collides(one: Span, other: Span, travel_minutes: i64) -> bool {
    let way = Duration::minutes(travel_minutes);
    one.0 < other.1 + way && other.0 < one.1 + way
}

/// Every reason why a service is too much beside the others; nothing that is 0 is asked.
#[must_use]
pub fn strains(new: Span, others: &[Span], settings: &Settings) -> Vec<Word> {
    let mut all = Vec::new();
    let apart = |other: &Span| if other.0 >= new.1 { other.0 - new.1 } else { new.0 - other.1 };
    let rest = Duration::hours(settings.rest_hours);
    if settings.rest_hours > 0 && others.iter().any(|other| apart(other) >= Duration::zero() && apart(other) < rest) {
        all.push(Word::new("signup.strain.rest").with("n", settings.rest_hours));
    }
    let minutes = |spans: &mut dyn Iterator<Item = &Span>| {
        spans.map(|s| (s.1 - s.0).num_minutes()).sum::<i64>() + (new.1 - new.0).num_minutes()
    };
    let day = kernel::time::day(new.0);
    let of_day = minutes(&mut others.iter().filter(|s| kernel::time::day(s.0) == day));
    if settings.day_hours > 0 && of_day > settings.day_hours * 60 {
        all.push(strain("signup.strain.day", settings.day_hours, of_day));
    }
    let of_week = minutes(&mut others.iter().filter(|s| monday(s.0) == monday(new.0)));
    if settings.week_hours > 0 && of_week > settings.week_hours * 60 {
        all.push(strain("signup.strain.week", settings.week_hours, of_week));
    }
    all
}

fn strain(word: &'static str, most: i64, minutes: i64) -> Word {
    Word::new(word).with("n", most).with("have", kernel::words::hours(minutes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(text: &str) -> Span {
        let (from, to) = text.split_once('/').unwrap();
        let at = |text: &str| kernel::time::from_beijing(format!("2026-11-{text}:00").parse().unwrap());
        (at(from), at(to))
    }

    fn defaults() -> Settings {
        Settings::of(&kernel::settings::Known::default())
    }

    #[test]
    fn rest_and_load_are_asked_only_where_the_district_says_so() {
        let others = [span("24T08:00/24T12:00"), span("25T08:00/25T10:00")];
        let off = defaults();
        let with = |rest_hours, day_hours, week_hours| Settings { rest_hours, day_hours, week_hours, ..off };
        let cases = [
            ("24T13:00/24T17:00", off, vec![]),
            ("24T13:00/24T17:00", with(2, 0, 0), vec!["signup.strain.rest"]),
            ("24T14:00/24T17:00", with(2, 0, 0), vec![]),
            ("23T21:00/23T23:00", with(10, 0, 0), vec!["signup.strain.rest"]),
            ("24T14:00/24T18:00", with(0, 8, 0), vec![]),
            ("24T14:00/24T18:30", with(0, 8, 0), vec!["signup.strain.day"]),
            ("29T08:00/29T10:00", with(0, 0, 8), vec![]),
            ("29T08:00/29T11:00", with(0, 0, 8), vec!["signup.strain.week"]),
            ("30T08:00/30T18:00", with(0, 0, 8), vec!["signup.strain.week"]),
            ("24T12:30/24T18:30", with(1, 8, 8), vec!["signup.strain.rest", "signup.strain.day", "signup.strain.week"]),
        ];
        for (new, settings, words) in cases {
            let said: Vec<_> = strains(span(new), &others, &settings).into_iter().map(|w| w.key.to_string()).collect();
            assert_eq!(said, words, "{new}");
        }
    }

    #[test]
    fn the_way_between_two_places_takes_its_time() {
        let (one, next) = (span("24T08:00/24T10:00"), span("24T10:20/24T12:00"));
        assert!(!collides(one, next, 0) && !collides(one, next, 20) && collides(one, next, 30));
        assert!(collides(next, one, 30));
    }

    #[test]
    fn no_more_is_read_than_the_rules_ask_for() {
        let new = span("25T08:00/25T10:00");
        assert_eq!(around(new, &defaults()), new);
        let week = Settings { week_hours: 20, ..defaults() };
        assert_eq!(around(new, &week), (span("23T00:00/24T00:00").0, span("30T00:00/30T01:00").0));
    }
}
