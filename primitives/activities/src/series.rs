//! Held again and again: the sessions that a rule makes of a draft, and more of them later; and one of them moved or called off
//! alone.

use crate::forms::SeriesForm;
use crate::model::{
    Activity, ActivityId, NewActivity, NewPost, NewSession, Post, Session, SessionId, SignupState, State, Way,
};
use crate::rules::series::{MOST, Series};
use crate::store::{self, series};
use crate::{MANAGE, REVIEW};
use chrono::{DateTime, NaiveDate, Utc};
use kernel::ids::Raw;
use kernel::time::WorkCalendar;
use kernel::{Cx, Deed, Error, Result, Tx, Word};
use serde::Serialize;

#[derive(Serialize)]
struct SeriesChanged {
    #[serde(skip)]
    activity: ActivityId,
    deed: &'static str,
    sessions: usize,
}

impl Deed for SeriesChanged {
    const KIND: &'static str = "activity.series";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("activity", Some(self.activity.0))
    }
}

/// A session was moved or called off.
#[derive(Serialize)]
struct SessionChanged {
    #[serde(skip)]
    session: SessionId,
    deed: &'static str,
    from: DateTime<Utc>,
    to: Option<DateTime<Utc>>,
    people: usize,
    reason: String,
}

impl Deed for SessionChanged {
    const KIND: &'static str = "activity.session_changed";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("session", Some(self.session.0))
    }
}

/// The session that a rule repeats, with its posts: the first of a draft.
#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    pub day: NaiveDate,
    session: NewSession,
}

impl Pattern {
    /// The first session that was not called off; none where there is none.
    pub(crate) fn of(sessions: &[Session], posts: &[Post]) -> Option<Self> {
        let first = sessions.iter().find(|s| s.cancelled_at.is_none())?;
        Some(Self::from(fresh(first, posts)))
    }

    /// The same on other days.
    pub(crate) fn on(&self, days: &[NaiveDate]) -> Vec<NewSession> {
        days.iter().map(|day| shifted(&self.session, *day - self.day)).collect()
    }
}

impl From<NewSession> for Pattern {
    fn from(session: NewSession) -> Self {
        Self { day: kernel::time::day(session.starts_at), session }
    }
}

/// A session as a new one: its posts empty.
pub(crate) fn fresh(session: &Session, posts: &[Post]) -> NewSession {
    let empty = |p: &Post| NewPost {
        name: p.name.clone(),
        conditions: p.conditions.clone(),
        places: p.places,
        quotas: p.quotas.0.iter().map(|q| crate::model::Quota { taken: 0, ..q.clone() }).collect(),
        free_at: p.free_at,
    };
    let posts = posts.iter().filter(|p| p.session_id == session.id).map(empty).collect();
    NewSession {
        starts_at: session.starts_at,
        ends_at: session.ends_at,
        posts,
        flexible: session.flexible,
        visit_minutes: session.visit_minutes,
    }
}

/// The same session and its kept places some days later or earlier.
pub(crate) fn shifted(session: &NewSession, by: chrono::TimeDelta) -> NewSession {
    let mut new = session.clone();
    (new.starts_at, new.ends_at) = (session.starts_at + by, session.ends_at + by);
    for post in &mut new.posts {
        post.free_at = post.free_at.map(|at| (at + by).min(new.starts_at));
    }
    new
}

/// Lets the sessions of a new or changed draft follow its rule: the first that was typed is the pattern.
pub(crate) async fn follow(cx: &Cx, new: &mut NewActivity, rule: &Series) -> Result<()> {
    let Some(first) = new.sessions.first().cloned() else { return Ok(()) };
    let (calendar, pattern) = (WorkCalendar::load(&cx.db).await?, Pattern::from(first));
    let days = rule.days(pattern.day, |day| calendar.is_holiday(day));
    if days.is_empty() {
        return Err(Error::refused("series.refused.none"));
    }
    let last = new.sessions.iter().map(|s| s.last_call()).max();
    new.sessions = pattern.on(&days);
    (new.starts_on, new.ends_on) = (days[0], days[days.len() - 1]);
    if Some(new.closes_at) == last && new.recruitment.way == Way::FirstCome {
        new.closes_at = new.sessions.iter().map(|s| s.last_call()).max().unwrap_or(new.closes_at);
    }
    Ok(())
}

/// What a rule would make of an activity, shown before it is done.
pub(crate) struct Plan {
    /// The first day of the rule.
    pub from: NaiveDate,
    /// The rule.
    pub rule: Series,
    /// The sessions that it makes, in order.
    pub sessions: Vec<NewSession>,
}

