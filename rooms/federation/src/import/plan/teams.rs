//! Teams against the record: by number, or by exact name in the same town.

use std::collections::{BTreeMap, HashMap};

use kernel::{Cx, Lang, Result};
use organisations::{Kind, NewOrganisation, Organisation, OrganisationId, Tree};
use serde_json::json;

use super::{OrganisationStep, Plan};
use crate::import::cells::Refusal;
use crate::import::columns::{Field, plain};
use crate::import::lookup::{self, Organisations, Regions, Where};
use crate::import::model::Bounds;
use crate::import::store;
use crate::import::teams::{TeamRoster, TeamRow};

struct Judge<'j> {
    cx: &'j Cx,
    bounds: &'j Bounds,
    regions: Regions,
    organisations: Organisations,
    plan: Plan,
}

/// Plans a list of teams.
pub(in crate::import) async fn plan(cx: &Cx, bounds: &Bounds, roster: TeamRoster) -> Result<Plan> {
    let regions = Regions::load(cx).await?;
    let organisations = Organisations::new(store::organisations(&cx.db, cx.tenant).await?);
    let mut judge = Judge { cx, bounds, regions, organisations, plan: Plan::default() };
    let mut made: Vec<(NewOrganisation, Option<String>)> = Vec::new();
    for row in &roster.rows {
        match judge.place(row) {
            Ok((region, Some(known))) => judge.compare(row, &region, &known),
            Ok((region, None)) => {
                judge.plan.counts.created += 1;
                made.push((judge.make(row, &region), row.parent.clone()));
            }
            Err((field, reason)) => judge.refuse(row, field, reason),
        }
    }
    judge.hang(made);
    let mut refused = roster.refused;
    refused.append(&mut judge.plan.refused);
    let mut sheets: HashMap<String, usize> = HashMap::new();
    for name in refused.iter().map(|refusal| &refusal.sheet) {
        let next = sheets.len();
        sheets.entry(name.clone()).or_insert(next);
    }
    refused.sort_by_key(|refusal| (sheets[&refusal.sheet], refusal.row));
    let rows: std::collections::BTreeSet<_> =
        refused.iter().map(|refusal| (refusal.sheet.as_str(), refusal.row)).collect();
    judge.plan.counts.refused = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    judge.plan.refused = refused;
    Ok(judge.plan)
}

