//! Making an activity: the draft, its changes, and handing it in.

use super::{held, held_activity, team::led};
use crate::forms::{ActivityForm, RULES};
use crate::lifecycle;
use crate::model::{Activity, ActivityId, CATEGORIES, NewActivity, Scope, Session, State};
use crate::rules::Step;
use crate::{MANAGE, store};
use askama::Template;
use axum::extract::Path;
use kernel::http::filters;
use kernel::ids::Raw;
use kernel::{Answer, Cx, Deed, Error, FieldErrors, Form, Query, Result, Target, Tx, Word};
use organisations::{Organisation, OrganisationId, Tree};
use places::{Region, Site, SiteFilter, SiteState};
use serde::{Deserialize, Serialize};

#[derive(Serialize)]
struct Written {
    #[serde(skip)]
    activity: ActivityId,
    title: String,
    deed: &'static str,
}

impl Deed for Written {
    const KIND: &'static str = "activity.written";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("activity", Some(self.activity.0))
    }
}

#[derive(Template)]
#[template(path = "activities/form.html")]
struct Edit {
    team: Organisation,
    activity: Option<ActivityId>,
    form: ActivityForm,
    errors: FieldErrors,
    sites: Vec<Site>,
    regions: Vec<Region>,
    scopes: &'static [Scope],
}

impl Edit {
    fn to(&self) -> String {
        self.activity.map_or_else(|| "/activities".to_owned(), |id| format!("/activities/{id}"))
    }

