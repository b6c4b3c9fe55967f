//! What follows from free hours: a session that is a window of a day, within which everybody chooses when they come.

use super::{NewSession, Session};
use crate::rules::load::Span;
use chrono::{DateTime, Duration, Utc};

impl Session {
    /// From when on one cannot say any more that one does not come, nor somebody else take the place: its beginning, or the end
    /// of a window.
    #[must_use]
    pub const fn settled_at(&self) -> DateTime<Utc> {
        if self.flexible { self.ends_at } else { self.starts_at }
    }

    /// Until when one can sign up for it.
    #[must_use]
    pub const fn last_call(&self) -> DateTime<Utc> {
        self.settled_at()
    }

    /// Whether a stay fits into it: inside, and no longer than a visit.
    #[must_use]
    pub fn takes(&self, (from, to): Span) -> bool {
        let most = self.visit_minutes.map(Duration::minutes);
        from < to && from >= self.starts_at && to <= self.ends_at && most.is_none_or(|most| to - from <= most)
    }

    /// The part of a stay that counts: inside the session, and of free hours no more than a visit (domain 2.4). None under a minute.
    #[must_use]
    pub fn counted(&self, (in_at, out_at): Span) -> Option<Span> {
        let from = self.starts_at.max(in_at);
        let most = self.visit_minutes.map(|minutes| from + Duration::minutes(minutes));
        let to = self.ends_at.min(out_at);
        let to = most.map_or(to, |most| to.min(most));
        (to - from >= Duration::minutes(1)).then_some((from, to))
    }
}

/// Hours as people say them: without a fraction where there is none.
#[must_use]
pub fn in_hours(minutes: i64) -> String {
    if minutes % 60 == 0 { (minutes / 60).to_string() } else { kernel::words::hours(minutes) }
}

impl NewSession {
    /// Until when one can sign up for it.
    #[must_use]
    pub const fn last_call(&self) -> DateTime<Utc> {
        if self.flexible { self.ends_at } else { self.starts_at }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ActivityId, SessionId};

    fn window(visit_minutes: Option<i64>) -> Session {
        let at = |hour: i64| kernel::time::day_start("2026-11-24".parse().unwrap()) + Duration::hours(hour);
        Session {
            id: SessionId::fresh(),
            activity_id: ActivityId::fresh(),
            starts_at: at(8),
            ends_at: at(18),
            day: "2026-11-24".parse().unwrap(),
            served: None,
            cancelled_at: None,
            flexible: true,
            visit_minutes,
        }
    }

    #[test]
    fn of_a_visit_no_more_counts_than_the_most_of_it_and_nothing_outside_of_the_window() {
        let (free, capped) = (window(None), window(Some(120)));
        let at = |minutes: i64| free.starts_at + Duration::minutes(minutes);
        assert_eq!(free.counted((at(-20), at(700))), Some((at(0), at(600))));
        assert_eq!(capped.counted((at(60), at(300))), Some((at(60), at(180))));
        assert_eq!(capped.counted((at(-20), at(100))), Some((at(0), at(100))));
        assert_eq!(capped.counted((at(-20), at(0))), None);
        assert!(capped.takes((at(60), at(180))) && !capped.takes((at(60), at(181))) && free.takes((at(60), at(600))));
        assert!(!free.takes((at(-1), at(60))) && !free.takes((at(60), at(60))) && !free.takes((at(540), at(601))));
    }
}
