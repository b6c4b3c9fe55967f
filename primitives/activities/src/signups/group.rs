//! Signing up together: everybody or nobody (a parent with a child), or as many as there is room for (a team that brings twelve).
//! Those who come together or not at all have a group: they move up, confirm, decline and withdraw as one.

use super::known::Known;
use super::{SignedUp, line, refusal};
use crate::model::{Activity, PostId, Session, Signup, SignupId, SignupState};
use crate::rules::{Place, Room};
use crate::store::{self, signup};
use kernel::ids::Raw;
use kernel::{Cx, Error, Result, Tx, Word, text_enum};
use people::model::PersonId;

/// Most people in one sign-up.
pub(crate) const MOST: usize = 60;

text_enum! {
    /// What a group asks for.
    pub enum Together {
        /// Everybody or nobody.
        All = "all",
        /// As many as there is room for.
        Some = "some",
    }
}

/// Somebody who is brought along.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Companion {
    /// Who.
    pub person: PersonId,
    /// Their name, for the answer.
    pub name: String,
}

/// What came of a group.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The sign-ups that were made.
    pub made: Vec<Signup>,
    /// Who was left out (only when it asks for as many as there is room for), and why.
    pub left_out: Vec<(String, Word)>,
}

/// Signs several people up for one post. `tells` says whether whoever asks may read why somebody cannot come: a leader of theirs.
///
/// # Errors
/// `Refused` when it asks for everybody and somebody may not, or when nobody may.
pub(crate) async fn sign_up(
    cx: &Cx,
    (post, admitted): (PostId, bool),
    people: Vec<Companion>,
    together: Together,
    tells: bool,
) -> Result<Outcome> {
    let found = store::find_post(&cx.db, cx.tenant, post).await?;
    let at = cx.clone();
    cx.write(found.activity_id.lane(), async move |tx: &mut Tx<'_>| {
        let session = store::find_session(tx, at.tenant, found.session_id).await?;
        let activity = store::find(tx, at.tenant, session.activity_id).await?;
        if session.cancelled_at.is_some() {
            return Err(Error::refused("series.refused.cancelled"));
        }
        if together == Together::All && activity.is_collecting() {
            return Err(Error::refused("group.refused.draw"));
        }
        Party { cx: &at, activity, session, post, admitted, together, tells }.decide(tx, people).await
    })
    .await
}

struct Party<'p> {
    cx: &'p Cx,
    activity: Activity,
    session: Session,
    post: PostId,
    admitted: bool,
    together: Together,
    tells: bool,
}

impl Party<'_> {
    async fn decide(&self, tx: &mut Tx<'_>, people: Vec<Companion>) -> Result<Outcome> {
        let (cx, of) = (self.cx, (&self.activity, &self.session));
        let ids: Vec<PersonId> = people.iter().map(|p| p.person).collect();
        let known = Known::of(tx, cx, of, &ids).await?;
        let (mut taken, mut outcome) = (Vec::new(), Outcome::default());
        for one in people {
            match self.reasons(&known, &one) {
                Some(word) => outcome.left_out.push((one.name, word)),
                None => taken.push(one),
            }
        }
        if taken.is_empty() || (self.together == Together::All && !outcome.left_out.is_empty()) {
            let said = |(name, word): &(String, Word)| {
                Word::new("group.refused.one").with("name", name).with("why", cx.say(word))
            };
            return Err(refusal(cx, &outcome.left_out.iter().map(said).collect::<Vec<_>>()));
        }
        let now = signup::take_post(tx, cx.tenant, self.post).await?;
        let (position, mut room) = (now.next_position, now.room(cx.now));
        let paths: Vec<Vec<&str>> = taken.iter().map(|one| known.paths(one.person)).collect();
        let places = self.places(&mut room, &paths);
        let group = (self.together == Together::All && taken.len() > 1).then(kernel::ids::fresh);
        let made = (position..).zip(&taken).zip(places);
        outcome.made =
            made.map(|((position, one), place)| self.signup(&known, one.person, (position, place), group)).collect();
        self.write(tx, &room, &outcome.made).await?;
        Ok(outcome)
    }

    /// Why somebody cannot come.
    fn reasons(&self, known: &Known, one: &Companion) -> Option<Word> {
        if known.live.contains_key(&one.person) {
            return Some(Word::new("group.refused.already"));
        }
        let reasons = known.refusals((&self.activity, &self.session), (one.person, self.admitted), self.cx.now);
        if reasons.is_empty() {
            return None;
        }
        // What is in somebody's record is told to their leader only.
        let all: Vec<String> = reasons.iter().map(|w| self.cx.say(w)).collect();
        let word = Word::new("signup.refused.many").with("reasons", all.join(" "));
        Some(if self.tells { word } else { Word::new("group.refused.may_not") })
    }

    fn places(&self, room: &mut Room, paths: &[Vec<&str>]) -> Vec<Place> {
        if self.activity.is_collecting() {
            return vec![Place::Line; paths.len()];
        }
        match self.together {
            Together::Some => paths.iter().map(|p| room.newcomer(p)).collect(),
            Together::All => room.all_or_none(paths),
        }
    }

    fn signup(&self, known: &Known, person: PersonId, (position, place): (i64, Place), group: Option<Raw>) -> Signup {
        Signup {
            id: SignupId::fresh(),
            activity_id: self.activity.id,
            session_id: self.session.id,
            post_id: self.post,
            person_id: person,
            organisation_id: known.team(person, &self.activity, None),
            state: place.state(),
            position,
            made_at: self.cx.now,
            quota: place.quota(),
            offered_until: None,
            group_id: group,
            handover_at: None,
            starts_at: self.session.starts_at,
            ends_at: self.session.ends_at,
            loose: self.session.flexible,
        }
    }

    async fn write(&self, tx: &mut Tx<'_>, room: &Room, made: &[Signup]) -> Result<()> {
        let (cx, session) = (self.cx, &self.session);
        let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        let joined = count(made.iter().filter(|s| s.state == SignupState::Joined).count());
        let all = count(made.len());
        signup::count(tx, cx.tenant, self.post, joined, all - joined, all).await?;
        if let Some(quotas) = room.touched() {
            signup::set_quotas(tx, cx.tenant, self.post, quotas).await?;
        }
        signup::insert(tx, cx.tenant, made).await?;
        for one in made {
            tx.record(
                cx,
                &SignedUp { signup: one.id, person: one.person_id, state: one.state, position: one.position },
            );
            if cx.actor.person != Some(one.person_id.0) {
                let by = &cx.actor.name;
                let word =
                    if one.state == SignupState::Joined { "group.message.joined" } else { "group.message.waiting" };
                let word = Word::new(word).with("name", by).with("title", &self.activity.title);
                let word = word.with("when", super::when(session.starts_at));
                kernel::messages::leave(tx, cx, one.person_id.0, &word, "/me/services").await?;
            }
        }
        if joined < all && room.left() > 0 {
            line::fill(tx, cx, (&self.activity, session), self.post).await?;
        }
        store::next::note(tx, cx.tenant, self.activity.id, cx.now).await
    }
}

/// Everybody who stands or falls with a sign-up, itself first.
pub(super) async fn companions(tx: &Tx<'_>, cx: &Cx, of: &Signup) -> Result<Vec<Signup>> {
    let mut all = vec![of.clone()];
    if let Some(group) = of.group_id {
        let others = signup::of_group(tx, cx.tenant, group).await?;
        all.extend(others.into_iter().filter(|s| s.id != of.id && s.state == of.state));
    }
    Ok(all)
}