/// What the typed rule makes of a draft, or adds to an activity that has one already.
///
/// # Errors
/// `Invalid` with every problem; `Refused` where nothing can be added.
pub(crate) async fn plan(
    db: &impl kernel::Read,
    (cx, calendar): (&Cx, &WorkCalendar),
    activity: &Activity,
    form: &SeriesForm,
) -> Result<Plan> {
    let (sessions, posts) = store::program(db, cx.tenant, activity.id).await?;
    let pattern = Pattern::of(&sessions, &posts).ok_or_else(|| Error::refused("activity.refused.no_session"))?;
    let known = series::find(db, cx.tenant, activity.id).await?;
    let (from, rule, after) = match (activity.state, known) {
        (State::Draft, _) => (pattern.day, form.check(pattern.day).map_err(Error::Invalid)?, None),
        (State::Open | State::Running, Some((from, rule))) => {
            let last = sessions.iter().map(|s| s.day).max();
            (from, form.further(rule, last.unwrap_or(pattern.day)).map_err(Error::Invalid)?, last)
        }
        _ => return Err(Error::refused("series.refused.state")),
    };
    let today = cx.today();
    let mut days = rule.days_after(from, after, |day| calendar.is_holiday(day));
    days.retain(|day| *day > today || (activity.state == State::Draft && *day == pattern.day));
    let there = if after.is_some() { sessions.len() } else { 0 };
    if days.is_empty() {
        return Err(Error::refused("series.refused.none"));
    }
    if there + days.len() > MOST {
        return Err(Error::Refused(Word::new("series.refused.many").with("n", MOST)));
    }
    Ok(Plan { from, sessions: pattern.on(&days), rule })
}

/// Whether the actor may lengthen what is public already: its days were reviewed, so that it is for those who review.
pub(crate) fn may_lengthen(cx: &Cx, activity: &Activity) -> bool {
    matches!(activity.state, State::Open | State::Running) && cx.may(REVIEW, &activity.target()).is_ok()
}

/// Does it: a draft gets the sessions of its rule, an activity that is public gets more of them. Answers how many.
pub(crate) async fn apply(cx: &Cx, id: ActivityId, form: SeriesForm) -> Result<usize> {
    let (at, calendar) = (cx.clone(), WorkCalendar::load(&cx.db).await?);
    cx.once(id.lane(), async move |tx: &mut Tx<'_>| {
        let activity = store::find(tx, at.tenant, id).await?;
        crate::pages::held(&at, MANAGE, &activity)?;
        if activity.state != State::Draft && !may_lengthen(&at, &activity) {
            return Err(Error::refused("series.refused.reviewed"));
        }
        let plan = plan(tx, (&at, &calendar), &activity, &form).await?;
        let draft = activity.state == State::Draft;
        let last = store::sessions(tx, at.tenant, id).await?.iter().map(|s| s.last_call()).max();
        // A day that was chosen for the end of sign-up stays in a draft; what is added later can be signed up for.
        let ended = if draft { last } else { Some(activity.closes_at) };
        if draft {
            series::keep(tx, &at, id, (plan.from, &plan.rule)).await?;
            series::clear(tx, &at, id).await?;
        }
        series::add(tx, &at, id, &plan.sessions).await?;
        series::stretch(tx, &at, id, ended.filter(|_| activity.way == Way::FirstCome)).await?;
        let (deed, sessions) = (if draft { "made" } else { "lengthened" }, plan.sessions.len());
        tx.record(&at, &SeriesChanged { activity: id, deed, sessions });
        Ok(sessions)
    })
    .await
}

/// Lets a draft be held once: its first session stays.
pub(crate) async fn end(cx: &Cx, id: ActivityId) -> Result<()> {
    let at = cx.clone();
    cx.write(id.lane(), async move |tx: &mut Tx<'_>| {
        let activity = store::find(tx, at.tenant, id).await?;
        crate::pages::held(&at, MANAGE, &activity)?;
        if activity.state != State::Draft {
            return Err(Error::refused("activity.refused.not_draft"));
        }
        let (sessions, posts) = store::program(tx, at.tenant, id).await?;
        let last = sessions.iter().map(|s| s.last_call()).max();
        series::forget(tx, &at, id).await?;
        if let Some(first) = sessions.first() {
            let first = fresh(first, &posts);
            series::clear(tx, &at, id).await?;
            series::add(tx, &at, id, &[first]).await?;
            series::stretch(tx, &at, id, last).await?;
        }
        tx.record(&at, &SeriesChanged { activity: id, deed: "ended", sessions: 1 });
        Ok(())
    })
    .await
}

