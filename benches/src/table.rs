//! What comes out: rows ready for `docs/performance.md`, the machine they were measured on, and the medians in them.

use crate::stage::Stage;
use std::fmt;
use std::process::Command;
use std::time::Duration;

/// One promise and what came of it.
#[derive(Clone, Debug)]
pub struct Row {
    /// What was promised.
    pub promise: String,
    /// What was measured, with its spread.
    pub measured: String,
    /// What the control did in the same run; empty without one.
    pub control: String,
    /// Measured beside control; empty without one.
    pub ratio: String,
    /// The goal in words.
    pub goal: String,
    /// Whether it was reached; absent when it says nothing (a row of information, or not measured).
    pub met: Option<bool>,
}

impl Row {
    /// A promise without a control.
    pub fn alone(promise: impl Into<String>, measured: impl Into<String>, goal: &str, met: bool) -> Self {
        Self {
            promise: promise.into(),
            measured: measured.into(),
            control: String::new(),
            ratio: String::new(),
            goal: goal.to_owned(),
            met: Some(met),
        }
    }

    /// Something worth knowing that nobody promised.
    pub fn information(what: impl Into<String>, measured: impl Into<String>) -> Self {
        Self { met: None, ..Self::alone(what, measured, "", true) }
    }

    /// What could not be measured.
    pub fn failed(what: &str, error: &anyhow::Error) -> Self {
        let why = format!("{error:#}").replace(['\n', '|'], " ");
        Self { met: Some(false), ..Self::alone(what, format!("not measured: {why:.200}"), "", false) }
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let met = self.met.map_or("", |met| if met { "yes" } else { "**no**" });
        let Self { promise, measured, control, ratio, goal, .. } = self;
        write!(f, "| {promise} | {measured} | {control} | {ratio} | {goal} | {met} |")
    }
}

/// All rows, in Markdown.
#[derive(Debug, Default)]
pub struct Table {
    /// In the order in which they were measured.
    pub rows: Vec<Row>,
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| promise | measured | control | ratio | goal | met |")?;
        write!(f, "|---|---|---|---|---|---|")?;
        self.rows.iter().try_for_each(|row| write!(f, "\n{row}"))
    }
}

/// The machine, the day and the size, as a sentence.
pub fn facts(stage: &Stage) -> String {
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find(|line| line.starts_with("model name")).and_then(|line| line.split_once(':'));
    let model = model.map_or("unknown CPU", |(_, name)| name.trim());
    let day = kernel::time::day(kernel::time::Clock::System.now());
    let git = Command::new("git").args(["rev-parse", "--short", "HEAD"]).output().ok();
    let commit = git.filter(|o| o.status.success()).map(|o| String::from_utf8_lossy(&o.stdout).trim().to_owned());
    let commit = commit.map(|c| format!(", commit {c}")).unwrap_or_default();
    let size = if stage.small { "a fiftieth of the size: these figures say nothing" } else { "the full size" };
    let build = if cfg!(debug_assertions) { "debug build" } else { "release build" };
    format!("{day}, {cores} cores ({model}), {build}{commit}, {size}, median of {} runs.", stage.runs)
}

/// Figures of several runs.
#[derive(Clone, Debug, Default)]
pub struct Runs(Vec<f64>);

impl Runs {
    /// Puts them in order.
    pub fn new(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        Self(values)
    }

    /// Half are no larger; zero without any.
    pub fn median(&self) -> f64 {
        self.0.get(self.0.len().saturating_sub(1) / 2).copied().unwrap_or_default()
    }

    /// The smallest.
    pub fn least(&self) -> f64 {
        self.0.first().copied().unwrap_or_default()
    }

    /// The largest.
    pub fn most(&self) -> f64 {
        self.0.last().copied().unwrap_or_default()
    }

    /// `median unit (least–most)`.
    pub fn show(&self, digits: usize, unit: &str) -> String {
        let (median, least, most) = (self.median(), self.least(), self.most());
        if self.0.len() < 2 {
            return format!("{median:.digits$}{unit}");
        }
        format!("{median:.digits$}{unit} ({least:.digits$}–{most:.digits$})")
    }
}

impl FromIterator<f64> for Runs {
    fn from_iter<I: IntoIterator<Item = f64>>(values: I) -> Self {
        Self::new(values.into_iter().collect())
    }
}

/// Milliseconds with their fraction.
pub fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

/// A count as a number to divide by.
pub fn float(count: usize) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "counts of a benchmark stay far below 2^52")]
    let float = count as f64;
    float
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_median_is_shown_with_its_spread() {
        let runs: Runs = [3.0, 1.0, 2.0, 5.0, 4.0].into_iter().collect();
        assert_eq!(runs.show(1, " ms"), "3.0 ms (1.0–5.0)");
        assert_eq!(Runs::default().median().to_bits(), 0.0_f64.to_bits());
    }

    #[test]
    fn a_row_is_a_line_of_markdown() {
        let table = Table { rows: vec![Row::alone("start", "120 ms", "<= 300 ms", true), Row::information("x", "1")] };
        let text = table.to_string();
        assert!(text.ends_with("| start | 120 ms |  |  | <= 300 ms | yes |\n| x | 1 |  |  |  |  |"), "{text}");
    }
}
