//! The thinking: which step may follow which, who may sign up and why not. Pure.

pub mod absence;
mod allotment;
pub mod draw;
mod eligibility;
pub mod load;
pub mod series;

pub use allotment::{Place, Room, confirm_by};
pub use eligibility::{Candidate, LATE, age, asked_teams, can, certificate_refusals, refusals};

use crate::model::{Scope, State};

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