/// A session that can still be moved or called off, read inside the transaction.
async fn changeable(tx: &Tx<'_>, cx: &Cx, id: SessionId) -> Result<(Session, Activity)> {
    let session = store::find_session(tx, cx.tenant, id).await?;
    let activity = store::find(tx, cx.tenant, session.activity_id).await?;
    crate::pages::held(cx, MANAGE, &activity)?;
    let now = cx.now >= session.starts_at || series::came(tx, cx.tenant, id).await? > 0;
    if session.cancelled_at.is_some() || now || !matches!(activity.state, State::Open | State::Running) {
        return Err(Error::refused("series.refused.session"));
    }
    Ok((session, activity))
}

/// Where a session goes.
pub(crate) struct Move {
    /// From.
    pub starts_at: DateTime<Utc>,
    /// To, on the same Beijing day.
    pub ends_at: DateTime<Utc>,
    /// What people are told.
    pub why: String,
}

/// Moves one session; everybody who signed up goes with it and is told. Whoever does not review stays within the days that were
/// reviewed.
///
/// # Errors
/// `Refused` when it has begun, or leaves those days.
pub(crate) async fn move_session(cx: &Cx, id: SessionId, to: Move) -> Result<()> {
    let found = store::find_session(&cx.db, cx.tenant, id).await?;
    let at = cx.clone();
    cx.write(found.activity_id.lane(), async move |tx: &mut Tx<'_>| {
        let (session, activity) = changeable(tx, &at, id).await?;
        let day = kernel::time::day(to.starts_at);
        let inside = (activity.starts_on..=activity.ends_on).contains(&day);
        if !inside && at.may(REVIEW, &activity.target()).is_err() {
            let word = Word::new("series.refused.window").with("from", activity.starts_on).with("to", activity.ends_on);
            return Err(Error::Refused(word));
        }
        let last = store::sessions(tx, at.tenant, activity.id).await?.iter().map(|s| s.last_call()).max();
        let expected = series::expected(tx, at.tenant, id).await?;
        let people: Vec<Raw> = expected.iter().map(|one| one.person_id.0).collect();
        series::move_to(tx, &at, &session, (to.starts_at, to.ends_at)).await?;
        for one in &expected {
            // The question was about the old time.
            kernel::messages::settle(tx, &at, one.person_id.0, &crate::reminders::url(one.id)).await?;
        }
        series::stretch(tx, &at, activity.id, last.filter(|_| activity.way == Way::FirstCome)).await?;
        let (from, reason) = (session.starts_at, to.why.clone());
        let people_told = people.len();
        tx.record(
            &at,
            &SessionChanged { session: id, deed: "moved", from, to: Some(to.starts_at), people: people_told, reason },
        );
        let word =
            Word::new("series.message.moved").with("title", &activity.title).with("from", kernel::words::moment(from));
        let word = word.with("to", kernel::words::moment(to.starts_at)).with("why", &to.why);
        kernel::messages::leave_urgent(tx, &at, &people, &word, "/me/services").await
    })
    .await
}

/// Calls one session off; everybody who signed up is told, and the others go on.
///
/// # Errors
/// `Refused` when it has begun or is the only one that is left.
pub(crate) async fn cancel_session(cx: &Cx, id: SessionId, why: String) -> Result<()> {
    let found = store::find_session(&cx.db, cx.tenant, id).await?;
    let at = cx.clone();
    cx.write(found.activity_id.lane(), async move |tx: &mut Tx<'_>| {
        let (session, activity) = changeable(tx, &at, id).await?;
        let others = store::sessions(tx, at.tenant, activity.id).await?;
        if !others.iter().any(|s| s.id != id && s.cancelled_at.is_none()) {
            return Err(Error::refused("series.refused.only"));
        }
        let last = others.iter().map(|s| s.last_call()).max();
        let expected = series::expected(tx, at.tenant, id).await?;
        series::cancel(tx, &at, id, &why).await?;
        series::stretch(tx, &at, activity.id, last.filter(|_| activity.way == Way::FirstCome)).await?;
        for one in &expected {
            crate::signups::record_change(tx, &at, one, SignupState::Removed);
        }
        let people: Vec<Raw> = expected.iter().map(|one| one.person_id.0).collect();
        let (from, reason) = (session.starts_at, why.clone());
        tx.record(
            &at,
            &SessionChanged { session: id, deed: "cancelled", from, to: None, people: people.len(), reason },
        );
        let word = Word::new("series.message.cancelled").with("title", &activity.title);
        let word = word.with("when", kernel::words::moment(from)).with("why", &why);
        kernel::messages::leave_urgent(tx, &at, &people, &word, &activity.url()).await
    })
    .await
}
