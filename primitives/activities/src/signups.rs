//! Signing up and withdrawing. What waits for the same session is decided together, in the order it came.

use crate::model::{Activity, Post, PostId, Session, SessionId, Signup, SignupId, SignupState};
use crate::rules::{self, Candidate};
use crate::store;
use crate::store::signup::{self, Live};
use chrono::{DateTime, Utc};
use kernel::db::Gather;
use kernel::ids::Raw;
use kernel::{Cx, Deed, Error, Read, Result, TenantId, Tx, Word};
use organisations::model::OrganisationId;
use people::model::PersonId;
use serde::Serialize;
use std::collections::{HashMap, HashSet};

/// What waits for each session; a part of the application.
#[derive(Clone, Default)]
pub struct Rush(Gather<(TenantId, SessionId), Wish, Signup>);

/// One person's wish for a post.
#[derive(Clone)]
pub struct Wish {
    cx: Cx,
    person: PersonId,
    post: PostId,
}

#[derive(Serialize)]
struct SignedUp {
    #[serde(skip)]
    signup: SignupId,
    person: PersonId,
    state: SignupState,
    position: i64,
}

impl Deed for SignedUp {
    const KIND: &'static str = "signup.made";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("signup", Some(self.signup.0))
    }
}

#[derive(Serialize)]
struct SignupChanged {
    #[serde(skip)]
    signup: SignupId,
    person: PersonId,
    to: SignupState,
}

impl Deed for SignupChanged {
    const KIND: &'static str = "signup.changed";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("signup", Some(self.signup.0))
    }
}

/// Signs a person up for a post, or puts them in line. Repeating it answers the sign-up that is there.
///
/// # Errors
/// `Refused` with every reason when the rules say no.
pub async fn sign_up(cx: &Cx, person: PersonId, post: PostId) -> Result<Signup> {
    let found = store::find_post(&cx.db, cx.tenant, post).await?;
    let session = found.session_id;
    let rush: Rush = cx.app.part();
    let wish = Wish { cx: cx.clone(), person, post };
    let key = (cx.tenant, session);
    rush.0
        .submit(&cx.db, found.activity_id.lane(), key, wish, async move |tx: &mut Tx<'_>, wishes: Vec<Wish>| {
            sign_up_many(tx, session, wishes).await
        })
        .await
}

/// Decides many wishes for one session in the order they came: a few statements however many there are.
async fn sign_up_many(tx: &mut Tx<'_>, session: SessionId, wishes: Vec<Wish>) -> Result<Vec<Result<Signup>>> {
    let Some(first) = wishes.first() else { return Ok(Vec::new()) };
    let tenant = first.cx.tenant;
    let session = store::find_session(tx, tenant, session).await?;
    let activity = store::find(tx, tenant, session.activity_id).await?;
    let people: Vec<PersonId> = wishes.iter().map(|w| w.person).collect();
    let span = (session.starts_at, session.ends_at);
    let (mut live, mut busy) = (HashMap::new(), HashSet::new());
    for there in signup::meeting(tx, tenant, span, &people).await? {
        if there.session_id == session.id && matches!(there.state, SignupState::Joined | SignupState::Waiting) {
            live.insert(there.person_id, there);
        } else if there.state == SignupState::Joined {
            busy.insert(there.person_id);
        }
    }
    let facts = signup::facts(tx, tenant, &activity, &people).await?;
    let facts: HashMap<PersonId, signup::Facts> = facts.into_iter().map(|f| (f.id, f)).collect();
    let teams: HashMap<PersonId, OrganisationId> =
        signup::teams(tx, tenant, activity.organisation_id, &people).await?.into_iter().collect();
    let mut posts: HashMap<PostId, Counter> = HashMap::new();
    let (mut answers, mut fresh) = (Vec::with_capacity(wishes.len()), Vec::new());
    for wish in &wishes {
        if let Some(there) = live.get(&wish.person) {
            answers.push(Ok(there.clone()));
            continue;
        }
        let who = candidate(facts.get(&wish.person), busy.contains(&wish.person));
        let reasons = rules::refusals(&activity, session.day, session.ends_at, &who, wish.cx.now);
        if !reasons.is_empty() {
            answers.push(Err(refusal(&wish.cx, &reasons)));
            continue;
        }
        let counter = match posts.entry(wish.post) {
            std::collections::hash_map::Entry::Occupied(known) => known.into_mut(),
            std::collections::hash_map::Entry::Vacant(place) => {
                place.insert(Counter::take(tx, tenant, wish.post).await?)
            }
        };
        let team = teams.get(&wish.person).copied().unwrap_or(activity.organisation_id);
        let made = counter.next(wish, &session, team);
        tx.record(
            &wish.cx,
            &SignedUp { signup: made.id, person: wish.person, state: made.state, position: made.position },
        );
        live.insert(wish.person, made.clone());
        fresh.push(made.clone());
        answers.push(Ok(made));
    }
    let moved = !posts.is_empty();
    for (post, counter) in posts {
        signup::count(tx, tenant, post, counter.joined, counter.queued, counter.joined + counter.queued).await?;
    }
    signup::insert(tx, tenant, span, &fresh).await?;
    if moved {
        store::next::note(tx, tenant, activity.id, first.cx.now).await?;
    }
    Ok(answers)
}

