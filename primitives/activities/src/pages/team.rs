//! The leader's first page: the next session on its ticket, what waits, what comes.

use crate::MANAGE;
use crate::model::{State, seal};
use crate::store::listing::Face;
use crate::store::partner::Shared;
use crate::store::{self, Filter, Listed, Upcoming};
use askama::Template;
use chrono::Duration;
use kernel::http::filters;
use kernel::policy::{Role, Scope};
use kernel::{Answer, Cx, Result};
use organisations::{Organisation, Tree};

/// A team that the actor leads.
pub(crate) struct Team {
    pub organisation: Organisation,
    /// Sessions not over yet, the earliest first.
    pub coming: Vec<Upcoming>,
    /// Over within a week, and nobody said how many were served.
    pub uncounted: Vec<Upcoming>,
    /// Drafts and what is being reviewed.
    pub drafts: Vec<Listed>,
    /// What it was asked to hold with others, or holds with them.
    pub shared: Vec<Shared>,
}

#[derive(Template)]
#[template(path = "activities/team.html")]
struct Index {
    teams: Vec<Team>,
    /// What other rooms add to each of them.
    panels: Vec<Vec<String>>,
    /// Reports of hours that wait for the leader.
    reports: usize,
}

impl Upcoming {
    fn seal(&self) -> &'static str {
        seal(&self.category).0
    }

    fn seal_class(&self) -> &'static str {
        seal(&self.category).1
    }
}

/// The teams that the actor leads, by their grants.
pub(crate) async fn led(cx: &Cx) -> Result<Vec<Organisation>> {
    let mut teams = Vec::new();
    for grant in cx.actor.grants.iter().filter(|g| g.role == Role::Leader) {
        if let Scope::Organisation(path) = &grant.scope {
            teams.extend(organisations::find_by_path(&cx.db, cx.tenant, Tree::Team, path).await?);
        }
    }
    Ok(teams)
}

pub(super) async fn index(cx: Cx) -> Result<Answer> {
    let (mut teams, mut panels) = (Vec::new(), Vec::new());
    for organisation in led(&cx).await? {
        panels.push(kernel::desk::panels(&cx, "team.show", organisation.id.0).await?);
        teams.push(team(&cx, organisation).await?);
    }
    cx.page(&Index { teams, panels, reports: hours::reports_waiting(&cx).await? })
}

pub(crate) async fn team(cx: &Cx, organisation: Organisation) -> Result<Team> {
    let (from, to) = (cx.now - Duration::days(7), cx.now + Duration::days(60));
    let all = store::upcoming(&cx.db, cx.tenant, organisation.id, from, to).await?;
    let shown = all.into_iter().filter(|s| !matches!(s.state, State::Draft | State::Review));
    let (coming, past): (Vec<_>, Vec<_>) = shown.partition(|s| s.ends_at > cx.now);
    let uncounted = past.into_iter().filter(|s| s.served.is_none()).collect();
    let mut drafts = Vec::new();
    for state in [State::Draft, State::Review] {
        let filter = Filter { organisation: Some(organisation.id), state: Some(state), ..Filter::default() };
        drafts.extend(store::list(cx, &Face::Desk(cx.reach(MANAGE)), &filter, None, 20).await?);
    }
    let shared = store::partner::of_team(&cx.db, cx.tenant, organisation.id).await?;
    Ok(Team { organisation, coming, uncounted, drafts, shared })
}
