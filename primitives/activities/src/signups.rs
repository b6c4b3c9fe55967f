//! Signing up and withdrawing. What waits for the same session is decided together, in the order it came.

pub(crate) mod absence;
pub(crate) mod admission;
pub(crate) mod calls;
pub(crate) mod certificates;
pub(crate) mod draw;
pub(crate) mod group;
pub(crate) mod handover;
mod known;
pub(crate) mod line;
pub(crate) mod openings;
pub(crate) mod parting;
pub(crate) mod swap;

pub use line::{offer_url, withdraw};
pub use parting::give_back_all;

use crate::model::{Activity, Post, PostId, Session, SessionId, Signup, SignupId, SignupState};
use crate::rules::load::{Span, strains};
use crate::rules::{self, Place, Room};
use crate::settings::settings;
use crate::store;
use crate::store::signup::{self, Live};
use chrono::{DateTime, Utc};
use kernel::db::Gather;
use kernel::ids::Raw;
use kernel::{Cx, Deed, Error, Result, TenantId, Tx, Word};
use known::{Known, candidate};
use organisations::model::OrganisationId;
use people::model::PersonId;
use serde::Serialize;
use std::collections::HashMap;

/// What waits for each session; a part of the application.
#[derive(Clone, Default)]
pub struct Rush(Gather<(TenantId, SessionId), Wish, Signup>);

/// One person's wish for a post.
#[derive(Clone)]
pub struct Wish {
    cx: Cx,
    person: PersonId,
    post: PostId,
    /// Whether a pass code or a link let them in.
    admitted: bool,
    /// For which of their teams they come, where they chose.
    team: Option<OrganisationId>,
    /// When they come, where hours are free and they said so.
    hours: Option<Span>,
}

/// What somebody chose of an activity.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Choice {
    /// The post.
    pub post: PostId,
    /// For which of their teams they come.
    pub team: Option<OrganisationId>,
    /// When they come, where hours are free.
    pub hours: Option<Span>,
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

/// Records that a sign-up changed, for a deed that changes many.
pub(crate) fn record_change(tx: &mut Tx<'_>, cx: &Cx, of: &Signup, to: SignupState) {
    tx.record(cx, &SignupChanged { signup: of.id, person: of.person_id, to });
}

/// Signs a person up for a post, or puts them in line. Repeating it answers the sign-up that is there.
///
/// # Errors
/// `Refused` with every reason when the rules say no.
pub async fn sign_up(cx: &Cx, person: PersonId, post: PostId) -> Result<Signup> {
    wish(cx, person, Choice { post, team: None, hours: None }, false).await
}

/// The same for an activity that asks for a pass code or is known by its link: `given` is what was typed or held; and for
/// somebody who says for which of their teams they come, or when.
pub(crate) async fn enter(
    cx: &Cx,
    activity: &Activity,
    person: PersonId,
    choice: Choice,
    given: &str,
) -> Result<Signup> {
    wish(cx, person, choice, admission::admitted(cx, activity, person, given).await?).await
}

