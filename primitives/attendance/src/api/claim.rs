//! Claiming hours for a session as JSON.

use crate::claims::{self, Claimed, candidates, claimable};
use activities::SessionId;
use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as B64;
use chrono::{DateTime, Utc};
use hours::ClaimId;
use kernel::http::{Body, Problem};
use kernel::{Cx, Error, FieldErrors, Result, Routes, Word, routes};
use people::PersonId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A sheet in base 64 is a third longer than its 10 MB would allow; the page takes those.
const MOST_BODY: usize = 12 * 1024 * 1024;

pub(crate) fn routes() -> Routes {
    Routes::new().api(hours::CLAIM, routes!(create_claim))
}

/// Hours that could not be taken on the spot.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SessionClaim {
    /// Who served, from when to when; those who joined and have no hours in this session yet.
    lines: Vec<SessionClaimLine>,
    /// Why it was not taken on the spot, up to 50 characters.
    reason: String,
    /// The photographed sheet; without it the one who decides is warned.
    #[serde(default)]
    sheet: Option<ClaimSheet>,
}

/// One person of a claim.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SessionClaimLine {
    #[schema(value_type = String)]
    person: PersonId,
    /// Inside the session.
    from: DateTime<Utc>,
    /// Inside the session.
    to: DateTime<Utc>,
}

/// A photographed sheet.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ClaimSheet {
    /// What the file is called.
    name: String,
    /// A JPEG, PNG or WebP in base 64; the whole call has at most 12 MB.
    content: String,
}

/// What was made.
#[derive(Serialize, ToSchema)]
struct MadeClaim {
    #[schema(value_type = String)]
    id: ClaimId,
}

fn wrong(field: &'static str, word: &'static str) -> Error {
    let mut errors = FieldErrors::none();
    errors.add(field, Word::new(word));
    Error::Invalid(errors)
}

/// Claims hours of a session that is over, for somebody else to approve. Takes an `Idempotency-Key`.
#[utoipa::path(post, path = "/api/v1/sessions/{session}/claims", tag = "activities", params(("session" = String, Path)),
    request_body = SessionClaim, responses((status = 201, body = MadeClaim), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn create_claim(
    cx: Cx,
    Path(session): Path<SessionId>,
    Body(new): Body<SessionClaim, MOST_BODY>,
) -> Result<(StatusCode, Json<MadeClaim>)> {
    let (session, activity) = claimable(&cx, session).await?;
    let sheet = match new.sheet {
        Some(sheet) => {
            let bytes = B64.decode(sheet.content.trim()).map_err(|_| wrong("sheet", "claim.picture"))?;
            Some((sheet.name, bytes))
        }
        None => None,
    };
    let mut lines: Vec<_> = new.lines.iter().map(|l| (l.person, Some(l.from), Some(l.to))).collect();
    lines.sort_unstable();
    let known = candidates(&cx, session.id, &activity).await?;
    let claimed = Claimed { lines, reason: new.reason, sheet };
    let named = |(field, word)| (if field == "person" { "lines" } else { field }, word);
    let made = claims::create(&cx, (&session, &activity), &known, claimed).await.map_err(|error| match error {
        Error::Invalid(FieldErrors(all)) => Error::Invalid(FieldErrors(all.into_iter().map(named).collect())),
        other => other,
    });
    let id = made?;
    Ok((StatusCode::CREATED, Json(MadeClaim { id })))
}
