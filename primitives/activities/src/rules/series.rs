//! The rule by which an activity is held again and again, and the days that it means. Pure.

use chrono::{Datelike as _, Days, Months, NaiveDate, Weekday};
use kernel::text_enum;
use serde::{Deserialize, Serialize};

/// Most sessions that one activity has.
pub const MOST: usize = 120;
/// How far ahead a rule reaches.
const YEARS: u32 = 3;

text_enum! {
    /// What a rule counts in.
    pub enum Cycle {
        /// Weeks, on one weekday or several.
        Weekly = "weekly",
        /// Months, on a certain weekday of theirs: the second Saturday, the last Friday.
        Monthly = "monthly",
    }
}

/// A rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Series {
    /// Weeks or months.
    pub cycle: Cycle,
    /// Every so many of them, from 1.
    pub every: u32,
    /// 1 is Monday, 7 is Sunday; at least one, in a monthly rule exactly one.
    pub weekdays: Vec<u32>,
    /// Which of its weekdays in the month, 1 to 4, or 5 for the last one; a weekly rule does not ask.
    pub nth: u32,
    /// No session after this day.
    pub until: Option<NaiveDate>,
    /// No more than so many sessions.
    pub count: Option<u32>,
    /// Whether public holidays are left out.
    pub skip_holidays: bool,
}

impl Series {
    /// The days that the rule means from its first day on, at most `MOST`, in order. What a holiday takes away does not count.
    #[must_use]
    pub fn days(&self, from: NaiveDate, is_holiday: impl Fn(NaiveDate) -> bool) -> Vec<NaiveDate> {
        self.days_after(from, None, is_holiday)
    }

    /// The same after a day, in the same rhythm: what lengthens a series that began on `from`.
    #[must_use]
    pub fn days_after(
        &self,
        from: NaiveDate,
        after: Option<NaiveDate>,
        is_holiday: impl Fn(NaiveDate) -> bool,
    ) -> Vec<NaiveDate> {
        let most = self.count.map_or(MOST, |n| MOST.min(n as usize));
        self.candidates(from)
            .into_iter()
            .filter(|day| *day >= from && after.is_none_or(|after| *day > after))
            .filter(|day| !(self.skip_holidays && is_holiday(*day)))
            .take_while(|day| self.until.is_none_or(|until| *day <= until))
            .take(most)
            .collect()
    }

    /// Every day of the rhythm within reach.
    fn candidates(&self, from: NaiveDate) -> Vec<NaiveDate> {
        let every = self.every.max(1);
        match self.cycle {
            Cycle::Weekly => {
                let monday = from.week(Weekday::Mon).first_day();
                let weeks = (0..YEARS * 53).step_by(every as usize);
                let days = weeks.flat_map(|week| {
                    let day = move |weekday: &u32| Days::new(u64::from(week * 7 + weekday.saturating_sub(1)));
                    self.weekdays.iter().filter_map(move |w| monday.checked_add_days(day(w)))
                });
                days.collect()
            }
            Cycle::Monthly => {
                let months = (0..YEARS * 12).step_by(every as usize);
                months.filter_map(|n| self.in_month(from.with_day(1)?.checked_add_months(Months::new(n))?)).collect()
            }
        }
    }

    /// The day that the rule means in the month that begins on `first`.
    fn in_month(&self, first: NaiveDate) -> Option<NaiveDate> {
        let weekday = Weekday::try_from(u8::try_from(self.weekdays.first()?.saturating_sub(1)).ok()?).ok()?;
        let nth = |n: u8| NaiveDate::from_weekday_of_month_opt(first.year(), first.month(), weekday, n);
        match self.nth {
            5 => nth(5).or_else(|| nth(4)),
            n => nth(u8::try_from(n).ok()?),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn weekly(every: u32, weekdays: &[u32]) -> Series {
        let weekdays = weekdays.to_vec();
        Series { cycle: Cycle::Weekly, every, weekdays, nth: 0, until: None, count: Some(5), skip_holidays: false }
    }

    fn said(days: &[NaiveDate]) -> String {
        days.iter().map(|d| d.format("%m-%d").to_string()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn weeks_and_months_are_counted_as_people_say_them() {
        let from = date("2026-11-25");
        let of = |series: &Series| said(&series.days(from, |_| false));
        assert_eq!(of(&weekly(1, &[3])), "11-25 12-02 12-09 12-16 12-23");
        assert_eq!(of(&weekly(2, &[1, 3])), "11-25 12-07 12-09 12-21 12-23", "the Monday before the first day is none");
        let monthly = Series { cycle: Cycle::Monthly, nth: 2, ..weekly(1, &[6]) };
        assert_eq!(of(&monthly), "12-12 01-09 02-13 03-13 04-10");
        assert_eq!(of(&Series { nth: 5, count: Some(3), ..monthly.clone() }), "11-28 12-26 01-30", "the last Saturday");
        let until = Series { until: Some(date("2026-12-09")), count: None, ..weekly(1, &[3]) };
        assert_eq!(of(&until), "11-25 12-02 12-09");
    }

    #[test]
    fn a_holiday_is_left_out_and_another_day_is_found_for_it() {
        let series = Series { skip_holidays: true, ..weekly(1, &[3]) };
        let days = series.days(date("2026-11-25"), |day| day == date("2026-12-09"));
        assert_eq!(said(&days), "11-25 12-02 12-16 12-23 12-30");
    }

    #[test]
    fn a_longer_series_goes_on_in_its_rhythm() {
        let series = weekly(2, &[3]);
        let days = series.days_after(date("2026-11-25"), Some(date("2026-12-10")), |_| false);
        assert_eq!(said(&days[..2]), "12-23 01-06");
    }

    proptest! {
        #[test]
        fn every_day_is_in_order_within_reach_and_on_its_weekday(
            start in 0_u64..2000, every in 1_u32..13, weekday in 1_u32..8, nth in 1_u32..6, months in any::<bool>(), count in 1_u32..200
        ) {
            let from = date("2024-01-01") + Days::new(start);
            let cycle = if months { Cycle::Monthly } else { Cycle::Weekly };
            let series = Series { cycle, every, nth, count: Some(count), ..weekly(every, &[weekday]) };
            let days = series.days(from, |_| false);
            prop_assert!(days.len() <= MOST.min(count as usize));
            prop_assert!(days.windows(2).all(|pair| pair[0] < pair[1]));
            prop_assert!(days.iter().all(|d| *d >= from && d.weekday().number_from_monday() == weekday));
        }
    }
}