async fn wish(cx: &Cx, person: PersonId, Choice { post, team, hours }: Choice, admitted: bool) -> Result<Signup> {
    let found = store::find_post(&cx.db, cx.tenant, post).await?;
    let session = found.session_id;
    let rush: Rush = cx.app.part();
    let wish = Wish { cx: cx.clone(), person, post, admitted, team, hours };
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
    let of = (&activity, &session);
    let people: Vec<PersonId> = wishes.iter().map(|w| w.person).collect();
    let mut known = Known::of(tx, &first.cx, of, &people).await?;
    let mut posts: HashMap<PostId, Counter> = HashMap::new();
    let (mut answers, mut fresh) = (Vec::with_capacity(wishes.len()), Vec::new());
    for wish in &wishes {
        if let Some(there) = known.live.get(&wish.person) {
            answers.push(Ok(there.clone()));
            continue;
        }
        let mut reasons = wish.refusals(&known, of);
        reasons.extend(session.cancelled_at.map(|_| Word::new("series.refused.cancelled")));
        if !known.is_theirs(wish.person, wish.team) {
            reasons.push(Word::new("partner.refused.team"));
        }
        if !reasons.is_empty() {
            answers.push(Err(refusal(&wish.cx, &reasons)));
            continue;
        }
        let counter = match posts.entry(wish.post) {
            std::collections::hash_map::Entry::Occupied(known) => known.into_mut(),
            std::collections::hash_map::Entry::Vacant(place) => {
                place.insert(Counter::take(tx, &wish.cx, wish.post, activity.is_collecting()).await?)
            }
        };
        let team = known.team(wish.person, &activity, wish.team);
        let made = counter.next(wish, &session, (team, &known.paths(wish.person)));
        tx.record(
            &wish.cx,
            &SignedUp { signup: made.id, person: wish.person, state: made.state, position: made.position },
        );
        known.live.insert(wish.person, made.clone());
        fresh.push(made.clone());
        answers.push(Ok(made));
    }
    let moved = !posts.is_empty();
    let mut unserved = Vec::new();
    for (post, counter) in posts {
        signup::count(tx, tenant, post, counter.joined, counter.queued, counter.joined + counter.queued).await?;
        if let Some(quotas) = counter.room.touched() {
            signup::set_quotas(tx, tenant, post, quotas).await?;
        }
        unserved.extend((counter.queued > 0 && counter.room.left() > 0 && !counter.collecting).then_some(post));
    }
    signup::insert(tx, tenant, &fresh).await?;
    for post in unserved {
        // Places are free, and who stood in line could not take them: whoever came now may be the first who can.
        line::fill(tx, &first.cx, of, post).await?;
    }
    if moved {
        store::next::note(tx, tenant, activity.id, first.cx.now).await?;
    }
    Ok(answers)
}

impl Wish {
    fn refusals(&self, known: &Known, of: (&Activity, &Session)) -> Vec<Word> {
        let who = (self.person, self.admitted);
        let (_, session) = of;
        if !session.flexible {
            return known.refusals(of, who, self.cx.now);
        }
        let mut reasons = known.refusals_at(of, who, self.hours, self.cx.now);
        if self.hours.is_some_and(|hours| !session.takes(hours) || hours.1 <= self.cx.now) {
            reasons.push(window(session));
        }
        reasons
    }
}

/// Which hours one can choose.
fn window(session: &Session) -> Word {
    let (from, to) = (kernel::words::time(session.starts_at), kernel::words::time(session.ends_at));
    let most = session.visit_minutes.unwrap_or_else(|| (session.ends_at - session.starts_at).num_minutes());
    let word = Word::new("flexible.refused.hours").with("from", from).with("to", to);
    word.with("n", crate::model::in_hours(most))
}

/// A post while its wishes are decided.
struct Counter {
    room: Room,
    /// Wishes are collected for a draw.
    collecting: bool,
    position: i64,
    joined: i64,
    queued: i64,
}

impl Counter {
    async fn take(tx: &mut Tx<'_>, cx: &Cx, post: PostId, collecting: bool) -> Result<Self> {
        let now = signup::take_post(tx, cx.tenant, post).await?;
        Ok(Self { position: now.next_position, room: now.room(cx.now), collecting, joined: 0, queued: 0 })
    }

    fn next(&mut self, wish: &Wish, session: &Session, (team, paths): (OrganisationId, &[&str])) -> Signup {
        let place = if self.collecting { Place::Line } else { self.room.newcomer(paths) };
        let state = place.state();
        match state {
            SignupState::Joined => self.joined += 1,
            _ => self.queued += 1,
        }
        let position = self.position;
        self.position += 1;
        let said = wish.hours.filter(|_| session.flexible);
        let (starts_at, ends_at) = said.unwrap_or((session.starts_at, session.ends_at));
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
            quota: place.quota(),
            offered_until: None,
            group_id: None,
            handover_at: None,
            starts_at,
            ends_at,
            loose: session.flexible && said.is_none(),
        }
    }
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

