//! Back-entry as JSON: the claims of the desk, one with its people, the decision. They are made below their session.
#![expect(unused_qualifications, reason = "the macro that documents a route names its query once more")]

use crate::claims::{self, Claim, ClaimId, ClaimLine, ClaimState, Clash};
use crate::forms::DecisionForm;
use crate::model::EntryId;
use crate::pages::claims::find;
use crate::policy::DECIDE;
use crate::store;
use axum::Json;
use axum::extract::Path;
use chrono::{DateTime, Utc};
use kernel::http::{Body, Cursor, Paged, Problem};
use kernel::{Cx, Error, Query, Result, Routes, Word, routes};
use people::model::PersonId;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

const PAGE: usize = 50;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .api(DECIDE, routes!(list_claims))
        .api(DECIDE, routes!(show_claim))
        .api(DECIDE, routes!(create_claim_decision))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct ClaimQuery {
    /// `waiting`, `approved` or `returned`.
    state: Option<String>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// A claim of hours that could not be taken on the spot.
#[derive(Serialize, ToSchema)]
struct ListedClaim {
    #[schema(value_type = String)]
    id: ClaimId,
    /// The activity's title.
    title: String,
    region: String,
    /// Why it was not taken on the spot.
    reason: String,
    /// Whether a photographed sheet is there; the page shows it.
    evidence: bool,
    #[schema(value_type = String)]
    state: ClaimState,
    entered_by: String,
    made_at: DateTime<Utc>,
    /// When it should be decided.
    due_at: DateTime<Utc>,
    decided_by: Option<String>,
    decided_at: Option<DateTime<Utc>>,
    opinion: Option<String>,
}

impl From<Claim> for ListedClaim {
    fn from(claim: Claim) -> Self {
        Self {
            id: claim.id,
            title: claim.title,
            region: claim.region_code,
            reason: claim.reason,
            evidence: claim.evidence_id.is_some(),
            state: claim.state,
            entered_by: claim.entered_name,
            made_at: claim.made_at,
            due_at: claim.due_at,
            decided_by: claim.decided_name,
            decided_at: claim.decided_at,
            opinion: claim.opinion,
        }
    }
}

/// Claims that the caller may decide about, the newest first.
#[utoipa::path(get, path = "/api/v1/hours/claims", tag = "hours", params(ClaimQuery),
    responses((status = 200, body = Paged<ListedClaim>), (status = 400, body = Problem)))]
async fn list_claims(cx: Cx, Query(query): Query<ClaimQuery>) -> Result<Json<Paged<ListedClaim>>> {
    let wrong = || Error::Malformed(Word::new("error.query"));
    let state = query.state.filter(|s| !s.is_empty()).map(|s| s.parse::<ClaimState>().map_err(|_| wrong()));
    let cursor = Cursor::read(query.cursor.as_deref(), 2)?;
    let found = claims::list(&cx, state.transpose()?, cursor.as_ref(), PAGE as i64 + 1).await?;
    let keys = |c: &Claim| vec![c.made_at.to_rfc3339(), c.id.to_string()];
    Ok(Json(Paged::cut(found, PAGE, keys).map(ListedClaim::from)))
}

/// A claim with its people.
#[derive(Serialize, ToSchema)]
struct ClaimRecord {
    claim: ListedClaim,
    /// The team's name.
    team: String,
    lines: Vec<ClaimedStay>,
    /// Rows of the ledger at the same time; they keep it from being approved.
    clashes: Vec<ClaimClash>,
}

/// One person of a claim.
#[derive(Serialize, ToSchema)]
struct ClaimedStay {
    #[schema(value_type = String)]
    person: PersonId,
    name: String,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    minutes: i64,
}

impl From<ClaimLine> for ClaimedStay {
    fn from(line: ClaimLine) -> Self {
        let minutes = line.minutes();
        Self { person: line.person_id, name: line.name, from: line.started_at, to: line.ended_at, minutes }
    }
}

/// A row of the ledger that stands in the way.
#[derive(Serialize, ToSchema)]
struct ClaimClash {
    name: String,
    #[schema(value_type = String)]
    entry: EntryId,
    title: String,
}

impl From<Clash> for ClaimClash {
    fn from(clash: Clash) -> Self {
        Self { name: clash.name, entry: clash.entry_id, title: clash.title }
    }
}

/// One claim with its people and what stands in its way.
#[utoipa::path(get, path = "/api/v1/hours/claims/{claim}", tag = "hours", params(("claim" = String, Path)),
    responses((status = 200, body = ClaimRecord), (status = 404, body = Problem)))]
async fn show_claim(cx: Cx, Path(claim): Path<ClaimId>) -> Result<Json<ClaimRecord>> {
    let claim = find(&cx, claim).await?;
    let clashes = match claim.state {
        ClaimState::Waiting => claims::clashes(&cx.db, &cx, claim.id).await?,
        _ => Vec::new(),
    };
    Ok(Json(ClaimRecord {
        team: store::team_name(&cx.db, cx.tenant, claim.organisation_id).await?,
        lines: claims::lines(&cx.db, &cx, claim.id).await?.into_iter().map(ClaimedStay::from).collect(),
        clashes: clashes.into_iter().map(ClaimClash::from).collect(),
        claim: claim.into(),
    }))
}

/// Where a claim stands after its decision.
#[derive(Serialize, ToSchema)]
struct DecidedClaim {
    /// `approved` or `returned`.
    #[schema(value_type = String)]
    state: ClaimState,
}

/// Approves a claim, which writes every row or none, or returns it with a reason; never one's own.
#[utoipa::path(post, path = "/api/v1/hours/claims/{claim}/decision", tag = "hours", params(("claim" = String, Path)),
    request_body = DecisionForm, responses((status = 200, body = DecidedClaim), (status = 404, body = Problem),
        (status = 409, body = Problem, description = "It is one's own, was decided, or a row cannot be written"),
        (status = 422, body = Problem)))]
async fn create_claim_decision(
    cx: Cx,
    Path(claim): Path<ClaimId>,
    Body(form): Body<DecisionForm>,
) -> Result<Json<DecidedClaim>> {
    let claim = find(&cx, claim).await?;
    let approved = claims::settle(&cx, claim.id, &form).await?;
    Ok(Json(DecidedClaim { state: if approved { ClaimState::Approved } else { ClaimState::Returned } }))
}
