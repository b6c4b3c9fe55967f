//! Reminders of sessions to come, in three steps, that ask whether one comes; and the answer. Who cannot gives their place back by
//! the verb that everybody uses, so the line moves up; who comes stands so on the leader's list.

pub(crate) mod api;
pub(crate) mod pages;
pub(crate) mod store;

use crate::model::{SessionId, SignupId, SignupState};
use crate::signups::line;
use crate::store as activities;
use crate::store::signup;
use chrono::{DateTime, Duration, Utc};
use kernel::ids::Raw;
use kernel::messages::{self, Question};
use kernel::settings::{Known, Setting};
use kernel::{Actor, Class, Cx, Deed, Error, Permission, Result, Role, Tx, Word, text_enum};
use people::PersonId;
use serde::Serialize;
pub use store::Answers;

/// Answering by the link of a mail, which says by its signature whose it is.
pub const ANSWER: Permission = Permission::new("reminders.answer", Class::S1, &[Role::Anyone]);

/// Days before a session on which people are reminded first; 0 not at all.
const FIRST: Setting = Setting::new("activities.remind_first_days", 3, (0, 14));
/// Hours before a session for the second time; 0 not at all.
const SECOND: Setting = Setting::new("activities.remind_second_hours", 24, (0, 72));
/// Hours before a session for the last time; 0 not at all.
const THIRD: Setting = Setting::new("activities.remind_third_hours", 2, (0, 12));
/// What a district sets.
pub(crate) const SETTINGS: [Setting; 3] = [FIRST, SECOND, THIRD];

text_enum! {
    /// Which of the three.
    pub(crate) enum Step {
        /// Days before.
        First = "first",
        /// The day before.
        Second = "second",
        /// Hours before.
        Third = "third",
    }
}

/// A step with how long before a session it is due, and for how long it makes sense after that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Due {
    pub step: Step,
    pub before: Duration,
    pub good_for: Duration,
}

/// The steps that a district's settings make, the earliest first. A step is good for half of the time to the next one, so that
/// whoever was held up does not remind twice in a row; two at the same time are one.
pub(crate) fn steps(first_days: i64, second_hours: i64, third_hours: i64) -> Vec<Due> {
    let mut all = vec![
        (Step::First, Duration::days(first_days)),
        (Step::Second, Duration::hours(second_hours)),
        (Step::Third, Duration::hours(third_hours)),
    ];
    all.retain(|(_, before)| *before > Duration::zero());
    all.sort_by_key(|(step, before)| (-*before, *step));
    all.dedup_by_key(|(_, before)| *before);
    let next = |at: usize| all.get(at + 1).map_or(Duration::zero(), |(_, before)| *before);
    all.iter()
        .enumerate()
        .map(|(at, (step, before))| Due { step: *step, before: *before, good_for: (*before - next(at)) / 2 })
        .collect()
}

#[derive(Serialize)]
struct Answered {
    #[serde(skip)]
    signup: SignupId,
    person: PersonId,
    coming: bool,
    by_mail: bool,
}

impl Deed for Answered {
    const KIND: &'static str = "signup.answered";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("signup", Some(self.signup.0))
    }
}

/// People of one transaction.
const BATCH: i64 = 100;

/// Reminds whoever is due; every minute. Safe to run twice at once: the key of a reminder is the person, the session and the step.
pub(crate) async fn remind(cx: Cx) -> Result<()> {
    let known = Known::read(&cx.db, &cx).await?;
    for Due { step, before, good_for } in steps(known.of(FIRST), known.of(SECOND), known.of(THIRD)) {
        let (from, to) = (cx.now + before - good_for, cx.now + before);
        for session in store::due(&cx.db, cx.tenant, step, (from, to)).await? {
            while part(&cx, &session, (step, session.starts_at - before)).await? {}
        }
    }
    Ok(())
}

/// Reminds the next of a session; `false` when nobody is left.
async fn part(cx: &Cx, session: &store::Coming, (step, moment): (Step, DateTime<Utc>)) -> Result<bool> {
    let (at, of) = (cx.clone(), session.clone());
    cx.write(session.activity_id.lane(), async move |tx: &mut Tx<'_>| {
        // Who signed up after the moment knows it well enough.
        let people = store::lacking(tx, at.tenant, (of.id, step), moment, BATCH).await?;
        for one in &people {
            if store::note(tx, &at, (of.id, step), one).await? {
                tell(tx, &at, &of, one).await?;
            }
        }
        if people.is_empty() {
            store::close_round(tx, &at, (of.id, step)).await?;
        }
        Ok(!people.is_empty())
    })
    .await
}

