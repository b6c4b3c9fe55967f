//! The leader's first page as JSON: what comes, what nobody counted, what is being made.

use super::desk::ManagedActivity;
use crate::ATTEND;
use crate::model::{ActivityId, SessionId, State};
use crate::pages::team;
use crate::store::Upcoming;
use axum::Json;
use chrono::{DateTime, Utc};
use kernel::http::Paged;
use kernel::{Cx, Result, Routes, routes};
use organisations::OrganisationId;
use serde::Serialize;
use utoipa::ToSchema;

pub(crate) fn routes() -> Routes {
    Routes::new().api(ATTEND, routes!(list_led))
}

/// A team that the caller leads.
#[derive(Serialize, ToSchema)]
struct LedTeam {
    #[schema(value_type = String)]
    id: OrganisationId,
    name: String,
    /// Sessions that are not over, the earliest first, sixty days on.
    coming: Vec<LedSession>,
    /// Over within a week, and nobody said how many people were served.
    uncounted: Vec<LedSession>,
    /// Drafts and what is being reviewed.
    drafts: Vec<ManagedActivity>,
}

/// A session of a team that one leads.
#[derive(Serialize, ToSchema)]
struct LedSession {
    #[schema(value_type = String)]
    id: SessionId,
    #[schema(value_type = String)]
    activity: ActivityId,
    title: String,
    #[schema(value_type = String)]
    state: State,
    place: String,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    places: i64,
    taken: i64,
    served: Option<i64>,
}

impl From<Upcoming> for LedSession {
    fn from(session: Upcoming) -> Self {
        Self {
            id: session.id,
            activity: session.activity_id,
            title: session.title,
            state: session.state,
            place: session.place,
            starts_at: session.starts_at,
            ends_at: session.ends_at,
            places: session.places,
            taken: session.taken,
            served: session.served,
        }
    }
}

/// The teams that the caller leads, with their sessions and drafts.
#[utoipa::path(get, path = "/api/v1/team", tag = "activities", responses((status = 200, body = Paged<LedTeam>)))]
async fn list_led(cx: Cx) -> Result<Json<Paged<LedTeam>>> {
    let mut items = Vec::new();
    for organisation in team::led(&cx).await? {
        let of = team::team(&cx, organisation).await?;
        items.push(LedTeam {
            id: of.organisation.id,
            name: of.organisation.name,
            coming: of.coming.into_iter().map(LedSession::from).collect(),
            uncounted: of.uncounted.into_iter().map(LedSession::from).collect(),
            drafts: of.drafts.into_iter().map(ManagedActivity::from).collect(),
        });
    }
    Ok(Json(Paged { items, next: None }))
}