    /// What must be answered with yes or no.
    fn questions(&self) -> [(&'static str, &str); 3] {
        let form = &self.form;
        [("risky", &form.risky), ("working_time", &form.working_time), ("own_duty", &form.own_duty)]
    }
}

/// A team that the actor manages activities of.
async fn team(cx: &Cx, id: OrganisationId) -> Result<Organisation> {
    let team = organisations::find(&cx.db, cx.tenant, id).await?;
    let target = Target { region: &team.region_code, organisation: &team.path, person: None };
    if team.tree != Tree::Team || cx.may(MANAGE, &target).is_err() {
        return Err(Error::NotFound);
    }
    Ok(team)
}

async fn page(
    cx: &Cx,
    team: Organisation,
    activity: Option<ActivityId>,
    form: ActivityForm,
    errors: FieldErrors,
) -> Result<Edit> {
    let town = places::town_of(&team.region_code).to_owned();
    let filter = SiteFilter { region: town.clone(), state: Some(SiteState::Open), ..SiteFilter::default() };
    let sites = places::list_sites(&cx.db, cx.tenant, &filter, None, 200).await?;
    let regions = places::regions(&cx.db, &town).await?;
    Ok(Edit { team, activity, form, errors, sites, regions, scopes: Scope::ALL })
}

/// The site and the checked form; where it is held must lie where the actor may act.
async fn check(
    cx: &Cx,
    team: &Organisation,
    form: &ActivityForm,
) -> Result<std::result::Result<NewActivity, FieldErrors>> {
    let mut errors = FieldErrors::none();
    let site = match form.site.trim() {
        "" => None,
        id => match id.parse() {
            Ok(id) => Some(places::find_site(&cx.db, cx.tenant, id).await?),
            Err(_) => return Err(Error::Malformed(Word::new("error.form"))),
        },
    };
    let new = match form.check(cx, team, site.as_ref()) {
        Ok(new) => new,
        Err(errors) => return Ok(Err(errors)),
    };
    let region = places::find_region(&cx.db, &new.region).await.ok();
    let may = |r: &Region| cx.may(MANAGE, &Target { region: &r.code, organisation: &team.path, person: None }).is_ok();
    if !region.as_ref().is_some_and(may) {
        errors.add("region", Word::new("form.choose"));
        return Ok(Err(errors));
    }
    Ok(Ok(new))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct For {
    team: Option<OrganisationId>,
}

pub(super) async fn new(cx: Cx, Query(wanted): Query<For>) -> Result<Answer> {
    let team = match wanted.team {
        Some(id) => team(&cx, id).await?,
        None => match led(&cx).await?.into_iter().next() {
            Some(first) => first,
            None => return Ok(cx.see_other_saying("/desk/teams", &Word::new("activity.form.which_team"))),
        },
    };
    organisations::rules::at_work(&team).map_err(Error::Refused)?;
    let form = ActivityForm::fresh(&cx, &team);
    cx.page(&page(&cx, team, None, form, FieldErrors::none()).await?)
}

pub(super) async fn create(cx: Cx, Form(form): Form<ActivityForm>) -> Result<Answer> {
    let id = form.team.trim().parse().map_err(|_| Error::NotFound)?;
    let team = team(&cx, id).await?;
    organisations::rules::at_work(&team).map_err(Error::Refused)?;
    let new = match check(&cx, &team, &form).await? {
        Ok(new) => new,
        Err(errors) => return cx.invalid(&page(&cx, team, None, form, errors).await?),
    };
    let at = cx.clone();
    let made = cx
        .once(team.id.lane(), async move |tx: &mut Tx<'_>| {
            let id = store::insert(tx, &at, &new).await?;
            tx.record(&at, &Written { activity: id, title: new.title, deed: "made" });
            Ok(id)
        })
        .await?;
    next(&cx, made, &form).await
}

/// After a draft is kept: on to the review when that button was pressed.
async fn next(cx: &Cx, activity: ActivityId, form: &ActivityForm) -> Result<Answer> {
    if form.then != "submit" {
        return Ok(cx.see_other_saying(&format!("/activities/{activity}/submission"), &Word::new("activity.kept")));
    }
    lifecycle::take(cx, activity, Step::Submit, String::new()).await?;
    Ok(cx.see_other(&format!("/activities/{activity}/submission")))
}

/// A draft of the actor's teams; anything else cannot be changed any more.
async fn draft(cx: &Cx, id: ActivityId) -> Result<Activity> {
    let activity = held_activity(cx, id, MANAGE).await?;
    if activity.state == State::Draft { Ok(activity) } else { Err(Error::refused("activity.refused.not_draft")) }
}

pub(super) async fn edit(cx: Cx, Path(activity): Path<ActivityId>) -> Result<Answer> {
    let activity = draft(&cx, activity).await?;
    let team = organisations::find(&cx.db, cx.tenant, activity.organisation_id).await?;
    let (sessions, posts) = store::program(&cx.db, cx.tenant, activity.id).await?;
    let form = ActivityForm::of(&activity, &sessions, &posts);
    cx.page(&page(&cx, team, Some(activity.id), form, FieldErrors::none()).await?)
}

pub(super) async fn update(cx: Cx, Path(activity): Path<ActivityId>, Form(form): Form<ActivityForm>) -> Result<Answer> {
    let activity = draft(&cx, activity).await?;
    let team = organisations::find(&cx.db, cx.tenant, activity.organisation_id).await?;
    let new = match check(&cx, &team, &form).await? {
        Ok(new) => new,
        Err(errors) => return cx.invalid(&page(&cx, team, Some(activity.id), form, errors).await?),
    };
    let (at, id) = (cx.clone(), activity.id);
    cx.write(id.lane(), async move |tx: &mut Tx<'_>| {
        held(&at, MANAGE, &store::find(tx, at.tenant, id).await?)?;
        store::update_draft(tx, &at, id, &new).await?;
        tx.record(&at, &Written { activity: id, title: new.title, deed: "changed" });
        Ok(())
    })
    .await?;
    next(&cx, id, &form).await
}

#[derive(Template)]
#[template(path = "activities/submission.html")]
struct Submission {
    activity: Activity,
    sessions: Vec<Session>,
}

impl Submission {
    /// Sent back to its author, with words.
    fn returned(&self) -> Option<&str> {
        self.activity.opinion.as_deref().filter(|_| self.activity.state == State::Draft)
    }
}

pub(super) async fn show_submission(cx: Cx, Path(activity): Path<ActivityId>) -> Result<Answer> {
    let activity = held_activity(&cx, activity, MANAGE).await?;
    let sessions = store::sessions(&cx.db, cx.tenant, activity.id).await?;
    cx.page(&Submission { activity, sessions })
}

pub(super) async fn submit(cx: Cx, Path(activity): Path<ActivityId>, Form(_): Form<super::Nothing>) -> Result<Answer> {
    let activity = held_activity(&cx, activity, MANAGE).await?;
    lifecycle::take(&cx, activity.id, Step::Submit, String::new()).await?;
    Ok(cx.see_other(&format!("/activities/{}/submission", activity.id)))
}