/// A post while its wishes are decided.
struct Counter {
    left: i64,
    waiting: i64,
    position: i64,
    joined: i64,
    queued: i64,
}

impl Counter {
    async fn take(tx: &mut Tx<'_>, tenant: TenantId, post: PostId) -> Result<Self> {
        let (places, taken, waiting, position) = signup::take_post(tx, tenant, post).await?;
        Ok(Self { left: places - taken, waiting, position, joined: 0, queued: 0 })
    }

    fn next(&mut self, wish: &Wish, session: &Session, team: OrganisationId) -> Signup {
        let state = rules::allot(self.left - self.joined, self.waiting + self.queued, 1)[0];
        match state {
            SignupState::Joined => self.joined += 1,
            _ => self.queued += 1,
        }
        let position = self.position;
        self.position += 1;
        Signup {
            id: SignupId::fresh(),
            activity_id: session.activity_id,
            session_id: session.id,
            post_id: wish.post,
            person_id: wish.person,
            organisation_id: team,
            state,
            position,
            made_at: wish.cx.now,
        }
    }
}

fn candidate(facts: Option<&signup::Facts>, busy: bool) -> Candidate {
    facts.map_or_else(Candidate::default, |f| Candidate {
        birth_date: f.birth_date,
        real_name: f.real_name,
        active: matches!(f.state.as_str(), "active" | "dormant"),
        minutes: f.minutes,
        in_team: f.in_team,
        busy,
    })
}

/// All reasons in one refusal, each a sentence.
fn refusal(cx: &Cx, reasons: &[Word]) -> Error {
    match reasons {
        [only] => Error::Refused(only.clone()),
        many => {
            let all: Vec<String> = many.iter().map(|w| cx.say(w)).collect();
            Error::Refused(Word::new("signup.refused.many").with("reasons", all.join(" ")))
        }
    }
}

/// What this person joined or waits for in an activity, and why they cannot sign up for each of its sessions now: empty where
/// they can. For the page, before they press.
pub async fn prospects(
    cx: &Cx,
    activity: &Activity,
    sessions: &[Session],
    person: PersonId,
) -> Result<(Vec<Live>, Vec<Vec<Word>>)> {
    let since = cx.now - chrono::Duration::days(2);
    let (facts, mut live) = signup::standing(&cx.db, cx.tenant, activity, person, since).await?;
    let of = |session: &Session| {
        let meets = |l: &Live| {
            l.state == SignupState::Joined
                && l.session_id != session.id
                && l.starts_at < session.ends_at
                && l.ends_at > session.starts_at
        };
        let who = candidate(facts.as_ref(), live.iter().any(meets));
        rules::refusals(activity, session.day, session.ends_at, &who, cx.now)
    };
    let reasons = sessions.iter().map(of).collect();
    live.retain(|l| l.activity_id == activity.id);
    Ok((live, reasons))
}

