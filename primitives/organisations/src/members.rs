//! Members of a team: joining, roles, leaving; and the panel on a person's record.

use crate::desk::{self, Named};
use crate::forms::{LeaveForm, MemberForm};
use crate::model::{MembershipOf, OrganisationId, Tree};
use crate::{invitations, pages, policy, store};
use askama::Template;
use axum::extract::Path;
use kernel::http::filters;
use kernel::ids::Raw;
use kernel::{Answer, Cx, Error, FieldErrors, Form, Result, Routes, Word};
use people::PersonId;
use people::ties::Later;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .post("/desk/teams/{team}/members", policy::MEMBERS, create)
        .get("/desk/teams/{team}/members/{person}/leaving", policy::MEMBERS, leaving)
        .post("/desk/teams/{team}/members/{person}/leaving", policy::MEMBERS, destroy)
}

/// Who founds teams puts people into them; a leader asks them.
async fn create(cx: Cx, Path(team): Path<OrganisationId>, Form(form): Form<MemberForm>) -> Result<Answer> {
    let team = store::find(&cx.db, cx.tenant, team).await?;
    match desk::name_member(&cx, &team, &form).await {
        Ok(Named::Joined(person)) => {
            let word = Word::new("organisations.member_added").with("name", person.name);
            Ok(cx.see_other_saying(&team.url(), &word))
        }
        Ok(Named::Asked) => {
            Ok(cx.see_other_saying(&team.url(), &Word::new("organisations.invited").with("days", invitations::DAYS)))
        }
        Err(Error::Invalid(errors)) => pages::again(&cx, team, form, errors).await,
        Err(Error::Refused(word)) => {
            let mut errors = FieldErrors::none();
            errors.add("who", word);
            pages::again(&cx, team, form, errors).await
        }
        Err(other) => Err(other),
    }
}

#[derive(Template)]
#[template(path = "organisations/leaving.html")]
struct Leaving {
    url: String,
    team: String,
    name: String,
    person: PersonId,
    form: LeaveForm,
    errors: FieldErrors,
}

async fn page(
    cx: &Cx,
    (team, person): (OrganisationId, PersonId),
    form: LeaveForm,
    errors: FieldErrors,
) -> Result<Leaving> {
    let team = store::find(&cx.db, cx.tenant, team).await?;
    policy::may(cx, policy::MEMBERS, &team)?;
    let name = people::find(&cx.db, cx.tenant, person).await?.name;
    Ok(Leaving { url: team.url(), team: team.name, name, person, form, errors })
}

/// Only of members is a name shown here.
async fn is_in(cx: &Cx, (team, person): (OrganisationId, PersonId)) -> Result<()> {
    if store::is_member(&cx.db, cx.tenant, person, team).await? { Ok(()) } else { Err(Error::NotFound) }
}

async fn leaving(cx: Cx, Path(at): Path<(OrganisationId, PersonId)>) -> Result<Answer> {
    is_in(&cx, at).await?;
    let form = LeaveForm { last: cx.today().to_string(), reason: String::new() };
    cx.page(&page(&cx, at, form, FieldErrors::none()).await?)
}

async fn destroy(
    cx: Cx,
    Path((team, person)): Path<(OrganisationId, PersonId)>,
    Form(form): Form<LeaveForm>,
) -> Result<Answer> {
    let page = page(&cx, (team, person), form, FieldErrors::none()).await?;
    let of = store::find(&cx.db, cx.tenant, team).await?;
    match desk::let_go(&cx, &of, person, &page.form).await {
        Err(Error::Invalid(errors)) => {
            is_in(&cx, (team, person)).await?;
            return cx.invalid(&Leaving { errors, ..page });
        }
        gone => gone?,
    }
    Ok(cx.see_other_saying(&page.url, &Word::new("organisations.member_left").with("name", &page.name)))
}

#[derive(Template)]
#[template(path = "organisations/person_panel.html")]
struct PersonPanel {
    rows: Vec<MembershipOf>,
}

/// The teams of a person with their days, for whoever may read the person; the branch is not among them.
pub(crate) fn person_panel(cx: Cx, person: Raw) -> Later<Option<String>> {
    Box::pin(async move {
        let rows = store::history_of(&cx.db, cx.tenant, PersonId(person), Tree::Team).await?;
        cx.fragment(&PersonPanel { rows }).map(Some)
    })
}
