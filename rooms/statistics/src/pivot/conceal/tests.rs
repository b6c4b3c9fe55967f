//! Tables of any size, checked by another way of reckoning than the one that hides.

use super::*;
use crate::pivot::tests::reckon::{Equations, Unknown};
use proptest::prelude::*;

fn grid(cells: &[Vec<i64>]) -> Grid {
    let right: Vec<i64> = cells.iter().map(|row| row.iter().sum()).collect();
    let below = (0..cells[0].len()).map(|at| cells.iter().map(|row| row[at]).sum()).collect();
    Grid { cells: cells.to_vec(), total: right.iter().sum(), right, below }
}

fn open(grid: &Grid) -> Mask {
    Mask {
        cells: grid.cells.iter().map(|row| vec![false; row.len()]).collect(),
        right: vec![false; grid.right.len()],
        below: vec![false; grid.below.len()],
    }
}

/// What a stranger can write down of a table.
fn told(grid: &Grid, mask: &Mask) -> Equations {
    let mut known = Equations::default();
    let mut at = |name: Unknown, value: i64, hidden: bool| {
        if !hidden {
            known.is(name, value)
        }
    };
    for (row, value) in grid.right.iter().enumerate() {
        at(format!("r{row}"), *value, mask.right[row]);
    }
    for (column, value) in grid.below.iter().enumerate() {
        at(format!("c{column}"), *value, mask.below[column]);
    }
    for (row, cells) in grid.cells.iter().enumerate() {
        for (column, value) in cells.iter().enumerate() {
            at(format!("{row},{column}"), *value, mask.cells[row][column]);
        }
    }
    known.is("all".to_owned(), grid.total);
    let (rows, columns) = (grid.right.len(), grid.below.len());
    for row in 0..rows {
        known.adds_up((0..columns).map(|c| format!("{row},{c}")), format!("r{row}"));
    }
    for column in 0..columns {
        known.adds_up((0..rows).map(|r| format!("{r},{column}")), format!("c{column}"));
    }
    known.adds_up((0..rows).map(|r| format!("r{r}")), "all".to_owned());
    known.adds_up((0..columns).map(|c| format!("c{c}")), "all".to_owned());
    known
}

#[test]
fn a_small_cell_takes_three_others_with_it() {
    let grid = grid(&[vec![40, 3, 20], vec![30, 12, 50], vec![25, 18, 7]]);
    let mask = mask(&grid, &grid, true, open(&grid)).expect("there are enough people");
    assert!(mask.cells[0][1] && !mask.right.contains(&true) && !mask.below.contains(&true));
    assert_eq!(mask.cells.iter().flatten().filter(|hidden| **hidden).count(), 4, "{mask:?}");
}

#[test]
fn with_nobody_to_hide_behind_nothing_is_told() {
    let grid = grid(&[vec![3, 0], vec![0, 40]]);
    assert_eq!(mask(&grid, &grid, true, open(&grid)), None);
}

#[test]
fn hours_of_few_people_are_hidden_like_the_people() {
    let heads = grid(&[vec![2, 30], vec![20, 40]]);
    let hours = grid(&[vec![600, 9000], vec![8000, 12000]]);
    let mask = mask(&hours, &heads, false, open(&hours)).expect("there are enough people");
    assert_eq!(mask.cells, [[true, true], [true, true]]);
}

proptest! {
    #[test]
    fn no_small_cell_follows_from_what_is_told(
        cells in (2_usize..6, 2_usize..7).prop_flat_map(|(rows, columns)| {
            proptest::collection::vec(proptest::collection::vec(prop_oneof![Just(0_i64), 1_i64..5, 5_i64..60], columns), rows)
        })
    ) {
        let grid = grid(&cells);
        // A total of few is hidden by the report of one dimension, with another one beside it.
        let mut begun = open(&grid);
        for (totals, hidden) in [(&grid.right, &mut begun.right), (&grid.below, &mut begun.below)] {
            if totals.iter().any(|n| (1..FEWEST).contains(n)) {
                hidden.fill(true);
            }
        }
        if let Some(mask) = mask(&grid, &grid, true, begun) {
            let known = told(&grid, &mask);
            for (row, cells) in grid.cells.iter().enumerate() {
                for (column, n) in cells.iter().enumerate().filter(|(_, n)| (1..FEWEST).contains(*n)) {
                    prop_assert!(mask.cells[row][column], "{n} is told");
                    prop_assert!(!known.tell(&format!("{row},{column}")), "{n} follows from {mask:?}");
                }
            }
        }
    }
}
