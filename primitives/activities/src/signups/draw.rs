//! The published draw: the hash of a seed that nobody has read goes out with the activity; when sign-up has closed, the seed
//! itself, and the order that follows from it.

use super::known::Known;
use super::when;
use crate::model::{Activity, ActivityId, Post, Session, SignupState, Way};
use crate::rules::draw::{commitment, order, ticket};
use crate::rules::{Place, Room};
use crate::store::{self, draw, draw::Ticket, signup};
use kernel::ids::Raw;
use kernel::{Cx, Deed, Error, Result, Tx, Word};
use people::model::PersonId;
use serde::Serialize;

#[derive(Serialize)]
struct DrawHeld {
    #[serde(skip)]
    activity: ActivityId,
    seed: String,
    tickets: usize,
}

impl Deed for DrawHeld {
    const KIND: &'static str = "activity.drawn";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("activity", Some(self.activity.0))
    }
}

fn sealed_in(id: ActivityId) -> String {
    format!("activity.draw_sealed:{id}")
}

/// Makes the seed when an activity that draws is published.
pub(crate) async fn commit(tx: &mut Tx<'_>, cx: &Cx, activity: &Activity) -> Result<()> {
    if activity.way != Way::Draw {
        return Ok(());
    }
    commit_to(tx, cx, activity.id, &kernel::ids::token()).await
}

/// Commits to a seed that the caller made; a generated district has the same one every time.
pub async fn commit_to(tx: &mut Tx<'_>, cx: &Cx, id: ActivityId, seed: &str) -> Result<()> {
    let sealed = cx.app.keys.seal(&sealed_in(id), seed)?;
    draw::commit(tx, cx, id, (commitment(seed), sealed)).await
}

/// Holds the draws whose wishes have ended; every 20 seconds.
pub async fn hold_due(cx: Cx) -> Result<()> {
    for id in draw::due(&cx.db, cx.tenant, cx.now).await? {
        let at = cx.clone();
        cx.write(id.lane(), async move |tx: &mut Tx<'_>| hold(tx, &at, id).await).await?;
    }
    Ok(())
}

async fn hold(tx: &mut Tx<'_>, cx: &Cx, id: ActivityId) -> Result<()> {
    let activity = store::find(tx, cx.tenant, id).await?;
    let Some(sealed) = activity.draw_sealed.as_deref().filter(|_| activity.is_collecting()) else { return Ok(()) };
    let seed = cx.app.keys.open(&sealed_in(id), sealed)?.expose().clone();
    if Some(commitment(&seed)) != activity.draw_hash {
        return Err(Error::internal(format!("the seed of {id} is not the one whose hash was published")));
    }
    let (sessions, posts) = store::program(tx, cx.tenant, id).await?;
    let mut tickets = Vec::new();
    for post in &posts {
        if let Some(session) = sessions.iter().find(|s| s.id == post.session_id) {
            tickets.extend(at_post(tx, cx, (&activity, session, post), &seed).await?);
        }
    }
    draw::insert(tx, cx.tenant, id, &tickets).await?;
    if draw::reveal(tx, cx, &activity, &seed).await? {
        tx.record(cx, &DrawHeld { activity: id, seed, tickets: tickets.len() });
    }
    store::next::note(tx, cx.tenant, id, cx.now).await
}

/// Draws one post: places to those who still may, in the order of their keys; the others stand in line in that order.
async fn at_post(
    tx: &mut Tx<'_>,
    cx: &Cx,
    (activity, session, post): (&Activity, &Session, &Post),
    seed: &str,
) -> Result<Vec<Ticket>> {
    let wishes = draw::wishes(tx, cx.tenant, post.id).await?;
    let people: Vec<PersonId> = wishes.iter().map(|w| w.person_id).collect();
    if people.is_empty() {
        return Ok(Vec::new());
    }
    let known = Known::of(tx, cx, (activity, session), &people).await?;
    let mut room = Room::of(post.left(), 0, post.quotas.0.clone(), post.free_at.is_some_and(|at| cx.now < at));
    let ranked = order(seed, wishes.into_iter().map(|w| (ticket(w.id), w)).collect());
    let (mut tickets, mut joined, mut told) = (Vec::with_capacity(ranked.len()), 0, [Vec::new(), Vec::new()]);
    for (position, (digest, ticket, wish)) in (1_i64..).zip(ranked) {
        let may = known.still_may((activity, session), wish.person_id, cx.now);
        let place = if may { room.newcomer(&known.paths(wish.person_id)) } else { Place::Line };
        let outcome = match place {
            Place::Open => "joined",
            Place::Kept(_) => "reserved",
            Place::Line if may => "line",
            Place::Line => "passed",
        };
        let has = place.state() == SignupState::Joined;
        joined += i64::from(has);
        told[usize::from(has)].push(wish.person_id.0);
        draw::place(tx, cx, wish.id, (place.state(), place.quota(), position)).await?;
        let (post_id, post, starts_at) = (post.id, post.name.clone(), session.starts_at);
        let outcome = outcome.to_owned();
        tickets.push(Ticket { signup_id: wish.id, post_id, post, starts_at, ticket, digest, position, outcome });
    }
    if let Some(quotas) = room.touched() {
        signup::set_quotas(tx, cx.tenant, post.id, quotas).await?;
    }
    signup::count(tx, cx.tenant, post.id, joined, -joined, 0).await?;
    for (people, word) in told.iter().zip(["signup.message.not_drawn", "signup.message.drawn"]) {
        let word = Word::new(word).with("title", &activity.title).with("when", when(session.starts_at));
        kernel::messages::leave_all(tx, cx, people, &word, &format!("{}/draw", activity.url())).await?;
    }
    Ok(tickets)
}
