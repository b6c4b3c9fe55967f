//! Charts as SVG: the tick is the one mark of the house, one hour of somebody's life. Classes only; the style sheet colours.

use std::fmt::Write as _;

/// Hours that one tick may stand for.
const STEPS: [i64; 10] = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000];
/// A column of more ticks than this is too high for a phone.
const MOST: i64 = 14;

/// How many hours one tick stands for, so that no month is higher than a phone's screen can hold. The caption says so.
#[must_use]
pub fn tick_hours(minutes_by_month: &[i64; 12]) -> i64 {
    let highest = minutes_by_month.iter().copied().max().unwrap_or_default();
    STEPS.into_iter().find(|step| highest <= step * MOST * 60).unwrap_or(STEPS[STEPS.len() - 1])
}

/// A year of service, one column a month. `current_month` counts from 1, 0 marks none; `label` says the same to the ear.
#[must_use]
pub fn month_ticks(minutes_by_month: &[i64; 12], current_month: u32, label: &str) -> String {
    let tick = tick_hours(minutes_by_month) * 60;
    let columns: Vec<Column> = minutes_by_month.iter().map(|minutes| Column::of(*minutes, tick)).collect();
    let highest = columns.iter().map(|c| c.whole + i64::from(c.half)).max().unwrap_or_default();
    let height = (11 * highest + 2).max(60) + 30;
    let base = height - 30;
    let mut svg =
        format!("<svg class=\"ticks\" viewBox=\"0 0 350 {height}\" role=\"img\" aria-label=\"{}\">", escape(label));
    for (month, column) in (1_u32..).zip(&columns) {
        column.draw(&mut svg, month, month == current_month, base);
    }
    svg.push_str("</svg>");
    svg
}

struct Column {
    whole: i64,
    half: bool,
}

impl Column {
    /// Whole ticks and the half one above them; whatever is more than nothing is at least half a tick.
    fn of(minutes: i64, tick: i64) -> Self {
        let minutes = minutes.max(0);
        let whole = minutes / tick;
        let half = minutes % tick * 2 >= tick || (whole == 0 && minutes > 0);
        Self { whole, half }
    }

    fn draw(&self, svg: &mut String, month: u32, now: bool, base: i64) {
        let x = 14.6 + 29.2 * f64::from(month - 1);
        let empty = self.whole == 0 && !self.half;
        let class = match (now, empty) {
            (true, true) => " class=\"now none\"",
            (true, false) => " class=\"now\"",
            (false, true) => " class=\"none\"",
            (false, false) => "",
        };
        let mut put = |text: std::fmt::Arguments<'_>| svg.write_fmt(text).expect("a string takes all text");
        put(format_args!("<g{class}>"));
        if empty {
            let top = base - 7;
            put(format_args!("<rect x=\"{:.1}\" y=\"{top}.5\" width=\"21.2\" height=\"6\" rx=\"1.5\"/>", x - 10.6));
        }
        if self.whole > 0 {
            put(format_args!("<path d=\"M{x:.1} {base}v-{}\"/>", 11 * self.whole - 5));
        }
        if self.half {
            let top = base - 11 * self.whole - 6;
            put(format_args!("<rect x=\"{:.1}\" y=\"{top}\" width=\"11.1\" height=\"6\"/>", x - 11.1));
        }
        put(format_args!("<text x=\"{x:.1}\" y=\"{}\">{month}</text></g>", base + 22));
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_is_drawn_as_the_design_has_it() {
        let minutes = [300, 360, 180, 360, 480, 300, 120, 300, 360, 480, 510, 0];
        let svg = month_ticks(&minutes, 11, "今年每月");
        for part in [
            "<svg class=\"ticks\" viewBox=\"0 0 350 131\" role=\"img\" aria-label=\"今年每月\">",
            "<g><path d=\"M14.6 101v-50\"/><text x=\"14.6\" y=\"123\">1</text></g>",
            "<g class=\"now\"><path d=\"M306.6 101v-83\"/><rect x=\"295.5\" y=\"7\" width=\"11.1\" height=\"6\"/><text x=\"306.6\" y=\"123\">11</text></g>",
            "<g class=\"none\"><rect x=\"325.2\" y=\"94.5\" width=\"21.2\" height=\"6\" rx=\"1.5\"/><text x=\"335.8\" y=\"123\">12</text></g></svg>",
        ] {
            assert!(svg.contains(part), "{part} in {svg}");
        }
    }

    #[test]
    fn a_tick_stands_for_more_where_a_month_is_long_and_short_service_is_not_nothing() {
        let mut year = [0; 12];
        assert_eq!(tick_hours(&year), 1);
        year[2] = 15 * 60;
        assert_eq!(tick_hours(&year), 2);
        year[2] = 13_000 * 60;
        assert_eq!(tick_hours(&year), 1_000);
        let mut short = [0; 12];
        short[0] = 10;
        short[1] = -60;
        assert_eq!(month_ticks(&short, 0, "\"<").matches("height=\"6\"/>").count(), 1);
        assert!(month_ticks(&short, 0, "\"<").contains("aria-label=\"&quot;&lt;\""));
    }
}
