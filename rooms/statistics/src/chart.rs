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
        let bar = Bar {
            label: short(label),
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

/// As much of a label as has room before its bar: eight Chinese characters or sixteen Latin letters.
pub(crate) fn short(label: &str) -> String {
    const ROOM: usize = 16;
    let wide = |c: char| if c.is_ascii() { 1 } else { 2 };
    if label.chars().map(wide).sum::<usize>() <= ROOM {
        return label.to_owned();
    }
    let mut left = ROOM - 1;
    let fits = label.chars().take_while(|c| {
        let room = left >= wide(*c);
        left = left.saturating_sub(wide(*c));
        room
    });
    let kept: String = fits.collect();
    format!("{}…", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use super::short;

    #[test]
    fn a_label_is_cut_where_its_room_ends_and_says_so() {
        for (label, shown) in [
            ("桂城街道", "桂城街道"),
            ("南海区总工会联合", "南海区总工会联合"),
            ("南海区总工会联合会志愿队", "南海区总工会联…"),
            ("Community", "Community"),
            ("Enterprises", "Enterprises"),
            ("Helping the elderly", "Helping the eld…"),
        ] {
            assert_eq!(short(label), shown);
        }
    }
}
