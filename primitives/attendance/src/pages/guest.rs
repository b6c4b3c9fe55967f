//! The desk of a place: somebody without a sign-up or an account is taken down by name and phone, and is in.

use crate::ATTEND;
use crate::desk::{self, GuestForm};
use activities::{Activity, Session, SessionId, held_session};
use askama::Template;
use axum::extract::Path;
use kernel::http::filters;
use kernel::{Answer, Cx, FieldErrors, Form, Result, Word};

#[derive(Template)]
#[template(path = "attendance/guest.html")]
struct New {
    activity: Activity,
    session: Session,
    form: GuestForm,
    errors: FieldErrors,
}

pub(super) async fn new(cx: Cx, Path(session): Path<SessionId>) -> Result<Answer> {
    let (session, activity) = held_session(&cx, session, ATTEND).await?;
    cx.page(&New { activity, session, form: GuestForm::default(), errors: FieldErrors::none() })
}

pub(super) async fn create(cx: Cx, Path(session): Path<SessionId>, Form(form): Form<GuestForm>) -> Result<Answer> {
    let (session, activity) = held_session(&cx, session, ATTEND).await?;
    let guest = match form.check() {
        Ok(guest) => guest,
        Err(errors) => return cx.invalid(&New { activity, session, form, errors }),
    };
    let there = desk::admit(&cx, (&session, &activity), guest).await?;
    let word = Word::new("guest.made").with("when", kernel::words::time(there.in_at));
    Ok(cx.see_other_saying(&format!("/sessions/{}", session.id), &word))
}
