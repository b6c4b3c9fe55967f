//! What strangers may read of a pivot: no cell that tells of few people, and none from which one could be reckoned.
//!
//! A table with its totals is a network: what flows into a row's node is its total, what flows out of it are its cells. Cells
//! that are not told can differ from the truth exactly along the circles that they form. So a small cell is hidden together
//! with a circle through it that lets it be larger by at least what protects it.

use crate::rules::FEWEST;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// A table with its totals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Grid {
    /// Row by row.
    pub cells: Vec<Vec<i64>>,
    /// The total of each row.
    pub right: Vec<i64>,
    /// The total of each column.
    pub below: Vec<i64>,
    /// All of it.
    pub total: i64,
}

/// What is not told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mask {
    /// Row by row.
    pub cells: Vec<Vec<bool>>,
    /// Totals of rows.
    pub right: Vec<bool>,
    /// Totals of columns.
    pub below: Vec<bool>,
}

/// An edge of the network: a number of the table.
#[derive(Clone, Copy, Debug)]
struct Edge {
    from: usize,
    to: usize,
    value: i64,
    hidden: bool,
    /// Whether it tells of few people.
    small: bool,
    /// Whether it may be hidden; what is told elsewhere may not.
    free: bool,
}

const SOURCE: usize = 0;
const SINK: usize = 1;

/// Which numbers of `values` are not told. `heads` are the people whom each tells of; `mask` begins with the totals that the
/// reports of one dimension hide already. Absent: nothing of it may be told.
pub(crate) fn mask(values: &Grid, heads: &Grid, counts: bool, begun: Mask) -> Option<Mask> {
    let few = |n: i64| (1..FEWEST).contains(&n);
    let small = |value: i64, heads: i64| few(heads) || (counts && few(value));
    if small(values.total, heads.total) {
        return None;
    }
    let (rows, columns) = (values.right.len(), values.below.len());
    let mut edges = Vec::with_capacity(rows * columns + rows + columns + 1);
    let mut add = |from, to, (value, heads): (i64, i64), hidden: bool, margin: bool| {
        let small = small(value, heads);
        // The report of one dimension tells its totals already: hiding one of them here would hide nothing.
        edges.push(Edge { from, to, value, hidden: hidden || !margin && small, small, free: hidden || !margin });
    };
    for at in 0..rows {
        add(SOURCE, 2 + at, (values.right[at], heads.right[at]), begun.right[at], true);
    }
    for at in 0..columns {
        add(2 + rows + at, SINK, (values.below[at], heads.below[at]), begun.below[at], true);
    }
    for row in 0..rows {
        for column in 0..columns {
            let both = (values.cells[row][column], heads.cells[row][column]);
            add(2 + row, 2 + rows + column, both, begun.cells[row][column], false);
        }
    }
    let total = values.total;
    edges.push(Edge { from: SINK, to: SOURCE, value: total, hidden: false, small: false, free: false });
    let nodes = 2 + rows + columns;
    for at in 0..edges.len() {
        if edges[at].small && !(edges[at].hidden && hide_with(&mut edges, at, nodes)) {
            return None;
        }
    }
    let hidden = |at: usize| edges[at].hidden;
    Some(Mask {
        right: (0..rows).map(hidden).collect(),
        below: (rows..rows + columns).map(hidden).collect(),
        cells: (0..rows)
            .map(|row| (0..columns).map(|c| hidden(rows + columns + row * columns + c)).collect())
            .collect(),
    })
}

/// Hides so many numbers beside a small one that it could be larger by what protects it; false when there are not enough.
fn hide_with(edges: &mut [Edge], small: usize, nodes: usize) -> bool {
    let need = edges[small].value.max(FEWEST);
    if leeway(edges, small, nodes, need) {
        return true;
    }
    let Some(circle) = cheapest(edges, small, nodes, need) else { return false };
    for at in circle {
        edges[at].hidden = true;
    }
    true
}

/// Whether a hidden number could be larger by `need` while all that is told stays as it is: a flow from its end back to its
/// beginning along the other hidden numbers, up as far as one likes and down to nothing.
fn leeway(edges: &[Edge], small: usize, nodes: usize, need: i64) -> bool {
    let open: Vec<usize> = (0..edges.len()).filter(|at| *at != small && edges[*at].hidden).collect();
    let mut shift = vec![0_i64; edges.len()];
    let mut sent = 0;
    while sent < need {
        let room = |at: usize, forward: bool| if forward { i64::MAX } else { edges[at].value + shift[at] };
        let mut came: Vec<Option<(usize, bool)>> = vec![None; nodes];
        let mut line = std::collections::VecDeque::from([edges[small].to]);
        while let Some(node) = line.pop_front() {
            for at in &open {
                for forward in [true, false] {
                    let (from, to) = ends(&edges[*at], forward);
                    if from == node && to != edges[small].to && came[to].is_none() && room(*at, forward) > 0 {
                        came[to] = Some((*at, forward));
                        line.push_back(to);
                    }
                }
            }
        }
        let mut path = Vec::new();
        let mut node = edges[small].from;
        while let Some((at, forward)) = came[node] {
            path.push((at, forward));
            node = ends(&edges[at], forward).0;
            if node == edges[small].to {
                break;
            }
        }
        if path.is_empty() {
            return false;
        }
        let most = path.iter().map(|(at, forward)| room(*at, *forward)).min().unwrap_or(0).min(need - sent);
        for (at, forward) in path {
            shift[at] += if forward { most } else { -most };
        }
        sent += most;
    }
    true
}

fn ends(edge: &Edge, forward: bool) -> (usize, usize) {
    if forward { (edge.from, edge.to) } else { (edge.to, edge.from) }
}

/// The circle through a number that costs least to hide and lets it grow by `need`: a number that is passed against its
/// direction shrinks, so it must be large enough.
fn cheapest(edges: &[Edge], small: usize, nodes: usize, need: i64) -> Option<Vec<usize>> {
    let mut best: Vec<Option<(i64, usize)>> = vec![None; nodes];
    let mut line = BinaryHeap::from([(Reverse(0_i64), edges[small].to, usize::MAX)]);
    while let Some((Reverse(cost), node, came)) = line.pop() {
        if best[node].is_some_and(|(known, _)| known <= cost) {
            continue;
        }
        best[node] = Some((cost, came));
        for (at, edge) in edges.iter().enumerate().filter(|(at, edge)| *at != small && edge.free) {
            let price = if edge.hidden { 0 } else { edge.value.max(1) };
            for forward in [true, false] {
                let (from, to) = ends(edge, forward);
                if from == node && (forward || edge.value >= need) && best[to].is_none() {
                    line.push((Reverse(cost + price), to, at));
                }
            }
        }
    }
    let mut circle = Vec::new();
    let mut node = edges[small].from;
    while node != edges[small].to {
        let (_, at) = best[node]?;
        circle.push(at);
        node = if edges[at].to == node { edges[at].from } else { edges[at].to };
    }
    Some(circle)
}

#[cfg(test)]
mod tests;
