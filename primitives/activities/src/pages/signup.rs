//! Signing up, and what came of it.

use super::{actor_person, visible_activity};
use crate::model::{ActivityId, PostId, Session, SignupId, SignupState};
use crate::signups::{self, enter};
use crate::store::signup::{self, Mine};
use crate::{rules, store};
use askama::Template;
use axum::extract::Path;
use chrono::{DateTime, Duration, NaiveTime, Utc};
use kernel::http::filters;
use kernel::{Answer, Cx, Error, Form, Result, Word};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Choice {
    post: PostId,
    /// The pass code, or the key of a hidden activity's link.
    #[serde(default)]
    pass: String,
    /// For which of one's teams one comes; empty where nothing was asked.
    #[serde(default)]
    team: String,
    /// When one comes, where hours are free; empty where one comes when one likes.
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
}

impl Choice {
    /// The hours that were typed, on the day of the session.
    fn hours(&self, session: &Session) -> Result<Option<(DateTime<Utc>, DateTime<Utc>)>> {
        if !session.flexible || (self.from.trim().is_empty() && self.to.trim().is_empty()) {
            return Ok(None);
        }
        let clock = |text: &str| {
            let time = NaiveTime::parse_from_str(text.trim(), "%H:%M").ok()?;
            Some(kernel::time::from_beijing(session.day.and_time(time)))
        };
        match (clock(&self.from), clock(&self.to)) {
            (Some(from), Some(to)) => Ok(Some((from, to))),
            _ => Err(Error::refused("flexible.refused.shape")),
        }
    }
}

pub(super) async fn create(cx: Cx, Path(activity): Path<ActivityId>, Form(choice): Form<Choice>) -> Result<Answer> {
    let activity = visible_activity(&cx, activity, &choice.pass).await?;
    let post = store::find_post(&cx.db, cx.tenant, choice.post).await?;
    if post.activity_id != activity.id {
        return Err(Error::NotFound);
    }
    let team = match choice.team.trim() {
        "" => None,
        id => Some(id.parse().map_err(|_| Error::Malformed(Word::new("error.form")))?),
    };
    let session = store::find_session(&cx.db, cx.tenant, post.session_id).await?;
    let chosen = signups::Choice { post: post.id, team, hours: choice.hours(&session)? };
    let made = enter(&cx, &activity, actor_person(&cx)?, chosen, &choice.pass).await?;
    Ok(cx.see_other(&format!("{}/signups/{}", activity.url(), made.id)))
}

#[derive(Template)]
#[template(path = "activities/signup.html")]
struct Show {
    mine: Mine,
    /// When check-in begins.
    opens: DateTime<Utc>,
    /// Until when an offered place has to be confirmed.
    offered: Option<DateTime<Utc>>,
    /// The team for which the hours count.
    team: String,
}

impl Show {
    fn joined(&self) -> bool {
        self.mine.state == SignupState::Joined
    }

    fn waiting(&self) -> bool {
        self.mine.state == SignupState::Waiting
    }

    /// It ended because nobody confirmed the offer.
    fn missed(&self) -> bool {
        self.mine.state == SignupState::Withdrawn && self.mine.offered_until.is_some()
    }
}

pub(super) async fn show(cx: Cx, Path((activity, signup)): Path<(ActivityId, SignupId)>) -> Result<Answer> {
    let mine = signup::find_mine(&cx.db, cx.tenant, actor_person(&cx)?, signup).await?;
    if mine.activity_id != activity {
        return Err(Error::NotFound);
    }
    let opens = mine.starts_at - Duration::minutes(rules::EARLY);
    let offered = mine.offered(cx.now);
    let of = signup::find(&cx.db, cx.tenant, signup).await?.organisation_id;
    let team = organisations::find(&cx.db, cx.tenant, of).await?.name;
    cx.page(&Show { mine, opens, offered, team })
}
