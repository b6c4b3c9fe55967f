//! What becomes of each object that an import made or changed. Pure: facts come from `facts`, deeds are done in `part`.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use kernel::ids::Raw;
use organisations::{Membership, MembershipId, MembershipRole, Organisation, OrganisationId};
use people::guardians::GuardianId;
use people::{FIELDS, Person, PersonId};
use serde_json::{Value, json};

use super::model::{Stay, Tally, UndoCounts};

/// Why something stays although nothing points at it.
pub(super) const EDITED: &str = "import.stays.edited";
const MOVED: &str = "import.stays.membership";
const FIELD: &str = "import.stays.fields";

/// What is known of a person whom a run put on record or changed.
pub(super) struct PersonFacts {
    pub id: PersonId,
    /// Absent when somebody took them off the record since.
    pub person: Option<Person>,
    /// The run put them on record.
    pub created: bool,
    /// Each field with what stood there and what was put.
    pub fields: BTreeMap<String, (Value, Value)>,
    /// What the run put them into.
    pub begun: Vec<(OrganisationId, MembershipRole)>,
    /// Every membership of theirs, the oldest first.
    pub memberships: Vec<Membership>,
    /// The guardians whom the run named and who agreed to nothing since.
    pub guardians: Vec<GuardianId>,
    /// What uses them, besides memberships.
    pub uses: BTreeSet<&'static str>,
    /// Bodies for which they signed up, came or served.
    pub served: HashSet<OrganisationId>,
    /// The status that holds.
    pub political: Option<String>,
}

