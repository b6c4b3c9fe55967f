//! Taking somebody off a session who said that they cannot come; the first in line moves up.

use super::held_session;
use crate::model::{SessionId, SignupState};
use crate::{ATTEND, signups, store};
use axum::extract::Path;
use kernel::{Answer, Cx, Error, Form, Result, Word};
use people::PersonId;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Someone {
    person: PersonId,
}

pub(super) async fn create(cx: Cx, Path(session): Path<SessionId>, Form(who): Form<Someone>) -> Result<Answer> {
    let (session, _) = held_session(&cx, session, ATTEND).await?;
    take_off(&cx, session.id, who.person).await?;
    Ok(cx.see_other_saying(&format!("/sessions/{}", session.id), &Word::new("roster.removed")))
}

/// Takes somebody off a session's list.
pub(crate) async fn take_off(cx: &Cx, session: SessionId, person: PersonId) -> Result<()> {
    let live = store::signup::find_live(&cx.db, cx.tenant, session, person).await?.ok_or(Error::NotFound)?;
    signups::withdraw(cx, live.id, SignupState::Removed).await
}
