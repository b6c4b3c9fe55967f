//! A swap: whoever cannot come to one session gives that place for another that somebody offers. Both say yes, and the leaders
//! where an activity asks for it; the rules are asked again at the moment of the swap, which happens for both or for none.

use super::handover::{part, place, succeed};
use super::known::Known;
use super::openings::offered;
use super::{may_take_over, prospects_without, refusal, when};
use crate::model::{Activity, PostId, Session, SessionId, Signup, SignupId, SignupState, Swap, SwapId, SwapState};
use crate::store::handover::{Looking, Opening};
use crate::store::{self, handover, signup, swap};
use kernel::ids::Raw;
use kernel::{Cx, Deed, Error, LaneKey, Read, Result, Tx, Word};
use people::model::PersonId;
use serde::Serialize;

#[derive(Serialize)]
struct SwapChanged {
    #[serde(skip)]
    signup: SignupId,
    person: PersonId,
    deed: &'static str,
}

impl Deed for SwapChanged {
    const KIND: &'static str = "signup.swap";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("signup", Some(self.signup.0))
    }
}

/// One of the two places.
struct Side {
    signup: Signup,
    session: Session,
    activity: Activity,
}

impl Side {
    async fn read(tx: &Tx<'_>, cx: &Cx, id: SignupId) -> Result<Self> {
        let (signup, session, activity) = place(tx, cx, id).await?;
        if signup.group_id.is_some() {
            return Err(Error::refused("handover.refused.group"));
        }
        Ok(Self { signup, session, activity })
    }

    fn of(&self) -> (&Activity, &Session) {
        (&self.activity, &self.session)
    }
}

/// The places that somebody may get for one of theirs, the near ones first: they may come to it, and its person to theirs.
pub(crate) async fn choices(cx: &Cx, person: PersonId, given: SignupId) -> Result<Vec<Opening>> {
    let mine = signup::find(&cx.db, cx.tenant, given).await?;
    let session = store::find_session(&cx.db, cx.tenant, mine.session_id).await?;
    let activity = store::find(&cx.db, cx.tenant, mine.activity_id).await?;
    let usable = mine.state == SignupState::Joined && mine.group_id.is_none() && cx.now < session.settled_at();
    if mine.person_id != person || !usable {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for (other, openings) in offered(cx, person, &Looking::default()).await? {
        let sessions: Vec<Session> = openings.iter().map(Opening::session).collect();
        let (live, prospects) = prospects_without(cx, &other, &sessions, (person, &[given])).await?;
        let is_free = |of: &Opening| live.iter().all(|l| l.session_id != of.session_id);
        let may = openings.into_iter().zip(prospects);
        found.extend(may.filter(|(of, prospect)| is_free(of) && may_take_over(&prospect.reasons)).map(|(of, _)| of));
    }
    found.retain(|of| of.handover_to.is_none() && of.post_id != mine.post_id);
    let people: Vec<PersonId> = found.iter().map(|of| of.person_id).collect();
    if people.is_empty() {
        return Ok(found);
    }
    let leaving: Vec<SignupId> = found.iter().map(|of| of.id).collect();
    let known = Known::without(&cx.db, cx, (&activity, &session), &people, &leaving).await?;
    found.retain(|of| {
        !known.live.contains_key(&of.person_id) && known.still_may((&activity, &session), of.person_id, cx.now)
    });
    found.sort_by_key(|of| (of.far, of.starts_at, of.id));
    Ok(found)
}

/// Asks whoever offers a place whether they come to one's own instead.
///
/// # Errors
/// `NotFound` for somebody else's place; `Refused` when one of the places is gone, or with every reason why one may not.
pub(crate) async fn ask(cx: &Cx, person: PersonId, (given, wanted): (SignupId, SignupId)) -> Result<SwapId> {
    let at = cx.clone();
    cx.once(lane(cx, wanted).await?, async move |tx: &mut Tx<'_>| {
        let mine = Side::read(tx, &at, given).await?;
        if mine.signup.person_id != person {
            return Err(Error::NotFound);
        }
        let other = Side::read(tx, &at, wanted).await?;
        let free = other.signup.handover_at.is_some() && handover::taker(tx, at.tenant, wanted).await?.is_none();
        if !free || other.signup.person_id == person {
            return Err(Error::refused("handover.refused.gone"));
        }
        if mine.signup.post_id == other.signup.post_id {
            return Err(Error::refused("swap.refused.same"));
        }
        if swap::is_asked(tx, at.tenant, wanted, given).await? {
            return Err(Error::refused("swap.refused.asked"));
        }
        may_both(tx, &at, (&other, &mine), Some(person)).await?;
        let id = swap::insert(tx, &at, wanted, given).await?;
        tx.record(&at, &SwapChanged { signup: wanted, person, deed: "asked" });
        let word = told("swap.message.asked", &other, &mine);
        kernel::messages::leave(tx, &at, other.signup.person_id.0, &word, "/me/swaps").await?;
        Ok(id)
    })
    .await
}

