//! The poster: the page on which it is looked at and taken, and its two files.

use super::public::Link;
use super::visible_activity;
use crate::READ;
use crate::model::{Activity, ActivityId};
use crate::poster::{Facts, Kind, Posters, facts};
use askama::Template;
use axum::extract::Path;
use axum::http::header;
use axum::response::IntoResponse as _;
use kernel::http::filters;
use kernel::pdf::Fonts;
use kernel::{Answer, Cx, Query, Result, Routes};

pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/activities/{activity}/poster", READ, show)
        .get("/activities/{activity}/poster.png", READ, png)
        .get("/activities/{activity}/poster.pdf", READ, pdf)
}

#[derive(Template)]
#[template(path = "activities/poster.html")]
struct Show {
    activity: Activity,
    facts: Facts,
    /// Whether a page can be drawn on this system.
    fonts: bool,
    link: Link,
}

impl Show {
    fn query(&self) -> String {
        self.link.query()
    }
}

async fn show(cx: Cx, Path(activity): Path<ActivityId>, Query(link): Query<Link>) -> Result<Answer> {
    let activity = visible_activity(&cx, activity, &link.key).await?;
    let facts = facts(&cx, &activity, &link.key).await?;
    let fonts = cx.app.part::<Fonts>().are_there();
    cx.page(&Show { activity, facts, fonts, link })
}

async fn file(cx: &Cx, activity: ActivityId, link: &Link, kind: Kind) -> Result<(Activity, Vec<u8>)> {
    let activity = visible_activity(cx, activity, &link.key).await?;
    let facts = facts(cx, &activity, &link.key).await?;
    let posters: Posters = cx.app.part();
    let file = posters.get(cx, facts, kind).await?;
    Ok((activity, file.as_ref().clone()))
}

async fn png(cx: Cx, Path(activity): Path<ActivityId>, Query(link): Query<Link>) -> Result<Answer> {
    let (_, file) = file(&cx, activity, &link, Kind::Png).await?;
    Ok(([(header::CONTENT_TYPE, "image/png")], file).into_response())
}

async fn pdf(cx: Cx, Path(activity): Path<ActivityId>, Query(link): Query<Link>) -> Result<Answer> {
    let (activity, file) = file(&cx, activity, &link, Kind::Pdf).await?;
    Ok(cx.download(&format!("{}.pdf", activity.title), "application/pdf", file))
}
