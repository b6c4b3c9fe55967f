//! The place's code on its leader's screen.

use crate::{ATTEND, code, rules, store};
use activities::{Activity, Session, SessionId, held_session};
use askama::Template;
use axum::extract::Path;
use chrono::{DateTime, Duration, Utc};
use kernel::http::filters;
use kernel::{Answer, Cx, Result};

#[derive(Template)]
#[template(path = "attendance/code.html")]
struct Code {
    activity: Activity,
    session: Session,
    picture: Picture,
    opens: DateTime<Utc>,
    early: bool,
}

#[derive(Template)]
#[template(path = "attendance/code_picture.html")]
struct Picture {
    svg: String,
    /// The six digits that are spoken, in two groups.
    spoken: String,
    until: DateTime<Utc>,
    came: i64,
    at: DateTime<Utc>,
}

async fn draw(cx: &Cx, session: SessionId) -> Result<Picture> {
    let drawn = kernel::http::qr(&code::code_url(cx, session));
    // An SVG inside a page begins at its element.
    let svg = drawn.find("<svg").map_or_else(String::new, |from| drawn[from..].to_owned());
    let came = store::came(&cx.db, cx.tenant, session).await?;
    let digits = code::spoken(cx, session);
    let spoken = format!("{} {}", &digits[..3], &digits[3..]);
    Ok(Picture { svg, spoken, until: code::spoken_until(cx.now), came, at: cx.now })
}

pub(super) async fn show(cx: Cx, Path(session): Path<SessionId>) -> Result<Answer> {
    let (session, activity) = held_session(&cx, session, ATTEND).await?;
    let picture = draw(&cx, session.id).await?;
    let opens = session.starts_at - Duration::minutes(rules::EARLY);
    cx.page(&Code { activity, picture, opens, early: cx.now < opens, session })
}

pub(super) async fn picture(cx: Cx, Path(session): Path<SessionId>) -> Result<Answer> {
    let (session, _) = held_session(&cx, session, ATTEND).await?;
    cx.page(&draw(&cx, session.id).await?)
}
