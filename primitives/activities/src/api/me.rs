//! One's own services as JSON: the list, giving a place back.
#![expect(unused_qualifications, reason = "the macro that documents a route names its query once more")]

use crate::model::{ActivityId, SessionId, SignupId, SignupState, State};
use crate::pages::{actor_person, me};
use crate::store::signup::{self, Mine};
use crate::{SIGN_UP, signups};
use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use kernel::http::{NoBody, Paged, Problem};
use kernel::{Cx, Query, Result, Routes, routes};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

pub(crate) fn routes() -> Routes {
    Routes::new().api(SIGN_UP, routes!(list_services)).api(SIGN_UP, routes!(delete_service))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct ServiceQuery {
    /// Those that are over instead of those to come.
    past: Option<bool>,
}

/// A sign-up of one's own.
#[derive(Serialize, ToSchema)]
struct OwnService {
    /// The sign-up's id.
    #[schema(value_type = String)]
    id: SignupId,
    #[schema(value_type = String)]
    activity: ActivityId,
    #[schema(value_type = String)]
    session: SessionId,
    /// `joined`, `waiting`, `withdrawn` or `removed`.
    #[schema(value_type = String)]
    state: SignupState,
    /// Where the activity stands.
    #[schema(value_type = String)]
    activity_state: State,
    title: String,
    /// The category's code.
    category: String,
    /// The team that holds it.
    organisation: String,
    place: String,
    post: String,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    /// Who answers questions.
    contact_name: String,
    contact_phone: String,
    made_at: DateTime<Utc>,
    /// How many stand before one in line, when waiting.
    before: i64,
    in_at: Option<DateTime<Utc>>,
    out_at: Option<DateTime<Utc>>,
}

impl From<Mine> for OwnService {
    fn from(mine: Mine) -> Self {
        Self {
            id: mine.id,
            activity: mine.activity_id,
            session: mine.session_id,
            state: mine.state,
            activity_state: mine.activity_state,
            title: mine.title,
            category: mine.category,
            organisation: mine.organisation_name,
            place: mine.place,
            post: mine.post,
            starts_at: mine.starts_at,
            ends_at: mine.ends_at,
            contact_name: mine.contact_name,
            contact_phone: mine.contact_phone,
            made_at: mine.made_at,
            before: mine.before,
            in_at: mine.in_at,
            out_at: mine.out_at,
        }
    }
}

/// One's own services: those to come, the next first, or the last 60 that are over.
#[utoipa::path(get, path = "/api/v1/me/services", tag = "activities", params(ServiceQuery),
    responses((status = 200, body = Paged<OwnService>), (status = 400, body = Problem)))]
async fn list_services(cx: Cx, Query(query): Query<ServiceQuery>) -> Result<Json<Paged<OwnService>>> {
    let past = query.past.unwrap_or(false);
    let found = signup::of_person(&cx.db, cx.tenant, actor_person(&cx)?, cx.now, past, me::PAST).await?;
    Ok(Json(Paged { items: found.into_iter().map(OwnService::from).collect(), next: None }))
}

/// Gives one's place back, or one's place in line; the first in line moves up and is told.
#[utoipa::path(delete, path = "/api/v1/me/services/{signup}", tag = "activities", params(("signup" = String, Path)),
    responses((status = 204, description = "It is given back"), (status = 404, body = Problem),
        (status = 409, body = Problem, description = "It is gone already, or one came")))]
async fn delete_service(cx: Cx, Path(signup): Path<SignupId>, _: NoBody) -> Result<StatusCode> {
    let mine = me::own(&cx, signup).await?;
    signups::withdraw(&cx, mine.id, SignupState::Withdrawn).await?;
    Ok(StatusCode::NO_CONTENT)
}
