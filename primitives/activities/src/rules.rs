//! The thinking: which step may follow which, who may sign up and why not, when one can check in. Pure.

use crate::model::{Activity, Scope, SignupState, State};
use chrono::{DateTime, Datelike as _, Duration, NaiveDate, Utc};
use kernel::Word;

/// The next state of a step, or none when the step does not lead on from here.
#[must_use]
pub fn step(from: State, step: Step) -> Option<State> {
    use State::{Backfill, Disabled, Draft, Ended, Open, Review, Running, Void};
    match (from, step) {
        (Draft, Step::Submit) => Some(Review),
        (Review, Step::Publish) => Some(Open),
        (Review, Step::Return) => Some(Draft),
        (Open, Step::Start) => Some(Running),
        (Running | Backfill, Step::End) => Some(Ended),
        (Open | Running, Step::Disable) => Some(Disabled),
        (Disabled, Step::Resume) => Some(Open),
        (Draft | Review | Open | Disabled, Step::Void) => Some(Void),
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

/// What is known of somebody who wants to sign up.
#[derive(Clone, Debug, Default)]
pub struct Candidate {
    /// For age rules.
    pub birth_date: Option<NaiveDate>,
    /// Whether their identity was checked.
    pub real_name: bool,
    /// `active` people only.
    pub active: bool,
    /// Minutes in the ledger.
    pub minutes: i64,
    /// Whether they belong to the holding team.
    pub in_team: bool,
    /// Whether they joined something else at the same time.
    pub busy: bool,
}

/// Whether only members of the holding team may sign up.
#[must_use]
pub fn asks_team(activity: &Activity) -> bool {
    activity.only_team || matches!(activity.scope, Scope::Teams | Scope::Hidden)
}

/// Every reason why somebody cannot sign up now, each a word that says what would change it.
#[must_use]
pub fn refusals(
    activity: &Activity,
    day: NaiveDate,
    ends_at: DateTime<Utc>,
    who: &Candidate,
    now: DateTime<Utc>,
) -> Vec<Word> {
    let mut all = Vec::new();
    if !matches!(activity.state, State::Open | State::Running) {
        all.push(Word::new("signup.refused.state"));
    }
    if now < activity.opens_at {
        all.push(Word::new("signup.refused.early").with("when", kernel::words::moment(activity.opens_at)));
    }
    if now > activity.closes_at || now >= ends_at {
        all.push(Word::new("signup.refused.late"));
    }
    if !who.active {
        all.push(Word::new("signup.refused.inactive"));
    }
    if asks_team(activity) && !who.in_team {
        all.push(Word::new("signup.refused.team").with("team", &activity.organisation_name));
    }
    if activity.scope == Scope::RealName && !who.real_name {
        all.push(Word::new("signup.refused.real_name"));
    }
    if let Some(word) = age_refusal(activity, day, who) {
        all.push(word);
    }
    if who.minutes < activity.min_minutes {
        let word = Word::new("signup.refused.hours")
            .with("need", kernel::words::hours(activity.min_minutes))
            .with("have", kernel::words::hours(who.minutes));
        all.push(word);
    }
    if who.busy {
        all.push(Word::new("signup.refused.busy"));
    }
    all
}

fn age_refusal(activity: &Activity, day: NaiveDate, who: &Candidate) -> Option<Word> {
    if activity.min_age.is_none() && activity.max_age.is_none() {
        return None;
    }
    let Some(birth) = who.birth_date else { return Some(Word::new("signup.refused.no_birth_date")) };
    let age = age(birth, day);
    if let Some(least) = activity.min_age.filter(|least| age < *least) {
        return Some(Word::new("signup.refused.young").with("age", least));
    }
    activity.max_age.filter(|most| age > *most).map(|most| Word::new("signup.refused.old").with("age", most))
}

/// Full years on a day; born on 29 February, the year is full on 1 March.
#[must_use]
pub fn age(birth: NaiveDate, day: NaiveDate) -> i64 {
    let before = (day.month(), day.day()) < (birth.month(), birth.day());
    i64::from(day.year() - birth.year()) - i64::from(before)
}

/// Who gets a place and who waits: places in the order given, then the line.
#[must_use]
pub fn allot(left: i64, waiting: i64, wanted: usize) -> Vec<SignupState> {
    // Who stands in line already comes first: while somebody waits, nobody walks past.
    let free = if waiting > 0 { 0 } else { usize::try_from(left.max(0)).unwrap_or(0) };
    (0..wanted).map(|at| if at < free { SignupState::Joined } else { SignupState::Waiting }).collect()
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
    use proptest::prelude::*;

    #[test]
    fn only_the_drawn_steps_lead_on() {
        assert_eq!(step(State::Draft, Step::Publish), None);
        assert_eq!(step(State::Review, Step::Publish), Some(State::Open));
        assert_eq!(step(State::Ended, Step::Void), None);
        assert_eq!(step(State::Void, Step::Resume), None);
    }

    #[test]
    fn a_birthday_counts_from_its_day() {
        let date = |t: &str| t.parse::<NaiveDate>().unwrap();
        assert_eq!(age(date("2010-11-24"), date("2026-11-23")), 15);
        assert_eq!(age(date("2010-11-24"), date("2026-11-24")), 16);
        assert_eq!(age(date("2024-02-29"), date("2026-02-28")), 1);
    }

    #[test]
    fn nobody_walks_past_the_line() {
        assert_eq!(allot(1, 3, 2), [SignupState::Waiting, SignupState::Waiting]);
        assert_eq!(allot(1, 0, 2), [SignupState::Joined, SignupState::Waiting]);
    }

    proptest! {
        #[test]
        fn never_more_than_the_places_are_given(left in -5_i64..50, waiting in 0_i64..3, wanted in 0_usize..80) {
            let joined = allot(left, waiting, wanted).into_iter().filter(|s| *s == SignupState::Joined).count();
            prop_assert!(i64::try_from(joined).unwrap() <= left.max(0));
        }
    }
}
