//! One's calendar: the page on which its address is made and ended, what the address shows, and the file of one activity.

use super::{actor_person, visible_activity};
use crate::calendar::{end, make, of_activity, of_token};
use crate::model::ActivityId;
use crate::{READ, SIGN_UP, store};
use askama::Template;
use axum::extract::Path;
use axum::http::header;
use axum::response::IntoResponse as _;
use chrono::{DateTime, Utc};
use kernel::http::filters;
use kernel::{Answer, Cx, Error, Form, Query, Result, Routes, Word};

pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/me/calendar", SIGN_UP, show)
        .post("/me/calendar", SIGN_UP, create)
        .post("/me/calendar/end", SIGN_UP, destroy)
        .get("/calendar/{token}", READ, feed)
        .get("/activities/{activity}/calendar.ics", READ, file)
}

const KIND: &str = "text/calendar; charset=utf-8";

#[derive(Template)]
#[template(path = "activities/calendar.html")]
struct Show {
    /// The address, this once.
    url: Option<String>,
    /// When the one that is in force was made.
    made_at: Option<DateTime<Utc>>,
}

async fn show(cx: Cx) -> Result<Answer> {
    let made_at = store::calendar::made_at(&cx.db, cx.tenant, actor_person(&cx)?).await?;
    cx.page(&Show { url: None, made_at })
}

async fn create(cx: Cx, Form(_): Form<super::Nothing>) -> Result<Answer> {
    let url = make(&cx, actor_person(&cx)?).await?;
    cx.page(&Show { url: Some(url), made_at: Some(cx.now) })
}

async fn destroy(cx: Cx, Form(_): Form<super::Nothing>) -> Result<Answer> {
    end(&cx, actor_person(&cx)?).await?;
    Ok(cx.see_other_saying("/me/calendar", &Word::new("calendar.ended")))
}

async fn feed(cx: Cx, Path(token): Path<String>) -> Result<Answer> {
    let token = token.strip_suffix(".ics").ok_or(Error::NotFound)?;
    let calendar = of_token(&cx, token).await?;
    Ok(([(header::CONTENT_TYPE, KIND)], calendar.text()).into_response())
}

async fn file(cx: Cx, Path(activity): Path<ActivityId>, Query(link): Query<super::public::Link>) -> Result<Answer> {
    let activity = visible_activity(&cx, activity, &link.key).await?;
    let sessions = store::sessions(&cx.db, cx.tenant, activity.id).await?;
    let changed = activity.reviewed_at.or(activity.submitted_at).unwrap_or(activity.opens_at);
    let text = of_activity(&cx, &activity, &sessions, changed).text();
    Ok(cx.download(&format!("{}.ics", activity.number), KIND, text.into_bytes()))
}
