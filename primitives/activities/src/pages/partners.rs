//! Those who hold an activity together, and what each team brought.

use crate::MANAGE;
use crate::model::{Activity, ActivityId, PartnerState};
use crate::partners::{Answer as Said, answer, ask, leads, url, visible};
use crate::store;
use crate::store::partner::{Partner, Share};
use askama::Template;
use axum::extract::Path;
use kernel::http::filters;
use kernel::{Answer, Cx, Error, FieldErrors, Form, Result, Routes, Word};
use organisations::OrganisationId;
use serde::Deserialize;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/activities/{activity}/partners", MANAGE, show)
        .post("/activities/{activity}/partners", MANAGE, create)
        .post("/activities/{activity}/partners/answer", MANAGE, update)
}

/// A team that was asked, and what this reader may say.
struct Row {
    partner: Partner,
    theirs: bool,
}

impl Row {
    fn waits(&self) -> bool {
        self.partner.state == PartnerState::Asked
    }

    fn is_live(&self) -> bool {
        matches!(self.partner.state, PartnerState::Asked | PartnerState::Accepted)
    }
}

#[derive(Template)]
#[template(path = "activities/partners.html")]
struct Show {
    activity: Activity,
    rows: Vec<Row>,
    shares: Vec<Share>,
    /// Whether the reader manages the activity itself.
    ours: bool,
    team: String,
    errors: FieldErrors,
}

impl Show {
    /// Over all teams: sign-ups, arrivals, minutes.
    fn whole(&self) -> [i64; 3] {
        let sum = |of: fn(&Share) -> i64| self.shares.iter().map(of).sum();
        [sum(|s| s.joined), sum(|s| s.came), sum(|s| s.minutes)]
    }
}

async fn page(cx: &Cx, id: ActivityId, team: String, errors: FieldErrors) -> Result<Show> {
    let (activity, partners) = visible(cx, id).await?;
    let shares = store::partner::shares(&cx.db, cx.tenant, id).await?;
    let rows = partners.into_iter().map(|partner| Row { theirs: leads(cx, &partner), partner }).collect();
    let ours = cx.may(MANAGE, &activity.target()).is_ok();
    Ok(Show { activity, rows, shares, ours, team, errors })
}

async fn show(cx: Cx, Path(activity): Path<ActivityId>) -> Result<Answer> {
    cx.page(&page(&cx, activity, String::new(), FieldErrors::none()).await?)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    team: String,
}

async fn create(cx: Cx, Path(activity): Path<ActivityId>, Form(form): Form<Asked>) -> Result<Answer> {
    super::held_activity(&cx, activity, MANAGE).await?;
    match ask(&cx, activity, &form.team).await {
        Ok(()) => Ok(cx.see_other_saying(&url(activity), &Word::new("partner.asked"))),
        Err(Error::Invalid(errors)) => cx.invalid(&page(&cx, activity, form.team, errors).await?),
        Err(other) => Err(other),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Decision {
    team: OrganisationId,
    answer: String,
}

async fn update(cx: Cx, Path(activity): Path<ActivityId>, Form(form): Form<Decision>) -> Result<Answer> {
    let (found, _) = visible(&cx, activity).await?;
    let said: Said = form.answer.parse().map_err(|_| Error::Malformed(Word::new("error.form")))?;
    answer(&cx, found.id, form.team, said).await?;
    let to = if visible(&cx, activity).await.is_ok() { url(activity) } else { "/team".to_owned() };
    Ok(cx.see_other_saying(&to, &Word::new("partner.answered")))
}
