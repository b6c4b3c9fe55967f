//! The rhythm of a day: how many were on duty at each quarter of an hour, beside the average of the last four same weekdays.

use crate::store::Stay;
use chrono::{DateTime, Duration, NaiveDate, Utc};

/// The first quarter shown is 06:00, the last 22:00.
pub(crate) const QUARTERS: usize = 65;

/// People on duty at each quarter from 06:00 to 22:00.
pub(crate) type Counts = [i64; QUARTERS];

/// The moment of a quarter.
pub(crate) fn moment(day: NaiveDate, at: usize) -> DateTime<Utc> {
    kernel::time::day_start(day) + Duration::minutes(360 + 15 * i64::try_from(at).unwrap_or(0))
}

/// Counts the stays of a day; who has not left is there until `now`, or until the day's end on days before.
pub(crate) fn counts(day: NaiveDate, stays: &[Stay], now: DateTime<Utc>) -> Counts {
    let mut found = [0; QUARTERS];
    for stay in stays {
        let until = stay.out_at.unwrap_or_else(|| now.min(moment(day, QUARTERS)));
        for (at, count) in found.iter_mut().enumerate() {
            let then = moment(day, at);
            if stay.in_at <= then && then < until || (stay.out_at.is_none() && stay.in_at <= then && then == until) {
                *count += 1;
            }
        }
    }
    found
}

/// The rounded mean of several days.
pub(crate) fn average(days: &[Counts]) -> Counts {
    let n = i64::try_from(days.len()).unwrap_or(1).max(1);
    std::array::from_fn(|at| (days.iter().map(|d| d[at]).sum::<i64>() + n / 2) / n)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn somebody_counts_at_the_quarters_between_coming_and_leaving() {
        let day: NaiveDate = "2026-11-23".parse().unwrap();
        let stay =
            |from: usize, to: Option<usize>| Stay { in_at: moment(day, from), out_at: to.map(|t| moment(day, t)) };
        let now = moment(day, 10);
        let found = counts(day, &[stay(2, Some(4)), stay(3, None)], now);
        assert_eq!(found[..12], [0, 0, 1, 2, 1, 1, 1, 1, 1, 1, 1, 0]);
        assert_eq!(average(&[found, [0; QUARTERS]])[3], 1);
    }
}
