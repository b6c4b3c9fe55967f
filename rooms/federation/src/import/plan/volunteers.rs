//! Volunteers against the record: by the keyed hash of the document, never by a likeness of names.

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;
use kernel::secret::Keys;
use kernel::{Cx, Result};
use organisations::{Kind, MembershipRole, NewMembership, NewOrganisation, OrganisationId, Tree};
use people::duplicates::Card;
use people::rules::{identity, name};
use people::{NewPerson, PersonId, PoliticalCode, Sex};
use serde_json::json;

use super::compare::{blank, differences, fill, order, role};
use super::doubles::Made;
use super::record::Record;
use super::{PersonDeed, PersonStep, Plan};
use crate::import::cells::{Refusal, TeamRef};
use crate::import::columns::Field;
use crate::import::guardian::{GuardianRow, Stands};
use crate::import::lookup::{self, Organisations, Regions, Where};
use crate::import::model::{Bounds, Counts};
use crate::import::roster::{Roster, Standing, VolunteerRow};
use crate::import::store::{self, Known};

/// One person of the file, while rows come together.
struct Draft {
    first: usize,
    known: Option<Known>,
    new: NewPerson,
    region_told: bool,
    /// Who is named to stand for them, and whether they are a minor of whom a row names nobody.
    guardian: Option<GuardianRow>,
    lacking: bool,
    /// Each row with the memberships that it asks for.
    rows: Vec<(usize, Vec<Wanted>)>,
}

struct Wanted {
    organisation: OrganisationId,
    tree: Tree,
    role: MembershipRole,
    from_on: NaiveDate,
}

/// Everything that a row is judged by.
struct Judge<'j> {
    cx: &'j Cx,
    bounds: &'j Bounds,
    regions: Regions,
    organisations: Organisations,
    record: Record,
    teams: HashMap<(TeamRef, String), std::result::Result<OrganisationId, &'static str>>,
    plan: Plan,
}

/// Plans a roster of volunteers.
pub(in crate::import) async fn plan(cx: &Cx, bounds: &Bounds, roster: Roster) -> Result<Plan> {
    let app = std::sync::Arc::clone(&cx.app);
    let (roster, hashes) = crate::import::source::wait(move || hashes(&app.keys, roster)).await?;
    let record = Record::load(cx, &hashes, &roster).await?;
    let regions = Regions::load(cx).await?;
    let organisations = Organisations::new(store::organisations(&cx.db, cx.tenant).await?);
    let teams = HashMap::new();
    let mut judge = Judge { cx, bounds, regions, organisations, record, teams, plan: Plan::default() };
    let mut drafts: Vec<Draft> = Vec::new();
    let mut of_row: HashMap<usize, usize> = HashMap::new();
    for (at, row) in roster.rows.iter().enumerate() {
        let first = match row.standing {
            Standing::First => at,
            Standing::Joins(first) | Standing::Repeats(first) => first,
        };
        let wanted = match judge.wanted(row, &hashes[at]) {
            Ok(wanted) => wanted,
            Err((field, reason)) => {
                judge.refuse(row, field, reason);
                continue;
            }
        };
        // A row whose elder was refused stands for the person itself.
        let draft = *of_row.entry(first).or_insert_with(|| {
            drafts.push(judge.draft(at, row, &hashes[at], &wanted));
            drafts.len() - 1
        });
        if drafts[draft].first != at {
            fill(&mut drafts[draft].new, row);
        }
        judge.ward(&mut drafts[draft], row);
        drafts[draft].rows.push((at, wanted.memberships));
    }
    for draft in drafts {
        judge.settle(draft);
    }
    let made = judge.made(&roster);
    let mut plan = judge.end(roster);
    super::doubles::note(cx, &mut plan, made).await?;
    Ok(plan)
}

fn hashes(keys: &Keys, roster: Roster) -> (Roster, Vec<Vec<u8>>) {
    let hashes = roster.rows.iter().map(|row| people::identity_hash(keys, &row.identity)).collect();
    (roster, hashes)
}

/// What a row asks for.
struct Asked {
    region: Option<String>,
    community: Option<String>,
    home: Option<String>,
    memberships: Vec<Wanted>,
}

