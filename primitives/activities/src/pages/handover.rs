//! Handing a place over, taking one over, the leader's yes, and moves between posts.

use super::call::held;
use super::{actor_person, visible_activity};
use crate::model::{ActivityId, PostId, SessionId, SignupId, SignupState};
use crate::signups::calls::TOLD;
use crate::signups::handover;
use crate::store;
use crate::store::calls::Call;
use crate::store::signup::{self, Mine};
use askama::Template;
use axum::extract::Path;
use kernel::http::filters;
use kernel::{Answer, Cx, Error, FieldErrors, Form, Result, Word};
use serde::Deserialize;

#[derive(Template)]
#[template(path = "activities/handover.html")]
struct Show {
    mine: Mine,
    offered: bool,
    asks: bool,
    /// Who was told of it.
    call: Option<Call>,
    most: usize,
}

pub(super) async fn show(cx: Cx, Path(signup): Path<SignupId>) -> Result<Answer> {
    let mine = signup::find_mine(&cx.db, cx.tenant, actor_person(&cx)?, signup).await?;
    if mine.state != SignupState::Joined {
        return Ok(cx.see_other(&mine.url()));
    }
    let asks = store::find(&cx.db, cx.tenant, mine.activity_id).await?.handover_asks;
    let offered = signup::find(&cx.db, cx.tenant, signup).await?.handover_at.is_some();
    let call = store::calls::find(&cx.db, cx.tenant, signup).await?;
    cx.page(&Show { mine, offered, asks, call, most: TOLD })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Choice {
    answer: String,
}

impl Choice {
    /// `yes` or `no`.
    fn read(&self) -> Result<bool> {
        match self.answer.as_str() {
            "yes" => Ok(true),
            "no" => Ok(false),
            _ => Err(Error::Malformed(Word::new("error.form"))),
        }
    }
}

pub(super) async fn offer(cx: Cx, Path(signup): Path<SignupId>, Form(choice): Form<Choice>) -> Result<Answer> {
    let person = actor_person(&cx)?;
    signup::find_mine(&cx.db, cx.tenant, person, signup).await?;
    let offers = choice.read()?;
    handover::offer(&cx, person, signup, offers).await?;
    let word = if offers { "handover.offered" } else { "handover.kept" };
    Ok(cx.see_other_saying(&format!("/me/services/{signup}/handover"), &Word::new(word)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Taken {
    signup: SignupId,
    #[serde(default)]
    pass: String,
}

pub(super) async fn take(cx: Cx, Path(activity): Path<ActivityId>, Form(taken): Form<Taken>) -> Result<Answer> {
    let activity = visible_activity(&cx, activity, &taken.pass).await?;
    let person = actor_person(&cx)?;
    let found = signup::find(&cx.db, cx.tenant, taken.signup).await?;
    if found.activity_id != activity.id {
        return Err(Error::NotFound);
    }
    match handover::take(&cx, person, taken.signup).await? {
        Some(made) => Ok(cx.see_other(&format!("{}/signups/{}", activity.url(), made.id))),
        None => Ok(cx.see_other_saying(&activity.url(), &Word::new("handover.asked"))),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Decision {
    signup: SignupId,
    answer: String,
}

pub(super) async fn decide(cx: Cx, Path(session): Path<SessionId>, Form(form): Form<Decision>) -> Result<Answer> {
    held(&cx, session, form.signup).await?;
    let yes = Choice { answer: form.answer }.read()?;
    handover::decide(&cx, form.signup, yes).await?;
    let word = if yes { "handover.approved" } else { "handover.declined" };
    Ok(cx.see_other_saying(&format!("/sessions/{session}"), &Word::new(word)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Move {
    signup: SignupId,
    post: PostId,
    #[serde(default)]
    why: String,
}

pub(super) async fn move_to(cx: Cx, Path(session): Path<SessionId>, Form(form): Form<Move>) -> Result<Answer> {
    held(&cx, session, form.signup).await?;
    let mut errors = FieldErrors::none();
    let why = errors.optional_text("why", &form.why, 100).unwrap_or_default();
    if !errors.is_empty() {
        return Err(Error::Invalid(errors));
    }
    handover::move_to(&cx, form.signup, form.post, why).await?;
    Ok(cx.see_other_saying(&format!("/sessions/{session}"), &Word::new("move.done")))
}
