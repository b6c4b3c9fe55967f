//! Handing a place over: somebody who cannot come offers it, whoever may take it sees it, the first gets it. Where the activity
//! asks for it, the leader says yes first.

use super::known::Known;
use super::{SignedUp, SignupChanged, refusal, when};
use crate::model::{Activity, PostId, Session, Signup, SignupId, SignupState};
use crate::store::{self, handover, signup};
use kernel::ids::Raw;
use kernel::{Cx, Deed, Error, Result, Tx, Word};
use people::model::PersonId;
use serde::Serialize;

#[derive(Serialize)]
struct HandoverChanged {
    #[serde(skip)]
    signup: SignupId,
    person: PersonId,
    deed: &'static str,
}

impl Deed for HandoverChanged {
    const KIND: &'static str = "signup.handover";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("signup", Some(self.signup.0))
    }
}

/// What somebody reads of a place to take over: before it begins, of somebody who joined.
pub(super) async fn place(tx: &Tx<'_>, cx: &Cx, id: SignupId) -> Result<(Signup, Session, Activity)> {
    let now = signup::find(tx, cx.tenant, id).await?;
    let session = store::find_session(tx, cx.tenant, now.session_id).await?;
    let activity = store::find(tx, cx.tenant, now.activity_id).await?;
    if now.state != SignupState::Joined || cx.now >= session.settled_at() {
        return Err(Error::refused("handover.refused.gone"));
    }
    Ok((now, session, activity))
}

/// Offers one's place, or takes the offer back; one keeps the place until somebody has it.
pub(crate) async fn offer(cx: &Cx, person: PersonId, id: SignupId, offers: bool) -> Result<()> {
    let found = signup::find(&cx.db, cx.tenant, id).await?;
    let at = cx.clone();
    cx.write(found.activity_id.lane(), async move |tx: &mut Tx<'_>| {
        let (now, _, _) = place(tx, &at, id).await?;
        if now.person_id != person {
            return Err(Error::NotFound);
        }
        if now.group_id.is_some() {
            return Err(Error::refused("handover.refused.group"));
        }
        handover::set(tx, at.tenant, id, offers.then_some(at.now), None).await?;
        let deed = if offers { "offered" } else { "kept" };
        tx.record(&at, &HandoverChanged { signup: id, person, deed });
        Ok(())
    })
    .await
}

/// Takes a place over, or asks the leader for it. Answers the new sign-up once it is there.
pub(crate) async fn take(cx: &Cx, person: PersonId, id: SignupId) -> Result<Option<Signup>> {
    let found = signup::find(&cx.db, cx.tenant, id).await?;
    let at = cx.clone();
    cx.write(found.activity_id.lane(), async move |tx: &mut Tx<'_>| {
        let (now, session, activity) = place(tx, &at, id).await?;
        let wanted = now.handover_at.is_some() && now.person_id != person;
        if !wanted || handover::taker(tx, at.tenant, id).await?.is_some_and(|taker| taker != person) {
            return Err(Error::refused("handover.refused.gone"));
        }
        may(tx, &at, (&activity, &session), (&now, person)).await?;
        if !activity.handover_asks {
            return pass(tx, &at, (&activity, &session), (&now, person)).await.map(Some);
        }
        handover::set(tx, at.tenant, id, now.handover_at, Some(person)).await?;
        tx.record(&at, &HandoverChanged { signup: id, person, deed: "asked" });
        Ok(None)
    })
    .await
}

/// The leader's yes or no to somebody who wants to take a place over.
pub(crate) async fn decide(cx: &Cx, id: SignupId, yes: bool) -> Result<()> {
    let found = signup::find(&cx.db, cx.tenant, id).await?;
    let at = cx.clone();
    cx.write(found.activity_id.lane(), async move |tx: &mut Tx<'_>| {
        let (now, session, activity) = place(tx, &at, id).await?;
        let Some(taker) = handover::taker(tx, at.tenant, id).await? else {
            return Err(Error::refused("handover.refused.gone"));
        };
        if yes {
            may(tx, &at, (&activity, &session), (&now, taker)).await?;
            return pass(tx, &at, (&activity, &session), (&now, taker)).await.map(drop);
        }
        handover::set(tx, at.tenant, id, now.handover_at, None).await?;
        tx.record(&at, &HandoverChanged { signup: id, person: taker, deed: "declined" });
        let word = Word::new("handover.message.declined").with("title", &activity.title);
        kernel::messages::leave(tx, &at, taker.0, &word, &activity.url()).await
    })
    .await
}

/// Asks the rules about whoever takes over. Standing in line for the same session is no hindrance: that place in line is given up.
async fn may(tx: &mut Tx<'_>, cx: &Cx, of: (&Activity, &Session), (now, person): (&Signup, PersonId)) -> Result<()> {
    let known = Known::of(tx, cx, of, &[person]).await?;
    if known.live.get(&person).is_some_and(|there| there.state == SignupState::Joined || there.post_id != now.post_id) {
        return Err(Error::refused("handover.refused.already"));
    }
    let open = Activity { closes_at: of.1.ends_at, ..of.0.clone() };
    let reasons = known.refusals((&open, of.1), (person, true), cx.now);
    if reasons.is_empty() { Ok(()) } else { Err(refusal(cx, &reasons)) }
}