type Refused = (Field, &'static str);

impl Judge<'_> {
    fn refuse(&mut self, row: &VolunteerRow, field: Field, reason: &'static str) {
        let shown = match field {
            Field::IdNumber => identity::mask(&row.identity.number),
            Field::Team => row
                .teams
                .iter()
                .filter_map(|team| team.name.as_deref().or(team.number.as_deref()))
                .collect::<Vec<_>>()
                .join("、"),
            Field::Town => row.town.clone().unwrap_or_default(),
            Field::VolunteerNo => row.volunteer_no.clone().unwrap_or_default(),
            _ => String::new(),
        };
        let shown = shown.chars().take(40).collect();
        self.plan.refused.push(Refusal { sheet: row.sheet.clone(), row: row.row, field, reason, shown, other: None });
    }

    /// Looks a row's team, branch and place up; the first thing that is not so refuses it.
    fn wanted(&mut self, row: &VolunteerRow, hash: &[u8]) -> std::result::Result<Asked, Refused> {
        let known = self.record.people.get(hash).cloned();
        let known = known.as_ref();
        if known.is_some_and(|known| !name::same(&known.name, &row.name)) {
            return Err((Field::IdNumber, "import.refused.id_registered_otherwise"));
        }
        if let Some(number) = &row.volunteer_no {
            let holder = self.record.numbers.get(number);
            if holder.is_some_and(|holder| known.is_none_or(|known| known.id != *holder)) {
                return Err((Field::VolunteerNo, "import.refused.number_of_another"));
            }
            if known.and_then(|known| known.volunteer_no.as_ref()).is_some_and(|own| own != number) {
                return Err((Field::VolunteerNo, "import.refused.number_differs"));
            }
        }
        let (region, community) = match self.regions.find(row.town.as_deref(), row.community.as_deref()) {
            Where::Unsaid => (None, None),
            Where::At(code) => (Some(code), None),
            Where::NoTown => return Err((Field::Town, "import.refused.town_unknown")),
            Where::NoCommunity(town) => (Some(town).filter(|town| !town.is_empty()), row.community.clone()),
        };
        let town = region.as_deref().map(places::town_of).unwrap_or_default().to_owned();
        let from_on = row.joined_on.unwrap_or(self.cx.today());
        let (role, mut memberships, mut home) = (role(row.role.as_deref()), Vec::new(), None);
        for team in &row.teams {
            let organisation = self.team(team, &town).map_err(|reason| (Field::Team, reason))?;
            let code = self.organisations.get(organisation).map_or("", |team| team.region_code.as_str());
            if !self.bounds.hold(code) {
                return Err((Field::Team, "import.refused.not_yours"));
            }
            home.get_or_insert(code.to_owned());
            memberships.push(Wanted { organisation, tree: Tree::Team, role, from_on });
        }
        let lives = region.clone().or(home.clone()).or_else(|| known.map(|known| known.region_code.clone()));
        if memberships.is_empty() && !self.bounds.hold(lives.as_deref().unwrap_or(&self.default_region())) {
            return Err((Field::Town, "import.refused.not_yours"));
        }
        if let Some(branch) = &row.branch {
            let organisation = self.branch(branch, lives.as_deref().unwrap_or_default());
            memberships.push(Wanted { organisation, tree: Tree::Branch, role: MembershipRole::Member, from_on });
        }
        Ok(Asked { region, community, home, memberships })
    }

    fn team(&mut self, team: &TeamRef, town: &str) -> std::result::Result<OrganisationId, &'static str> {
        let key = (team.clone(), town.to_owned());
        if let Some(found) = self.teams.get(&key) {
            return *found;
        }
        let found = self.organisations.team(team, town);
        self.teams.insert(key, found);
        found
    }

    /// The branch of this name near where the person lives, made when there is none.
    fn branch(&mut self, name: &str, near: &str) -> OrganisationId {
        let town = places::town_of(near);
        let found = [town, ""].into_iter().find_map(|region| {
            match self.organisations.by_name(Tree::Branch, name, region).as_slice() {
                [one] => Some(one.id),
                [first, ..] if !region.is_empty() => Some(first.id),
                _ => None,
            }
        });
        if let Some(found) = found {
            return found;
        }
        let region = if town.is_empty() { self.default_region() } else { town.to_owned() };
        let kind = lookup::kind(name).unwrap_or(Kind::Organ);
        let new = NewOrganisation { tree: Tree::Branch, ..NewOrganisation::team(name, kind, &region, None) };
        self.organisations.add(self.cx, &new);
        let id = new.id;
        self.plan.organisations.push((new, false));
        self.plan.note("import.note.branches_made");
        id
    }

    /// Where somebody lives of whom nothing is said.
    fn default_region(&self) -> String {
        match (self.bounds.all, self.bounds.regions.as_slice()) {
            (false, [one]) => one.clone(),
            _ => self.regions.district.clone(),
        }
    }

    fn draft(&mut self, at: usize, row: &VolunteerRow, hash: &[u8], asked: &Asked) -> Draft {
        let known = self.record.people.get(hash).cloned();
        let region = asked.region.clone().or_else(|| asked.home.clone()).unwrap_or_else(|| self.default_region());
        let registered = row.joined_on.unwrap_or(self.cx.today());
        let mut new = NewPerson::named(&row.name, &region, registered);
        fill(&mut new, row);
        new.sex = match row.sex {
            Some(identity::Sex::Male) => Sex::Male,
            Some(identity::Sex::Female) => Sex::Female,
            None => Sex::Unknown,
        };
        new.identity = Some(row.identity.clone());
        new.volunteer_no = row.volunteer_no.clone();
        if let Some(community) = &asked.community {
            if known.as_ref().is_none_or(|known| known.address.is_none()) {
                new.address.get_or_insert(community.clone());
            }
            self.plan.note("import.note.community_unknown");
        }
        let code =
            row.political.and_then(|political| political.code).and_then(|code| code.parse::<PoliticalCode>().ok());
        let since = |code| matches!(code, PoliticalCode::Party | PoliticalCode::Probationary);
        new.political = code.map(|code| (code, row.joined_party_on.filter(|_| since(code))));
        let region_told = asked.region.is_some();
        Draft { first: at, known, new, region_told, guardian: None, lacking: false, rows: Vec::new() }
    }

    /// Compares a person with the record and counts each of their rows.
    fn settle(&mut self, draft: Draft) {
        let id = draft.known.as_ref().map_or(draft.new.id, |known| known.id);
        let held = self.record.held.remove(&id).unwrap_or_default();
        let (mut joins, mut appoints, mut counts): (Vec<NewMembership>, Vec<NewMembership>, _) =
            (vec![], vec![], Counts::default());
        let mut deed = match &draft.known {
            None => PersonDeed::Create(Box::new(draft.new.clone())),
            Some(known) => self.compare(known, &held, &draft),
        };
        let guardian = self.guardian(id, &draft, &held);
        for (at, wanted) in draft.rows {
            let before = joins.len() + appoints.len();
            for one in wanted {
                self.join(id, one, &held, (&mut joins, &mut appoints));
            }
            let more = joins.len() + appoints.len() > before;
            match &deed {
                PersonDeed::Create(_) if at == draft.first => counts.created += 1,
                PersonDeed::Change(..) if at == draft.first => counts.updated += 1,
                _ if more => counts.joined += 1,
                _ if guardian.is_some() && at == draft.first => counts.updated += 1,
                _ => counts.skipped += 1,
            }
        }
        if let PersonDeed::Create(new) = &mut deed {
            new.id = id;
        }
        self.plan.counts.add(&counts);
        if counts.writing() > 0 {
            self.plan.people.push(PersonStep { id, at: draft.first, deed, joins, appoints, guardian, counts });
        }
    }

    fn join(
        &mut self,
        person: PersonId,
        wanted: Wanted,
        held: &[store::Held],
        (joins, appoints): (&mut Vec<NewMembership>, &mut Vec<NewMembership>),
    ) {
        let new = NewMembership {
            organisation: wanted.organisation,
            person,
            role: wanted.role,
            from_on: wanted.from_on,
            to_on: None,
        };
        let asked = joins.iter().chain(appoints.iter()).any(|other| other.organisation == wanted.organisation);
        let here: Vec<_> = held.iter().filter(|own| own.organisation_id == wanted.organisation).collect();
        let elsewhere = wanted.tree == Tree::Branch
            && here.is_empty()
            && held.iter().any(|own| self.is_branch(own.organisation_id));
        let second = wanted.tree == Tree::Branch && joins.iter().any(|other| self.is_branch(other.organisation));
        if asked {
        } else if elsewhere || second {
            self.plan.note("import.note.other_branch");
        } else if here.is_empty() {
            joins.push(new);
        } else if wanted.role != MembershipRole::Member && here.iter().all(|own| own.role != wanted.role) {
            appoints.push(NewMembership { from_on: self.cx.today(), ..new });
        }
    }

    fn is_branch(&self, organisation: OrganisationId) -> bool {
        self.organisations.get(organisation).is_some_and(|found| found.tree == Tree::Branch)
    }

    fn compare(&mut self, known: &Known, held: &[store::Held], draft: &Draft) -> PersonDeed {
        let mut change = blank(known, draft.new.registered_on);
        let mut detail = differences(known, &draft.new, &mut change);
        if draft.region_told && !known.region_code.starts_with(&draft.new.region_code) {
            detail.insert("region_code", json!([known.region_code, draft.new.region_code]));
            change.region_code.clone_from(&draft.new.region_code);
        }
        let status = self.record.statuses.get(&known.id).copied();
        if let Some((code, from_on)) = draft.new.political
            && status.is_none_or(|(held, _)| held != code)
        {
            let begun = status.and_then(|(_, from_on)| from_on);
            let today = self.cx.today();
            let from_on =
                from_on.filter(|day| begun.is_some_and(|begun| *day > begun) || status.is_none()).unwrap_or(today);
            if begun.is_none_or(|begun| begun <= from_on) {
                change.political = Some((code, Some(from_on)));
                detail.insert("political_status", json!([status.map(|(code, _)| code.as_str()), code.as_str()]));
            }
        }
        if detail.is_empty() {
            return PersonDeed::Keep;
        }
        if self.is_ours(known, held) {
            return PersonDeed::Change(Box::new(change), json!(detail));
        }
        self.plan.note("import.note.not_edited");
        PersonDeed::Keep
    }

    /// Whether the record of somebody is the uploader's to change: by home, or by a team.
    fn is_ours(&self, known: &Known, held: &[store::Held]) -> bool {
        let near = |region: &str| self.bounds.hold(region);
        let team = |own: &store::Held| self.organisations.get(own.organisation_id);
        near(&known.region_code) || held.iter().any(|own| team(own).is_some_and(|team| near(&team.region_code)))
    }

    /// Takes of a row who stands for its person.
    fn ward(&mut self, draft: &mut Draft, row: &VolunteerRow) {
        match &row.stands {
            Stands::Named(guardian) if draft.guardian.is_none() => draft.guardian = Some(guardian.clone()),
            Stands::Lacking => draft.lacking = true,
            Stands::Idle => self.plan.note("import.note.guardian_idle"),
            Stands::Unasked | Stands::Named(_) => {}
        }
    }

    /// Who is to be named for a person: nobody who stands for them already, nor of somebody who is not the uploader's to change.
    fn guardian(&mut self, id: PersonId, draft: &Draft, held: &[store::Held]) -> Option<GuardianRow> {
        let Some(new) = &draft.guardian else {
            if draft.lacking && !self.record.is_guarded(id) {
                self.plan.note("import.note.minor_alone");
            }
            return None;
        };
        let ours = draft.known.as_ref().is_none_or(|known| self.is_ours(known, held));
        if !ours || self.record.stands(id, new) {
            return None;
        }
        self.plan.note("import.note.guardians");
        if new.paper_on.is_some() {
            self.plan.note("import.note.guardian_papers");
        }
        Some(new.clone())
    }

    /// Everybody whom the roster puts on record, with their rows.
    fn made(&self, roster: &Roster) -> Vec<Made> {
        let made = |step: &PersonStep| {
            let PersonDeed::Create(new) = &step.deed else { return None };
            let row = roster.rows.get(step.at)?;
            Some(Made { card: Card::of_new(new), sheet: row.sheet.clone(), row: row.row })
        };
        self.plan.people.iter().filter_map(made).collect()
    }

    fn end(mut self, roster: Roster) -> Plan {
        let mut refused = roster.refused;
        refused.append(&mut self.plan.refused);
        let order: HashMap<String, usize> = order(&refused, &roster.rows);
        refused.sort_by_key(|refusal| (order.get(&refusal.sheet).copied(), refusal.row));
        let rows: BTreeSet<_> = refused.iter().map(|refusal| (refusal.sheet.as_str(), refusal.row)).collect();
        self.plan.counts.refused = i64::try_from(rows.len()).unwrap_or(i64::MAX);
        self.plan.refused = refused;
        self.plan
    }
}