/// Asks somebody whether they come; who said so already is only reminded.
async fn tell(tx: &mut Tx<'_>, cx: &Cx, session: &store::Coming, one: &store::Joined) -> Result<()> {
    let said = |word| {
        let mut when = kernel::words::moment(session.starts_at);
        if session.flexible {
            when = format!("{when}–{}", kernel::words::time(session.ends_at));
        }
        Word::new(word).with("title", &session.title).with("when", when).with("place", &session.place)
    };
    if one.answer.as_deref() == Some("coming") {
        let url = format!("/activities/{}/signups/{}", session.activity_id, one.id);
        return messages::leave(tx, cx, one.person_id.0, &said("reminder.message.known"), &url).await;
    }
    let (url, by_mail) = (url(one.id), mail_url(cx, one.id, one.person_id));
    let question = Question { ask: "reminder", url: &url, by_mail: &by_mail, until: session.starts_at };
    messages::ask(tx, cx, one.person_id.0, &said("reminder.message.ask"), question).await
}

/// Where one says whether one comes.
pub(crate) fn url(id: SignupId) -> String {
    format!("/me/services/{id}/answer")
}

/// The same for a mail: signed, for this person and sign-up alone.
fn mail_url(cx: &Cx, id: SignupId, person: PersonId) -> String {
    format!("/answers/{id}/{}", mark(cx, id, person))
}

fn mark(cx: &Cx, id: SignupId, person: PersonId) -> String {
    cx.app.keys.sign("reminder.answer", &parts(cx, id, person).each_ref().map(String::as_str))
}

fn parts(cx: &Cx, id: SignupId, person: PersonId) -> [String; 3] {
    [cx.tenant.to_string(), id.to_string(), person.to_string()]
}

/// Whose sign-up the link of a mail is about.
///
/// # Errors
/// `NotFound` for one that is not ours.
pub(crate) async fn read_mark(cx: &Cx, id: SignupId, mark: &str) -> Result<PersonId> {
    let found = signup::find(&cx.db, cx.tenant, id).await?;
    let parts = parts(cx, id, found.person_id);
    let ours = cx.app.keys.is_signed("reminder.answer", &parts.each_ref().map(String::as_str), mark);
    if ours { Ok(found.person_id) } else { Err(Error::NotFound) }
}

/// Says whether somebody comes: who cannot leaves the list, with those who stand or fall with them.
///
/// # Errors
/// `NotFound` for another's sign-up; `Refused` when it has ended, when they came, or when the session has begun.
pub(crate) async fn answer(cx: &Cx, person: PersonId, id: SignupId, (coming, by_mail): (bool, bool)) -> Result<()> {
    let found = signup::find(&cx.db, cx.tenant, id).await?;
    let at = match by_mail {
        true => {
            let name = people::find(&cx.db, cx.tenant, person).await?.name;
            cx.acting(Actor { person: Some(person.0), name, ..Actor::default() })
        }
        false => cx.clone(),
    };
    cx.write(found.activity_id.lane(), async move |tx: &mut Tx<'_>| {
        let now = signup::find(tx, at.tenant, id).await?;
        if now.person_id != person {
            return Err(Error::NotFound);
        }
        if now.state != SignupState::Joined {
            // Saying twice that one cannot come is saying it once.
            let said = store::said(tx, at.tenant, id).await?;
            let again = !coming && said.as_deref() == Some("cannot");
            return if again { Ok(()) } else { Err(Error::refused("signup.refused.gone")) };
        }
        if at.now >= activities::find_session(tx, at.tenant, now.session_id).await?.settled_at() {
            return Err(Error::refused("signup.refused.begun"));
        }
        if !coming {
            line::give_back(tx, &at, id, SignupState::Withdrawn).await?;
        }
        store::say(tx, &at, id, if coming { "coming" } else { "cannot" }).await?;
        messages::settle(tx, &at, person.0, &url(id)).await?;
        tx.record(&at, &Answered { signup: id, person, coming, by_mail });
        Ok(())
    })
    .await
}

/// How many of those who signed up for a session come, cannot, or did not say.
pub async fn answers(cx: &Cx, session: SessionId) -> Result<Answers> {
    store::answers(&cx.db, cx.tenant, session).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_step_is_due_once_and_those_that_are_off_are_not() {
        let hours = |list: Vec<Due>| -> Vec<(&'static str, i64, i64)> {
            list.iter().map(|d| (d.step.as_str(), d.before.num_hours(), d.good_for.num_minutes())).collect()
        };
        assert_eq!(hours(steps(3, 24, 2)), [("first", 72, 24 * 60), ("second", 24, 11 * 60), ("third", 2, 60)]);
        assert_eq!(hours(steps(0, 24, 0)), [("second", 24, 12 * 60)]);
        assert_eq!(hours(steps(1, 24, 2)), [("first", 24, 11 * 60), ("third", 2, 60)], "two at the same time are one");
        assert_eq!(hours(steps(1, 48, 2)), [("second", 48, 12 * 60), ("first", 24, 11 * 60), ("third", 2, 60)]);
        assert!(steps(0, 0, 0).is_empty());
    }
}
