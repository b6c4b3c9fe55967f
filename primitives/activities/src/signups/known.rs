//! What the rules and the room need to know of those who want into a session: three statements, however many they are.

use super::absence;
use crate::model::{Activity, Session, Signup, SignupId, SignupState};
use crate::rules::absence::{consequence, refusal};
use crate::rules::load::{self, Span};
use crate::rules::{self, Candidate};
use crate::settings::{Settings, settings};
use crate::store::signup::{self, Belongs, Facts};
use chrono::{DateTime, Utc};
use kernel::{Cx, Read, Result, Word};
use organisations::model::OrganisationId;
use people::certificates::{CertificateKindId, Held, held};
use people::model::PersonId;
use std::collections::HashMap;

/// What is known of some people before a session.
pub(super) struct Known {
    facts: HashMap<PersonId, Facts>,
    teams: HashMap<PersonId, Vec<Belongs>>,
    /// What each holds of the certificates that are asked for.
    certificates: HashMap<PersonId, Vec<Held>>,
    /// Why each waits before they sign up again.
    absent: HashMap<PersonId, Word>,
    /// The hours that each has taken near this session, and whether in the same activity.
    others: HashMap<PersonId, Vec<(Span, bool)>>,
    settings: Settings,
    /// Who has a sign-up in this session that counts.
    pub live: HashMap<PersonId, Signup>,
}

impl Known {
    pub async fn of(db: &impl Read, cx: &Cx, of: (&Activity, &Session), people: &[PersonId]) -> Result<Self> {
        Self::without(db, cx, of, people, &[]).await
    }

    /// The same as if some sign-ups were not there: those that are given for a place of this session.
    pub async fn without(
        db: &impl Read,
        cx: &Cx,
        (activity, session): (&Activity, &Session),
        people: &[PersonId],
        given: &[SignupId],
    ) -> Result<Self> {
        let (tenant, settings) = (cx.tenant, settings(db, cx).await?);
        let (mut live, mut others) = (HashMap::new(), HashMap::new());
        let span = (session.starts_at, session.ends_at);
        for there in signup::meeting(db, tenant, load::around(span, &settings), people).await? {
            if given.contains(&there.id) {
                continue;
            }
            if there.session_id == session.id {
                if matches!(there.state, SignupState::Joined | SignupState::Waiting) {
                    live.insert(there.person_id, there);
                }
            } else if there.state == SignupState::Joined && !there.loose {
                let other = ((there.starts_at, there.ends_at), there.activity_id == activity.id);
                others.entry(there.person_id).or_insert_with(Vec::new).push(other);
            }
        }
        let facts =
            signup::facts(db, tenant, (activity, given), people).await?.into_iter().map(|f| (f.id, f)).collect();
        let mut teams: HashMap<PersonId, Vec<Belongs>> = HashMap::new();
        for team in signup::teams(db, tenant, people).await? {
            teams.entry(team.person_id).or_default().push(team);
        }
        let mut certificates: HashMap<PersonId, Vec<Held>> = HashMap::new();
        for one in held(db, tenant, (people, &asked_kinds(activity))).await? {
            certificates.entry(one.person_id).or_default().push(one);
        }
        let mut absent = HashMap::new();
        // Where the district only warns, that was said before.
        if settings.absent_block_days > 0 {
            for one in absence::times(db, cx, &settings, people).await? {
                let follows = consequence(one.times, one.last, &settings, cx.now);
                absent.extend(refusal(one.times, follows, &settings).map(|word| (one.person_id, word)));
            }
        }
        Ok(Self { facts, teams, certificates, absent, others, settings, live })
    }

    /// The team for which somebody's hours count: the one that they chose among theirs, else the holding team if they belong to
    /// it, else one that holds it too, else their first, else the holding one.
    pub fn team(&self, person: PersonId, activity: &Activity, chosen: Option<OrganisationId>) -> OrganisationId {
        let teams = self.teams.get(&person).map_or(&[][..], Vec::as_slice);
        let own = |team: OrganisationId| teams.iter().any(|t| t.organisation_id == team).then_some(team);
        let holding = std::iter::once(activity.organisation_id).chain(activity.partners.0.iter().map(|p| p.team));
        let first = || teams.first().map_or(activity.organisation_id, |t| t.organisation_id);
        chosen.and_then(own).or_else(|| holding.into_iter().find_map(own)).unwrap_or_else(first)
    }