/// The answer of whoever offers the place; a yes is done at once where no leader has to say so.
///
/// # Errors
/// `NotFound` for what nobody asked of them; `Refused` when it is gone, or the rules say no by now.
pub(crate) async fn answer(cx: &Cx, person: PersonId, id: SwapId, yes: bool) -> Result<SwapState> {
    let at = cx.clone();
    cx.write(lane_of(cx, id).await?, async move |tx: &mut Tx<'_>| {
        // Asked before why it cannot be: nobody learns of a swap that is not theirs to answer.
        let asked = swap::find(tx, at.tenant, id).await?.wanted_id;
        if signup::find(tx, at.tenant, asked).await?.person_id != person {
            return Err(Error::NotFound);
        }
        let (now, wanted, given) = both(tx, &at, id).await?;
        if wanted.signup.person_id != person {
            return Err(Error::NotFound);
        }
        if now.state != SwapState::Asked {
            return Err(Error::refused("swap.refused.answered"));
        }
        if !yes {
            return decline(tx, &at, &now, (&wanted, &given), person).await;
        }
        may_both(tx, &at, (&wanted, &given), Some(person)).await?;
        let ok = (!wanted.activity.handover_asks, !given.activity.handover_asks);
        agree(tx, &at, &now, (&wanted, &given), (person, ok)).await
    })
    .await
}

/// Takes back what one asked for.
///
/// # Errors
/// `NotFound` for what somebody else asked; `Refused` once it is done or declined.
pub(crate) async fn withdraw(cx: &Cx, person: PersonId, id: SwapId) -> Result<()> {
    let at = cx.clone();
    cx.write(lane_of(cx, id).await?, async move |tx: &mut Tx<'_>| {
        let now = swap::find(tx, at.tenant, id).await?;
        if signup::find(tx, at.tenant, now.given_id).await?.person_id != person {
            return Err(Error::NotFound);
        }
        let waits = matches!(now.state, SwapState::Asked | SwapState::Agreed);
        let to = SwapState::Withdrawn;
        if !waits || !swap::change(tx, &at, &now, to, (now.wanted_ok, now.given_ok)).await? {
            return Err(Error::refused("swap.refused.answered"));
        }
        tx.record(&at, &SwapChanged { signup: now.wanted_id, person, deed: to.as_str() });
        Ok(())
    })
    .await
}

/// The answer of a session's leader to a swap that both want; the caller asked whose session it is.
///
/// # Errors
/// `NotFound` for a swap of other sessions; `Refused` when nobody asks the leader, or the rules say no by now.
pub(crate) async fn decide(cx: &Cx, session: SessionId, id: SwapId, yes: bool) -> Result<SwapState> {
    let at = cx.clone();
    cx.write(lane_of(cx, id).await?, async move |tx: &mut Tx<'_>| {
        let (now, wanted, given) = both(tx, &at, id).await?;
        let theirs = (wanted.session.id == session, given.session.id == session);
        if theirs == (false, false) {
            return Err(Error::NotFound);
        }
        if now.state != SwapState::Agreed {
            return Err(Error::refused("swap.refused.answered"));
        }
        let person = if theirs.0 { given.signup.person_id } else { wanted.signup.person_id };
        if !yes {
            return decline(tx, &at, &now, (&wanted, &given), person).await;
        }
        may_both(tx, &at, (&wanted, &given), None).await?;
        let ok = (now.wanted_ok || theirs.0, now.given_ok || theirs.1);
        agree(tx, &at, &now, (&wanted, &given), (person, ok)).await
    })
    .await
}

/// The lane of everything that changes the activity of a place.
async fn lane(cx: &Cx, place: SignupId) -> Result<LaneKey> {
    Ok(signup::find(&cx.db, cx.tenant, place).await?.activity_id.lane())
}

async fn lane_of(cx: &Cx, id: SwapId) -> Result<LaneKey> {
    lane(cx, swap::find(&cx.db, cx.tenant, id).await?.wanted_id).await
}

