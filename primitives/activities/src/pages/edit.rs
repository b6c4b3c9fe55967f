//! Making an activity: the draft, its changes, and handing it in.

use super::{held_activity, team::led};
use crate::forms::{ActivityForm, RULES, Slot};
use crate::model::{Activity, ActivityId, CATEGORIES, Scope, Session, State, Way};
use crate::rules::Step;
use crate::signups::admission;
use crate::{MANAGE, drafts, lifecycle, store};
use askama::Template;
use axum::extract::Path;
use kernel::http::filters;
use kernel::secret::Secret;
use kernel::{Answer, Cx, Error, FieldErrors, Form, Query, Result, Word};
use organisations::{Organisation, OrganisationId};
use people::certificates::CertificateKind;
use places::{Region, Site, SiteFilter, SiteState};
use serde::Deserialize;

#[derive(Template)]
#[template(path = "activities/form.html")]
struct Edit {
    team: Organisation,
    activity: Option<ActivityId>,
    form: ActivityForm,
    errors: FieldErrors,
    sites: Vec<Site>,
    regions: Vec<Region>,
    /// The kinds of certificates that can be asked for.
    kinds: Vec<CertificateKind>,
    scopes: &'static [Scope],
    ways: &'static [Way],
    /// The rule that the first session is repeated by.
    series: Option<Word>,
}

impl Edit {
    fn to(&self) -> String {
        self.activity.map_or_else(|| "/activities".to_owned(), |id| format!("/activities/{id}"))
    }

    /// The sessions that are typed: of a series its pattern alone.
    fn slots(&self) -> Vec<Slot> {
        let mut slots = self.form.slots();
        slots.truncate(if self.series.is_some() { 1 } else { slots.len() });
        slots
    }

    /// What must be answered with yes or no.
    fn questions(&self) -> [(&'static str, &str); 3] {
        let form = &self.form;
        [("risky", &form.risky), ("working_time", &form.working_time), ("own_duty", &form.own_duty)]
    }
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
    let mut kinds = people::certificates::kinds(&cx.db, cx.tenant).await?;
    kinds.retain(|kind| kind.ended_at.is_none() || form.asks(&kind.id));
    let series = match activity {
        Some(id) => store::series::find(&cx.db, cx.tenant, id).await?.map(|(_, rule)| super::series::said(cx, &rule)),
        None => None,
    };
    Ok(Edit { team, activity, form, errors, sites, regions, kinds, scopes: Scope::ALL, ways: Way::ALL, series })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct For {
    team: Option<OrganisationId>,
}

pub(super) async fn new(cx: Cx, Query(wanted): Query<For>) -> Result<Answer> {
    let team = match wanted.team {
        Some(id) => drafts::team(&cx, id).await?,
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
    let team = drafts::team(&cx, id).await?;
    match drafts::create(&cx, &team, &form).await {
        Ok(made) => next(&cx, made, &form).await,
        Err(Error::Invalid(errors)) => cx.invalid(&page(&cx, team, None, form, errors).await?),
        Err(other) => Err(other),
    }
}

/// After a draft is kept: on to the review when that button was pressed.
async fn next(cx: &Cx, activity: ActivityId, form: &ActivityForm) -> Result<Answer> {
    if form.scope == Scope::Backfill.as_str() {
        return Ok(cx.see_other_saying(&format!("/activities/{activity}/submission"), &Word::new("proof.next")));
    }
    if form.then != "submit" {
        return Ok(cx.see_other_saying(&format!("/activities/{activity}/submission"), &Word::new("activity.kept")));
    }
    lifecycle::take(cx, activity, Step::Submit, String::new()).await?;
    Ok(cx.see_other(&format!("/activities/{activity}/submission")))
}

pub(super) async fn edit(cx: Cx, Path(activity): Path<ActivityId>) -> Result<Answer> {
    let (activity, team) = drafts::find(&cx, activity).await?;
    let (sessions, posts) = store::program(&cx.db, cx.tenant, activity.id).await?;
    let form = ActivityForm::of(&activity, &sessions, &posts);
    cx.page(&page(&cx, team, Some(activity.id), form, FieldErrors::none()).await?)
}

pub(super) async fn update(cx: Cx, Path(activity): Path<ActivityId>, Form(form): Form<ActivityForm>) -> Result<Answer> {
    let (activity, team) = drafts::find(&cx, activity).await?;
    match drafts::update(&cx, (activity.id, &team), &form).await {
        Ok(()) => next(&cx, activity.id, &form).await,
        Err(Error::Invalid(errors)) => cx.invalid(&page(&cx, team, Some(activity.id), form, errors).await?),
        Err(other) => Err(other),
    }
}

#[derive(Template)]
#[template(path = "activities/submission.html")]
pub(super) struct Submission {
    activity: Activity,
    sessions: Vec<Session>,
    /// The rule by which it is held again and again.
    series: Option<Word>,
    /// The link of a hidden activity.
    link: Option<String>,
    /// The pass code, for those who manage it.
    pass_code: Option<Secret<String>>,
    errors: FieldErrors,
}

impl Submission {
    /// Sent back to its author, with words.
    fn returned(&self) -> Option<&str> {
        self.activity.opinion.as_deref().filter(|_| self.activity.state == State::Draft)
    }

    fn is_draft(&self) -> bool {
        self.activity.state == State::Draft
    }

    /// A back-entry project that lacks its proof cannot go on.
    fn lacks_proof(&self) -> bool {
        self.activity.is_backfill() && !self.activity.is_proved()
    }
}

pub(super) async fn submission(cx: &Cx, activity: Activity, errors: FieldErrors) -> Result<Submission> {
    let sessions = store::sessions(&cx.db, cx.tenant, activity.id).await?;
    let hidden = activity.scope == Scope::Hidden;
    let (base, key) = (&cx.app.config.base_url, admission::link_key(cx, activity.id));
    let link = hidden.then(|| format!("{base}{}?key={key}", activity.url()));
    let pass_code = admission::pass_code(cx, &activity)?;
    let series =
        store::series::find(&cx.db, cx.tenant, activity.id).await?.map(|(_, rule)| super::series::said(cx, &rule));
    Ok(Submission { activity, sessions, series, link, pass_code, errors })
}

pub(super) async fn show_submission(cx: Cx, Path(activity): Path<ActivityId>) -> Result<Answer> {
    let activity = held_activity(&cx, activity, MANAGE).await?;
    cx.page(&submission(&cx, activity, FieldErrors::none()).await?)
}

pub(super) async fn submit(cx: Cx, Path(activity): Path<ActivityId>, Form(_): Form<super::Nothing>) -> Result<Answer> {
    let activity = held_activity(&cx, activity, MANAGE).await?;
    lifecycle::take_once(&cx, activity.id, Step::Submit, String::new()).await?;
    Ok(cx.see_other(&format!("/activities/{}/submission", activity.id)))
}
