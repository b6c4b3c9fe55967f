//! Asking for a team of one's own, and what became of it.

use super::district;
use crate::forms::ApplyForm;
use crate::model::{Kind, Organisation, OrganisationId};
use crate::rules::LEADS_FROM;
use crate::store::{self, Review};
use crate::{founding, policy};
use askama::Template;
use axum::extract::Path;
use kernel::http::filters;
use kernel::time::WorkCalendar;
use kernel::{Answer, Cx, Error, FieldErrors, Form, LaneKey, Result, Routes, Tx};
use people::{Person, PersonId, PersonState};
use places::Region;

pub(super) fn routes() -> Routes {
    Routes::new().get("/teams/new", policy::APPLY, new).post("/teams", policy::APPLY, create).get(
        "/teams/{team}/application",
        policy::APPLY,
        show,
    )
}

/// Kinds that somebody may ask for; a town's own body and the federation are founded at the desk.
const KINDS: [Kind; 4] = [Kind::Village, Kind::Organ, Kind::Enterprise, Kind::Institution];

/// A town and its communities.
struct Town {
    name: String,
    places: Vec<Region>,
}

#[derive(Template)]
#[template(path = "organisations/apply.html")]
struct New {
    form: ApplyForm,
    errors: FieldErrors,
    towns: Vec<Town>,
    kinds: [Kind; 4],
    waits: Option<OrganisationId>,
}

async fn page(cx: &Cx, form: ApplyForm, errors: FieldErrors) -> Result<New> {
    let mut towns: Vec<Town> = Vec::new();
    for region in places::regions(&cx.db, district(cx)).await? {
        match region.code.len() {
            9 => towns.push(Town { name: region.name.clone(), places: vec![region] }),
            12 => {
                if let Some(town) = towns.last_mut() {
                    town.places.push(region);
                }
            }
            _ => {}
        }
    }
    let waits = store::applied_by(&cx.db, cx.tenant, cx.person()?).await?;
    Ok(New { form, errors, towns, kinds: KINDS, waits })
}

async fn oneself(cx: &Cx) -> Result<Person> {
    people::find(&cx.db, cx.tenant, PersonId(cx.person()?)).await
}

async fn new(cx: Cx) -> Result<Answer> {
    let form = ApplyForm { region: oneself(&cx).await?.region_code, ..ApplyForm::default() };
    cx.page(&page(&cx, form, FieldErrors::none()).await?)
}

/// Who can lead a team: a volunteer of full age who has not left.
fn can_lead(cx: &Cx, person: &Person) -> Result<()> {
    if person.age_on(cx.today()).is_some_and(|age| age < LEADS_FROM) {
        return Err(Error::refused("organisations.apply.too_young"));
    }
    match person.state {
        PersonState::Active | PersonState::Dormant => Ok(()),
        _ => Err(Error::refused("organisations.apply.not_active")),
    }
}

async fn create(cx: Cx, Form(typed): Form<ApplyForm>) -> Result<Answer> {
    let new = match typed.check(&cx).await? {
        Ok(new) => new,
        Err(errors) => return cx.invalid(&page(&cx, typed, errors).await?),
    };
    let person = oneself(&cx).await?;
    can_lead(&cx, &person)?;
    let calendar = WorkCalendar::load(&cx.db).await?;
    let (at, leader) = (cx.clone(), person.id);
    let id = cx
        .once(LaneKey::of(cx.tenant.0), async move |tx: &mut Tx<'_>| {
            if store::applied_by(tx, at.tenant, leader.0).await?.is_some() {
                return Err(Error::refused("organisations.apply.waits"));
            }
            founding::apply(tx, &at, &new, Some(leader), &calendar).await
        })
        .await?;
    Ok(cx.see_other(&format!("/teams/{id}/application")))
}

#[derive(Template)]
#[template(path = "organisations/application.html")]
struct Show {
    team: Organisation,
    region: String,
    review: Review,
}

impl Show {
    fn approved(&self) -> bool {
        self.review.state == "approved"
    }

    fn opinion(&self) -> &str {
        self.review.opinion.as_deref().unwrap_or_default()
    }
}

/// Only whoever applied, and whoever is to lead it.
async fn show(cx: Cx, Path(team): Path<OrganisationId>) -> Result<Answer> {
    let review = store::find_review(&cx.db, cx.tenant, team).await?.ok_or(Error::NotFound)?;
    if !policy::is_own(&cx, &review) {
        return Err(Error::NotFound);
    }
    let team = store::find(&cx.db, cx.tenant, team).await?;
    let region = places::full_region_name(&cx, &team.region_code).await?;
    cx.page(&Show { team, region, review })
}
