//! Giving a place back, and the line behind it: who still may is offered the place, confirms it in time or lets it pass on.
//!
//! waiting -> offered -> joined, or offered -> withdrawn (declined, or not confirmed in time: then the next is asked). Near the
//! start nobody is asked: the first who still may simply moves up. An offered place counts as taken.

use super::group::companions;
use super::known::Known;
use super::{SignupChanged, refusal, when};
use crate::model::{Activity, PostId, Session, SessionId, Signup, SignupId, SignupState};
use crate::rules;
use crate::settings::settings;
use crate::store::{self, line, signup};
use chrono::{DateTime, Utc};
use kernel::ids::Raw;
use kernel::{Cx, Deed, Error, Result, Tx, Word};
use people::model::PersonId;
use serde::Serialize;

/// How many of the line are looked at together.
const TOGETHER: i64 = 200;

#[derive(Serialize)]
struct PlaceOffered {
    #[serde(skip)]
    signup: SignupId,
    person: PersonId,
    until: DateTime<Utc>,
}

impl Deed for PlaceOffered {
    const KIND: &'static str = "signup.offered";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("signup", Some(self.signup.0))
    }
}

/// Gives a place back (or leaves the line); the next in line who still may is asked, or moves up.
pub async fn withdraw(cx: &Cx, id: SignupId, to: SignupState) -> Result<()> {
    let found = signup::find(&cx.db, cx.tenant, id).await?;
    let cx = cx.clone();
    cx.clone().write(found.activity_id.lane(), async move |tx: &mut Tx<'_>| give_back(tx, &cx, id, to).await).await
}

/// The same in the caller's transaction, in the lane of the activity.
pub(crate) async fn give_back(tx: &mut Tx<'_>, cx: &Cx, id: SignupId, to: SignupState) -> Result<()> {
    let now = signup::find(tx, cx.tenant, id).await?;
    let session = store::find_session(tx, cx.tenant, now.session_id).await?;
    if store::presence::is_there(tx, cx.tenant, session.id, now.person_id).await? {
        return Err(Error::refused("signup.refused.came"));
    }
    if to == SignupState::Withdrawn && cx.now >= session.settled_at() {
        return Err(Error::refused("signup.refused.begun"));
    }
    leave(tx, cx, &session, &now, to).await
}

/// Ends a sign-up that counts, and passes its place on.
pub(super) async fn leave(tx: &mut Tx<'_>, cx: &Cx, session: &Session, now: &Signup, to: SignupState) -> Result<()> {
    if !matches!(now.state, SignupState::Joined | SignupState::Waiting) {
        return Err(Error::refused("signup.refused.gone"));
    }
    let mut held = false;
    for one in companions(tx, cx, now).await? {
        if !signup::change(tx, cx.tenant, one.id, one.state, to, cx.now).await? {
            return Err(Error::refused("signup.refused.gone"));
        }
        tx.record(cx, &SignupChanged { signup: one.id, person: one.person_id, to });
        // Nobody is asked any more whether they come.
        kernel::messages::settle(tx, cx, one.person_id.0, &crate::reminders::url(one.id)).await?;
        if one.id != now.id {
            let word = Word::new("group.message.left").with("when", when(session.starts_at));
            kernel::messages::leave(tx, cx, one.person_id.0, &word, "/me/services").await?;
        }
        if one.state == SignupState::Waiting && one.offered_until.is_none() {
            signup::count(tx, cx.tenant, one.post_id, 0, -1, 0).await?;
        } else {
            free(tx, cx, &one).await?;
            held = true;
        }
    }
    if held { next(tx, cx, session, now.post_id).await } else { Ok(()) }
}

/// A place that somebody had, or was offered, is free again, and goes to the line.
pub(super) async fn pass_on(tx: &mut Tx<'_>, cx: &Cx, session: &Session, of: &Signup) -> Result<()> {
    free(tx, cx, of).await?;
    next(tx, cx, session, of.post_id).await
}

async fn free(tx: &mut Tx<'_>, cx: &Cx, of: &Signup) -> Result<()> {
    if of.quota.is_some() {
        let mut room = signup::take_post(tx, cx.tenant, of.post_id).await?.room(cx.now);
        room.give_back(of.quota);
        if let Some(quotas) = room.touched() {
            signup::set_quotas(tx, cx.tenant, of.post_id, quotas).await?;
        }
    }
    signup::count(tx, cx.tenant, of.post_id, -1, 0, 0).await
}

async fn next(tx: &mut Tx<'_>, cx: &Cx, session: &Session, post: PostId) -> Result<()> {
    let activity = store::find(tx, cx.tenant, session.activity_id).await?;
    fill(tx, cx, (&activity, session), post).await?;
    store::next::note(tx, cx.tenant, activity.id, cx.now).await
}

/// Gives free places to the line, in order, asking the rules again.
pub(super) async fn fill(tx: &mut Tx<'_>, cx: &Cx, of: (&Activity, &Session), post: PostId) -> Result<()> {
    let (activity, session) = of;
    let now = signup::take_post(tx, cx.tenant, post).await?;
    if now.places <= now.taken || now.waiting == 0 || cx.now >= session.ends_at || activity.is_collecting() {
        return Ok(());
    }
    let terms = settings(tx, cx).await?;
    let until = rules::confirm_by(cx.now, session.starts_at, terms.offer_hours, terms.direct_hours);
    let mut room = now.room(cx.now);
    let line = line::list(tx, cx.tenant, post, TOGETHER).await?;
    let people: Vec<PersonId> = line.iter().map(|s| s.person_id).collect();
    let known = Known::of(tx, cx, of, &people).await?;
    let mut given = 0;
    for next in &line {
        if room.left() <= 0 {
            break;
        }
        let party: Vec<&Signup> = match next.group_id {
            Some(group) => line.iter().filter(|s| s.group_id == Some(group)).collect(),
            None => vec![next],
        };
        // A group is decided where its first stands.
        if party[0].id != next.id || !party.iter().all(|one| known.still_may(of, one.person_id, cx.now)) {
            continue;
        }
        let paths: Vec<Vec<&str>> = party.iter().map(|one| known.paths(one.person_id)).collect();
        let Some(places) = room.all_from_line(&paths) else {
            // Nobody walks past a group that waits for room for all; near the start a place is better used than kept.
            if party.len() > 1 && until.is_some() {
                break;
            }
            continue;
        };
        for (one, place) in party.into_iter().zip(places) {
            if line::give(tx, cx.tenant, one.id, (until, place.quota()), cx.now).await? {
                given += 1;
                tell(tx, cx, of, (one, until)).await?;
            }
        }
    }
    if let Some(quotas) = room.touched() {
        signup::set_quotas(tx, cx.tenant, post, quotas).await?;
    }
    if given > 0 {
        signup::count(tx, cx.tenant, post, given, -given, 0).await?;
    }
    Ok(())
}

/// Records and tells somebody that they moved up, or until when they can.
async fn tell(
    tx: &mut Tx<'_>,
    cx: &Cx,
    (activity, session): (&Activity, &Session),
    (next, until): (&Signup, Option<DateTime<Utc>>),
) -> Result<()> {
    let said = |word| Word::new(word).with("title", &activity.title).with("when", when(session.starts_at));
    let (word, url) = match until {
        Some(until) => {
            tx.record(cx, &PlaceOffered { signup: next.id, person: next.person_id, until });
            (said("signup.message.offered").with("until", when(until)), offer_url(next.id))
        }
        None => {
            tx.record(cx, &SignupChanged { signup: next.id, person: next.person_id, to: SignupState::Joined });
            (said("signup.message.moved_up"), activity.url())
        }
    };
    kernel::messages::leave(tx, cx, next.person_id.0, &word, &url).await
}

/// Where an offer is answered.
#[must_use]
pub fn offer_url(id: SignupId) -> String {
    format!("/me/services/{id}/offer")
}

/// Takes or declines the place that is offered.
///
/// # Errors
/// `Refused` when there is no offer, when its time is over, or with every reason why one cannot come any more.
pub(crate) async fn answer(cx: &Cx, person: PersonId, id: SignupId, takes: bool) -> Result<Signup> {
    let found = signup::find(&cx.db, cx.tenant, id).await?;
    let cx = cx.clone();
    cx.clone()
        .write(found.activity_id.lane(), async move |tx: &mut Tx<'_>| {
            let now = signup::find(tx, cx.tenant, id).await?;
            if now.person_id != person {
                return Err(Error::NotFound);
            }
            let Some(until) = now.offered_until.filter(|_| now.state == SignupState::Waiting) else {
                // Confirming twice is confirming once.
                let done = takes && now.state == SignupState::Joined;
                return if done { Ok(now) } else { Err(Error::refused("offer.refused.none")) };
            };
            let session = store::find_session(tx, cx.tenant, now.session_id).await?;
            if !takes {
                leave(tx, &cx, &session, &now, SignupState::Withdrawn).await?;
                return signup::find(tx, cx.tenant, id).await;
            }
            if cx.now > until {
                return Err(Error::refused("offer.refused.late"));
            }
            let activity = store::find(tx, cx.tenant, now.activity_id).await?;
            let party = companions(tx, &cx, &now).await?;
            let people: Vec<PersonId> = party.iter().map(|one| one.person_id).collect();
            let known = Known::of(tx, &cx, (&activity, &session), &people).await?;
            let open = Activity { closes_at: session.ends_at, ..activity };
            let reasons: Vec<Word> =
                people.iter().flat_map(|one| known.refusals((&open, &session), (*one, true), cx.now)).collect();
            if !reasons.is_empty() {
                return Err(refusal(&cx, &reasons));
            }
            for one in party {
                signup::change(tx, cx.tenant, one.id, SignupState::Waiting, SignupState::Joined, cx.now).await?;
                let to = SignupState::Joined;
                tx.record(&cx, &SignupChanged { signup: one.id, person: one.person_id, to });
            }
            signup::find(tx, cx.tenant, id).await
        })
        .await
}

