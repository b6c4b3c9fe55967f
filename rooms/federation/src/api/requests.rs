//! Who wants to join a team, as JSON.

use crate::policy::REQUESTS;
use crate::requests::answer;
use crate::store::request::{self, Request};
use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use kernel::http::{Body, Paged, Problem};
use kernel::ids::Raw;
use kernel::{Cx, Result, Routes, routes};
use organisations::OrganisationId;
use people::PersonId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub(crate) fn routes() -> Routes {
    Routes::new().api(REQUESTS, routes!(list_requests)).api(REQUESTS, routes!(create_request_decision))
}

/// Somebody's wish to join a team.
#[derive(Serialize, ToSchema)]
struct WaitingRequest {
    #[schema(value_type = String)]
    id: Raw,
    #[schema(value_type = String)]
    team: OrganisationId,
    /// Its name.
    organisation: String,
    #[schema(value_type = String)]
    person: PersonId,
    name: String,
    made_at: DateTime<Utc>,
    /// When it should be decided.
    due_at: DateTime<Utc>,
}

impl From<Request> for WaitingRequest {
    fn from(r: Request) -> Self {
        Self {
            id: r.id,
            team: r.organisation_id,
            organisation: r.organisation_name,
            person: r.person_id,
            name: r.person_name,
            made_at: r.made_at,
            due_at: r.due_at,
        }
    }
}

/// The requests that wait within the caller's reach, the earliest due first, at most 100.
#[utoipa::path(get, path = "/api/v1/team/requests", tag = "federation", responses((status = 200, body = Paged<WaitingRequest>)))]
async fn list_requests(cx: Cx) -> Result<Json<Paged<WaitingRequest>>> {
    let found = request::waiting(&cx.db, cx.tenant, &cx.reach(REQUESTS), 100).await?;
    Ok(Json(Paged { items: found.into_iter().map(WaitingRequest::from).collect(), next: None }))
}

/// A decision about a wish to join.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct JoinDecision {
    /// `accepted` or `declined`.
    decision: JoinVerdict,
    /// Up to 100 characters.
    #[serde(default)]
    opinion: String,
}

/// What becomes of it.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum JoinVerdict {
    /// They belong to the team from today.
    Accepted,
    /// They do not.
    Declined,
}

/// Takes somebody into a team or declines; they are told. A repeat with the same `Idempotency-Key` does nothing.
#[utoipa::path(post, path = "/api/v1/team/requests/{request}/decision", tag = "federation", params(("request" = String, Path)),
    request_body = JoinDecision, responses((status = 204, description = "Decided"), (status = 404, body = Problem),
        (status = 409, body = Problem, description = "It is one's own"), (status = 422, body = Problem)))]
async fn create_request_decision(
    cx: Cx,
    Path(request): Path<Raw>,
    Body(said): Body<JoinDecision>,
) -> Result<StatusCode> {
    answer(&cx, request, said.decision == JoinVerdict::Accepted, &said.opinion).await?;
    Ok(StatusCode::NO_CONTENT)
}
