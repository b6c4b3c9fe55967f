//! A place that is offered to somebody in line: until when, and yes or no.

use super::actor_person;
use crate::model::{SignupId, SignupState};
use crate::signups::line;
use crate::store::signup::{self, Mine};
use askama::Template;
use axum::extract::Path;
use kernel::http::filters;
use kernel::{Answer, Cx, Error, Form, Result, Word};
use serde::Deserialize;

#[derive(Template)]
#[template(path = "activities/offer.html")]
struct Show {
    mine: Mine,
    until: chrono::DateTime<chrono::Utc>,
}

pub(super) async fn show(cx: Cx, Path(signup): Path<SignupId>) -> Result<Answer> {
    let mine = signup::find_mine(&cx.db, cx.tenant, actor_person(&cx)?, signup).await?;
    match mine.offered(cx.now) {
        Some(until) => cx.page(&Show { mine, until }),
        None => Ok(cx.see_other(&mine.url())),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Reply {
    answer: String,
}

pub(super) async fn answer(cx: Cx, Path(signup): Path<SignupId>, Form(reply): Form<Reply>) -> Result<Answer> {
    let person = actor_person(&cx)?;
    let mine = signup::find_mine(&cx.db, cx.tenant, person, signup).await?;
    let takes = match reply.answer.as_str() {
        "accept" => true,
        "decline" => false,
        _ => return Err(Error::Malformed(Word::new("error.form"))),
    };
    let made = line::answer(&cx, person, signup, takes).await?;
    if made.state == SignupState::Joined {
        return Ok(cx.see_other(&mine.url()));
    }
    Ok(cx.see_other_saying("/me/services", &Word::new("offer.declined").with("title", mine.title)))
}
