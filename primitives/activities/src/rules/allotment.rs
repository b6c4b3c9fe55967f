//! Who gets a place: places kept for teams first for them, the others in the order given, then the line. Pure.

use crate::model::{Quota, SignupState};
use chrono::{DateTime, Duration, Utc};
use organisations::model::OrganisationId;

/// What somebody gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// One of those for everybody.
    Open,
    /// One that is kept for this team.
    Kept(OrganisationId),
    /// A place in line.
    Line,
}

impl Place {
    /// The state of its sign-up.
    #[must_use]
    pub fn state(self) -> SignupState {
        if self == Self::Line { SignupState::Waiting } else { SignupState::Joined }
    }

    /// The team whose kept place it is.
    #[must_use]
    pub fn quota(self) -> Option<OrganisationId> {
        if let Self::Kept(team) = self { Some(team) } else { None }
    }
}

/// The room at a post while its wishes are decided.
#[derive(Clone, Debug)]
pub struct Room {
    left: i64,
    line: i64,
    quotas: Vec<Quota>,
    kept: bool,
    touched: bool,
}

impl Room {
    /// The room that is left; `kept` says whether places are still kept for teams.
    #[must_use]
    pub fn of(left: i64, line: i64, quotas: Vec<Quota>, kept: bool) -> Self {
        Self { left, line, quotas, kept, touched: false }
    }

    /// Places that nobody has.
    #[must_use]
    pub fn left(&self) -> i64 {
        self.left
    }

    /// The kept places, when one of them changed hands.
    #[must_use]
    pub fn touched(&self) -> Option<&[Quota]> {
        self.touched.then_some(self.quotas.as_slice())
    }

    /// Somebody new with teams at these paths: while somebody waits, nobody walks past except to a place that is kept for them.
    pub fn newcomer(&mut self, paths: &[&str]) -> Place {
        if let Some(place) = self.kept_for(paths) {
            return place;
        }
        if self.line == 0 && self.open() > 0 {
            self.left -= 1;
            return Place::Open;
        }
        self.line += 1;
        Place::Line
    }

    /// Several who come together or not at all: a place for each of them, or a place in line for each.
    pub fn all_or_none(&mut self, paths: &[Vec<&str>]) -> Vec<Place> {
        let mut tried = self.clone();
        let places: Vec<Place> = paths.iter().map(|p| tried.newcomer(p)).collect();
        if !places.contains(&Place::Line) {
            *self = tried;
            return places;
        }
        self.line += i64::try_from(paths.len()).unwrap_or(i64::MAX);
        vec![Place::Line; paths.len()]
    }

    /// The same for those who stand in line; none when there is no room for all of them.
    pub fn all_from_line(&mut self, paths: &[Vec<&str>]) -> Option<Vec<Place>> {
        let mut tried = self.clone();
        let places: Option<Vec<Place>> = paths.iter().map(|p| tried.from_line(p)).collect();
        if places.is_some() {
            *self = tried;
        }
        places
    }

    /// Somebody who stands in line and whose turn it is; none when what is left is kept for others.
    pub fn from_line(&mut self, paths: &[&str]) -> Option<Place> {
        let place = match self.kept_for(paths) {
            Some(place) => place,
            None if self.open() > 0 => {
                self.left -= 1;
                Place::Open
            }
            None => return None,
        };
        self.line -= 1;
        Some(place)
    }

    /// A place is given back, to its team where it was kept for one.
    pub fn give_back(&mut self, quota: Option<OrganisationId>) {
        self.left += 1;
        if let Some(quota) = self.quotas.iter_mut().find(|q| Some(q.team) == quota) {
            quota.taken = (quota.taken - 1).max(0);
            self.touched = true;
        }
    }

    fn kept_for(&mut self, paths: &[&str]) -> Option<Place> {
        if !self.kept || self.left <= 0 {
            return None;
        }
        let mine = |q: &&mut Quota| q.left() > 0 && paths.iter().any(|path| path.starts_with(&q.path));
        let quota = self.quotas.iter_mut().find(mine)?;
        quota.taken += 1;
        (self.left, self.touched) = (self.left - 1, true);
        Some(Place::Kept(quota.team))
    }

    /// Places for everybody.
    fn open(&self) -> i64 {
        let kept: i64 = if self.kept { self.quotas.iter().map(Quota::left).sum() } else { 0 };
        self.left - kept
    }
}

