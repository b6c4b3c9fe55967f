//! The thinking: which step may follow which, who may sign up and why not, when one can check in. Pure.

mod allotment;
pub mod draw;
mod eligibility;
pub mod load;
pub mod series;

pub use allotment::{Place, Room, confirm_by};
pub use eligibility::{Candidate, age, asked_teams, can, refusals};

use crate::model::{Scope, State};
use chrono::{DateTime, Duration, Utc};
use kernel::Word;

/// The next state of a step, or none when the step does not lead on from here.
#[must_use]
pub fn step(from: State, step: Step, scope: Scope) -> Option<State> {
    use State::{Backfill, Disabled, Draft, Ended, Open, Review, Running, Void};
    match (from, step) {
        (Draft, Step::Submit) => Some(Review),
        (Review, Step::Publish) if scope == Scope::Backfill => Some(Backfill),
        (Review, Step::Publish) => Some(Open),
        (Review, Step::Return) => Some(Draft),
        (Open, Step::Start) => Some(Running),
        (Running | Backfill, Step::End) => Some(Ended),
        (Open | Running, Step::Disable) => Some(Disabled),
        (Disabled, Step::Resume) => Some(Open),
        (Draft | Review | Open | Disabled | Backfill, Step::Void) => Some(Void),
        _ => None,
    }
}

/// What can be done with an activity as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Hand in for review.
    Submit,
    /// Approve: it becomes public.
    Publish,
    /// Send back to its author.
    Return,
    /// Its first day came.
    Start,
    /// Its last day passed, or its leader closes it.
    End,
    /// Stop it for now.
    Disable,
    /// Go on after a stop.
    Resume,
    /// It never was.
    Void,
}

/// Minutes before a session at which check-in opens.
pub const EARLY: i64 = 30;
/// Seconds that one code is shown.
pub const TURN: i64 = 15;

/// Whether one can check in now, or a word that says when.
#[must_use]
pub fn check_in_refusal(
    state: State,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Option<Word> {
    if !matches!(state, State::Open | State::Running) {
        return Some(Word::new("attendance.refused.state"));
    }
    let opens = starts_at - Duration::minutes(EARLY);
    if now < opens {
        return Some(Word::new("attendance.refused.early").with("when", kernel::words::moment(opens)));
    }
    (now >= ends_at).then(|| Word::new("attendance.refused.over"))
}

/// The part of a stay that counts: inside the session; way and waiting do not (domain 2.4).
#[must_use]
pub fn counted(
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    in_at: DateTime<Utc>,
    out_at: DateTime<Utc>,
) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    let (from, to) = (starts_at.max(in_at), ends_at.min(out_at));
    (to - from >= Duration::minutes(1)).then_some((from, to))
}

/// Which turn of the code a moment belongs to.
#[must_use]
pub fn turn(now: DateTime<Utc>) -> i64 {
    now.timestamp().div_euclid(TURN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_drawn_steps_lead_on() {
        let step = |from, taken| step(from, taken, Scope::Public);
        assert_eq!(step(State::Draft, Step::Publish), None);
        assert_eq!(step(State::Review, Step::Publish), Some(State::Open));
        assert_eq!(step(State::Ended, Step::Void), None);
        assert_eq!(step(State::Void, Step::Resume), None);
        assert_eq!(super::step(State::Review, Step::Publish, Scope::Backfill), Some(State::Backfill));
    }
}