/// What becomes of a person.
#[derive(Debug)]
pub(super) enum PersonFate {
    /// They are gone already.
    Absent(PersonId),
    /// They go, and what the run put them into with them.
    Goes(PersonId, Vec<MembershipId>, Vec<GuardianId>),
    /// They stay as they are.
    Stays(PersonId, Vec<&'static str>),
    /// They were on record before: what the run put returns.
    Returns(Box<Returns>),
}

/// What returns of a person who was on record before.
#[derive(Debug)]
pub(super) struct Returns {
    pub id: PersonId,
    /// The record as it shall stand, with the fields that return.
    pub person: Person,
    pub fields: Vec<&'static str>,
    /// What stood there, and the status that the run put.
    pub political: Option<(Option<String>, String)>,
    /// Fields that somebody changed since.
    pub kept: bool,
    /// Memberships that go, each with the one that an appointment ended.
    pub withdrawn: Vec<(Membership, Option<MembershipId>)>,
    /// Memberships that end today because they were used.
    pub ended: Vec<Membership>,
    /// Guardians who go.
    pub guardians: Vec<GuardianId>,
}

impl PersonFate {
    pub(super) fn tally(&self) -> Tally {
        match self {
            Self::Absent(_) => Tally::default(),
            Self::Goes(..) => (UndoCounts { people_gone: 1, ..UndoCounts::default() }, None),
            Self::Stays(id, reasons) => {
                (UndoCounts { people_kept: 1, ..UndoCounts::default() }, Some(stay(true, id.0, reasons)))
            }
            Self::Returns(back) => {
                let fields = back.fields.len() + usize::from(back.political.is_some());
                let memberships = back.withdrawn.len() + back.ended.len();
                let n = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
                let counts = UndoCounts {
                    people_returned: i64::from(fields + memberships + back.guardians.len() > 0),
                    people_kept: i64::from(back.kept),
                    fields: n(fields),
                    memberships: n(memberships),
                    ..UndoCounts::default()
                };
                (counts, back.kept.then(|| stay(true, back.id.0, &[FIELD])))
            }
        }
    }
}

fn stay(person: bool, id: Raw, reasons: &[&str]) -> Stay {
    Stay { person, id, reasons: reasons.iter().map(|reason| (*reason).to_owned()).collect() }
}

/// Whoever the run put on record goes, unless somebody used or edited them since; what it changed of others returns.
pub(super) fn person(facts: PersonFacts) -> PersonFate {
    let Some(found) = facts.person.clone() else { return PersonFate::Absent(facts.id) };
    if !facts.created {
        return PersonFate::Returns(Box::new(returns(found, facts)));
    }
    let mut reasons: Vec<&'static str> = facts.uses.iter().copied().collect();
    if found.updated_at > found.created_at {
        reasons.push(EDITED);
    }
    let ours = |held: &Membership| held.to_on.is_none() && facts.begun.contains(&(held.organisation_id, held.role));
    if !facts.memberships.iter().all(ours) {
        reasons.push(MOVED);
    }
    match reasons.is_empty() {
        true => PersonFate::Goes(facts.id, facts.memberships.iter().map(|held| held.id).collect(), facts.guardians),
        false => PersonFate::Stays(facts.id, reasons),
    }
}

fn returns(found: Person, facts: PersonFacts) -> Returns {
    let mut back = Returns {
        id: facts.id,
        person: found,
        fields: Vec::new(),
        political: None,
        kept: false,
        withdrawn: Vec::new(),
        ended: Vec::new(),
        guardians: facts.guardians,
    };
    for (name, (before, put)) in &facts.fields {
        if name == "political_status" {
            match (put.as_str(), facts.political.as_deref()) {
                (Some(put), Some(held)) if put == held => {
                    back.political = Some((before.as_str().map(str::to_owned), put.to_owned()));
                }
                _ => back.kept = true,
            }
        } else if let Some(field) = FIELDS.iter().copied().find(|field| field == name)
            && now(&back.person, field) == *put
            && set(&mut back.person, field, before)
        {
            back.fields.push(field);
        } else {
            back.kept = true;
        }
    }
    for (organisation, role) in &facts.begun {
        let held = |m: &&Membership| m.organisation_id == *organisation && m.role == *role && m.to_on.is_none();
        let Some(held) = facts.memberships.iter().find(held) else { continue };
        let before = appointed(held, &facts.memberships);
        if before.is_none() && facts.served.contains(organisation) {
            back.ended.push(held.clone());
        } else {
            back.withdrawn.push((held.clone(), before));
        }
    }
    back
}

/// The membership that ended when an appointment began.
fn appointed(held: &Membership, all: &[Membership]) -> Option<MembershipId> {
    let ends = |before: &Membership| held.from_on.pred_opt().unwrap_or(held.from_on).max(before.from_on);
    let before = |m: &&Membership| {
        let ended = m.to_on.is_some_and(|last| last == ends(m)) && m.reason.as_deref().unwrap_or_default().is_empty();
        m.organisation_id == held.organisation_id && m.id != held.id && m.role != held.role && ended
    };
    all.iter().rev().find(before).map(|m| m.id)
}

/// A field as the run wrote it down.
fn now(person: &Person, field: &str) -> Value {
    match field {
        "sex" => json!(person.sex.as_str()),
        "birth_date" => json!(person.birth_date),
        "phone" => json!(person.phone),
        "email" => json!(person.email),
        "ethnicity" => json!(person.ethnicity),
        "education" => json!(person.education),
        "employer" => json!(person.employer),
        "skills" => json!(person.skills),
        "region_code" => json!(person.region_code),
        "address" => json!(person.address),
        _ => Value::Null,
    }
}

/// Puts what was written down into a field; `false` for what cannot stand there.
fn set(person: &mut Person, field: &str, value: &Value) -> bool {
    let text = || value.as_str().map(str::to_owned);
    match field {
        "sex" => match value.as_str().and_then(|code| code.parse().ok()) {
            Some(sex) => person.sex = sex,
            None => return false,
        },
        "region_code" => match text() {
            Some(code) => person.region_code = code,
            None => return false,
        },
        "birth_date" => person.birth_date = value.as_str().and_then(|day| day.parse().ok()),
        "phone" => person.phone = text(),
        "email" => person.email = text(),
        "ethnicity" => person.ethnicity = text(),
        "education" => person.education = text(),
        "employer" => person.employer = text(),
        "skills" => person.skills = text(),
        "address" => person.address = text(),
        _ => return false,
    }
    true
}

/// Who goes, as far as it is known: a body whose members all go is not used by them.
#[derive(Default)]
pub(super) struct Going {
    memberships: HashSet<MembershipId>,
}

impl Going {
    pub(super) fn person(&mut self, fate: &PersonFate) {
        match fate {
            PersonFate::Goes(_, memberships, _) => self.memberships.extend(memberships),
            PersonFate::Returns(back) => self.memberships.extend(back.withdrawn.iter().map(|(held, _)| held.id)),
            _ => {}
        }
    }

