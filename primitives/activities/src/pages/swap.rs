//! Swaps: what one may get for a place of one's own, what others ask, and the leader's yes.

use super::{actor_person, held_session, visible_activity};
use crate::model::{SessionId, SignupId, SignupState, SwapId, SwapState};
use crate::signups::swap;
use crate::store::handover::Opening;
use crate::store::signup::{self, Mine};
use crate::store::swap::Shown;
use crate::{ATTEND, SIGN_UP, store};
use askama::Template;
use axum::extract::Path;
use kernel::http::filters;
use kernel::{Answer, Cx, Error, Form, Result, Routes, Word};
use serde::Deserialize;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/me/swaps", SIGN_UP, index)
        .post("/me/swaps/{swap}", SIGN_UP, answer)
        .get("/me/services/{signup}/swaps", SIGN_UP, new)
        .post("/me/services/{signup}/swaps", SIGN_UP, create)
        .post("/sessions/{session}/swaps", ATTEND, decide)
}

#[derive(Template)]
#[template(path = "activities/swaps.html")]
struct Index {
    swaps: Vec<Shown>,
}

async fn index(cx: Cx) -> Result<Answer> {
    let swaps = store::swap::of_person(&cx.db, cx.tenant, actor_person(&cx)?, cx.now).await?;
    cx.page(&Index { swaps })
}

#[derive(Template)]
#[template(path = "activities/swap.html")]
struct New {
    mine: Mine,
    choices: Vec<Opening>,
}

async fn new(cx: Cx, Path(id): Path<SignupId>) -> Result<Answer> {
    let person = actor_person(&cx)?;
    let mine = signup::find_mine(&cx.db, cx.tenant, person, id).await?;
    if mine.state != SignupState::Joined {
        return Ok(cx.see_other(&mine.url()));
    }
    let choices = swap::choices(&cx, person, id).await?;
    cx.page(&New { mine, choices })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Choice {
    /// The sign-up that is offered.
    place: SignupId,
}

async fn create(cx: Cx, Path(id): Path<SignupId>, Form(choice): Form<Choice>) -> Result<Answer> {
    ask(&cx, id, choice.place).await?;
    Ok(cx.see_other_saying("/me/swaps", &Word::new("swap.asked")))
}

/// Asks for a swap of one's own place with one that the reader may know of.
pub(crate) async fn ask(cx: &Cx, given: SignupId, wanted: SignupId) -> Result<SwapId> {
    let person = actor_person(cx)?;
    signup::find_mine(&cx.db, cx.tenant, person, given).await?;
    let found = signup::find(&cx.db, cx.tenant, wanted).await?;
    visible_activity(cx, found.activity_id, "").await?;
    swap::ask(cx, person, (given, wanted)).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Reply {
    /// `yes`, `no`, or of one's own `withdraw`.
    answer: String,
}

async fn answer(cx: Cx, Path(id): Path<SwapId>, Form(reply): Form<Reply>) -> Result<Answer> {
    let person = actor_person(&cx)?;
    let word = match reply.answer.as_str() {
        "withdraw" => {
            swap::withdraw(&cx, person, id).await?;
            "swap.withdrawn"
        }
        "yes" => said(swap::answer(&cx, person, id, true).await?),
        "no" => said(swap::answer(&cx, person, id, false).await?),
        _ => return Err(Error::Malformed(Word::new("error.form"))),
    };
    Ok(cx.see_other_saying("/me/swaps", &Word::new(word)))
}

fn said(state: SwapState) -> &'static str {
    match state {
        SwapState::Done => "swap.done",
        SwapState::Agreed => "swap.agreed",
        SwapState::Asked | SwapState::Declined | SwapState::Withdrawn => "swap.declined",
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Decision {
    swap: SwapId,
    answer: String,
}

async fn decide(cx: Cx, Path(session): Path<SessionId>, Form(form): Form<Decision>) -> Result<Answer> {
    held_session(&cx, session, ATTEND).await?;
    let yes = match form.answer.as_str() {
        "yes" => true,
        "no" => false,
        _ => return Err(Error::Malformed(Word::new("error.form"))),
    };
    let word = match swap::decide(&cx, session, form.swap, yes).await? {
        SwapState::Done => "swap.decided",
        SwapState::Agreed => "swap.half",
        SwapState::Asked | SwapState::Declined | SwapState::Withdrawn => "swap.decided_no",
    };
    Ok(cx.see_other_saying(&format!("/sessions/{session}"), &Word::new(word)))
}
