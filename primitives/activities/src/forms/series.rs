//! What is typed of a rule, and of a session that goes to another time.

use crate::rules::series::{Cycle, MOST, Series};
use crate::series::Move;
use chrono::{Datelike as _, NaiveDate, NaiveTime};
use kernel::{Cx, FieldErrors, Word};
use serde::Deserialize;

/// A rule as it was typed; without a cycle nothing was asked yet.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct SeriesForm {
    pub cycle: String,
    pub every: String,
    pub weekday: Vec<String>,
    pub nth: String,
    pub until: String,
    pub count: String,
    pub skip_holidays: String,
}

impl SeriesForm {
    /// What a rule says, or the first guess for a draft: every week on its day.
    pub(crate) fn of(rule: Option<&Series>, first: NaiveDate) -> Self {
        let text = |n: Option<u32>| n.map(|n| n.to_string()).unwrap_or_default();
        let weekday = first.weekday().number_from_monday().to_string();
        let Some(rule) = rule else {
            return Self {
                cycle: Cycle::Weekly.to_string(),
                every: "1".to_owned(),
                weekday: vec![weekday],
                nth: (first.day0() / 7 + 1).to_string(),
                ..Self::default()
            };
        };
        Self {
            cycle: rule.cycle.to_string(),
            every: rule.every.to_string(),
            weekday: rule.weekdays.iter().map(ToString::to_string).collect(),
            nth: rule.nth.to_string(),
            until: rule.until.map(|day| day.to_string()).unwrap_or_default(),
            count: text(rule.count),
            skip_holidays: if rule.skip_holidays { "on" } else { "" }.to_owned(),
        }
    }

    /// Whether something was asked.
    pub(crate) fn is_asked(&self) -> bool {
        !self.cycle.is_empty() || !self.until.is_empty() || !self.count.is_empty()
    }

    /// Whether a weekday is ticked.
    pub(crate) fn has(&self, weekday: &u32) -> bool {
        self.weekday.iter().any(|w| *w == weekday.to_string())
    }

    /// The rule of a draft whose first session is on a day.
    pub(crate) fn check(&self, first: NaiveDate) -> Result<Series, FieldErrors> {
        let mut errors = FieldErrors::none();
        let cycle: Option<Cycle> = errors.choice("cycle", &self.cycle);
        let every = errors.whole("every", &self.every, 1, 12);
        let mut weekdays: Vec<u32> =
            self.weekday.iter().filter_map(|w| w.parse().ok()).filter(|w| (1..=7).contains(w)).collect();
        weekdays.sort_unstable();
        weekdays.dedup();
        if weekdays.is_empty() || (cycle == Some(Cycle::Monthly) && weekdays.len() > 1) {
            errors
                .add("weekday", Word::new(if weekdays.is_empty() { "form.choose" } else { "series.form.one_weekday" }));
        }
        let nth = match cycle {
            Some(Cycle::Monthly) => errors.whole("nth", &self.nth, 1, 5),
            _ => Some(0),
        };
        let (until, count) = self.end(first, &mut errors);
        let small = |n: Option<i64>| n.and_then(|n| u32::try_from(n).ok());
        let (Some(cycle), Some(every), Some(nth), true) = (cycle, small(every), small(nth), errors.is_empty()) else {
            return Err(errors);
        };
        Ok(Series { cycle, every, weekdays, nth, until, count, skip_holidays: self.skip_holidays == "on" })
    }

    /// The same rule until a later end; `last` is the last day that there is.
    pub(crate) fn further(&self, rule: Series, last: NaiveDate) -> Result<Series, FieldErrors> {
        let mut errors = FieldErrors::none();
        let (until, count) = self.end(last, &mut errors);
        if errors.is_empty() { Ok(Series { until, count, ..rule }) } else { Err(errors) }
    }

    /// Until a day or for a number of sessions: one of them is needed.
    fn end(&self, first: NaiveDate, errors: &mut FieldErrors) -> (Option<NaiveDate>, Option<u32>) {
        let until = if self.until.trim().is_empty() { None } else { errors.date("until", &self.until) };
        let most = i64::try_from(MOST).unwrap_or(i64::MAX);
        let count = errors.optional_whole("count", &self.count, 1, most);
        if until.is_some_and(|until| until < first) {
            errors.add("until", Word::new("series.form.until"));
        }
        if self.until.trim().is_empty() && self.count.trim().is_empty() {
            errors.add("until", Word::new("series.form.end"));
        }
        (until, count.and_then(|n| u32::try_from(n).ok()))
    }
}

/// Another time for one session, and why.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct MoveForm {
    pub day: String,
    pub from: String,
    pub to: String,
    pub why: String,
}

impl MoveForm {
    pub(crate) fn check(&self, cx: &Cx) -> Result<Move, FieldErrors> {
        let mut errors = FieldErrors::none();
        let day: Option<NaiveDate> = errors.date("day", &self.day);
        let from: Option<NaiveTime> = errors.time("from", &self.from);
        let to: Option<NaiveTime> = errors.time("to", &self.to);
        let why = errors.text("why", &self.why, 100);
        let (Some(day), Some(from), Some(to)) = (day, from, to) else { return Err(errors) };
        let at = |time: NaiveTime| kernel::time::from_beijing(day.and_time(time));
        let (starts_at, ends_at) = (at(from), at(to));
        if to <= from {
            errors.add("to", Word::new("activity.form.backwards"));
        }
        if starts_at <= cx.now {
            errors.add("day", Word::new("activity.form.past"));
        }
        if errors.is_empty() { Ok(Move { starts_at, ends_at, why }) } else { Err(errors) }
    }
}
