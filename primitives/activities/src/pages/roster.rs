//! A session in its leader's hand: the list, the place's code, how many were served.

use super::held_session;
use crate::model::{Activity, Post, Session, SessionId, SignupState};
use crate::store::attendance::RosterLine;
use crate::{ATTEND, attendance, reminders, signups, store};
use askama::Template;
use axum::extract::Path;
use hours::Method;
use kernel::http::filters;
use kernel::{Answer, Cx, Error, FieldErrors, Form, Query, Result, Tx, Word};
use people::PersonId;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    show: Option<String>,
}

#[derive(Template)]
#[template(path = "activities/roster.html")]
struct Show {
    activity: Activity,
    session: Session,
    lines: Vec<RosterLine>,
    show: String,
    counts: [usize; 3],
    waiting: usize,
    over: bool,
    claims: bool,
    /// Posts of the session, for moves; none when there is only one.
    posts: Vec<Post>,
    served: String,
    errors: FieldErrors,
    /// Who said that they come, and how many cannot.
    answers: reminders::store::Answers,
}

impl RosterLine {
    pub(crate) fn is_joined(&self) -> bool {
        self.state == SignupState::Joined
    }

    pub(crate) fn is_absent(&self) -> bool {
        self.is_joined() && self.in_at.is_none()
    }

    pub(crate) fn is_inside(&self) -> bool {
        self.in_at.is_some() && self.out_at.is_none()
    }

    pub(crate) fn is_forgotten(&self) -> bool {
        self.forgotten == Some(true)
    }
}

async fn page(cx: &Cx, id: SessionId, show: &str, typed: Option<(String, FieldErrors)>) -> Result<Show> {
    let (session, activity) = held_session(cx, id, ATTEND).await?;
    let lines = attendance::roster(cx, session.id).await?;
    let count = |test: fn(&RosterLine) -> bool| lines.iter().filter(|l| test(l)).count();
    let counts = [count(RosterLine::is_joined), count(RosterLine::is_absent), count(RosterLine::is_inside)];
    let waiting = lines.len() - counts[0];
    let lines = match show {
        "absent" => lines.into_iter().filter(RosterLine::is_absent).collect(),
        "inside" => lines.into_iter().filter(RosterLine::is_inside).collect(),
        _ => lines,
    };
    let claims =
        activity.state.earns() && session.ends_at <= cx.now && cx.may(hours::CLAIM, &activity.target()).is_ok();
    let (served, errors) =
        typed.unwrap_or_else(|| (session.served.map(|n| n.to_string()).unwrap_or_default(), FieldErrors::none()));
    let over = session.ends_at <= cx.now;
    let mut posts = store::posts(&cx.db, cx.tenant, activity.id).await?;
    posts.retain(|p| p.session_id == session.id);
    if posts.len() == 1 {
        posts.clear();
    }
    let answers = reminders::answers(cx, session.id).await?;
    let show = show.to_owned();
    Ok(Show { posts, activity, lines, show, counts, waiting, over, claims, served, errors, answers, session })
}

pub(super) async fn show(cx: Cx, Path(session): Path<SessionId>, Query(wanted): Query<Wanted>) -> Result<Answer> {
    cx.page(&page(&cx, session, wanted.show.as_deref().unwrap_or_default(), None).await?)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Someone {
    person: PersonId,
}

pub(super) async fn arrive(cx: Cx, Path(session): Path<SessionId>, Form(who): Form<Someone>) -> Result<Answer> {
    let (session, _) = held_session(&cx, session, ATTEND).await?;
    attendance::check_in(&cx, session.id, who.person, Method::Staff).await?;
    Ok(cx.see_other(&format!("/sessions/{}", session.id)))
}

pub(super) async fn depart(cx: Cx, Path(session): Path<SessionId>, Form(who): Form<Someone>) -> Result<Answer> {
    let (session, _) = held_session(&cx, session, ATTEND).await?;
    attendance::check_out(&cx, session.id, who.person, Method::Staff).await?;
    Ok(cx.see_other(&format!("/sessions/{}", session.id)))
}

/// Takes somebody off who said that they cannot come; the first in line moves up.
pub(super) async fn remove(cx: Cx, Path(session): Path<SessionId>, Form(who): Form<Someone>) -> Result<Answer> {
    let (session, _) = held_session(&cx, session, ATTEND).await?;
    take_off(&cx, session.id, who.person).await?;
    Ok(cx.see_other_saying(&format!("/sessions/{}", session.id), &Word::new("roster.removed")))
}

/// Takes somebody off a session's list.
pub(crate) async fn take_off(cx: &Cx, session: SessionId, person: PersonId) -> Result<()> {
    let live = store::signup::find_live(&cx.db, cx.tenant, session, person).await?.ok_or(Error::NotFound)?;
    signups::withdraw(cx, live.id, SignupState::Removed).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Served {
    served: String,
}

pub(super) async fn served(cx: Cx, Path(session): Path<SessionId>, Form(form): Form<Served>) -> Result<Answer> {
    let (session, _) = held_session(&cx, session, ATTEND).await?;
    let mut errors = FieldErrors::none();
    let count = errors.whole("served", &form.served, 0, 100_000);
    if count.is_some() && session.starts_at > cx.now {
        errors.add("served", Word::new("attendance.refused.not_begun"));
    }
    let Some(count) = count.filter(|_| errors.is_empty()) else {
        return cx.invalid(&page(&cx, session.id, "", Some((form.served, errors))).await?);
    };
    count_served(&cx, session.id, count).await?;
    Ok(cx.see_other_saying(&format!("/sessions/{}", session.id), &Word::new("roster.served_kept").with("n", count)))
}

/// Writes the count; the session is read again inside, so that the trace has the true count before.
pub(crate) async fn count_served(cx: &Cx, session: SessionId, count: i64) -> Result<()> {
    let at = cx.clone();
    cx.write(session.lane(), async move |tx: &mut Tx<'_>| {
        let session = store::find_session(tx, at.tenant, session).await?;
        attendance::count_served(tx, &at, &session, count).await
    })
    .await
}

#[derive(Template)]
#[template(path = "activities/code.html")]
struct Code {
    activity: Activity,
    session: Session,
    picture: Picture,
    opens: chrono::DateTime<chrono::Utc>,
    early: bool,
}

#[derive(Template)]
#[template(path = "activities/code_picture.html")]
struct Picture {
    svg: String,
    came: i64,
    at: chrono::DateTime<chrono::Utc>,
}

async fn draw(cx: &Cx, session: SessionId) -> Result<Picture> {
    let drawn = kernel::http::qr(&attendance::code_url(cx, session));
    // An SVG inside a page begins at its element.
    let svg = drawn.find("<svg").map_or_else(String::new, |from| drawn[from..].to_owned());
    let came = store::attendance::came(&cx.db, cx.tenant, session).await?;
    Ok(Picture { svg, came, at: cx.now })
}

pub(super) async fn code(cx: Cx, Path(session): Path<SessionId>) -> Result<Answer> {
    let (session, activity) = held_session(&cx, session, ATTEND).await?;
    let picture = draw(&cx, session.id).await?;
    let opens = session.starts_at - chrono::Duration::minutes(crate::rules::EARLY);
    cx.page(&Code { activity, picture, opens, early: cx.now < opens, session })
}

pub(super) async fn picture(cx: Cx, Path(session): Path<SessionId>) -> Result<Answer> {
    let (session, _) = held_session(&cx, session, ATTEND).await?;
    cx.page(&draw(&cx, session.id).await?)
}
