//! A person of a roster beside the record: which fields differ, what a later row adds, what a role's words mean.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;
use organisations::MembershipRole;
use people::{NewPerson, Sex};
use serde_json::json;

use crate::import::cells::Refusal;
use crate::import::roster::VolunteerRow;
use crate::import::store::Known;

/// Sheets in the order in which they are met.
pub(super) fn order(refused: &[Refusal], rows: &[VolunteerRow]) -> HashMap<String, usize> {
    let mut order = HashMap::new();
    for sheet in refused.iter().map(|refusal| &refusal.sheet).chain(rows.iter().map(|row| &row.sheet)) {
        let next = order.len();
        order.entry(sheet.clone()).or_insert(next);
    }
    order
}

/// Nothing to be put.
pub(super) fn blank(known: &Known, registered_on: Option<NaiveDate>) -> NewPerson {
    let mut blank = NewPerson::named(&known.name, "", registered_on.unwrap_or_default());
    blank.id = known.id;
    blank
}

/// The fields that differ, each with what stands there and what is put; `change` takes what is put.
pub(super) fn differences(
    known: &Known,
    new: &NewPerson,
    change: &mut NewPerson,
) -> BTreeMap<&'static str, serde_json::Value> {
    let mut detail = BTreeMap::new();
    let mut text = |field, old: &Option<String>, new: &Option<String>, put: &mut Option<String>| {
        if new.is_some() && old != new {
            detail.insert(field, json!([old, new]));
            put.clone_from(new);
        }
    };
    text("phone", &known.phone, &new.phone, &mut change.phone);
    text("email", &known.email, &new.email, &mut change.email);
    text("ethnicity", &known.ethnicity, &new.ethnicity, &mut change.ethnicity);
    text("education", &known.education, &new.education, &mut change.education);
    text("employer", &known.employer, &new.employer, &mut change.employer);
    text("skills", &known.skills, &new.skills, &mut change.skills);
    text("address", &known.address, &new.address, &mut change.address);
    if new.birth_date.is_some() && known.birth_date != new.birth_date {
        detail.insert("birth_date", json!([known.birth_date, new.birth_date]));
        change.birth_date = new.birth_date;
    }
    if new.sex != Sex::Unknown && known.sex != new.sex {
        detail.insert("sex", json!([known.sex.as_str(), new.sex.as_str()]));
        change.sex = new.sex;
    }
    detail
}

/// Takes of a row what is not known yet: a later row of the same person may say more.
pub(super) fn fill(new: &mut NewPerson, row: &VolunteerRow) {
    let take = |put: &mut Option<String>, said: Option<String>| {
        if put.is_none() {
            *put = said;
        }
    };
    take(&mut new.phone, row.phone.as_ref().map(|phone| phone.number.clone()));
    take(&mut new.email, row.email.clone());
    take(&mut new.ethnicity, row.ethnicity.map(str::to_owned));
    take(&mut new.education, row.education.map(str::to_owned));
    take(&mut new.employer, row.employer.clone());
    take(&mut new.skills, row.skills.clone());
    take(&mut new.address, row.address.clone());
    new.birth_date = new.birth_date.or(row.birth_date);
}

/// What somebody is in a team; whatever is not a leader's word is a member.
pub(super) fn role(text: Option<&str>) -> MembershipRole {
    let text = text.unwrap_or_default();
    let leads = ["队长", "负责人", "领队", "总队长", "团长", "会长"].iter().any(|word| text.contains(word));
    match (leads, text.contains('副')) {
        (true, true) => MembershipRole::Deputy,
        (true, false) => MembershipRole::Leader,
        _ => MembershipRole::Member,
    }
}
