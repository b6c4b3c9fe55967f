//! The thinking about a team's life: which state leads to which, and whose decision a new team is.

use crate::model::{Kind, Organisation, State};
use chrono::NaiveDate;
use kernel::{Word, text_enum};

/// Years from which somebody can lead a team.
pub const LEADS_FROM: u32 = 18;
/// Days without a deed after which a team is quiet.
pub const QUIET_DAYS: i64 = 365;

text_enum! {
    /// Whose decision a new team is.
    pub enum Level {
        /// Of whoever leads the team above.
        Team = "team",
        /// Of the town's staff.
        Town = "town",
        /// Of the district's federation.
        District = "district",
    }
}

/// The ways of a team. An application that is declined ends; what has ended stays ended.
///
/// ```text
///   applied --approved--> active <--> suspended
///      |                     |            |
///      +------declined-------+---ended----+--> ended
/// ```
#[must_use]
pub const fn may_move(from: State, to: State) -> bool {
    matches!(
        (from, to),
        (State::Applied | State::Suspended, State::Active)
            | (State::Active, State::Suspended)
            | (State::Applied | State::Active | State::Suspended, State::Ended)
    )
}

/// Refuses what only a team at work may do, in the words of its state.
pub fn at_work(team: &Organisation) -> Result<(), Word> {
    let key = match team.state {
        State::Active => return Ok(()),
        State::Applied => "organisations.not_active.applied",
        State::Suspended => "organisations.not_active.suspended",
        State::Ended => "organisations.not_active.ended",
    };
    Err(Word::new(key))
}

/// Whose decision it is below this body: `led` says whether somebody leads it. A team without a leader decides nothing.
#[must_use]
pub fn contact(above: Option<&Organisation>, led: bool) -> Option<Level> {
    match above.map(|above| above.kind) {
        Some(Kind::Federation) => Some(Level::District),
        Some(Kind::Town) | None => Some(Level::Town),
        Some(_) if led => Some(Level::Team),
        Some(_) => None,
    }
}

/// How many may manage a team: one for each `per` members begun, `most` at the most.
#[must_use]
pub const fn managers_allowed(members: i64, per: i64, most: i64) -> i64 {
    let begun = (if members < 1 { 1 } else { members } + per - 1) / per;
    if begun > most { most } else { begun }
}

/// Since when a team is quiet: a year after its last deed, its founding or its record, whichever is the latest.
#[must_use]
pub fn quiet_since(last: Option<NaiveDate>, begun: NaiveDate, today: NaiveDate) -> Option<NaiveDate> {
    let since = last.map_or(begun, |last| last.max(begun));
    ((today - since).num_days() >= QUIET_DAYS).then_some(since)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_team_goes_its_ways_and_no_other() {
        let allowed: Vec<(State, State)> = State::ALL
            .iter()
            .flat_map(|from| State::ALL.iter().map(move |to| (*from, *to)))
            .filter(|(from, to)| may_move(*from, *to))
            .collect();
        let expected = [
            (State::Applied, State::Active),
            (State::Applied, State::Ended),
            (State::Active, State::Suspended),
            (State::Active, State::Ended),
            (State::Suspended, State::Active),
            (State::Suspended, State::Ended),
        ];
        assert_eq!(allowed, expected);
    }

    #[test]
    fn one_manages_each_hundred_begun_and_five_at_most() {
        for (members, allowed) in
            [(0, 1), (1, 1), (100, 1), (101, 2), (200, 2), (201, 3), (500, 5), (501, 5), (9_000, 5)]
        {
            assert_eq!(managers_allowed(members, 100, 5), allowed, "{members}");
        }
    }

    #[test]
    fn a_team_is_quiet_a_year_after_its_last_deed_or_its_beginning() {
        let today = day("2026-11-23");
        for (last, begun, quiet) in [
            (None, "2026-01-01", None),
            (None, "2025-11-23", Some("2025-11-23")),
            (Some("2025-11-24"), "2019-01-01", None),
            (Some("2025-11-23"), "2019-01-01", Some("2025-11-23")),
            (Some("2026-12-24"), "2019-01-01", None),
        ] {
            assert_eq!(quiet_since(last.map(day), day(begun), today), quiet.map(day), "{last:?} {begun}");
        }
    }
}
