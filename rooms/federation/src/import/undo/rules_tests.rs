//! Tables of what becomes of what.

use chrono::{NaiveDate, TimeZone as _, Utc};
use people::{NewPerson, PersonState, Sex};

use super::*;

fn found(edited: bool) -> Person {
    let new = NewPerson::named("张三", "440605125", NaiveDate::default());
    let at = Utc.timestamp_opt(1_000, 0).unwrap();
    Person {
        id: new.id,
        name: new.name,
        sort_key: String::new(),
        sex: Sex::Female,
        birth_date: None,
        phone: Some("13800000000".to_owned()),
        email: None,
        id_kind: None,
        id_tail: None,
        ethnicity: None,
        education: None,
        employer: None,
        skills: None,
        region_code: new.region_code,
        address: None,
        volunteer_no: None,
        registered_on: None,
        state: PersonState::Active,
        merged_into_id: None,
        erased_at: None,
        created_at: at,
        updated_at: if edited { at + chrono::Duration::seconds(1) } else { at },
    }
}

fn facts(created: bool, edited: bool) -> PersonFacts {
    let person = found(edited);
    PersonFacts {
        id: person.id,
        person: Some(person),
        created,
        fields: BTreeMap::new(),
        begun: Vec::new(),
        memberships: Vec::new(),
        guardians: Vec::new(),
        uses: BTreeSet::new(),
        served: HashSet::new(),
        political: None,
    }
}

fn held(
    person: PersonId,
    organisation: OrganisationId,
    role: MembershipRole,
    days: (&str, Option<&str>),
) -> Membership {
    Membership {
        id: MembershipId::fresh(),
        organisation_id: organisation,
        person_id: person,
        role,
        from_on: days.0.parse().unwrap(),
        to_on: days.1.map(|day| day.parse().unwrap()),
        reason: days.1.map(|_| String::new()),
    }
}

#[test]
fn whoever_was_put_on_record_goes_unless_used_or_edited() {
    assert!(matches!(person(facts(true, false)), PersonFate::Goes(..)));
    let PersonFate::Stays(_, why) = person(facts(true, true)) else { panic!("edited people stay") };
    assert_eq!(why, [EDITED]);
    let used = PersonFacts { uses: BTreeSet::from(["uses.signup"]), ..facts(true, false) };
    let PersonFate::Stays(_, why) = person(used) else { panic!("used people stay") };
    assert_eq!(why, ["uses.signup"]);
    let gone = PersonFacts { person: None, ..facts(true, false) };
    assert!(matches!(person(gone), PersonFate::Absent(_)));
    let mut moved = facts(true, false);
    moved.memberships = vec![held(moved.id, OrganisationId::fresh(), MembershipRole::Member, ("2026-01-01", None))];
    let PersonFate::Stays(_, why) = person(moved) else { panic!("who joined elsewhere stays") };
    assert_eq!(why, [MOVED]);
}

#[test]
fn a_field_returns_only_while_it_holds_what_was_put() {
    for (put, returns) in [("13800000000", true), ("13900000000", false)] {
        let mut known = facts(false, true);
        known.fields.insert("phone".to_owned(), (Value::Null, json!(put)));
        let PersonFate::Returns(back) = person(known) else { panic!("they were on record before") };
        assert_eq!((back.fields == ["phone"], back.kept, back.person.phone.is_none()), (returns, !returns, returns));
    }
}

#[test]
fn a_membership_goes_ends_when_it_was_used_and_an_appointment_gives_back_what_it_ended() {
    let team = OrganisationId::fresh();
    let (member, leader) = (MembershipRole::Member, MembershipRole::Leader);
    for served in [false, true] {
        let mut known = facts(false, false);
        known.begun = vec![(team, member)];
        known.memberships = vec![held(known.id, team, member, ("2026-01-01", None))];
        known.served.extend(served.then_some(team));
        let PersonFate::Returns(back) = person(known) else { panic!("they were on record before") };
        assert_eq!((back.withdrawn.len(), back.ended.len()), if served { (0, 1) } else { (1, 0) });
    }
    let mut known = facts(false, false);
    known.begun = vec![(team, leader)];
    let before = held(known.id, team, member, ("2026-01-01", Some("2026-06-30")));
    known.memberships = vec![before.clone(), held(known.id, team, leader, ("2026-07-01", None))];
    known.served.insert(team);
    let PersonFate::Returns(back) = person(known) else { panic!("they were on record before") };
    assert_eq!(back.withdrawn.iter().map(|(_, before)| *before).collect::<Vec<_>>(), [Some(before.id)]);
    let mut left = facts(false, false);
    left.begun = vec![(team, member)];
    left.memberships = vec![held(left.id, team, member, ("2026-01-01", Some("2026-02-01")))];
    let PersonFate::Returns(back) = person(left) else { panic!("they were on record before") };
    assert!(back.withdrawn.is_empty() && back.ended.is_empty(), "who left since has left");
}
