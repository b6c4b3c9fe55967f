//! Deciding about a new team.

use crate::forms::ReviewForm;
use crate::model::{Organisation, OrganisationId, State, Tree};
use crate::rules::LEADS_FROM;
use crate::store::{self, Review};
use crate::{founding, policy};
use askama::Template;
use axum::extract::Path;
use kernel::http::filters;
use kernel::{Answer, Cx, Error, FieldErrors, Form, Result, Routes, Tx, Word};
use people::Person;

pub(super) fn routes() -> Routes {
    Routes::new().get("/desk/teams/{team}/review", policy::REVIEW, show).post(
        "/desk/teams/{team}/review",
        policy::REVIEW,
        decide,
    )
}

/// What was looked up for whoever decides.
struct Check {
    class: &'static str,
    word: Word,
    url: Option<String>,
}

#[derive(Template)]
#[template(path = "organisations/review.html")]
struct Show {
    team: Organisation,
    region: String,
    parent: Option<Organisation>,
    leader: Option<Person>,
    review: Review,
    checks: Vec<Check>,
    own: bool,
    form: ReviewForm,
    errors: FieldErrors,
}

async fn page(cx: &Cx, team: OrganisationId, form: ReviewForm, errors: FieldErrors) -> Result<Show> {
    let review = store::find_review(&cx.db, cx.tenant, team).await?.ok_or(Error::NotFound)?;
    policy::may_review(cx, &review)?;
    let team = store::find(&cx.db, cx.tenant, team).await?;
    let parent = match team.parent_id {
        Some(parent) => Some(store::find(&cx.db, cx.tenant, parent).await?),
        None => None,
    };
    let leader = match review.leader_id {
        Some(leader) => Some(people::find(&cx.db, cx.tenant, leader).await?),
        None => None,
    };
    Ok(Show {
        region: places::full_region_name(cx, &team.region_code).await?,
        parent,
        checks: checks(cx, &team, leader.as_ref()).await?,
        leader,
        own: policy::is_own(cx, &review),
        review,
        team,
        form,
        errors,
    })
}

async fn checks(cx: &Cx, team: &Organisation, leader: Option<&Person>) -> Result<Vec<Check>> {
    let said = |class, word| Check { class, word, url: None };
    let same = store::find_by_name(&cx.db, cx.tenant, Tree::Team, &team.name).await?;
    let same = same.into_iter().find(|other| other.id != team.id && other.state != State::Ended);
    let mut checks = vec![match same {
        Some(other) => Check {
            class: "warn",
            word: Word::new("organisations.check.same_name"),
            url: policy::can(cx, policy::READ, &other).then(|| other.url()),
        },
        None => said("", Word::new("organisations.check.new_name")),
    }];
    checks.push(match leader {
        None => said("warn", Word::new("organisations.check.no_leader")),
        Some(leader) if leader.age_on(cx.today()).is_some_and(|age| age < LEADS_FROM) => {
            said("stop", Word::new("organisations.check.young"))
        }
        Some(_) => said("", Word::new("organisations.check.leader")),
    });
    Ok(checks)
}

async fn show(cx: Cx, Path(team): Path<OrganisationId>) -> Result<Answer> {
    cx.page(&page(&cx, team, ReviewForm::default(), FieldErrors::none()).await?)
}

async fn decide(cx: Cx, Path(team): Path<OrganisationId>, Form(typed): Form<ReviewForm>) -> Result<Answer> {
    let (approved, opinion) = match typed.check()? {
        Ok(checked) => checked,
        Err(errors) => return cx.invalid(&page(&cx, team, typed, errors).await?),
    };
    let at = cx.clone();
    cx.once(team.lane(), async move |tx: &mut Tx<'_>| founding::decide(tx, &at, team, (approved, &opinion)).await)
        .await?;
    let said = if approved { "organisations.review.approved" } else { "organisations.review.declined" };
    Ok(cx.see_other_saying(&format!("/desk/teams/{team}/review"), &Word::new(said)))
}