/// What somebody may do with a session.
#[derive(Clone, Debug, Default)]
pub struct Prospect {
    /// Every reason why they cannot sign up; none where they can.
    pub reasons: Vec<Word>,
    /// What they should think of first, where the district only warns.
    pub warnings: Vec<Word>,
}

/// What this person joined or waits for in an activity, and what they may do with each of its sessions now. For the page, before
/// they press.
pub async fn prospects(
    cx: &Cx,
    activity: &Activity,
    sessions: &[Session],
    person: PersonId,
) -> Result<(Vec<Live>, Vec<Prospect>)> {
    prospects_without(cx, activity, sessions, (person, &[])).await
}

/// The same as if some of their sign-ups were not there.
pub(crate) async fn prospects_without(
    cx: &Cx,
    activity: &Activity,
    sessions: &[Session],
    (person, given): (PersonId, &[SignupId]),
) -> Result<(Vec<Live>, Vec<Prospect>)> {
    let settings = settings(&cx.db, cx).await?;
    // A session lasts a day at most; a week counts from its Monday.
    let since = cx.now - chrono::Duration::days(if settings.week_hours > 0 { 8 } else { 2 });
    let (facts, mut live) = signup::standing(&cx.db, cx.tenant, (activity, given), person, since).await?;
    live.retain(|l| !given.contains(&l.id));
    let kinds = known::asked_kinds(activity);
    let held = people::certificates::held(&cx.db, cx.tenant, (&[person], &kinds)).await?;
    let missed = absence::times(&cx.db, cx, &settings, &[person]).await?.into_iter().next();
    let (missed, last) = missed.map_or((0, None), |missed| (missed.times, missed.last));
    let follows = rules::absence::consequence(missed, last, &settings, cx.now);
    let of = |session: &Session| {
        let span = (session.starts_at, session.ends_at);
        let others: Vec<&Live> =
            live.iter().filter(|l| l.state == SignupState::Joined && l.session_id != session.id && !l.loose).collect();
        // Whoever chooses their hours finds some beside what they have.
        let meets = |l: &&Live| {
            !session.flexible && known::meets(span, (l.starts_at, l.ends_at), l.activity_id == activity.id, &settings)
        };
        // Whoever sees the page came by the link or knows the teams; a pass code is asked for beside the button.
        let mut who = candidate(facts.as_ref(), others.iter().any(meets), true);
        let spans: Vec<Span> = others.iter().map(|l| (l.starts_at, l.ends_at)).collect();
        let mut warnings = if session.flexible { Vec::new() } else { strains(span, &spans, &settings) };
        who.certificates.clone_from(&held);
        who.absent = rules::absence::refusal(missed, follows, &settings);
        if settings.blocks {
            who.strains = std::mem::take(&mut warnings);
        }
        warnings.extend(rules::absence::warning(missed, follows, &settings));
        Prospect { reasons: rules::refusals(activity, session.day, session.ends_at, &who, cx.now), warnings }
    };
    let prospects = sessions.iter().map(of).collect();
    live.retain(|l| l.activity_id == activity.id);
    Ok((live, prospects))
}

/// Whether somebody may take a place over although nobody can sign up any more: the end of sign-up is no hindrance to it.
#[must_use]
pub(crate) fn may_take_over(reasons: &[Word]) -> bool {
    reasons.iter().all(|word| word.key == rules::LATE)
}

fn when(at: DateTime<Utc>) -> String {
    kernel::words::moment(at)
}

/// Whether a post belongs to a session, for addresses that name both.
#[must_use]
pub fn belongs(post: &Post, session: SessionId) -> bool {
    post.session_id == session
}
