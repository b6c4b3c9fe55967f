//! Those who hold an activity together as JSON.

use crate::MANAGE;
use crate::model::{ActivityId, PartnerState};
use crate::pages::held_activity;
use crate::partners::{Answer, answer, ask, visible};
use crate::store;
use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use kernel::http::{Body, Problem};
use kernel::{Cx, Result, Routes, routes};
use organisations::OrganisationId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .api(MANAGE, routes!(list_partners))
        .api(MANAGE, routes!(create_partner))
        .api(MANAGE, routes!(put_partner))
}

/// A team that was asked to hold an activity with another.
#[derive(Serialize, ToSchema)]
struct PartnerTeam {
    #[schema(value_type = String)]
    team: OrganisationId,
    name: String,
    /// `asked`, `accepted`, `declined` or `ended`.
    #[schema(value_type = String)]
    state: PartnerState,
    asked_at: DateTime<Utc>,
    answered_at: Option<DateTime<Utc>>,
}

/// What a team brought.
#[derive(Serialize, ToSchema)]
struct TeamShare {
    #[schema(value_type = String)]
    team: OrganisationId,
    name: String,
    /// Sign-ups that have a place.
    joined: i64,
    /// Arrivals.
    came: i64,
    /// Minutes in the ledger.
    minutes: i64,
}

/// Who holds an activity, and what each team brought: each sign-up and each hour belongs to one team.
#[derive(Serialize, ToSchema)]
struct Partners {
    partners: Vec<PartnerTeam>,
    shares: Vec<TeamShare>,
}

async fn read(cx: &Cx, id: ActivityId) -> Result<Json<Partners>> {
    let (_, partners) = visible(cx, id).await?;
    let partner = |p: store::partner::Partner| PartnerTeam {
        team: p.organisation_id,
        name: p.name,
        state: p.state,
        asked_at: p.asked_at,
        answered_at: p.answered_at,
    };
    let share = |s: store::partner::Share| TeamShare {
        team: s.organisation_id,
        name: s.name,
        joined: s.joined,
        came: s.came,
        minutes: s.minutes,
    };
    let shares = store::partner::shares(&cx.db, cx.tenant, id).await?;
    Ok(Json(Partners {
        partners: partners.into_iter().map(partner).collect(),
        shares: shares.into_iter().map(share).collect(),
    }))
}

/// Who holds an activity together, for whoever manages it or one of the teams.
#[utoipa::path(get, path = "/api/v1/activities/{activity}/partners", tag = "activities", params(("activity" = String, Path)),
    responses((status = 200, body = Partners), (status = 404, body = Problem)))]
async fn list_partners(cx: Cx, Path(activity): Path<ActivityId>) -> Result<Json<Partners>> {
    read(&cx, activity).await
}

/// The team that is asked.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewPartner {
    /// Its name or number.
    team: String,
}

/// Asks a team to hold an activity, too; its leaders are told.
#[utoipa::path(post, path = "/api/v1/activities/{activity}/partners", tag = "activities", params(("activity" = String, Path)),
    request_body = NewPartner, responses((status = 201, body = Partners), (status = 404, body = Problem),
        (status = 409, body = Problem, description = "It holds it already, or it is over"), (status = 422, body = Problem)))]
async fn create_partner(
    cx: Cx,
    Path(activity): Path<ActivityId>,
    Body(new): Body<NewPartner>,
) -> Result<(StatusCode, Json<Partners>)> {
    held_activity(&cx, activity, MANAGE).await?;
    ask(&cx, activity, &new.team).await?;
    Ok((StatusCode::CREATED, read(&cx, activity).await?))
}

/// What is said.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PartnerAnswer {
    /// `accept` or `decline` by the team that was asked, `end` by either side.
    #[schema(value_type = String)]
    answer: Answer,
}

/// Says yes or no for a team that was asked, or ends it.
#[utoipa::path(put, path = "/api/v1/activities/{activity}/partners/{team}", tag = "activities",
    params(("activity" = String, Path), ("team" = String, Path)), request_body = PartnerAnswer,
    responses((status = 204, description = "It is said"), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem, description = "It was not asked, or answered already")))]
async fn put_partner(
    cx: Cx,
    Path((activity, team)): Path<(ActivityId, OrganisationId)>,
    Body(said): Body<PartnerAnswer>,
) -> Result<StatusCode> {
    visible(&cx, activity).await?;
    answer(&cx, activity, team, said.answer).await?;
    Ok(StatusCode::NO_CONTENT)
}
