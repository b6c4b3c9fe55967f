//! Who may sign up, and every reason why not. Pure.

use crate::model::{Activity, Asked, Scope, State};
use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use kernel::Word;
use organisations::model::OrganisationId;
use people::certificates::Held;

/// The reason why nobody can sign up any more.
pub const LATE: &str = "signup.refused.late";

/// What is known of somebody who wants to sign up.
#[derive(Clone, Debug, Default)]
pub struct Candidate {
    /// For age rules.
    pub birth_date: Option<NaiveDate>,
    /// Whether their identity was checked.
    pub real_name: bool,
    /// `active` people only.
    pub active: bool,
    /// Minutes in the ledger.
    pub minutes: i64,
    /// Whether they belong to a team that is asked for.
    pub in_team: bool,
    /// Whether they gave the pass code, or came by the link of a hidden activity.
    pub admitted: bool,
    /// Whether they joined something else at the same time.
    pub busy: bool,
    /// What they can do, in their words.
    pub skills: String,
    /// Which of the certificates that are asked for they hold.
    pub certificates: Vec<Held>,
    /// Where they live.
    pub region: String,
    /// Whether they joined something that cannot be joined beside it.
    pub excluded: bool,
    /// What a guardian agreed to; see `people::guardians::CONSENT`.
    pub consent: Option<i64>,
    /// Why they wait before they sign up again, where the district lets that follow.
    pub absent: Option<Word>,
    /// Why it would be too much for them, where the district refuses that.
    pub strains: Vec<Word>,
}

/// The teams of which somebody has to be a member, or of one below them; none when everybody may. A hidden activity knows its
/// own by them.
#[must_use]
pub fn asked_teams(activity: &Activity) -> Vec<OrganisationId> {
    let partners = activity.partners.0.iter().map(|i| i.team);
    let invited = activity.invited.0.iter().map(|i| i.team);
    let holding = std::iter::once(activity.organisation_id).chain(partners.clone());
    match activity.scope {
        _ if activity.only_team => holding.collect(),
        Scope::Teams if !activity.invited.0.is_empty() => invited.chain(partners).collect(),
        Scope::Teams => holding.collect(),
        Scope::Hidden => holding.chain(invited).collect(),
        Scope::Public | Scope::PassCode | Scope::Backfill | Scope::RealName => Vec::new(),
    }
}

/// The names of those teams, for the reason.
fn asked_names(activity: &Activity) -> String {
    let partners = activity.partners.0.iter().map(|i| i.name.as_str());
    let names: Vec<&str> = match activity.invited.0.as_slice() {
        invited if activity.scope == Scope::Teams && !activity.only_team && !invited.is_empty() => {
            invited.iter().map(|i| i.name.as_str()).chain(partners).collect()
        }
        _ => std::iter::once(activity.organisation_name.as_str()).chain(partners).collect(),
    };
    names.join("、")
}

/// Every reason why somebody cannot sign up now, each a word that says what would change it.
#[must_use]
pub fn refusals(
    activity: &Activity,
    day: NaiveDate,
    ends_at: DateTime<Utc>,
    who: &Candidate,
    now: DateTime<Utc>,
) -> Vec<Word> {
    let mut all = Vec::new();
    if !matches!(activity.state, State::Open | State::Running) {
        all.push(Word::new("signup.refused.state"));
    }
    if now < activity.opens_at {
        all.push(Word::new("signup.refused.early").with("when", kernel::words::moment(activity.opens_at)));
    }
    if now > activity.closes_at || now >= ends_at {
        all.push(Word::new(LATE));
    }
    if !who.active {
        all.push(Word::new("signup.refused.inactive"));
    }
    all.extend(scope_refusal(activity, who));
    if let Some(word) = age_refusal(activity, day, who) {
        all.push(word);
    }
    all.extend(people::guardians::rules::refusal(who.birth_date, day, who.consent));
    if who.minutes < activity.min_minutes {
        let word = Word::new("signup.refused.hours")
            .with("need", kernel::words::hours(activity.min_minutes))
            .with("have", kernel::words::hours(who.minutes));
        all.push(word);
    }
    if !activity.residents.is_empty() && !who.region.starts_with(&activity.residents) {
        all.push(Word::new("signup.refused.region"));
    }
    let lacks: Vec<&str> = activity.skills.0.iter().map(String::as_str).filter(|s| !can(&who.skills, s)).collect();
    if !lacks.is_empty() {
        all.push(Word::new("signup.refused.skills").with("skills", lacks.join("、")));
    }
    all.extend(certificate_refusals(&activity.certificates.0, &who.certificates, day));
    if who.excluded {
        let titles: Vec<&str> = activity.exclusive.0.iter().map(|e| e.title.as_str()).collect();
        all.push(Word::new("signup.refused.exclusive").with("titles", titles.join("、")));
    }
    if who.busy {
        all.push(Word::new("signup.refused.busy"));
    }
    all.extend(who.absent.clone());
    all.extend(who.strains.iter().cloned());
    all
}

