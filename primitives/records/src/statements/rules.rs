//! The adding up. Pure.

use super::model::{Activity, Held, Member, Row, Sums, Totals};
use chrono::{Datelike as _, NaiveDate};

/// The first and the last day of a year that can be asked for.
pub(crate) fn days(year: i32) -> Option<(NaiveDate, NaiveDate)> {
    let known = (2000..=2100).contains(&year);
    NaiveDate::from_ymd_opt(year, 1, 1).zip(NaiveDate::from_ymd_opt(year, 12, 31)).filter(|_| known)
}

/// What rows come to.
pub(crate) fn sums(rows: &[Row]) -> Sums {
    let mut sums = Sums::default();
    for row in rows {
        sums.total += row.minutes;
        sums.services += if row.reverses_id.is_some() { -1 } else { 1 };
        sums.months[row.day.month0() as usize % 12] += row.minutes;
        *sums.categories.entry(row.category.clone()).or_default() += row.minutes;
        *sums.methods.entry(row.method).or_default() += row.minutes;
    }
    sums.categories.retain(|_, minutes| *minutes != 0);
    sums.methods.retain(|_, minutes| *minutes != 0);
    sums
}

/// The rows by activity, in the order in which the activities began.
pub(crate) fn by_activity(rows: Vec<Row>) -> Vec<Activity> {
    let mut found: Vec<Activity> = Vec::new();
    for row in rows {
        match found.iter_mut().find(|one| one.rows.first().is_some_and(|first| first.activity_id == row.activity_id)) {
            Some(one) => {
                one.minutes += row.minutes;
                one.rows.push(row);
            }
            None => found.push(Activity {
                title: row.title.clone(),
                team_name: row.team_name.clone(),
                minutes: row.minutes,
                rows: vec![row],
            }),
        }
    }
    found
}

/// What a team's members and activities come to.
pub(crate) fn totals(members: &[Member], activities: &[Held]) -> Totals {
    Totals {
        active: i64::try_from(members.iter().filter(|m| m.minutes > 0).count()).unwrap_or(i64::MAX),
        services: members.iter().map(|m| m.services).sum(),
        minutes: members.iter().map(|m| m.minutes).sum(),
        served: activities.iter().map(|a| a.served).sum(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use activities::ActivityId;
    use hours::{EntryId, Method};
    use proptest::prelude::*;

    fn row(activity: u128, month: u32, category: u32, method: usize, minutes: i64) -> Row {
        let day = NaiveDate::from_ymd_opt(2026, month, 5).unwrap();
        let at = kernel::time::day_start(day);
        Row {
            id: EntryId::fresh(),
            activity_id: ActivityId(kernel::ids::Raw::from_u128(activity)),
            title: String::new(),
            team_name: String::new(),
            category: format!("{category:02}"),
            day,
            started_at: at,
            ended_at: at,
            minutes,
            method: Method::ALL[method],
            reverses_id: (minutes < 0).then(EntryId::fresh),
        }
    }

    proptest! {
        #[test]
        fn every_way_of_adding_up_comes_to_the_same_total(
            made in prop::collection::vec((0_u128..6, 1_u32..13, 1_u32..18, 0_usize..4, -600_i64..600), 0..60)
        ) {
            let rows: Vec<Row> = made.into_iter().map(|(a, m, c, e, minutes)| row(a, m, c, e, minutes)).collect();
            let sums = sums(&rows);
            let total: i64 = rows.iter().map(|row| row.minutes).sum();
            let count = rows.len();
            let activities = by_activity(rows);
            prop_assert_eq!(sums.total, total);
            prop_assert_eq!(sums.months.iter().sum::<i64>(), total);
            prop_assert_eq!(sums.categories.values().sum::<i64>(), total);
            prop_assert_eq!(sums.methods.values().sum::<i64>(), total);
            prop_assert_eq!(activities.iter().map(|a| a.minutes).sum::<i64>(), total);
            prop_assert_eq!(activities.iter().map(|a| a.rows.len()).sum::<usize>(), count);
        }
    }

    #[test]
    fn years_out_of_reach_have_no_statement() {
        assert_eq!(
            days(2026).map(|(first, last)| (first.to_string(), last.to_string())),
            Some(("2026-01-01".to_owned(), "2026-12-31".to_owned()))
        );
        assert_eq!((days(1999), days(2101)), (None, None));
    }
}
