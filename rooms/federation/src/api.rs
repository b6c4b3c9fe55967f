//! Oneself, and putting volunteers on record, as JSON.

pub(crate) mod claims;
pub(crate) mod messages;
pub(crate) mod own;
pub(crate) mod requests;
pub(crate) mod teams;
pub(crate) mod towns;

use crate::data;
use crate::deeds::RegisteredByProgram;
use crate::stars;
use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use chrono::{Datelike as _, NaiveDate};
use kernel::http::{Body, Problem};
use kernel::ids::Raw;
use kernel::{Cx, Error, FieldErrors, LaneKey, Result, Tx, Word};
use people::duplicates::Card;
use people::duplicates::saving::{self, Apart, DoubleProblem};
use people::rules::{identity, name, phone};
use people::{Field, NewPerson, PersonId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Oneself; phone and number masked.
#[derive(Serialize, ToSchema)]
pub(crate) struct Me {
    /// The person's id.
    #[schema(value_type = String)]
    id: Raw,
    /// As on the document.
    name: String,
    /// Given once, kept for ever.
    volunteer_no: Option<String>,
    /// `138 **** 0000`
    phone: Option<String>,
    /// The document's last four characters.
    identity: Option<String>,
    /// Where they live, by code.
    region_code: String,
    /// Minutes in the ledger.
    minutes: i64,
    /// Minutes of this year.
    minutes_this_year: i64,
    /// Stars that these minutes carry.
    stars: usize,
    /// The names of their teams.
    teams: Vec<String>,
}

/// One's own record, masked, with what one's service came to.
#[utoipa::path(get, path = "/api/v1/me", tag = "federation", responses((status = 200, body = Me)))]
pub(crate) async fn me(cx: Cx) -> Result<Json<Me>> {
    let id = PersonId(cx.person()?);
    let person = people::find(&cx.db, cx.tenant, id).await?;
    let minutes = hours::balance(&cx.db, cx.tenant, id).await?;
    let months = hours::months(&cx.db, cx.tenant, id, cx.today().year()).await?;
    let teams = organisations::teams_of(&cx.db, cx.tenant, id).await?;
    Ok(Json(Me {
        id: id.0,
        phone: data::masked(Field::Phone, &person, false),
        identity: data::masked(Field::Identity, &person, false),
        name: person.name,
        volunteer_no: person.volunteer_no,
        region_code: person.region_code,
        minutes,
        minutes_this_year: months.iter().map(|month| month.minutes).sum(),
        stars: stars::stars(stars::NATIONAL, minutes).0,
        teams: teams.into_iter().map(|team| team.name).collect(),
    }))
}

/// A volunteer to be put on record.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewVolunteer {
    /// As on the document.
    name: String,
    /// A citizen's number; birth date and sex follow from it.
    #[schema(value_type = String)]
    id_number: kernel::Secret<String>,
    /// A mobile, or a landline with its area code.
    phone: Option<String>,
    /// Where they live, by code: a region of the tree, within the caller's own.
    region_code: String,
    /// The day of registration; today without it.
    registered_on: Option<NaiveDate>,
    /// Those of whom the warning before told, when all of them are somebody else.
    #[serde(default)]
    apart: String,
    /// With `apart`: how that is known; up to 100 characters.
    #[serde(default)]
    apart_reason: String,
}

/// What was made.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct Made {
    /// The person's id.
    #[schema(value_type = String)]
    id: Raw,
    /// Given once, kept for ever.
    volunteer_no: Option<String>,
}

/// Puts a volunteer on record. A document that is on record already is refused; whoever may be there already is warned of first.
/// Takes an `Idempotency-Key`.
#[utoipa::path(post, path = "/api/v1/volunteers", tag = "federation", request_body = NewVolunteer,
    responses((status = 201, body = Made), (status = 409, body = DoubleProblem, description = "They may be on record already"),
        (status = 422, body = Problem)))]
pub(crate) async fn create(cx: Cx, Body(new): Body<NewVolunteer>) -> Result<Response> {
    people::policy::may_register(&cx, &new.region_code)?;
    let person = check(&cx, &new).await?;
    let apart = Apart::of_program(&new.apart, &new.apart_reason)?;
    let (at, card) = (cx.clone(), Card::of_new(&person));
    let made = cx
        .once(LaneKey::of(person.id.0), async move |tx: &mut Tx<'_>| {
            let id = saving::put(tx, &at, &person, &apart).await?;
            tx.record(&at, &RegisteredByProgram { object: Some(id.0) });
            let volunteer_no = people::find(tx, at.tenant, id).await?.volunteer_no;
            Ok(Made { id: id.0, volunteer_no })
        })
        .await;
    match made {
        Err(Error::Refused(word)) if saving::is_warning(&word) => saving::problem(&cx, &card).await,
        made => Ok((StatusCode::CREATED, Json(made?)).into_response()),
    }
}

async fn check(cx: &Cx, new: &NewVolunteer) -> Result<NewPerson> {
    let mut errors = FieldErrors::none();
    let today = cx.today();
    let name = name::parse(&new.name).map_err(|e| errors.add("name", Word::new(e.word())));
    let identity =
        identity::parse(new.id_number.expose(), None, today).map_err(|e| errors.add("id_number", Word::new(e.word())));
    let phone = match new.phone.as_deref().map(phone::parse) {
        Some(Ok(phone)) => Some(phone.number),
        Some(Err(error)) => {
            errors.add("phone", Word::new(error.word()));
            None
        }
        None => None,
    };
    let registered_on = new.registered_on.unwrap_or(today);
    if registered_on > today {
        errors.add("registered_on", Word::new("federation.api.future"));
    }
    if places::find_region(&cx.db, &new.region_code).await.is_err() {
        errors.add("region_code", Word::new("federation.api.region"));
    }
    match (name, identity) {
        (Ok(name), Ok(identity)) if errors.is_empty() => {
            let mut person = NewPerson::named(&name, &new.region_code, registered_on);
            person.phone = phone;
            crate::join::identify(&mut person, identity);
            Ok(person)
        }
        _ => Err(Error::Invalid(errors)),
    }
}