/// Which certificates are lacking on a day: not held, or not valid any more by then.
#[must_use]
pub fn certificate_refusals(asked: &[Asked], held: &[Held], day: NaiveDate) -> Vec<Word> {
    let lacks = asked.iter().filter(|asked| !held.iter().any(|one| one.kind_id == asked.kind && one.is_valid(day)));
    lacks
        .map(|asked| {
            let last = held.iter().filter(|one| one.kind_id == asked.kind).filter_map(|one| one.valid_until).max();
            match last.filter(|until| *until < day) {
                Some(until) => {
                    Word::new("signup.refused.certificate_ends").with("name", &asked.name).with("until", until)
                }
                None => Word::new("signup.refused.certificate").with("name", &asked.name),
            }
        })
        .collect()
}

/// Whether a skill stands among those that somebody wrote down.
#[must_use]
pub fn can(skills: &str, wanted: &str) -> bool {
    let plain = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_lowercase();
    plain(skills).contains(&plain(wanted))
}

/// Whether the scope leaves somebody out.
fn scope_refusal(activity: &Activity, who: &Candidate) -> Option<Word> {
    let team = || Word::new("signup.refused.team").with("team", asked_names(activity));
    match activity.scope {
        Scope::Teams if !who.in_team => Some(team()),
        Scope::PassCode if !who.admitted => Some(Word::new("signup.refused.pass_code")),
        Scope::Hidden if !who.in_team && !who.admitted => Some(Word::new("signup.refused.hidden")),
        Scope::RealName if !who.real_name => Some(Word::new("signup.refused.real_name")),
        _ if activity.only_team && !who.in_team => Some(team()),
        _ => None,
    }
}

fn age_refusal(activity: &Activity, day: NaiveDate, who: &Candidate) -> Option<Word> {
    if activity.min_age.is_none() && activity.max_age.is_none() {
        return None;
    }
    let Some(birth) = who.birth_date else { return Some(Word::new("signup.refused.no_birth_date")) };
    let age = age(birth, day);
    if let Some(least) = activity.min_age.filter(|least| age < *least) {
        return Some(Word::new("signup.refused.young").with("age", least));
    }
    activity.max_age.filter(|most| age > *most).map(|most| Word::new("signup.refused.old").with("age", most))
}

/// Full years on a day; born on 29 February, the year is full on 1 March.
#[must_use]
pub fn age(birth: NaiveDate, day: NaiveDate) -> i64 {
    let before = (day.month(), day.day()) < (birth.month(), birth.day());
    i64::from(day.year() - birth.year()) - i64::from(before)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_birthday_counts_from_its_day() {
        let date = |t: &str| t.parse::<NaiveDate>().unwrap();
        assert_eq!(age(date("2010-11-24"), date("2026-11-23")), 15);
        assert_eq!(age(date("2010-11-24"), date("2026-11-24")), 16);
        assert_eq!(age(date("2024-02-29"), date("2026-02-28")), 1);
    }

    #[test]
    fn a_certificate_counts_from_its_first_day_to_its_last() {
        let date = |t: &str| t.parse::<NaiveDate>().unwrap();
        let kind = people::certificates::CertificateKindId::fresh();
        let asked = [Asked { kind, name: "急救员证".to_owned() }];
        let held = |from: &str, until: Option<&str>| Held {
            person_id: people::PersonId::fresh(),
            kind_id: kind,
            issued_on: date(from),
            valid_until: until.map(date),
        };
        let said = |held: &[Held], day: &str| -> Vec<String> {
            certificate_refusals(&asked, held, date(day)).into_iter().map(|w| w.key.to_string()).collect()
        };
        let one = [held("2026-01-10", Some("2026-11-24"))];
        for (day, words) in [
            ("2026-01-09", vec!["signup.refused.certificate"]),
            ("2026-01-10", vec![]),
            ("2026-11-24", vec![]),
            ("2026-11-25", vec!["signup.refused.certificate_ends"]),
        ] {
            assert_eq!(said(&one, day), words, "{day}");
        }
        let renewed = [one[0].clone(), held("2026-11-20", None)];
        assert!(said(&renewed, "2030-01-01").is_empty());
        assert_eq!(said(&[], "2026-11-24"), ["signup.refused.certificate"]);
        let other = Held { kind_id: people::certificates::CertificateKindId::fresh(), ..renewed[1].clone() };
        assert_eq!(said(&[other], "2026-11-24"), ["signup.refused.certificate"]);
    }
}
