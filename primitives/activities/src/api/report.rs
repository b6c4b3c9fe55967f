//! Reporting one's own hours as JSON.
#![expect(unused_qualifications, reason = "the macro that documents a route names its query once more")]

use crate::model::{ActivityId, SessionId};
use crate::pages::report::choices;
use crate::reports::{self, Reported};
use crate::store::report::Reportable;
use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as B64;
use chrono::{DateTime, Utc};
use hours::EntryId;
use kernel::http::{Body, Paged, Problem};
use kernel::{Cx, Query, Result, Routes, routes};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Files in base 64 are a third longer; the whole call has at most 12 MB.
const MOST_BODY: usize = 12 * 1024 * 1024;

pub(crate) fn routes() -> Routes {
    Routes::new().api(hours::APPLY, routes!(list_reportable)).api(hours::APPLY, routes!(create_report))
}

#[derive(Deserialize, Default, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
struct ReportableQuery {
    /// Part of a title or of a team's name.
    q: Option<String>,
}

/// A session that is over, in which one may have served.
#[derive(Serialize, ToSchema)]
struct ReportableSession {
    #[schema(value_type = String)]
    id: SessionId,
    #[schema(value_type = String)]
    activity: ActivityId,
    title: String,
    /// The team that holds it.
    organisation: String,
    category: String,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
}

impl From<Reportable> for ReportableSession {
    fn from(session: Reportable) -> Self {
        Self {
            id: session.id,
            activity: session.activity_id,
            title: session.title,
            organisation: session.organisation_name,
            category: session.category,
            starts_at: session.starts_at,
            ends_at: session.ends_at,
        }
    }
}

/// Sessions of the last 90 days for which one may report hours: one signed up or is of the team, and has none there; the newest
/// first, 40 at most.
#[utoipa::path(get, path = "/api/v1/me/hours/sessions", tag = "hours", params(ReportableQuery),
    responses((status = 200, body = Paged<ReportableSession>), (status = 400, body = Problem)))]
async fn list_reportable(cx: Cx, Query(query): Query<ReportableQuery>) -> Result<Json<Paged<ReportableSession>>> {
    let found = choices(&cx, &query.q.unwrap_or_default()).await?;
    Ok(Json(Paged { items: found.into_iter().map(ReportableSession::from).collect(), next: None }))
}

/// Hours that one served and that nobody took.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewReport {
    /// Inside the session.
    from: DateTime<Utc>,
    /// Inside the session.
    to: DateTime<Utc>,
    /// The remark, up to 50 characters.
    reason: String,
    /// Up to three pictures or PDFs; the district may ask for one.
    #[serde(default)]
    evidence: Vec<ReportFile>,
}

/// A file that one shows.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReportFile {
    /// What it is called.
    name: String,
    /// A JPEG, PNG, WebP or PDF in base 64.
    content: String,
}

/// What was made.
#[derive(Serialize, ToSchema)]
struct MadeReport {
    /// The entry's id; `/api/v1/me/hours/applications` tells where it stands.
    #[schema(value_type = String)]
    id: EntryId,
}

/// Reports one's own hours for a session that is over. Takes an `Idempotency-Key`.
#[utoipa::path(post, path = "/api/v1/sessions/{session}/applications", tag = "hours", params(("session" = String, Path)),
    request_body = NewReport, responses((status = 201, body = MadeReport), (status = 404, body = Problem),
        (status = 409, body = Problem, description = "That time has an entry, a report, or one is still checked in"),
        (status = 422, body = Problem)))]
async fn create_report(
    cx: Cx,
    Path(session): Path<SessionId>,
    Body(new): Body<NewReport, MOST_BODY>,
) -> Result<(StatusCode, Json<MadeReport>)> {
    let (session, activity) = reports::reportable(&cx, session).await?;
    let mut files = Vec::with_capacity(new.evidence.len());
    for file in new.evidence {
        let wrong = |_| super::draft::wrong("evidence", "hours.apply.evidence_shape");
        files.push((file.name, B64.decode(file.content.trim()).map_err(wrong)?));
    }
    let reported = Reported { from: Some(new.from), to: Some(new.to), reason: new.reason, files };
    let id = reports::create(&cx, (&session, &activity), reported).await?;
    Ok((StatusCode::CREATED, Json(MadeReport { id })))
}
