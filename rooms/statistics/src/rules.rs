//! What the public may read: no cell that tells of fewer than five people, and no cell from which one could be reckoned.

use crate::model::{Group, METRICS, MetricCode, Report, Row};

/// The fewest people that a public cell tells of.
pub const FEWEST: i64 = 5;

/// Takes out what tells of few people, row by row, and so many rows beside it that what is missing from the total is at
/// least five people and more than one row.
pub fn conceal(report: &mut Report) {
    // New volunteers of a month or of past years would show as a difference, so the number is told for today only.
    let this_year = report.query.whole_year() == Some(chrono::Datelike::year(&kernel::time::day(report.query.now)));
    for row in report.rows.iter_mut().chain([&mut report.total]) {
        if report.query.group == Group::Month || !this_year {
            row.figures.set(MetricCode::Volunteers, None);
        }
    }
    if is_small(&report.total) {
        report.rows.iter_mut().chain([&mut report.total]).for_each(hide);
        return;
    }
    let mut chosen: Vec<bool> = report.rows.iter().map(is_small).collect();
    while chosen.contains(&true) && tells(&report.rows, &chosen) {
        let next = (0..chosen.len()).filter(|at| !chosen[*at]).min_by_key(|at| weight(&report.rows[*at]));
        let Some(next) = next else {
            hide(&mut report.total);
            break;
        };
        chosen[next] = true;
    }
    report.rows.iter_mut().zip(chosen).filter(|(_, chosen)| *chosen).for_each(|(row, _)| hide(row));
}

fn personal() -> impl Iterator<Item = MetricCode> {
    METRICS.iter().filter(|m| m.personal).map(|m| m.code)
}

/// The figures of a row that count people; minutes are many even for one.
fn heads(row: &Row) -> impl Iterator<Item = i64> {
    personal().filter(|m| *m != MetricCode::Hours).filter_map(|m| row.figures.get(m))
}

fn is_small(row: &Row) -> bool {
    heads(row).any(|n| (1..FEWEST).contains(&n))
}

fn weight(row: &Row) -> (bool, i64) {
    let least = heads(row).filter(|n| *n > 0).min();
    // Rows without anything hide nobody; they come last.
    (least.is_none(), least.unwrap_or(0))
}

/// Whether the difference between the total and the rows that stay tells of one row or of few people.
fn tells(rows: &[Row], chosen: &[bool]) -> bool {
    personal().any(|metric| {
        let hidden = rows.iter().zip(chosen).filter(|(_, chosen)| **chosen);
        let values: Vec<i64> = hidden.filter_map(|(row, _)| row.figures.get(metric)).filter(|n| *n != 0).collect();
        let sum: i64 = values.iter().sum();
        values.len() == 1 || (metric != MetricCode::Hours && (1..FEWEST).contains(&sum))
    })
}

fn hide(row: &mut Row) {
    row.hidden = true;
    for metric in personal() {
        row.figures.set(metric, None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Figures, Query};
    use proptest::prelude::*;

    fn row(people: i64) -> Row {
        let mut figures = Figures::default();
        for (metric, n) in [
            (MetricCode::Volunteers, people * 3),
            (MetricCode::Active, people),
            (MetricCode::Services, people * 2),
            (MetricCode::Hours, people * 90),
            (MetricCode::Served, people * 7),
        ] {
            figures.set(metric, Some(n));
        }
        Row { code: people.to_string(), name: String::new(), formerly: None, figures, hidden: false }
    }

    fn report(people: &[i64]) -> Report {
        let now = kernel::time::day_start("2026-11-23".parse().unwrap());
        let total = row(people.iter().sum());
        let rows = people.iter().map(|n| row(*n)).collect();
        Report { query: Query::year(2026, Group::Town, now), rows, total, as_of: now }
    }

    #[test]
    fn a_small_cell_takes_a_neighbour_with_it() {
        let mut report = report(&[40, 3, 12, 7, 0]);
        conceal(&mut report);
        let hidden: Vec<&str> = report.rows.iter().filter(|r| r.hidden).map(|r| r.code.as_str()).collect();
        assert_eq!(hidden, ["3", "7"]);
        assert_eq!(report.total.figures.get(MetricCode::Active), Some(62));
    }

    #[test]
    fn with_nobody_to_hide_behind_the_total_goes_too() {
        let mut report = report(&[0, 3, 0]);
        conceal(&mut report);
        assert!(report.total.hidden && report.rows.iter().all(|r| r.hidden));
    }

    proptest! {
        #[test]
        fn nothing_that_is_left_out_tells_of_fewer_than_five(people in proptest::collection::vec(0_i64..30, 1..12)) {
            let mut report = report(&people);
            conceal(&mut report);
            for metric in [MetricCode::Active, MetricCode::Services, MetricCode::Served] {
                let seen = report.rows.iter().filter_map(|r| r.figures.get(metric));
                for n in seen.clone() {
                    prop_assert!(n == 0 || n >= FEWEST);
                }
                if let Some(total) = report.total.figures.get(metric) {
                    let missing = total - seen.sum::<i64>();
                    prop_assert!(missing == 0 || missing >= FEWEST);
                    let behind = report.rows.iter().filter(|r| r.hidden && r.code != "0").count();
                    prop_assert!(missing == 0 || behind > 1);
                }
            }
        }
    }
}
