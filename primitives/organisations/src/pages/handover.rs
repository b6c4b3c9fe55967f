//! Handing a team over: the offer and its confirmation at the desk, the answer on the successor's own page.

use crate::forms::{AnswerForm, ReviewForm, SuccessorForm};
use crate::model::{Member, MembershipRole, Organisation, OrganisationId, Tree};
use crate::store::{self, Handover, Stage};
use crate::{handover, policy};
use askama::Template;
use axum::extract::Path;
use kernel::http::filters;
use kernel::time::WorkCalendar;
use kernel::{Answer, Cx, Error, FieldErrors, Form, Result, Routes, Tx, Word};

pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/desk/teams/{team}/handover", policy::MEMBERS, show)
        .post("/desk/teams/{team}/handover", policy::MEMBERS, create)
        .post("/desk/teams/{team}/handover/withdrawal", policy::MEMBERS, withdraw)
        .post("/desk/teams/{team}/handover/decision", policy::MEMBERS, decide)
        .get("/teams/{team}/handover", policy::SUCCEED, ask)
        .post("/teams/{team}/handover", policy::SUCCEED, answer)
}

#[derive(Template)]
#[template(path = "organisations/handover.html")]
struct Show {
    team: Organisation,
    leaders: Vec<Member>,
    open: Option<Handover>,
    days: i64,
    may_decide: bool,
    form: SuccessorForm,
    decision: ReviewForm,
    errors: FieldErrors,
}

async fn page(cx: &Cx, id: OrganisationId, form: SuccessorForm, errors: FieldErrors) -> Result<Show> {
    let team = store::find(&cx.db, cx.tenant, id).await?;
    policy::may(cx, policy::MEMBERS, &team)?;
    if team.tree != Tree::Team {
        return Err(Error::NotFound);
    }
    let open = store::open_handover(&cx.db, cx.tenant, id).await?;
    let leaders = store::leaders_of(&cx.db, cx.tenant, &[id]).await?.remove(&id).unwrap_or_default();
    let decides = |h: &Handover| policy::may_confirm(cx, h).is_ok() && !policy::concerns(cx, h);
    Ok(Show {
        may_decide: open.as_ref().is_some_and(|h| h.state == Stage::Accepted && decides(h)),
        leaders: leaders.into_iter().filter(|l| l.role == MembershipRole::Leader).collect(),
        days: crate::limits::HANDOVER_DAYS.read(&cx.db, cx.tenant).await?,
        open,
        team,
        form,
        decision: ReviewForm::default(),
        errors,
    })
}

async fn show(cx: Cx, Path(team): Path<OrganisationId>) -> Result<Answer> {
    cx.page(&page(&cx, team, SuccessorForm::default(), FieldErrors::none()).await?)
}

async fn create(cx: Cx, Path(team): Path<OrganisationId>, Form(typed): Form<SuccessorForm>) -> Result<Answer> {
    let page = page(&cx, team, typed, FieldErrors::none()).await?;
    let to = match page.form.check(&cx, team).await? {
        Ok(to) => to,
        Err(errors) => return cx.invalid(&Show { errors, ..page }),
    };
    let at = cx.clone();
    cx.once(team.lane(), async move |tx: &mut Tx<'_>| handover::offer(tx, &at, team, to).await).await?;
    let url = format!("{}/handover", page.team.url());
    Ok(cx.see_other_saying(&url, &Word::new("organisations.handover.offered")))
}

async fn withdraw(cx: Cx, Path(team): Path<OrganisationId>, Form(_): Form<Nothing>) -> Result<Answer> {
    let page = page(&cx, team, SuccessorForm::default(), FieldErrors::none()).await?;
    let at = cx.clone();
    cx.once(team.lane(), async move |tx: &mut Tx<'_>| handover::withdraw(tx, &at, team).await).await?;
    Ok(cx.see_other_saying(&page.team.url(), &Word::new("organisations.handover.withdrawn")))
}

async fn decide(cx: Cx, Path(team): Path<OrganisationId>, Form(typed): Form<ReviewForm>) -> Result<Answer> {
    let page = page(&cx, team, SuccessorForm::default(), FieldErrors::none()).await?;
    let (approved, opinion) = match typed.check()? {
        Ok(checked) => checked,
        Err(errors) => return cx.invalid(&Show { errors, decision: typed, ..page }),
    };
    let at = cx.clone();
    cx.once(team.lane(), async move |tx: &mut Tx<'_>| handover::decide(tx, &at, team, (approved, &opinion)).await)
        .await?;
    let said = if approved { "organisations.handover.done" } else { "organisations.handover.refused" };
    Ok(cx.see_other_saying(&page.team.url(), &Word::new(said)))
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

#[derive(Template)]
#[template(path = "organisations/succession.html")]
struct Ask {
    open: Handover,
    days: i64,
}

/// Only the one who is asked; afterwards it is not there any more.
async fn ask(cx: Cx, Path(team): Path<OrganisationId>) -> Result<Answer> {
    let open = store::open_handover(&cx.db, cx.tenant, team).await?;
    let open = open.filter(|h| cx.actor.person == Some(h.to_id.0)).ok_or(Error::NotFound)?;
    cx.page(&Ask { open, days: crate::limits::HANDOVER_DAYS.read(&cx.db, cx.tenant).await? })
}

async fn answer(cx: Cx, Path(team): Path<OrganisationId>, Form(form): Form<AnswerForm>) -> Result<Answer> {
    let accepted = form.check()?;
    let calendar = WorkCalendar::load(&cx.db).await?;
    let at = cx.clone();
    cx.once(team.lane(), async move |tx: &mut Tx<'_>| handover::answer(tx, &at, team, accepted, &calendar).await)
        .await?;
    if !accepted {
        return Ok(cx.see_other_saying("/me", &Word::new("organisations.handover.said_no")));
    }
    Ok(cx.see_other_saying(&format!("/teams/{team}/handover"), &Word::new("organisations.handover.said_yes")))
}
