//! Claims to records that somebody else made, as JSON, for those who decide.

use crate::claim::answer;
use crate::policy::CLAIMS;
use crate::store::claim::{self, Claim};
use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use kernel::http::{Body, Paged, Problem};
use kernel::ids::Raw;
use kernel::{Cx, Result, Routes, routes};
use people::PersonId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub(crate) fn routes() -> Routes {
    Routes::new().api(CLAIMS, routes!(list_record_claims)).api(CLAIMS, routes!(create_record_claim_decision))
}

/// Somebody says that a record is theirs.
#[derive(Serialize, ToSchema)]
struct RecordClaim {
    #[schema(value_type = String)]
    id: Raw,
    #[schema(value_type = String)]
    person: PersonId,
    /// As on record.
    name: String,
    /// Whether the phone is the one on record; otherwise there is none on record and the decision rests on knowing them.
    by_phone: bool,
    made_at: DateTime<Utc>,
    /// When it should be decided.
    due_at: DateTime<Utc>,
}

impl From<Claim> for RecordClaim {
    fn from(claim: Claim) -> Self {
        Self {
            id: claim.id,
            person: claim.person_id,
            name: claim.person_name,
            by_phone: claim.by_phone,
            made_at: claim.made_at,
            due_at: claim.due_at,
        }
    }
}

/// The claims that wait within the caller's reach, the earliest due first, at most 100.
#[utoipa::path(get, path = "/api/v1/team/claims", tag = "federation", responses((status = 200, body = Paged<RecordClaim>)))]
async fn list_record_claims(cx: Cx) -> Result<Json<Paged<RecordClaim>>> {
    let found = claim::waiting(&cx, &cx.reach(CLAIMS), 100).await?;
    Ok(Json(Paged { items: found.into_iter().map(RecordClaim::from).collect(), next: None }))
}

/// A decision about a claim.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ClaimDecision {
    /// `true`: it is theirs, and their link opens the account.
    accepted: bool,
}

/// Says whose record it is. A repeat with the same `Idempotency-Key` does nothing.
#[utoipa::path(post, path = "/api/v1/team/claims/{claim}/decision", tag = "federation", params(("claim" = String, Path)),
    request_body = ClaimDecision, responses((status = 204, description = "Decided"),
        (status = 404, body = Problem, description = "It does not wait within the caller's reach"),
        (status = 409, body = Problem, description = "Too young, or leads a team that the caller only leads too")))]
async fn create_record_claim_decision(
    cx: Cx,
    Path(claim): Path<Raw>,
    Body(said): Body<ClaimDecision>,
) -> Result<StatusCode> {
    answer(&cx, claim, said.accepted).await?;
    Ok(StatusCode::NO_CONTENT)
}
