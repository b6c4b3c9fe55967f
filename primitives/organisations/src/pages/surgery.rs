//! Merging a team into another, and splitting one: the effect is shown before the deed.

use crate::forms::{MergeForm, SplitForm};
use crate::model::{Member, Organisation, OrganisationId};
use crate::{life, policy, store, surgery};
use askama::Template;
use axum::extract::Path;
use kernel::http::filters;
use kernel::{Answer, Cx, Error, FieldErrors, Form, LaneKey, Query, Result, Routes, Tx, Word};

pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/desk/teams/{team}/merger", policy::MANAGE, merger)
        .post("/desk/teams/{team}/merger", policy::MANAGE, merge)
        .get("/desk/teams/{team}/division", policy::MANAGE, division)
        .post("/desk/teams/{team}/division", policy::MANAGE, split)
}

/// Members of whom some may be chosen on one page.
const MOST: i64 = 1_000;

/// What a merger would do.
struct Effect {
    into: Organisation,
    moving: i64,
    both: i64,
    unfinished: i64,
    below: i64,
}

#[derive(Template)]
#[template(path = "organisations/merger.html")]
struct Merger {
    team: Organisation,
    form: MergeForm,
    effect: Option<Effect>,
    errors: FieldErrors,
}

async fn may(cx: &Cx, id: OrganisationId) -> Result<Organisation> {
    let team = store::find(&cx.db, cx.tenant, id).await?;
    policy::may(cx, policy::MANAGE, &team)?;
    Ok(team)
}

/// The other team by its number, where both are the actor's to change.
async fn effect(cx: &Cx, team: &Organisation, form: &MergeForm) -> Result<std::result::Result<Effect, FieldErrors>> {
    let mut errors = FieldErrors::none();
    let into = form.other(cx, &mut errors).await?;
    let Some(into) = into.filter(|into| policy::can(cx, policy::MANAGE, into)) else {
        if errors.is_empty() {
            errors.add("into", Word::new("organisations.no_parent"));
        }
        return Ok(Err(errors));
    };
    if let Err(Error::Refused(word)) = surgery::may_merge(team, &into) {
        errors.add("into", word);
        return Ok(Err(errors));
    }
    let members = store::count_members(&cx.db, cx.tenant, &[team.id]).await?.remove(&team.id).unwrap_or(0);
    let both = store::in_both(&cx.db, cx.tenant, (team.id, into.id)).await?;
    Ok(Ok(Effect {
        moving: members - both,
        both,
        unfinished: life::unfinished(cx, team.id).await?,
        below: store::count_below(&cx.db, cx.tenant, team.id).await?,
        into,
    }))
}

async fn merger(cx: Cx, Path(team): Path<OrganisationId>, Query(form): Query<MergeForm>) -> Result<Answer> {
    let team = may(&cx, team).await?;
    if form.into.trim().is_empty() {
        return cx.page(&Merger { team, form, effect: None, errors: FieldErrors::none() });
    }
    match effect(&cx, &team, &form).await? {
        Ok(effect) => cx.page(&Merger { team, form, effect: Some(effect), errors: FieldErrors::none() }),
        Err(errors) => cx.invalid(&Merger { team, form, effect: None, errors }),
    }
}

async fn merge(cx: Cx, Path(team): Path<OrganisationId>, Form(form): Form<MergeForm>) -> Result<Answer> {
    // Sent twice, the second finds the team ended: what it answers is the first one's answer.
    let team = may(&cx, team).await?;
    let mut errors = FieldErrors::none();
    let into = form.other(&cx, &mut errors).await?;
    let (name, reason) = form.check(&mut errors);
    let Some(into) = into.filter(|_| errors.is_empty()) else {
        return cx.invalid(&Merger { team, form, effect: None, errors });
    };
    policy::may(&cx, policy::MANAGE, &into)?;
    let (at, from, into) = (cx.clone(), team.id, into.id);
    let to = cx
        .once(LaneKey::of(cx.tenant.0), async move |tx: &mut Tx<'_>| match name {
            Some(name) => surgery::merge_anew(tx, &at, (from, into), (&name, &reason)).await,
            None => surgery::merge(tx, &at, (from, into), (false, &reason)).await.map(|()| into),
        })
        .await?;
    Ok(cx.see_other_saying(&format!("/desk/teams/{to}"), &Word::new("organisations.merge.done")))
}

#[derive(Template)]
#[template(path = "organisations/division.html")]
struct Division {
    team: Organisation,
    members: Vec<Member>,
    form: SplitForm,
    errors: FieldErrors,
}

async fn page(cx: &Cx, team: Organisation, form: SplitForm, errors: FieldErrors) -> Result<Division> {
    let members = store::members(&cx.db, cx.tenant, (team.id, false), (None, MOST)).await?;
    Ok(Division { team, members, form, errors })
}

async fn division(cx: Cx, Path(team): Path<OrganisationId>) -> Result<Answer> {
    let team = may(&cx, team).await?;
    cx.page(&page(&cx, team, SplitForm::default(), FieldErrors::none()).await?)
}

async fn split(cx: Cx, Path(team): Path<OrganisationId>, Form(form): Form<SplitForm>) -> Result<Answer> {
    let team = may(&cx, team).await?;
    let wanted = match form.check() {
        Ok(wanted) => wanted,
        Err(errors) => return cx.invalid(&page(&cx, team, form, errors).await?),
    };
    let (at, id) = (cx.clone(), team.id);
    let to = cx
        .once(LaneKey::of(cx.tenant.0), async move |tx: &mut Tx<'_>| {
            let of = (wanted.name.as_str(), wanted.reason.as_str());
            surgery::split(tx, &at, id, of, (&wanted.members, wanted.leader)).await
        })
        .await?;
    Ok(cx.see_other_saying(&format!("/desk/teams/{to}"), &Word::new("organisations.split.done")))
}
