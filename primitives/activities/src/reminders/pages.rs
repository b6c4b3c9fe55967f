//! The question whether one comes, from one's messages and from a mail. Looking at it changes nothing: whoever opens links of
//! mails, a filter for example, has said nothing.

use super::{ANSWER, answer, read_mark, store};
use crate::SIGN_UP;
use crate::model::{SignupId, SignupState};
use crate::pages::actor_person;
use crate::store::signup::{self, Mine};
use askama::Template;
use axum::extract::Path;
use kernel::http::filters;
use kernel::{Answer, Cx, Error, Form, Result, Routes, Word};
use people::PersonId;
use serde::Deserialize;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/me/services/{signup}/answer", SIGN_UP, show)
        .post("/me/services/{signup}/answer", SIGN_UP, create)
        .get("/answers/{signup}/{mark}", ANSWER, show_by_mail)
        .post("/answers/{signup}/{mark}", ANSWER, create_by_mail)
}

#[derive(Template)]
#[template(path = "activities/answer.html")]
struct Show {
    mine: Mine,
    /// Where the answer goes.
    to: String,
    by_mail: bool,
    /// How many stand or fall together.
    together: usize,
    /// `coming`, `cannot` or nothing.
    said: String,
    begun: bool,
}

impl Show {
    fn is_open(&self) -> bool {
        self.mine.state == SignupState::Joined && !self.begun
    }
}

async fn together(cx: &Cx, id: SignupId) -> Result<usize> {
    match signup::find(&cx.db, cx.tenant, id).await?.group_id {
        Some(group) => Ok(signup::of_group(&cx.db, cx.tenant, group).await?.len()),
        None => Ok(1),
    }
}

async fn page(cx: &Cx, person: PersonId, id: SignupId, (to, by_mail): (String, bool)) -> Result<Answer> {
    let mine = signup::find_mine(&cx.db, cx.tenant, person, id).await?;
    let said = store::said(&cx.db, cx.tenant, id).await?.unwrap_or_default();
    let (together, begun) =
        (together(cx, id).await?, cx.now >= if mine.flexible { mine.ends_at } else { mine.starts_at });
    cx.page(&Show { mine, to, by_mail, together, said, begun })
}

/// Yes or no, and whether what a no does was read on the page itself.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reply {
    answer: String,
    #[serde(default)]
    told: String,
}

impl Reply {
    fn coming(&self) -> Result<bool> {
        match self.answer.as_str() {
            "yes" => Ok(true),
            "no" => Ok(false),
            _ => Err(Error::Malformed(Word::new("error.form"))),
        }
    }
}

async fn show(cx: Cx, Path(id): Path<SignupId>) -> Result<Answer> {
    page(&cx, actor_person(&cx)?, id, (super::url(id), false)).await
}

async fn create(cx: Cx, Path(id): Path<SignupId>, Form(reply): Form<Reply>) -> Result<Answer> {
    let (person, coming) = (actor_person(&cx)?, reply.coming()?);
    let mine = signup::find_mine(&cx.db, cx.tenant, person, id).await?;
    // A press in the list of messages does not take others along unseen.
    if !coming && reply.told.is_empty() && mine.state == SignupState::Joined && together(&cx, id).await? > 1 {
        return Ok(cx.see_other(&super::url(id)));
    }
    answer(&cx, person, id, (coming, false)).await?;
    let word = Word::new(if coming { "reminder.noted" } else { "service.withdrew" }).with("title", mine.title);
    Ok(cx.see_other_saying("/me/messages", &word))
}

async fn show_by_mail(cx: Cx, Path((id, mark)): Path<(SignupId, String)>) -> Result<Answer> {
    let person = read_mark(&cx, id, &mark).await?;
    page(&cx, person, id, (format!("/answers/{id}/{mark}"), true)).await
}

async fn create_by_mail(
    cx: Cx,
    Path((id, mark)): Path<(SignupId, String)>,
    Form(reply): Form<Reply>,
) -> Result<Answer> {
    let person = read_mark(&cx, id, &mark).await?;
    let coming = reply.coming()?;
    answer(&cx, person, id, (coming, true)).await?;
    let title = signup::find_mine(&cx.db, cx.tenant, person, id).await?.title;
    let word = Word::new(if coming { "reminder.noted" } else { "service.withdrew" }).with("title", title);
    Ok(cx.see_other_saying(&format!("/answers/{id}/{mark}"), &word))
}
