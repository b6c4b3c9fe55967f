//! Coming and going by one's own phone: the place's code, scanned or spoken, then one large button.

use crate::forms::Press;
use crate::model::{Attendance, How, Via};
use crate::{code, store, taking};
use activities::model::SignupState;
use activities::store::{find_live, find_post, find_session};
use activities::{Activity, Session, SessionId, actor_person, visible_activity};
use askama::Template;
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode};
use kernel::http::{append_cookie, cookie, filters};
use kernel::{Answer, Cx, Error, Form, Result, Word};

/// The proof of a scan: one session, ten minutes, no script reads it.
const COOKIE: &str = "arrival";

#[derive(Template)]
#[template(path = "attendance/code_refused.html")]
struct Refused {}

/// What the phone's camera opens: the code is checked, and the phone remembers that it stood before it.
pub(super) async fn scan(cx: Cx, Path((session, turn, mark)): Path<(String, String, String)>) -> Result<Answer> {
    let read = session.parse::<SessionId>().ok().zip(turn.parse::<i64>().ok());
    let shown = read.filter(|(session, turn)| code::check_code(&cx, *session, *turn, &mark).is_ok());
    let Some((session, _)) = shown else { return cx.page_with(StatusCode::CONFLICT, &Refused {}) };
    let mut answer = cx.see_other(&format!("/check-in/{session}"));
    let secure = if cx.app.config.base_url.starts_with("https://") { "; Secure" } else { "" };
    let kept = code::arrival(&cx, session);
    append_cookie(
        &mut answer,
        &format!("{COOKIE}={kept}; Path=/check-in; Max-Age=600; HttpOnly; SameSite=Lax{secure}"),
    );
    Ok(answer)
}

#[derive(Template)]
#[template(path = "attendance/check_in.html")]
struct Show {
    activity: Activity,
    session: Session,
    post: String,
    joined: bool,
    there: Option<Attendance>,
    scanned: bool,
    minutes: i64,
    /// Whether the hours wait for a second person, because of the day's limit.
    held: bool,
    stay: Word,
    /// Where the site is, for the phone alone to work out how far away it is; empty when nobody measured.
    site: String,
    /// What was wrong with the spoken code.
    refused: Option<Word>,
}

impl Show {
    fn inside(&self) -> bool {
        self.there.as_ref().is_some_and(|t| t.out_at.is_none())
    }

    /// The one button that there is now.
    fn deed(&self) -> &'static str {
        if self.there.is_none() { "in" } else { "out" }
    }

    /// Whether there is anything to press: they joined and did not come, or are there.
    fn presses(&self) -> bool {
        self.inside() || self.there.is_none() && self.joined
    }
}

fn has_scanned(cx: &Cx, session: SessionId, headers: &HeaderMap) -> bool {
    cookie(headers, COOKIE).is_some_and(|kept| code::arrived(cx, session, &kept))
}

async fn site(cx: &Cx, activity: &Activity) -> Result<String> {
    let Some(id) = activity.site_id else { return Ok(String::new()) };
    let site = places::find_site(&cx.db, cx.tenant, id).await?;
    let point = site.latitude.zip(site.longitude);
    Ok(point.map_or_else(String::new, |(north, east)| format!("{north},{east}")))
}

async fn page(cx: &Cx, session: SessionId, headers: &HeaderMap, refused: Option<Word>) -> Result<Show> {
    let person = actor_person(cx)?;
    let session = find_session(&cx.db, cx.tenant, session).await?;
    let activity = visible_activity(cx, session.activity_id, "").await?;
    let live = find_live(&cx.db, cx.tenant, session.id, person).await?;
    let joined = live.filter(|s| s.state == SignupState::Joined);
    let post = match &joined {
        Some(joined) => find_post(&cx.db, cx.tenant, joined.post_id).await?.name,
        None => String::new(),
    };
    let there = store::find(&cx.db, cx.tenant, session.id, person).await?;
    let counted = there.as_ref().filter(|t| t.entry_id.is_some()).and_then(|t| session.counted((t.in_at, t.out_at?)));
    let minutes = counted.map_or(0, |(from, to)| (to - from).num_minutes());
    let held = match there.as_ref().and_then(|there| there.entry_id) {
        Some(entry) => hours::held(&cx.db, cx.tenant, entry).await?,
        None => false,
    };
    let stay = taking::stay(there.as_ref());
    let scanned = has_scanned(cx, session.id, headers);
    let site = site(cx, &activity).await?;
    let joined = joined.is_some();
    Ok(Show { activity, session, post, joined, there, scanned, minutes, held, stay, site, refused })
}

pub(super) async fn show(cx: Cx, Path(session): Path<SessionId>, headers: HeaderMap) -> Result<Answer> {
    cx.page(&page(&cx, session, &headers, None).await?)
}

/// How the phone proves that it stands at the place: it scanned, or its owner types what is spoken there.
async fn proved(cx: &Cx, session: SessionId, headers: &HeaderMap, press: &Press) -> Result<Via> {
    if has_scanned(cx, session, headers) {
        return Ok(Via::Code);
    }
    if press.spoken.trim().is_empty() {
        return Err(Error::refused("attendance.refused.scan"));
    }
    code::check_spoken(cx, session, actor_person(cx)?, &press.spoken).await?;
    Ok(Via::Spoken)
}

pub(super) async fn create(
    cx: Cx,
    Path(session): Path<SessionId>,
    headers: HeaderMap,
    Form(press): Form<Press>,
) -> Result<Answer> {
    let person = actor_person(&cx)?;
    let offered = press.offered()?;
    let via = match proved(&cx, session, &headers, &press).await {
        Ok(via) => via,
        Err(Error::Refused(word)) if !press.spoken.trim().is_empty() => {
            return cx.page_with(StatusCode::CONFLICT, &page(&cx, session, &headers, Some(word)).await?);
        }
        Err(other) => return Err(other),
    };
    let how = How { via, offered };
    match press.deed.as_str() {
        "in" => {
            taking::check_in(&cx, session, person, how).await?;
        }
        "out" => {
            taking::check_out(&cx, session, person, how).await?;
        }
        _ => return Err(Error::Malformed(Word::new("error.form"))),
    }
    let mut answer = cx.see_other(&format!("/check-in/{session}"));
    // One scan, one deed: the next person on this phone, and the leaving, need the code again.
    append_cookie(&mut answer, &format!("{COOKIE}=; Path=/check-in; Max-Age=0; HttpOnly; SameSite=Lax"));
    Ok(answer)
}
