//! Stopping a team, letting it work again, ending it: what follows is said first.

use crate::forms::StateForm;
use crate::model::{Organisation, OrganisationId, State};
use crate::rules::may_move;
use crate::{life, policy, store};
use askama::Template;
use axum::extract::Path;
use kernel::http::filters;
use kernel::{Answer, Cx, Error, FieldErrors, Form, Result, Routes, Tx, Word};

pub(super) fn routes() -> Routes {
    Routes::new().get("/desk/teams/{team}/state", policy::MANAGE, show).post(
        "/desk/teams/{team}/state",
        policy::MANAGE,
        update,
    )
}

#[derive(Template)]
#[template(path = "organisations/state.html")]
struct Show {
    team: Organisation,
    members: i64,
    unfinished: i64,
    ways: Vec<State>,
    form: StateForm,
    errors: FieldErrors,
}

async fn page(cx: &Cx, id: OrganisationId, form: StateForm, errors: FieldErrors) -> Result<Show> {
    let team = store::find(&cx.db, cx.tenant, id).await?;
    policy::may(cx, policy::MANAGE, &team)?;
    let applied = team.state == State::Applied;
    let ways = State::ALL.iter().copied().filter(|to| !applied && may_move(team.state, *to)).collect();
    Ok(Show {
        members: store::count_members(&cx.db, cx.tenant, &[id]).await?.remove(&id).unwrap_or(0),
        unfinished: life::unfinished(cx, id).await?,
        ways,
        team,
        form,
        errors,
    })
}

async fn show(cx: Cx, Path(team): Path<OrganisationId>) -> Result<Answer> {
    cx.page(&page(&cx, team, StateForm::default(), FieldErrors::none()).await?)
}

async fn update(cx: Cx, Path(id): Path<OrganisationId>, Form(typed): Form<StateForm>) -> Result<Answer> {
    let page = page(&cx, id, typed, FieldErrors::none()).await?;
    let (to, reason) = match page.form.check() {
        Ok(checked) => checked,
        Err(errors) => return cx.invalid(&Show { errors, ..page }),
    };
    if to == State::Ended && page.unfinished > 0 {
        return Err(Error::Refused(Word::new("organisations.life.unfinished").with("n", page.unfinished)));
    }
    let at = cx.clone();
    cx.once(id.lane(), async move |tx: &mut Tx<'_>| life::set(tx, &at, id, to, &reason).await).await?;
    Ok(cx.see_other_saying(&page.team.url(), &Word::new("organisations.life.done")))
}
