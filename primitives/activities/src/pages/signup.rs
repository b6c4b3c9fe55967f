//! Signing up, and what came of it.

use super::{actor_person, visible_activity};
use crate::model::{ActivityId, PostId, SignupId, SignupState};
use crate::signups::sign_up;
use crate::store::signup::{self, Mine};
use crate::{rules, store};
use askama::Template;
use axum::extract::Path;
use chrono::{DateTime, Duration, Utc};
use kernel::http::filters;
use kernel::{Answer, Cx, Error, Form, Result};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Choice {
    post: PostId,
}

pub(super) async fn create(cx: Cx, Path(activity): Path<ActivityId>, Form(choice): Form<Choice>) -> Result<Answer> {
    let activity = visible_activity(&cx, activity).await?;
    let post = store::find_post(&cx.db, cx.tenant, choice.post).await?;
    if post.activity_id != activity.id {
        return Err(Error::NotFound);
    }
    let made = sign_up(&cx, actor_person(&cx)?, post.id).await?;
    Ok(cx.see_other(&format!("{}/signups/{}", activity.url(), made.id)))
}

#[derive(Template)]
#[template(path = "activities/signup.html")]
struct Show {
    mine: Mine,
    /// When check-in begins.
    opens: DateTime<Utc>,
}

impl Show {
    fn joined(&self) -> bool {
        self.mine.state == SignupState::Joined
    }

    fn waiting(&self) -> bool {
        self.mine.state == SignupState::Waiting
    }
}

pub(super) async fn show(cx: Cx, Path((activity, signup)): Path<(ActivityId, SignupId)>) -> Result<Answer> {
    let mine = signup::find_mine(&cx.db, cx.tenant, actor_person(&cx)?, signup).await?;
    if mine.activity_id != activity {
        return Err(Error::NotFound);
    }
    let opens = mine.starts_at - Duration::minutes(rules::EARLY);
    cx.page(&Show { mine, opens })
}