/// Until when an offered place has to be confirmed; none when the session is so near that one simply moves up. Half of what is
/// left until then is the longest, so that the next in line has the other half.
#[must_use]
pub fn confirm_by(
    now: DateTime<Utc>,
    starts_at: DateTime<Utc>,
    offer_hours: i64,
    direct_hours: i64,
) -> Option<DateTime<Utc>> {
    let lead = starts_at - Duration::hours(direct_hours) - now;
    (lead > Duration::zero()).then(|| now + (lead / 2).max(Duration::minutes(30)).min(Duration::hours(offer_hours)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::time::from_beijing;
    use proptest::prelude::*;

    fn quota(n: u128, path: &str, places: i64) -> Quota {
        let team = OrganisationId(kernel::ids::Raw::from_u128(n));
        Quota { team, name: path.to_owned(), path: path.to_owned(), places, taken: 0 }
    }

    #[test]
    fn nobody_walks_past_the_line() {
        let mut room = Room::of(1, 3, Vec::new(), false);
        assert_eq!([room.newcomer(&[]), room.newcomer(&[])], [Place::Line, Place::Line]);
        let mut room = Room::of(1, 0, Vec::new(), false);
        assert_eq!([room.newcomer(&[]), room.newcomer(&[])], [Place::Open, Place::Line]);
    }

    #[test]
    fn kept_places_are_for_their_team_and_those_below_it_until_the_moment_comes() {
        let quotas = vec![quota(1, "00001/", 2)];
        let mut room = Room::of(3, 0, quotas.clone(), true);
        let all = [room.newcomer(&["00002/"]), room.newcomer(&["00002/"]), room.newcomer(&["00001/00007/"])];
        assert_eq!(all, [Place::Open, Place::Line, Place::Kept(quotas[0].team)], "past the line to their own place");
        assert_eq!(room.newcomer(&["00001/"]), Place::Kept(quotas[0].team));
        assert_eq!(room.left(), 0);
        let mut room = Room::of(2, 0, quotas, false);
        assert_eq!([room.newcomer(&[]), room.newcomer(&[])], [Place::Open, Place::Open]);
    }

    #[test]
    fn who_comes_together_gets_places_for_all_or_none() {
        let two = vec![Vec::new(), Vec::new()];
        let mut room = Room::of(1, 0, Vec::new(), false);
        assert_eq!(room.all_or_none(&two), [Place::Line, Place::Line]);
        assert_eq!((room.left(), room.all_from_line(&two)), (1, None), "the place stays free");
        let mut room = Room::of(2, 2, Vec::new(), false);
        assert_eq!(room.all_from_line(&two), Some(vec![Place::Open, Place::Open]));
        assert_eq!(room.left(), 0);
    }

    #[test]
    fn the_time_to_confirm_shrinks_towards_the_start() {
        let at = |text: &str| from_beijing(text.parse().unwrap());
        let start = at("2026-11-30T14:00:00");
        let cases = [
            ("2026-11-23T10:00:00", Some("2026-11-23T22:00:00")),
            ("2026-11-30T00:00:00", Some("2026-11-30T04:00:00")),
            ("2026-11-30T07:30:00", Some("2026-11-30T08:00:00")),
            ("2026-11-30T08:00:00", None),
            ("2026-11-30T13:00:00", None),
        ];
        for (now, until) in cases {
            assert_eq!(confirm_by(at(now), start, 12, 6), until.map(at), "{now}");
        }
    }

    proptest! {
        /// Whoever comes, goes and moves up: never more than the places, and while they are kept, nobody else has a team's.
        #[test]
        fn never_more_than_the_places_are_given(
            places in 0_i64..20,
            kept in prop::collection::vec(0_i64..6, 0..3),
            steps in prop::collection::vec((0_u8..3, 0_usize..4), 0..120),
        ) {
            let kept: Vec<i64> = kept.into_iter().scan(places, |left, n| { let n = n.min(*left); *left -= n; Some(n) }).collect();
            let quotas = kept.iter().enumerate().map(|(n, places)| quota(n as u128, &format!("{n}/"), *places)).collect();
            let mut room = Room::of(places, 0, quotas, true);
            let mut held: Vec<Place> = Vec::new();
            for (step, team) in steps {
                let path = format!("{team}/9/");
                match step {
                    0 => held.extend(Some(room.newcomer(&[&path])).filter(|p| *p != Place::Line)),
                    1 if room.line > 0 => held.extend(room.from_line(&[&path])),
                    2 if !held.is_empty() => room.give_back(held.swap_remove(team % held.len()).quota()),
                    _ => {}
                }
                let taken = i64::try_from(held.len()).unwrap();
                prop_assert!(taken <= places);
                prop_assert_eq!(room.left(), places - taken);
                let open = held.iter().filter(|p| **p == Place::Open).count();
                prop_assert!(i64::try_from(open).unwrap() <= places - kept.iter().sum::<i64>());
            }
        }
    }
}