type Refused = (Field, &'static str);

impl Judge<'_> {
    fn refuse(&mut self, row: &TeamRow, field: Field, reason: &'static str) {
        let shown = match field {
            Field::Number => row.number.clone().unwrap_or_default(),
            Field::Town => row.town.clone().unwrap_or_default(),
            _ => row.name.clone(),
        };
        let shown = shown.chars().take(40).collect();
        self.plan.refused.push(Refusal { sheet: row.sheet.clone(), row: row.row, field, reason, shown, other: None });
    }

    /// Where a team is, and the one on record that it is.
    fn place(&mut self, row: &TeamRow) -> std::result::Result<(String, Option<Organisation>), Refused> {
        let number = row.number.as_deref().unwrap_or_default();
        if !number.is_empty() && !is_number(number) {
            return Err((Field::Number, "import.refused.team_number_form"));
        }
        let by_number = self.organisations.by_number(Tree::Team, number).cloned();
        if by_number.as_ref().is_some_and(|found| plain(&found.name) != plain(&row.name)) {
            return Err((Field::Number, "import.refused.team_number_of_another"));
        }
        let region = match self.regions.find(row.town.as_deref(), row.community.as_deref()) {
            Where::At(code) => code,
            Where::NoTown => return Err((Field::Town, "import.refused.town_unknown")),
            Where::NoCommunity(town) if town.is_empty() => return Err((Field::Town, "import.refused.town_missing")),
            Where::NoCommunity(town) => {
                self.plan.note("import.note.community_unknown");
                town
            }
            Where::Unsaid => match (&by_number, self.bounds.regions.as_slice()) {
                (Some(found), _) => found.region_code.clone(),
                (None, [one]) if !self.bounds.all => one.clone(),
                _ => return Err((Field::Town, "import.refused.town_missing")),
            },
        };
        let theirs = by_number.as_ref().is_some_and(|found| !self.bounds.hold(&found.region_code));
        if !self.bounds.hold(&region) || theirs {
            return Err((Field::Town, "import.refused.not_yours"));
        }
        if by_number.is_some() {
            return Ok((region, by_number));
        }
        let near =
            |other: &&Organisation| other.region_code.starts_with(&region) || region.starts_with(&other.region_code);
        let alike: Vec<Organisation> = self
            .organisations
            .by_name(Tree::Team, &row.name, places::town_of(&region))
            .into_iter()
            .filter(near)
            .cloned()
            .collect();
        match alike.as_slice() {
            [] => Ok((region, None)),
            [_] if !number.is_empty() => Err((Field::Number, "import.refused.team_name_taken")),
            [one] => Ok((region, Some(one.clone()))),
            _ => Err((Field::Name, "import.refused.team_ambiguous")),
        }
    }

    fn kind(&mut self, row: &TeamRow) -> Kind {
        let told = row.kind.as_deref().and_then(lookup::kind).or_else(|| lookup::kind(&row.name));
        told.unwrap_or_else(|| {
            self.plan.note("import.note.kind_unknown");
            Kind::Village
        })
    }

    fn make(&mut self, row: &TeamRow, region: &str) -> NewOrganisation {
        let kind = self.kind(row);
        let new = NewOrganisation {
            number: row.number.as_deref().map(|number| number.trim().to_uppercase()),
            founded_on: row.founded_on,
            contact_name: contact(row),
            contact_phone: phone(row),
            ..NewOrganisation::team(&row.name, kind, region, None)
        };
        self.organisations.add(self.cx, &new);
        new
    }

    fn compare(&mut self, row: &TeamRow, region: &str, known: &Organisation) {
        let kind = row.kind.as_deref().and_then(lookup::kind).unwrap_or(known.kind);
        let finer = region.starts_with(&known.region_code) && region != known.region_code;
        let moved = !known.region_code.starts_with(region);
        let new = NewOrganisation {
            id: known.id,
            tree: known.tree,
            parent: known.parent_id,
            number: Some(known.number.clone()),
            name: known.name.clone(),
            kind,
            region_code: if finer || moved { region.to_owned() } else { known.region_code.clone() },
            founded_on: row.founded_on.or(known.founded_on),
            contact_name: contact(row).or_else(|| known.contact_name.clone()),
            contact_phone: phone(row).or_else(|| known.contact_phone.clone()),
            purpose: known.purpose.clone(),
            state: known.state,
        };
        let mut detail: BTreeMap<&str, serde_json::Value> = BTreeMap::from([
            ("kind", json!([known.kind.as_str(), new.kind.as_str()])),
            ("region_code", json!([known.region_code, new.region_code])),
            ("founded_on", json!([known.founded_on, new.founded_on])),
            ("contact_name", json!([known.contact_name, new.contact_name])),
            ("contact_phone", json!([known.contact_phone, new.contact_phone])),
        ]);
        detail.retain(|_, pair| pair[0] != pair[1]);
        if detail.is_empty() {
            self.plan.counts.skipped += 1;
            return;
        }
        self.plan.counts.updated += 1;
        self.plan.changes.push(OrganisationStep { id: known.id, new, detail: json!(detail) });
    }

    /// Hangs the new teams below their parents, which may stand further down in the file; without one below the town.
    fn hang(&mut self, made: Vec<(NewOrganisation, Option<String>)>) {
        let ours: HashMap<OrganisationId, usize> = made.iter().enumerate().map(|(at, (new, _))| (new.id, at)).collect();
        let parents: Vec<Option<OrganisationId>> =
            made.iter().map(|(new, parent)| self.parent(new, parent.as_deref())).collect();
        let mut placed = vec![false; made.len()];
        let mut order = Vec::with_capacity(made.len());
        loop {
            let before = order.len();
            for at in 0..made.len() {
                let waits = parents[at].and_then(|parent| ours.get(&parent)).is_some_and(|parent| !placed[*parent]);
                if !placed[at] && !waits {
                    placed[at] = true;
                    order.push((at, parents[at]));
                }
            }
            if order.len() == before {
                break;
            }
        }
        // Those that are left stand in a circle.
        order.extend((0..made.len()).filter(|at| !placed[*at]).map(|at| (at, None)));
        let mut made: Vec<Option<NewOrganisation>> = made.into_iter().map(|(new, _)| Some(new)).collect();
        for (at, parent) in order {
            let Some(mut new) = made[at].take() else { continue };
            new.parent = Some(parent.unwrap_or_else(|| self.town(&new.region_code)));
            self.plan.organisations.push((new, true));
        }
    }

    fn parent(&mut self, new: &NewOrganisation, told: Option<&str>) -> Option<OrganisationId> {
        let told = told?;
        let town = places::town_of(&new.region_code);
        let by_number = self.organisations.by_number(Tree::Team, told).map(|found| found.id);
        let found = by_number.or_else(|| {
            let near = self.organisations.by_name(Tree::Team, told, town);
            let all = self.organisations.by_name(Tree::Team, told, "");
            match (near.as_slice(), all.as_slice()) {
                ([one], _) | ([], [one]) => Some(one.id),
                _ => None,
            }
        });
        let found = found.filter(|id| *id != new.id);
        if found.is_none() {
            self.plan.note("import.note.parent_unknown");
        }
        found
    }

    /// The federation of a town, and above it the district's, made when they are missing.
    fn town(&mut self, region: &str) -> OrganisationId {
        let district = self.regions.district.clone();
        let root = self.federation(Kind::Federation, &district, None);
        let town = places::town_of(region).to_owned();
        if town == district { root } else { self.federation(Kind::Town, &town, Some(root)) }
    }

    fn federation(&mut self, kind: Kind, region: &str, parent: Option<OrganisationId>) -> OrganisationId {
        if let Some(found) = self.organisations.of_kind(kind, region) {
            return found.id;
        }
        let name = self.cx.app.words.fill(Lang::Zh, "import.federation_name", &[("region", self.regions.name(region))]);
        let new = NewOrganisation::team(&name, kind, region, parent);
        self.organisations.add(self.cx, &new);
        let id = new.id;
        self.plan.organisations.push((new, false));
        self.plan.note("import.note.federations_made");
        id
    }
}

fn contact(row: &TeamRow) -> Option<String> {
    row.contact.clone().or_else(|| row.leader_name.clone())
}

/// The phone of the one who is named.
fn phone(row: &TeamRow) -> Option<String> {
    let of_contact = row.contact_phone.as_ref().or(row.leader_phone.as_ref());
    of_contact.map(|phone| phone.number.clone())
}

/// What may stand in a path: letters, digits and dashes, at most 20.
fn is_number(number: &str) -> bool {
    let number = number.trim();
    !number.is_empty() && number.len() <= 20 && number.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}