kernel::row! { struct Busy { n: i64 } }

async fn is_busy(db: &impl Read, tenant: TenantId, session: &Session, person: PersonId) -> Result<bool> {
    let sql = "SELECT COUNT(*) AS n FROM signup WHERE tenant_id = $1 AND person_id = $2 AND session_id <> $3 AND state = 'joined'
                 AND starts_at < $4 AND ends_at > $5";
    let row: Busy = db.one(sql, kernel::args![tenant, person, session.id, session.ends_at, session.starts_at]).await?;
    Ok(row.n > 0)
}

/// Gives a place back (or leaves the line); the first in line who still may moves up, and is told.
pub async fn withdraw(cx: &Cx, id: SignupId, to: SignupState) -> Result<()> {
    let found = signup::find(&cx.db, cx.tenant, id).await?;
    let cx = cx.clone();
    cx.clone()
        .write(found.activity_id.lane(), async move |tx: &mut Tx<'_>| {
            let now = signup::find(tx, cx.tenant, id).await?;
            let session = store::find_session(tx, cx.tenant, now.session_id).await?;
            if store::attendance::find(tx, cx.tenant, session.id, now.person_id).await?.is_some() {
                return Err(Error::refused("signup.refused.came"));
            }
            if to == SignupState::Withdrawn && cx.now >= session.starts_at {
                return Err(Error::refused("signup.refused.begun"));
            }
            if !signup::change(tx, cx.tenant, id, now.state, to, cx.now).await? {
                return Err(Error::refused("signup.refused.gone"));
            }
            tx.record(&cx, &SignupChanged { signup: id, person: now.person_id, to });
            match now.state {
                SignupState::Joined => {
                    signup::count(tx, cx.tenant, now.post_id, -1, 0, 0).await?;
                    move_up(tx, &cx, &session, now.post_id).await?;
                    store::next::note(tx, cx.tenant, now.activity_id, cx.now).await
                }
                SignupState::Waiting => signup::count(tx, cx.tenant, now.post_id, 0, -1, 0).await,
                SignupState::Withdrawn | SignupState::Removed => Err(Error::refused("signup.refused.gone")),
            }
        })
        .await
}

/// Fills free places from the line, in order, asking the rules again.
async fn move_up(tx: &mut Tx<'_>, cx: &Cx, session: &Session, post: PostId) -> Result<()> {
    let activity = store::find(tx, cx.tenant, session.activity_id).await?;
    let (places, taken, waiting, _) = signup::take_post(tx, cx.tenant, post).await?;
    let mut free = places - taken;
    if free <= 0 || waiting == 0 || cx.now >= session.ends_at {
        return Ok(());
    }
    for next in signup::line(tx, cx.tenant, post, 50).await? {
        if free <= 0 {
            break;
        }
        let facts = signup::facts(tx, cx.tenant, &activity, &[next.person_id]).await?;
        let busy = is_busy(tx, cx.tenant, session, next.person_id).await?;
        // Sign-up may have closed meanwhile; whoever stands in line keeps that place.
        let open = Activity { closes_at: session.ends_at, ..activity.clone() };
        if !rules::refusals(&open, session.day, session.ends_at, &candidate(facts.first(), busy), cx.now).is_empty() {
            continue;
        }
        if signup::change(tx, cx.tenant, next.id, SignupState::Waiting, SignupState::Joined, cx.now).await? {
            signup::count(tx, cx.tenant, post, 1, -1, 0).await?;
            tx.record(cx, &SignupChanged { signup: next.id, person: next.person_id, to: SignupState::Joined });
            let word = Word::new("signup.message.moved_up")
                .with("title", &activity.title)
                .with("when", when(session.starts_at));
            kernel::messages::leave(tx, cx, next.person_id.0, &word, &activity.url()).await?;
            free -= 1;
        }
    }
    Ok(())
}

fn when(at: DateTime<Utc>) -> String {
    kernel::words::moment(at)
}

/// Whether a post belongs to a session, for addresses that name both.
#[must_use]
pub fn belongs(post: &Post, session: SessionId) -> bool {
    post.session_id == session
}
