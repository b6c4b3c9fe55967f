//! Members of a team: joining, roles, leaving; and the panel on a person's record.

use crate::forms::{LeaveForm, MemberForm};
use crate::model::{MembershipOf, OrganisationId, Tree};
use crate::{invitations, pages, policy, store, verbs};
use askama::Template;
use axum::extract::Path;
use kernel::http::filters;
use kernel::ids::Raw;
use kernel::{Answer, Cx, Error, FieldErrors, Form, Result, Routes, Tx, Word};
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
    policy::may(&cx, policy::MEMBERS, &team)?;
    if !policy::can(&cx, policy::MANAGE, &team) {
        return invitations::create(cx, team, form).await;
    }
    let (person, role, from_on) = match form.check(&cx).await? {
        Ok(checked) => checked,
        Err(errors) => return pages::again(&cx, team, form, errors).await,
    };
    let (at, id, who) = (cx.clone(), team.id, person.id);
    let made =
        cx.once(id.lane(), async move |tx: &mut Tx<'_>| verbs::admit(tx, &at, (id, who), role, from_on).await).await;
    match made {
        Ok(_) => {
            Ok(cx.see_other_saying(&team.url(), &Word::new("organisations.member_added").with("name", person.name)))
        }
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
    let (last, reason) = match page.form.check(&cx) {
        Ok(checked) => checked,
        Err(Error::Invalid(errors)) => {
            is_in(&cx, (team, person)).await?;
            return cx.invalid(&Leaving { errors, ..page });
        }
        Err(other) => return Err(other),
    };
    let held = store::find_open(&cx.db, cx.tenant, team, person).await?;
    if held.iter().any(|m| m.role.leads()) {
        policy::may(&cx, policy::MANAGE, &store::find(&cx.db, cx.tenant, team).await?)?;
    }
    let at = cx.clone();
    cx.once(team.lane(), async move |tx: &mut Tx<'_>| verbs::leave(tx, &at, (team, person), (last, &reason)).await)
        .await?;
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