/// Passes on what nobody confirmed in time, and serves lines behind free places; every 20 seconds.
pub(crate) async fn keep_up(cx: Cx) -> Result<()> {
    for late in line::lapsed(&cx.db, cx.tenant, cx.now).await? {
        let (at, id) = (cx.clone(), late.id);
        cx.write(late.activity_id.lane(), async move |tx: &mut Tx<'_>| lapse(tx, &at, id).await).await?;
    }
    for post in line::unserved(&cx.db, cx.tenant, cx.now).await? {
        let (at, id, session) = (cx.clone(), post.id, post.session_id);
        cx.write(post.activity_id.lane(), async move |tx: &mut Tx<'_>| serve(tx, &at, id, session).await).await?;
    }
    Ok(())
}

async fn lapse(tx: &mut Tx<'_>, cx: &Cx, id: SignupId) -> Result<()> {
    let now = signup::find(tx, cx.tenant, id).await?;
    let activity = store::find(tx, cx.tenant, now.activity_id).await?;
    let session = store::find_session(tx, cx.tenant, now.session_id).await?;
    for one in companions(tx, cx, &now).await? {
        if !line::lapse(tx, cx.tenant, one.id, cx.now).await? {
            return Ok(());
        }
        tx.record(cx, &SignupChanged { signup: one.id, person: one.person_id, to: SignupState::Withdrawn });
        let word = Word::new("signup.message.missed").with("title", &activity.title);
        kernel::messages::leave(tx, cx, one.person_id.0, &word, &activity.url()).await?;
        free(tx, cx, &one).await?;
    }
    next(tx, cx, &session, now.post_id).await
}

async fn serve(tx: &mut Tx<'_>, cx: &Cx, post: PostId, session: SessionId) -> Result<()> {
    let session = store::find_session(tx, cx.tenant, session).await?;
    let activity = store::find(tx, cx.tenant, session.activity_id).await?;
    fill(tx, cx, (&activity, &session), post).await?;
    store::next::note(tx, cx.tenant, activity.id, cx.now).await
}