/// A swap with its two places. They may lie in lanes of their own: both posts are taken first, always in the same order.
async fn both(tx: &mut Tx<'_>, cx: &Cx, id: SwapId) -> Result<(Swap, Side, Side)> {
    let found = swap::find(tx, cx.tenant, id).await?;
    let mut posts: Vec<PostId> = Vec::new();
    for one in [found.wanted_id, found.given_id] {
        posts.push(signup::find(tx, cx.tenant, one).await?.post_id);
    }
    posts.sort_unstable();
    posts.dedup();
    for post in posts {
        signup::take_post(tx, cx.tenant, post).await?;
    }
    let now = swap::find(tx, cx.tenant, id).await?;
    let (wanted, given) = (Side::read(tx, cx, now.wanted_id).await?, Side::read(tx, cx, now.given_id).await?);
    Ok((now, wanted, given))
}

/// Asks the rules whether each may come to the place of the other, as if their own were given back. What is in the record of
/// somebody is told to themselves only.
async fn may_both(tx: &mut Tx<'_>, cx: &Cx, (wanted, given): (&Side, &Side), reader: Option<PersonId>) -> Result<()> {
    for (side, other) in [(wanted, given), (given, wanted)] {
        let person = other.signup.person_id;
        let reasons = reasons(tx, cx, side, (person, other.signup.id)).await?;
        if reasons.is_empty() {
            continue;
        }
        return Err(match reader {
            Some(reader) if reader == person => refusal(cx, &reasons),
            _ => Error::Refused(Word::new("swap.refused.other").with("title", &side.activity.title)),
        });
    }
    Ok(())
}

async fn reasons(db: &impl Read, cx: &Cx, side: &Side, (person, gives): (PersonId, SignupId)) -> Result<Vec<Word>> {
    let known = Known::without(db, cx, side.of(), &[person], &[gives]).await?;
    let there = known.live.get(&person);
    if there.is_some_and(|there| there.state == SignupState::Joined || there.post_id != side.signup.post_id) {
        return Ok(vec![Word::new("handover.refused.already")]);
    }
    let open = Activity { closes_at: side.session.ends_at, ..side.activity.clone() };
    Ok(known.refusals((&open, &side.session), (person, true), cx.now))
}

/// Notes a yes; the last one that is needed does it.
async fn agree(
    tx: &mut Tx<'_>,
    cx: &Cx,
    now: &Swap,
    (wanted, given): (&Side, &Side),
    (person, ok): (PersonId, (bool, bool)),
) -> Result<SwapState> {
    let to = if ok == (true, true) { SwapState::Done } else { SwapState::Agreed };
    if !swap::change(tx, cx, now, to, ok).await? {
        return Err(Error::refused("swap.refused.answered"));
    }
    tx.record(cx, &SwapChanged { signup: now.wanted_id, person, deed: to.as_str() });
    if to == SwapState::Done {
        for side in [wanted, given] {
            part(tx, cx, &side.signup).await?;
        }
        for (side, other) in [(wanted, given), (given, wanted)] {
            let comes = other.signup.person_id;
            succeed(tx, cx, side.of(), (&side.signup, comes)).await?;
            kernel::messages::leave(tx, cx, comes.0, &told("swap.message.done", other, side), "/me/services").await?;
        }
    } else if now.state == SwapState::Asked {
        let word = Word::new("swap.message.agreed").with("title", &wanted.activity.title);
        kernel::messages::leave(tx, cx, given.signup.person_id.0, &word, "/me/swaps").await?;
    }
    Ok(to)
}

async fn decline(
    tx: &mut Tx<'_>,
    cx: &Cx,
    now: &Swap,
    (wanted, given): (&Side, &Side),
    person: PersonId,
) -> Result<SwapState> {
    let to = SwapState::Declined;
    if !swap::change(tx, cx, now, to, (now.wanted_ok, now.given_ok)).await? {
        return Err(Error::refused("swap.refused.answered"));
    }
    tx.record(cx, &SwapChanged { signup: now.wanted_id, person, deed: to.as_str() });
    let word = told("swap.message.declined", given, wanted);
    kernel::messages::leave(tx, cx, given.signup.person_id.0, &word, "/me/services").await?;
    if now.state == SwapState::Agreed {
        let word = told("swap.message.declined", wanted, given);
        kernel::messages::leave(tx, cx, wanted.signup.person_id.0, &word, "/me/services").await?;
    }
    Ok(to)
}

/// A message to whoever has the one place, about the other.
fn told(word: &'static str, own: &Side, other: &Side) -> Word {
    let word = Word::new(word).with("title", &own.activity.title).with("when", when(own.session.starts_at));
    word.with("other", &other.activity.title).with("then", when(other.session.starts_at))
}
