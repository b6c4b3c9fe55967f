//! The thinking: what follows a yes, and who may not say it. Pure; no clock, no database.

use super::model::{Objection, Pending, PendingState};
use kernel::Word;
use kernel::cx::Actor;

/// What follows when everybody who was asked so far said yes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// A second person is asked.
    Hold,
    /// It is put on the public notice.
    Post,
    /// It stands on the public notice until its end.
    Stay,
    /// It goes into the ledger.
    Enter,
}

/// `over` says whether the day is over the limit, `ended` whether the public notice has ended.
pub(crate) fn next(pending: &Pending, over: bool, ended: bool) -> Next {
    if over && pending.second_by.is_none() {
        return Next::Hold;
    }
    match (pending.notice, pending.posted_until) {
        (true, None) => Next::Post,
        (true, Some(_)) if !ended => Next::Stay,
        _ => Next::Enter,
    }
}

/// Why this actor may not decide, whatever their role: who gains, who entered it, who said yes before, who objected. By account
/// and by the person behind it, so that a second account does not help.
pub(crate) fn barred(pending: &Pending, objection: Option<&Objection>, actor: &Actor) -> Option<Word> {
    let person = |other: Option<kernel::ids::Raw>| other.is_some() && other == actor.person;
    let account = |other: Option<kernel::AccountId>| other.is_some() && other == actor.account;
    if person(Some(pending.person_id.0)) {
        return Some(Word::new("hours.pending.gains"));
    }
    if account(pending.entered_by) || person(pending.entered_person) {
        return Some(Word::new("hours.claim.own"));
    }
    let said = [(pending.first_by, pending.first_person), (pending.second_by, pending.second_person)];
    if pending.state != PendingState::Waiting && said.into_iter().any(|(by, who)| account(by) || person(who)) {
        return Some(Word::new("hours.pending.said_yes"));
    }
    let objected = objection.filter(|_| pending.state == PendingState::Objected);
    if objected.is_some_and(|o| account(Some(o.account_id)) || person(o.person)) {
        return Some(Word::new("hours.pending.objected_yourself"));
    }
    None
}

/// `张**`: the surname, and two stars whatever follows it.
pub(crate) fn posted_name(name: &str) -> String {
    format!("{}*", people::rules::name::mask(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{EntryId, Method};
    use chrono::{DateTime, Utc};
    use kernel::AccountId;
    use kernel::ids::Raw;
    use organisations::model::OrganisationId;
    use people::model::PersonId;

    fn pending() -> Pending {
        let at = DateTime::<Utc>::UNIX_EPOCH;
        Pending {
            id: EntryId::fresh(),
            person_id: PersonId::fresh(),
            activity_id: Raw::default(),
            session_id: Raw::default(),
            title: String::new(),
            organisation_id: OrganisationId::fresh(),
            organisation_path: String::new(),
            region_code: String::new(),
            kind: String::new(),
            category: String::new(),
            window_from: at,
            window_to: at,
            day: kernel::time::day(at),
            started_at: at,
            ended_at: at,
            minutes: 60,
            method: Method::Own,
            reason: None,
            state: PendingState::Held,
            notice: true,
            entered_by: Some(AccountId::fresh()),
            entered_person: Some(kernel::ids::fresh()),
            entered_name: String::new(),
            made_at: at,
            due_at: at,
            first_by: Some(AccountId::fresh()),
            first_person: Some(kernel::ids::fresh()),
            first_name: Some("梁少芬".to_owned()),
            first_at: None,
            second_by: None,
            second_person: None,
            second_name: None,
            second_at: None,
            posted_at: None,
            posted_until: None,
            closed_at: None,
            closed_name: None,
            opinion: None,
        }
    }

    #[test]
    fn a_day_over_the_limit_is_asked_about_first_and_the_notice_comes_before_the_ledger() {
        let fresh = pending();
        let second = Pending { second_by: Some(AccountId::fresh()), ..fresh.clone() };
        let posted = Pending { posted_until: Some(DateTime::<Utc>::UNIX_EPOCH), ..fresh.clone() };
        let plain = Pending { notice: false, ..fresh.clone() };
        let both = Pending { posted_until: posted.posted_until, ..second.clone() };
        for (pending, over, ended, wanted) in [
            (&fresh, true, false, Next::Hold),
            (&fresh, false, false, Next::Post),
            (&second, true, false, Next::Post),
            (&posted, false, false, Next::Stay),
            (&posted, false, true, Next::Enter),
            (&posted, true, true, Next::Hold),
            (&both, true, true, Next::Enter),
            (&plain, false, false, Next::Enter),
            (&plain, true, false, Next::Hold),
        ] {
            assert_eq!(next(pending, over, ended), wanted, "{over} {ended}");
        }
    }

    #[test]
    fn nobody_decides_who_gains_entered_said_yes_or_objected_by_whichever_account() {
        let held = pending();
        let objection = Objection {
            account_id: AccountId::fresh(),
            person: Some(kernel::ids::fresh()),
            name: String::new(),
            reason: String::new(),
            made_at: held.made_at,
            upheld: None,
            decided_name: None,
            opinion: None,
        };
        let objected = Pending { state: PendingState::Objected, ..held.clone() };
        let by = |account: Option<AccountId>, person: Option<Raw>| Actor { account, person, ..Actor::default() };
        let other = Some(AccountId::fresh());
        for (pending, actor, word) in [
            (&held, by(other, Some(held.person_id.0)), Some("hours.pending.gains")),
            (&held, by(held.entered_by, None), Some("hours.claim.own")),
            (&held, by(other, held.entered_person), Some("hours.claim.own")),
            (&held, by(held.first_by, None), Some("hours.pending.said_yes")),
            (&held, by(other, held.first_person), Some("hours.pending.said_yes")),
            (&objected, by(Some(objection.account_id), None), Some("hours.pending.objected_yourself")),
            (&objected, by(other, objection.person), Some("hours.pending.objected_yourself")),
            (&held, by(other, Some(kernel::ids::fresh())), None),
            (&objected, by(other, None), None),
        ] {
            let barred = barred(pending, Some(&objection), &actor);
            assert_eq!(barred.as_ref().map(|word| word.key.as_ref()), word);
        }
        assert_eq!((posted_name("张三"), posted_name("欧阳志远")), ("张**".to_owned(), "欧阳**".to_owned()));
    }
}
