//! A session in its leader's hand: the list, and how many were served.

use crate::forms::{Someone, clock};
use crate::model::{Accuracy, Via};
use crate::store::RosterLine;
use crate::{ATTEND, taking};
use activities::model::SignupState;
use activities::reminders::{self, Answers};
use activities::store::swap::{self, Waiting};
use activities::{Activity, Post, Session, SessionId, held_session};
use askama::Template;
use axum::extract::Path;
use kernel::http::filters;
use kernel::{Answer, Cx, Error, FieldErrors, Form, Query, Result, Word};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    show: Option<String>,
}

#[derive(Template)]
#[template(path = "attendance/roster.html")]
struct Show {
    activity: Activity,
    session: Session,
    lines: Vec<RosterLine>,
    show: String,
    counts: [usize; 4],
    waiting: usize,
    over: bool,
    claims: bool,
    /// Posts of the session, for moves; none when there is only one.
    posts: Vec<Post>,
    served: String,
    errors: FieldErrors,
    /// Who said that they come, and how many cannot.
    answers: Answers,
    /// Swaps that wait for the leader.
    swaps: Vec<Waiting>,
}

impl Show {
    fn has_inside(&self) -> bool {
        self.counts[2] > 0
    }

    fn has_forgotten(&self) -> bool {
        self.counts[3] > 0
    }
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

    /// Whether the phone that told its distance was not sure.
    pub(crate) fn is_unsure(&self) -> bool {
        self.accuracy.is_some_and(|accuracy| accuracy != Accuracy::Fine)
    }

    pub(crate) fn is_forgotten(&self) -> bool {
        self.forgotten == Some(true)
    }
}

async fn page(cx: &Cx, id: SessionId, show: &str, typed: Option<(String, FieldErrors)>) -> Result<Show> {
    let (session, activity) = held_session(cx, id, ATTEND).await?;
    let lines = taking::roster(cx, session.id).await?;
    let count = |test: fn(&RosterLine) -> bool| lines.iter().filter(|l| test(l)).count();
    let counts = [
        count(RosterLine::is_joined),
        count(RosterLine::is_absent),
        count(RosterLine::is_inside),
        count(RosterLine::is_forgotten),
    ];
    let waiting = lines.len() - counts[0];
    let lines = match show {
        "absent" => lines.into_iter().filter(RosterLine::is_absent).collect(),
        "forgotten" => lines.into_iter().filter(RosterLine::is_forgotten).collect(),
        "inside" => lines.into_iter().filter(RosterLine::is_inside).collect(),
        _ => lines,
    };
    let claims =
        activity.state.earns() && session.ends_at <= cx.now && cx.may(hours::CLAIM, &activity.target()).is_ok();
    let (served, errors) =
        typed.unwrap_or_else(|| (session.served.map(|n| n.to_string()).unwrap_or_default(), FieldErrors::none()));
    let over = session.ends_at <= cx.now;
    let mut posts = activities::store::posts(&cx.db, cx.tenant, activity.id).await?;
    posts.retain(|p| p.session_id == session.id);
    if posts.len() == 1 {
        posts.clear();
    }
    let answers = reminders::answers(cx, session.id).await?;
    let swaps = swap::waiting(&cx.db, cx.tenant, session.id, cx.now).await?;
    let show = show.to_owned();
    Ok(Show { posts, activity, lines, show, counts, waiting, over, claims, served, errors, answers, swaps, session })
}

pub(super) async fn show(cx: Cx, Path(session): Path<SessionId>, Query(wanted): Query<Wanted>) -> Result<Answer> {
    cx.page(&page(&cx, session, wanted.show.as_deref().unwrap_or_default(), None).await?)
}

pub(super) async fn arrive(cx: Cx, Path(session): Path<SessionId>, Form(who): Form<Someone>) -> Result<Answer> {
    let (session, _) = held_session(&cx, session, ATTEND).await?;
    taking::check_in(&cx, session.id, who.person, Via::List).await?;
    Ok(cx.see_other(&format!("/sessions/{}", session.id)))
}

/// Checks somebody out; of one whose leaving was forgotten, at the time that the leader says.
pub(super) async fn depart(cx: Cx, Path(session): Path<SessionId>, Form(who): Form<Someone>) -> Result<Answer> {
    let (session, _) = held_session(&cx, session, ATTEND).await?;
    if who.left.trim().is_empty() {
        taking::check_out(&cx, session.id, who.person, Via::List).await?;
    } else {
        let left = clock(&session, &who.left).ok_or(Error::refused("attendance.refused.left_at"))?;
        taking::settle(&cx, session.id, who.person, left).await?;
    }
    Ok(cx.see_other(&format!("/sessions/{}", session.id)))
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
    taking::serve(&cx, session.id, count).await?;
    Ok(cx.see_other_saying(&format!("/sessions/{}", session.id), &Word::new("roster.served_kept").with("n", count)))
}
