//! The part of the form that lets people choose their hours: one window a day, from the first day to the last.

use super::ActivityForm;
use crate::model::{Activity, NewSession, Session};
use crate::rules::series::MOST;
use crate::series::Pattern;
use chrono::NaiveDate;
use kernel::{Cx, FieldErrors, Word};

/// Hours of a visit, at most.
const VISIT: (i64, i64) = (1, 12);

impl ActivityForm {
    /// Whether people choose their hours.
    pub(crate) fn is_flexible(&self) -> bool {
        self.timing == "flexible"
    }

    /// What a draft says of free hours.
    pub(super) fn flexible_of(&mut self, activity: &Activity, sessions: &[Session]) {
        if !activity.flexible {
            return;
        }
        "flexible".clone_into(&mut self.timing);
        self.last_day = sessions.iter().map(|s| s.day).max().map(|day| day.to_string()).unwrap_or_default();
        let most = sessions.iter().find_map(|s| s.visit_minutes);
        self.visit_hours = most.map(|minutes| (minutes / 60).to_string()).unwrap_or_default();
    }

    /// Of free hours the first session on every day until the last; of others the sessions as they are.
    pub(super) fn spread(&self, typed: Vec<NewSession>, cx: &Cx, errors: &mut FieldErrors) -> Vec<NewSession> {
        if !self.is_flexible() {
            return typed;
        }
        let visit = errors.optional_whole("visit_hours", &self.visit_hours, VISIT.0, VISIT.1);
        if typed.len() > 1 {
            errors.add("last_day", Word::new("flexible.form.one"));
        }
        let last: Option<NaiveDate> = match self.last_day.trim() {
            "" => None,
            text => match errors.date("last_day", text) {
                Some(day) => Some(day),
                None => return typed,
            },
        };
        let Some(first) = typed.into_iter().next() else { return Vec::new() };
        let first = NewSession { flexible: true, visit_minutes: visit.map(|hours| hours * 60), ..first };
        let pattern = Pattern::from(first);
        let last = last.unwrap_or(pattern.day);
        let days: Vec<NaiveDate> = pattern.day.iter_days().take_while(|day| *day <= last).take(MOST + 1).collect();
        let wrong = match days.len() {
            0 => Some(Word::new("flexible.form.last_day")),
            n if n > MOST => Some(Word::new("flexible.form.many").with("n", MOST)),
            _ if self.is_backfill() && last >= cx.today() => Some(Word::new("activity.form.not_past")),
            _ => None,
        };
        if let Some(word) = wrong {
            errors.add("last_day", word);
        }
        pattern.on(&days)
    }
}
