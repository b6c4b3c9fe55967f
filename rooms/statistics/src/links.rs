//! Where a number leads: to the list of what it counts, narrowed as the number is.

use crate::forms::Filter;
use crate::model::{MetricCode, Month, Query};
use crate::pivot::Axis;

/// What a number is narrowed by.
#[derive(Clone, Debug)]
pub(crate) struct Narrow {
    from: Month,
    to: Month,
    town: String,
    team: String,
    own: bool,
    kind: String,
    category: String,
    sex: String,
    age: String,
    /// Nobody is listed by political status, education or document; those are opened one by one, with a reason.
    closed: bool,
    today: chrono::NaiveDate,
}

impl Narrow {
    /// As a whole report is.
    pub(crate) fn of(query: &Query, filter: &Filter) -> Self {
        Self {
            from: query.from,
            to: query.to,
            town: filter.town.clone(),
            team: filter.team.clone(),
            own: false,
            kind: filter.kind.clone(),
            category: filter.category.clone(),
            sex: String::new(),
            age: String::new(),
            closed: false,
            today: kernel::time::day(query.now),
        }
    }

    /// As one row or column of it is.
    pub(crate) fn by(mut self, axis: Axis, code: &str) -> Self {
        match axis {
            // A town's row holds no more than the community that was asked for.
            Axis::Town if !self.town.starts_with(code) => code.clone_into(&mut self.town),
            Axis::Town => {}
            Axis::Team => (self.team, self.own) = (code.to_owned(), true),
            Axis::Kind => code.clone_into(&mut self.kind),
            Axis::Category => code.clone_into(&mut self.category),
            Axis::Month => {
                if let Ok(month) = code.parse() {
                    (self.from, self.to) = (month, month);
                }
            }
            Axis::Sex => code.clone_into(&mut self.sex),
            Axis::Age => code.clone_into(&mut self.age),
            Axis::Political | Axis::Education | Axis::IdKind | Axis::Scope | Axis::State => self.closed = true,
        }
        self
    }

    /// The list of what a metric counts here, where there is one.
    pub(crate) fn url(&self, metric: MetricCode) -> Option<String> {
        if self.closed {
            return None;
        }
        let months = [("from", self.from.to_string()), ("to", self.to.to_string())];
        let own = if self.own { "1" } else { "" };
        let part = [
            ("town", self.town.clone()),
            ("team", self.team.clone()),
            ("own", own.to_owned()),
            ("kind", self.kind.clone()),
            ("category", self.category.clone()),
        ];
        let who = [("sex", self.sex.clone()), ("age", self.age.clone())];
        let people = |of: MetricCode| {
            let metric = [("metric", of.to_string())];
            list("/desk/statistics/people", &[&metric, &months[..], &part, &who])
        };
        Some(match metric {
            MetricCode::Volunteers | MetricCode::Active => people(metric),
            MetricCode::Teams => list("/desk/statistics/teams", &[&months, &part]),
            MetricCode::Activities => list("/desk/statistics/activities", &[&months, &part]),
            MetricCode::Served => list("/desk/statistics/served", &[&months, &part]),
            MetricCode::Hours | MetricCode::Services if !self.sex.is_empty() || !self.age.is_empty() => {
                people(MetricCode::Active)
            }
            MetricCode::Hours | MetricCode::Services => {
                let first = self.from.first();
                let last = self.to.last().min(self.today).max(first);
                let days = [("from", first.to_string()), ("to", last.to_string())];
                let part = part.into_iter().filter(|(name, _)| *name != "own").collect::<Vec<_>>();
                list("/desk/hours", &[&days, &part])
            }
        })
    }
}

/// A list's address with what narrows it; codes and days need no encoding.
fn list(path: &str, narrowed: &[&[(&str, String)]]) -> String {
    let all = narrowed.iter().flat_map(|part| part.iter()).filter(|(_, value)| !value.is_empty());
    let parts: Vec<String> = all.map(|(name, value)| format!("{name}={value}")).collect();
    if parts.is_empty() { path.to_owned() } else { format!("{path}?{}", parts.join("&")) }
}
