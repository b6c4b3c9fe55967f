//! Awards as JSON.
#![expect(unused_qualifications, reason = "the macro that documents a route names its query once more")]

use super::find;
use super::forms::{AwardFilter, AwardForm, AwardWithdrawalForm};
use super::model::{Award, AwardId, Kind};
use super::pages::{own_awards, page, put, take_back};
use crate::policy::{AWARDS, ENTER};
use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use chrono::{DateTime, NaiveDate, Utc};
use kernel::http::{Body, Paged, Problem};
use kernel::{Cx, Query, Result};
use organisations::OrganisationId;
use people::PersonId;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

const PAGE: usize = 100;

/// An award of a person or of a team.
#[derive(Serialize, ToSchema)]
pub(crate) struct AwardJson {
    #[schema(value_type = String)]
    id: AwardId,
    /// Whom it is for, when it is a person.
    #[schema(value_type = Option<String>)]
    person: Option<PersonId>,
    /// Whom it is for, when it is a team.
    #[schema(value_type = Option<String>)]
    team: Option<OrganisationId>,
    /// Their name.
    name: String,
    title: String,
    on: NaiveDate,
    issuer: String,
    document: String,
    number: String,
    /// `national`, `province`, `city`, `district`, `town`, `unit` or `other`.
    #[schema(value_type = String)]
    kind: Kind,
    content: String,
    entered_by: String,
    made_at: DateTime<Utc>,
    withdrawn_at: Option<DateTime<Utc>>,
    withdrawn_reason: Option<String>,
}

impl From<Award> for AwardJson {
    fn from(award: Award) -> Self {
        Self {
            id: award.id,
            person: award.person_id,
            team: award.organisation_id,
            name: award.name,
            title: award.title,
            on: award.awarded_on,
            issuer: award.issuer,
            document: award.document,
            number: award.number,
            kind: award.kind,
            content: award.content,
            entered_by: award.entered_name,
            made_at: award.made_at,
            withdrawn_at: award.withdrawn_at,
            withdrawn_reason: award.withdrawn_reason,
        }
    }
}

#[derive(Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(super) struct AwardQuery {
    /// Part of a name, a number, a title, an issuer or a document's number.
    q: Option<String>,
    /// A region's code; everything below it.
    town: Option<String>,
    /// One level.
    kind: Option<String>,
    /// `person` or `team`.
    holder: Option<String>,
    /// A year.
    year: Option<i32>,
    /// `withdrawn` for those; what stands unless told.
    state: Option<String>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// Awards of the caller's teams or region, the newest first, 100 a page.
#[utoipa::path(get, path = "/api/v1/awards", tag = "records", params(AwardQuery),
    responses((status = 200, body = Paged<AwardJson>), (status = 400, body = Problem)))]
pub(super) async fn list_awards(cx: Cx, Query(query): Query<AwardQuery>) -> Result<Json<Paged<AwardJson>>> {
    let filter = AwardFilter {
        q: query.q.unwrap_or_default(),
        town: query.town.unwrap_or_default(),
        kind: query.kind.unwrap_or_default(),
        holder: query.holder.unwrap_or_default(),
        year: query.year.map(|year| year.to_string()).unwrap_or_default(),
        state: query.state.unwrap_or_default(),
        cursor: query.cursor.unwrap_or_default(),
        format: String::new(),
    };
    Ok(Json(page(&cx, &filter, PAGE).await?.map(AwardJson::from)))
}

/// One award.
#[utoipa::path(get, path = "/api/v1/awards/{award}", tag = "records", params(("award" = String, Path)),
    responses((status = 200, body = AwardJson), (status = 404, body = Problem)))]
pub(super) async fn show_award(cx: Cx, Path(award): Path<AwardId>) -> Result<Json<AwardJson>> {
    Ok(Json(find(&cx, award, AWARDS).await?.into()))
}

/// What was made.
#[derive(Serialize, ToSchema)]
pub(super) struct MadeAward {
    #[schema(value_type = String)]
    id: AwardId,
}

/// Puts an award of a person or a team on record; they are told. Takes an `Idempotency-Key`.
#[utoipa::path(post, path = "/api/v1/awards", tag = "records", request_body = AwardForm,
    responses((status = 201, body = MadeAward), (status = 400, body = Problem), (status = 404, body = Problem),
        (status = 422, body = Problem)))]
pub(super) async fn create_award(cx: Cx, Body(form): Body<AwardForm>) -> Result<(StatusCode, Json<MadeAward>)> {
    let id = put(&cx, &form).await?;
    Ok((StatusCode::CREATED, Json(MadeAward { id })))
}

/// Withdraws an award with a reason; the record stays, and they are told.
#[utoipa::path(post, path = "/api/v1/awards/{award}/withdrawal", tag = "records", params(("award" = String, Path)),
    request_body = AwardWithdrawalForm, responses((status = 200, body = AwardJson), (status = 404, body = Problem),
        (status = 409, body = Problem, description = "It was withdrawn before"), (status = 422, body = Problem)))]
pub(super) async fn create_award_withdrawal(
    cx: Cx,
    Path(id): Path<AwardId>,
    Body(form): Body<AwardWithdrawalForm>,
) -> Result<Json<AwardJson>> {
    let award = find(&cx, id, ENTER).await?;
    take_back(&cx, &award, &form).await?;
    Ok(Json(find(&cx, id, ENTER).await?.into()))
}

/// One's own awards that stand, and those of the teams one is in.
#[utoipa::path(get, path = "/api/v1/me/awards", tag = "records", responses((status = 200, body = Paged<AwardJson>)))]
pub(super) async fn list_own_awards(cx: Cx) -> Result<Json<Paged<AwardJson>>> {
    let (own, teams) = own_awards(&cx).await?;
    let all = own.into_iter().chain(teams.into_iter().flat_map(|(_, awards)| awards));
    Ok(Json(Paged { items: all.map(AwardJson::from).collect(), next: None }))
}
