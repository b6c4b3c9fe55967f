//! The chart of a report: one bar a row, cut into ticks by its style, drawn by the server.

/// A bar with its words.
pub(crate) struct Bar {
    /// What stands before it.
    pub label: String,
    /// What stands behind it.
    pub value: String,
    /// The base line of the words.
    pub text_y: i64,
    /// The middle of the bar.
    pub bar_y: i64,
    /// The bar's end.
    pub end: i64,
    /// Where the value begins.
    pub value_x: i64,
}

/// Where every bar begins, and the longest one's length, in a picture 900 wide.
const START: i64 = 120;
const LONGEST: i64 = 640;
/// The height of a row.
const ROW: i64 = 31;
/// More bars than this nobody compares.
const MOST: usize = 24;

/// The bars of the first rows, and the height of the picture.
pub(crate) fn bars(rows: &[(String, i64, String)]) -> (Vec<Bar>, i64) {
    let most = rows.iter().map(|(_, n, _)| *n).max().unwrap_or(0).max(1);
    let mut made = Vec::new();
    for (at, (label, n, value)) in (0_i64..).zip(rows.iter().take(MOST)) {
        let end = START + (n.max(&0) * LONGEST) / most;
        let short: String = label.chars().take(8).collect();
        let bar = Bar {
            label: short,
            value: value.clone(),
            text_y: 24 + at * ROW,
            bar_y: 19 + at * ROW,
            end: end.max(START + 1),
            value_x: end + 12,
        };
        made.push(bar);
    }
    let height = i64::try_from(made.len()).unwrap_or(0) * ROW + 15;
    (made, height)
}
