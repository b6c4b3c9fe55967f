//! What the steps of the generator tell each other.

use chrono::{DateTime, NaiveDate, Utc};
use organisations::{Kind, OrganisationId};
use people::PersonId;
use places::SiteId;

/// A town or street.
pub(super) struct Town {
    pub code: String,
    pub name: String,
    /// Code and short name of each community.
    pub communities: Vec<(String, String)>,
    /// Its federation in the tree of teams, and its branch in the other tree.
    pub federation: OrganisationId,
    pub branch: OrganisationId,
}

/// A place where service happens.
pub(super) struct Site {
    pub id: SiteId,
    pub town: usize,
    pub region: String,
    pub name: String,
}

/// A team.
pub(super) struct Team {
    pub id: OrganisationId,
    pub name: String,
    pub path: String,
    pub kind: Kind,
    pub region: String,
    pub town: usize,
    /// The body that it is of, as it stands in titles.
    pub of: String,
    /// The party branch of the same body.
    pub branch: Option<OrganisationId>,
    /// People by index, the leader first, the eager before the others.
    pub members: Vec<usize>,
}

/// A volunteer.
pub(super) struct Somebody {
    pub id: PersonId,
    pub name: String,
    pub phone: Option<String>,
    pub team: usize,
    pub second: Option<usize>,
    pub registered_on: NaiveDate,
}

/// The district so far.
pub(super) struct World {
    pub now: DateTime<Utc>,
    pub today: NaiveDate,
    pub towns: Vec<Town>,
    pub sites: Vec<Site>,
    pub teams: Vec<Team>,
    pub people: Vec<Somebody>,
    /// The volunteer and the leader of the demo: of one team.
    pub demo_team: usize,
}

impl World {
    /// Who leads a team.
    pub(super) fn leader(&self, team: usize) -> &Somebody {
        &self.people[self.teams[team].members[0]]
    }

    /// The volunteer of the demo: an ordinary member of the demo's team, or its leader when there is no other.
    pub(super) fn volunteer(&self) -> usize {
        let members = &self.teams[self.demo_team].members;
        members.get(2).or_else(|| members.last()).copied().unwrap_or(0)
    }
}