    /// Whether somebody belongs to the team that they chose, or chose none.
    pub fn is_theirs(&self, person: PersonId, chosen: Option<OrganisationId>) -> bool {
        let belongs = |team| self.teams.get(&person).is_some_and(|all| all.iter().any(|t| t.organisation_id == team));
        chosen.is_none_or(belongs)
    }

    /// The paths of somebody's teams.
    pub fn paths(&self, person: PersonId) -> Vec<&str> {
        self.teams.get(&person).map_or(&[][..], Vec::as_slice).iter().map(|t| t.path.as_str()).collect()
    }

    /// Every reason why somebody cannot sign up. Of free hours, those that they said are asked for, and none where they said none.
    pub fn refusals(
        &self,
        (activity, session): (&Activity, &Session),
        (person, admitted): (PersonId, bool),
        now: DateTime<Utc>,
    ) -> Vec<Word> {
        let said = || self.live.get(&person).filter(|there| !there.loose).map(|there| (there.starts_at, there.ends_at));
        let hours = if session.flexible { said() } else { Some((session.starts_at, session.ends_at)) };
        self.refusals_at((activity, session), (person, admitted), hours, now)
    }

    /// The same for these hours.
    pub fn refusals_at(
        &self,
        (activity, session): (&Activity, &Session),
        (person, admitted): (PersonId, bool),
        hours: Option<Span>,
        now: DateTime<Utc>,
    ) -> Vec<Word> {
        let others = self.others.get(&person).map_or(&[][..], Vec::as_slice);
        let meets = |hours: Span| others.iter().any(|(other, same)| meets(hours, *other, *same, &self.settings));
        let mut who = candidate(self.facts.get(&person), hours.is_some_and(meets), admitted);
        who.absent = self.absent.get(&person).cloned();
        who.certificates = self.certificates.get(&person).cloned().unwrap_or_default();
        if let Some(hours) = hours.filter(|_| self.settings.blocks) {
            let others: Vec<Span> = others.iter().map(|(other, _)| *other).collect();
            who.strains = load::strains(hours, &others, &self.settings);
        }
        rules::refusals(activity, session.day, session.ends_at, &who, now)
    }

    /// Whether somebody who stands in line still may: sign-up may have closed, and whoever was let in stays so.
    pub fn still_may(&self, (activity, session): (&Activity, &Session), person: PersonId, now: DateTime<Utc>) -> bool {
        let open = Activity { closes_at: session.ends_at, ..activity.clone() };
        self.refusals((&open, session), (person, true), now).is_empty()
    }
}

/// Whether two services collide; between sessions of one activity there is no way to go.
pub(super) fn meets(one: Span, other: Span, same_activity: bool, settings: &Settings) -> bool {
    load::collides(one, other, if same_activity { 0 } else { settings.travel_minutes })
}

/// The kinds of certificates that an activity asks for.
pub(super) fn asked_kinds(activity: &Activity) -> Vec<CertificateKindId> {
    activity.certificates.0.iter().map(|asked| asked.kind).collect()
}

pub(super) fn candidate(facts: Option<&Facts>, busy: bool, admitted: bool) -> Candidate {
    facts.map_or_else(Candidate::default, |f| Candidate {
        birth_date: f.birth_date,
        real_name: f.real_name,
        active: matches!(f.state.as_str(), "active" | "dormant"),
        minutes: f.minutes,
        in_team: f.in_team,
        admitted,
        busy,
        skills: f.skills.clone().unwrap_or_default(),
        region: f.region_code.clone(),
        excluded: f.excluded,
        consent: f.consent,
        certificates: Vec::new(),
        absent: None,
        strains: Vec::new(),
    })
}