/// The place changes hands: one sign-up ends and another begins, so that no place is ever free between.
async fn pass(
    tx: &mut Tx<'_>,
    cx: &Cx,
    (activity, session): (&Activity, &Session),
    (now, person): (&Signup, PersonId),
) -> Result<Signup> {
    part(tx, cx, now).await?;
    let made = succeed(tx, cx, (activity, session), (now, person)).await?;
    let said = |word| Word::new(word).with("title", &activity.title).with("when", when(session.starts_at));
    kernel::messages::leave(tx, cx, now.person_id.0, &said("handover.message.gone"), "/me/services").await?;
    kernel::messages::leave(tx, cx, person.0, &said("handover.message.got"), "/me/services").await?;
    Ok(made)
}

/// Somebody leaves a place that another gets.
pub(super) async fn part(tx: &mut Tx<'_>, cx: &Cx, now: &Signup) -> Result<()> {
    if !signup::change(tx, cx.tenant, now.id, SignupState::Joined, SignupState::Withdrawn, cx.now).await? {
        return Err(Error::refused("handover.refused.gone"));
    }
    handover::set(tx, cx.tenant, now.id, None, None).await?;
    // Nobody is asked any more whether they come.
    kernel::messages::settle(tx, cx, now.person_id.0, &crate::reminders::url(now.id)).await?;
    tx.record(cx, &SignupChanged { signup: now.id, person: now.person_id, to: SignupState::Withdrawn });
    Ok(())
}

/// Somebody gets the place that another left; a place in line for it is given up.
pub(super) async fn succeed(
    tx: &mut Tx<'_>,
    cx: &Cx,
    (activity, session): (&Activity, &Session),
    (now, person): (&Signup, PersonId),
) -> Result<Signup> {
    let known = Known::of(tx, cx, (activity, session), &[person]).await?;
    if let Some(there) = known.live.get(&person) {
        let waits = there.offered_until.is_none();
        signup::change(tx, cx.tenant, there.id, SignupState::Waiting, SignupState::Withdrawn, cx.now).await?;
        let (taken, waiting) = if waits { (0, -1) } else { (-1, 0) };
        signup::count(tx, cx.tenant, there.post_id, taken, waiting, 0).await?;
    }
    let made = Signup {
        id: SignupId::fresh(),
        person_id: person,
        organisation_id: known.team(person, activity, None),
        made_at: cx.now,
        handover_at: None,
        // Free hours are one's own: whoever comes instead chooses theirs.
        starts_at: session.starts_at,
        ends_at: session.ends_at,
        loose: session.flexible,
        ..now.clone()
    };
    signup::insert(tx, cx.tenant, std::slice::from_ref(&made)).await?;
    tx.record(cx, &SignedUp { signup: made.id, person, state: made.state, position: made.position });
    Ok(made)
}

#[derive(Serialize)]
struct Moved {
    #[serde(skip)]
    signup: SignupId,
    person: PersonId,
    from: PostId,
    to: PostId,
}

impl Deed for Moved {
    const KIND: &'static str = "signup.moved";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("signup", Some(self.signup.0))
    }
}

/// Moves somebody who joined to another post of the same session that has a place, and tells them why.
///
/// # Errors
/// `Refused` when the post is full or belongs to another session.
pub(crate) async fn move_to(cx: &Cx, id: SignupId, to: PostId, why: String) -> Result<()> {
    let found = signup::find(&cx.db, cx.tenant, id).await?;
    let at = cx.clone();
    cx.write(found.activity_id.lane(), async move |tx: &mut Tx<'_>| {
        let now = signup::find(tx, at.tenant, id).await?;
        let target = store::find_post(tx, at.tenant, to).await?;
        if now.state != SignupState::Joined || target.session_id != now.session_id || now.post_id == to {
            return Err(Error::refused("move.refused.gone"));
        }
        let room = signup::take_post(tx, at.tenant, to).await?;
        if room.places <= room.taken {
            return Err(Error::refused("move.refused.full"));
        }
        let position = room.next_position;
        handover::move_to(tx, at.tenant, id, (to, position), at.now).await?;
        signup::count(tx, at.tenant, to, 1, 0, 1).await?;
        tx.record(&at, &Moved { signup: id, person: now.person_id, from: now.post_id, to });
        let (session, activity) = (
            store::find_session(tx, at.tenant, now.session_id).await?,
            store::find(tx, at.tenant, now.activity_id).await?,
        );
        let word =
            Word::new("move.message").with("title", &activity.title).with("post", &target.name).with("why", &why);
        kernel::messages::leave(tx, &at, now.person_id.0, &word, "/me/services").await?;
        super::line::pass_on(tx, &at, &session, &now).await
    })
    .await
}