    pub(super) fn holds(&self, membership: MembershipId) -> bool {
        self.memberships.contains(&membership)
    }
}

/// What is known of a body that a run made or changed.
pub(super) struct BodyFacts {
    pub id: OrganisationId,
    /// Absent when it was taken off the record since.
    pub body: Option<Organisation>,
    pub created: bool,
    pub fields: BTreeMap<String, (Value, Value)>,
    /// What uses it, besides what hangs below it.
    pub uses: BTreeSet<&'static str>,
    /// What hangs below it.
    pub below: Vec<OrganisationId>,
}

/// What becomes of a body.
#[derive(Debug)]
pub(super) enum BodyFate {
    Absent(OrganisationId),
    Goes(OrganisationId),
    Stays(OrganisationId, Vec<&'static str>),
    /// The record as it shall stand, how many fields return, and whether some stay.
    Returns(Box<Organisation>, i64, bool),
}

impl BodyFate {
    pub(super) fn tally(&self) -> Tally {
        let none = UndoCounts::default;
        match self {
            Self::Absent(_) => Tally::default(),
            Self::Goes(_) => (UndoCounts { teams_gone: 1, ..none() }, None),
            Self::Stays(id, reasons) => (UndoCounts { teams_kept: 1, ..none() }, Some(stay(false, id.0, reasons))),
            Self::Returns(body, fields, kept) => {
                let (teams_returned, teams_kept) = (i64::from(*fields > 0), i64::from(*kept));
                let counts = UndoCounts { teams_returned, teams_kept, fields: *fields, ..none() };
                (counts, kept.then(|| stay(false, body.id.0, &[FIELD])))
            }
        }
    }
}

/// The fates of bodies; the lowest come first, so that one whose children all go may go too.
pub(super) fn bodies(mut all: Vec<BodyFacts>) -> Vec<BodyFate> {
    all.sort_by_key(|facts| std::cmp::Reverse(facts.body.as_ref().map_or(0, |body| body.path.matches('/').count())));
    let mut going: HashSet<OrganisationId> = HashSet::new();
    let mut fates = Vec::with_capacity(all.len());
    for facts in all {
        let Some(mut body) = facts.body else {
            fates.push(BodyFate::Absent(facts.id));
            continue;
        };
        if !facts.created {
            let (mut returned, mut kept) = (0, false);
            for (name, (before, put)) in &facts.fields {
                let same = body_now(&body, name) == *put;
                if same && set_body(&mut body, name, before) { returned += 1 } else { kept = true }
            }
            fates.push(BodyFate::Returns(Box::new(body), returned, kept));
            continue;
        }
        let mut reasons: Vec<&'static str> = facts.uses.into_iter().collect();
        if facts.below.iter().any(|child| !going.contains(child)) {
            reasons.push("uses.below");
        }
        if body.updated_at > body.created_at {
            reasons.push(EDITED);
        }
        fates.push(if reasons.is_empty() {
            going.insert(facts.id);
            BodyFate::Goes(facts.id)
        } else {
            BodyFate::Stays(facts.id, reasons)
        });
    }
    fates
}

fn body_now(body: &Organisation, field: &str) -> Value {
    match field {
        "kind" => json!(body.kind.as_str()),
        "region_code" => json!(body.region_code),
        "founded_on" => json!(body.founded_on),
        "contact_name" => json!(body.contact_name),
        "contact_phone" => json!(body.contact_phone),
        _ => Value::Null,
    }
}

fn set_body(body: &mut Organisation, field: &str, value: &Value) -> bool {
    let text = || value.as_str().map(str::to_owned);
    match (field, value.as_str()) {
        ("kind", Some(code)) => match code.parse() {
            Ok(kind) => body.kind = kind,
            Err(_) => return false,
        },
        ("region_code", Some(code)) => code.clone_into(&mut body.region_code),
        ("founded_on", day) => body.founded_on = day.and_then(|day| day.parse().ok()),
        ("contact_name", _) => body.contact_name = text(),
        ("contact_phone", _) => body.contact_phone = text(),
        _ => return false,
    }
    true
}

#[cfg(test)]
#[path = "rules_tests.rs"]
mod tests;
