//! Calls for a replacement: by whoever cannot come, and by the leader for them.

use super::{actor_person, held_session};
use crate::model::{SessionId, SignupId};
use crate::signups::calls::{call, call_for};
use crate::store::signup;
use crate::{ATTEND, SIGN_UP};
use axum::extract::Path;
use kernel::{Answer, Cx, Error, FieldErrors, Form, Result, Routes, Word};
use serde::Deserialize;

pub(crate) fn routes() -> Routes {
    Routes::new().post("/me/services/{signup}/call", SIGN_UP, create).post(
        "/sessions/{session}/calls",
        ATTEND,
        create_for,
    )
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Why {
    #[serde(default)]
    why: String,
}

/// What is said with a call; it stays in the trace and is not sent.
pub(crate) fn reason(text: &str) -> Result<String> {
    let mut errors = FieldErrors::none();
    let why = errors.optional_text("why", text, 60).unwrap_or_default();
    if errors.is_empty() { Ok(why) } else { Err(Error::Invalid(errors)) }
}

async fn create(cx: Cx, Path(id): Path<SignupId>, Form(form): Form<Why>) -> Result<Answer> {
    let person = actor_person(&cx)?;
    signup::find_mine(&cx.db, cx.tenant, person, id).await?;
    let told = call(&cx, person, id, reason(&form.why)?).await?;
    Ok(cx.see_other_saying(&format!("/me/services/{id}/handover"), &Word::new("call.done").with("n", told)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct For {
    signup: SignupId,
    #[serde(default)]
    why: String,
}

/// A sign-up of a session that the actor takes attendance of.
pub(crate) async fn held(cx: &Cx, session: SessionId, id: SignupId) -> Result<()> {
    let (session, _) = held_session(cx, session, ATTEND).await?;
    let found = signup::find(&cx.db, cx.tenant, id).await?;
    if found.session_id == session.id { Ok(()) } else { Err(Error::NotFound) }
}

async fn create_for(cx: Cx, Path(session): Path<SessionId>, Form(form): Form<For>) -> Result<Answer> {
    held(&cx, session, form.signup).await?;
    let told = call_for(&cx, form.signup, reason(&form.why)?).await?;
    Ok(cx.see_other_saying(&format!("/sessions/{session}"), &Word::new("call.done").with("n", told)))
}
