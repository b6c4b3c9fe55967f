//! Time: UTC in storage, Beijing on screen; a person's day is a Beijing day. Working days come from a table.

use crate::db::Read;
use crate::error::Result;
use crate::{args, row};
use chrono::{DateTime, Datelike as _, Duration, FixedOffset, NaiveDate, NaiveDateTime, Utc, Weekday};
use std::sync::{Arc, Mutex, PoisonError};

/// Where `now` comes from; tests own theirs.
#[derive(Clone, Debug, Default)]
pub enum Clock {
    /// The machine's clock.
    #[default]
    System,
    /// A clock that a test moves.
    Set(Arc<Mutex<DateTime<Utc>>>),
}

impl Clock {
    /// Now, cut to microseconds, as both engines store it.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is the clock")]
    pub fn now(&self) -> DateTime<Utc> {
        let now = match self {
            Self::System => Utc::now(),
            Self::Set(at) => *at.lock().unwrap_or_else(PoisonError::into_inner),
        };
        DateTime::from_timestamp_micros(now.timestamp_micros()).unwrap_or(now)
    }

    /// A clock that stands at `at` until it is moved.
    #[must_use]
    pub fn standing_at(at: DateTime<Utc>) -> Self {
        Self::Set(Arc::new(Mutex::new(at)))
    }

    /// Moves a test's clock; the machine's own stays.
    pub fn set(&self, at: DateTime<Utc>) {
        if let Self::Set(now) = self {
            *now.lock().unwrap_or_else(PoisonError::into_inner) = at;
        }
    }
}

/// UTC+8, no daylight saving time since 1991.
fn zone() -> FixedOffset {
    FixedOffset::east_opt(8 * 3600).expect("eight hours are less than a day")
}

/// The moment on Beijing's clocks.
#[must_use]
pub fn beijing(at: DateTime<Utc>) -> DateTime<FixedOffset> {
    at.with_timezone(&zone())
}

/// The Beijing day of a moment.
#[must_use]
pub fn day(at: DateTime<Utc>) -> NaiveDate {
    beijing(at).date_naive()
}

/// The moment at which Beijing's clocks show this.
#[must_use]
pub fn from_beijing(local: NaiveDateTime) -> DateTime<Utc> {
    local.and_utc() - Duration::hours(8)
}

/// The first moment of a Beijing day.
#[must_use]
pub fn day_start(day: NaiveDate) -> DateTime<Utc> {
    from_beijing(day.and_time(chrono::NaiveTime::MIN))
}

/// The next Friday's six o'clock in the evening, when the week's work ends.
#[must_use]
pub fn friday_evening(now: DateTime<Utc>) -> DateTime<Utc> {
    let today = day(now);
    let ahead = (11 - i64::from(today.weekday().num_days_from_monday())) % 7;
    let evening = day_start(today + Duration::days(ahead)) + Duration::hours(18);
    if evening > now { evening } else { evening + Duration::days(7) }
}

row! {
    /// An exception of the working calendar.
    struct DayRow { day: NaiveDate, kind: String }
}

/// The working days: Monday to Friday, with the State Council's exceptions where their year is loaded.
#[derive(Clone, Debug, Default)]
pub struct WorkCalendar {
    exceptions: std::collections::HashMap<NaiveDate, bool>,
}

impl WorkCalendar {
    /// Reads all exceptions; a few hundred rows.
    pub async fn load(db: &impl Read) -> Result<Self> {
        let rows: Vec<DayRow> = db.all("SELECT day, kind FROM work_day", args![]).await?;
        Ok(Self { exceptions: rows.into_iter().map(|r| (r.day, r.kind == "workday")).collect() })
    }

    /// Whether people work on this day.
    #[must_use]
    pub fn is_workday(&self, day: NaiveDate) -> bool {
        self.exceptions.get(&day).copied().unwrap_or(!matches!(day.weekday(), Weekday::Sat | Weekday::Sun))
    }

    /// Whether people rest on this day because of a public holiday: it lies in a run of days off that has one of the days that the
    /// State Council names, so that the Saturday before a Monday off belongs to the holiday too.
    #[must_use]
    pub fn is_holiday(&self, day: NaiveDate) -> bool {
        let named = |step: fn(&NaiveDate) -> Option<NaiveDate>| {
            let run = std::iter::successors(Some(day), step).take_while(|d| !self.is_workday(*d));
            run.take(15).any(|d| self.exceptions.get(&d) == Some(&false))
        };
        named(NaiveDate::succ_opt) || named(NaiveDate::pred_opt)
    }

    /// Whether the year of this day is loaded; if not, a deadline on it is provisional (暂算).
    #[must_use]
    pub fn knows(&self, day: NaiveDate) -> bool {
        self.exceptions.keys().any(|d| d.year() == day.year())
    }

    /// The day that is `n` working days after `from`, which itself does not count.
    #[must_use]
    pub fn after(&self, from: NaiveDate, n: u32) -> NaiveDate {
        let mut day = from;
        let mut left = n;
        while left > 0 {
            day = day.succ_opt().unwrap_or(day);
            if self.is_workday(day) {
                left -= 1;
            }
        }
        day
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_a_beijing_day() {
        let late = DateTime::parse_from_rfc3339("2026-11-23T16:30:00Z").unwrap().to_utc();
        assert_eq!(day(late).to_string(), "2026-11-24");
        assert_eq!(day(day_start(day(late))), day(late));
    }

    #[test]
    fn a_holiday_is_a_run_of_days_off_with_a_named_day_in_it() {
        let date = |text: &str| text.parse::<NaiveDate>().unwrap();
        let mut calendar = WorkCalendar::default();
        calendar.exceptions.insert(date("2026-04-06"), false);
        let off = |text: &str| calendar.is_holiday(date(text));
        assert!(off("2026-04-04") && off("2026-04-05") && off("2026-04-06"), "Saturday to Monday");
        assert!(!off("2026-04-07") && !off("2026-04-11"), "a working day, and a weekend of its own");
    }

    #[test]
    fn deadlines_skip_weekends_and_holidays_and_use_shifted_workdays() {
        let date = |text: &str| text.parse::<NaiveDate>().unwrap();
        let mut calendar = WorkCalendar::default();
        assert_eq!(calendar.after(date("2026-11-20"), 1), date("2026-11-23"));
        calendar.exceptions.insert(date("2026-11-21"), true);
        calendar.exceptions.insert(date("2026-11-23"), false);
        assert_eq!(calendar.after(date("2026-11-20"), 1), date("2026-11-21"));
        assert_eq!(calendar.after(date("2026-11-20"), 2), date("2026-11-24"));
    }
}
