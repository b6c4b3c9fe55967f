//! Founding and changing teams and naming their members, as JSON. The list as a table stays a page.

use super::{TeamJson, find};
use crate::desk::{self, Named};
use crate::forms::{LeaveForm, MemberForm, OrganisationForm};
use crate::model::OrganisationId;
use crate::{policy, store};
use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use kernel::http::{Body, Problem};
use kernel::{Cx, Result, Routes, routes};
use people::PersonId;
use serde::Serialize;
use utoipa::ToSchema;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .api(policy::MANAGE, routes!(create_team))
        .api(policy::MANAGE, routes!(update_team))
        .api(policy::MEMBERS, routes!(create_member))
        .api(policy::MEMBERS, routes!(create_leaving))
}

/// Asks for a team, which another officer reviews: it stands as `applied`. Takes an `Idempotency-Key`.
#[utoipa::path(post, path = "/api/v1/teams", tag = "teams", request_body = OrganisationForm,
    responses((status = 201, body = TeamJson), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn create_team(cx: Cx, Body(typed): Body<OrganisationForm>) -> Result<(StatusCode, Json<TeamJson>)> {
    let made = desk::found(&cx, &typed).await?;
    Ok((StatusCode::CREATED, Json(TeamJson::of(store::find(&cx.db, cx.tenant, made).await?))))
}

/// Changes a team's record to what is said; number, parent and an unsaid phone stay.
#[utoipa::path(put, path = "/api/v1/teams/{team}", tag = "teams", params(("team" = String, Path)), request_body = OrganisationForm,
    responses((status = 200, body = TeamJson), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 422, body = Problem)))]
async fn update_team(
    cx: Cx,
    Path(team): Path<OrganisationId>,
    Body(typed): Body<OrganisationForm>,
) -> Result<Json<TeamJson>> {
    let team = find(&cx, team).await?;
    policy::may(&cx, policy::MANAGE, &team)?;
    desk::revise(&cx, &team, &typed).await?;
    Ok(Json(TeamJson::of(store::find(&cx.db, cx.tenant, team.id).await?)))
}

/// What came of it.
#[derive(Serialize, ToSchema)]
struct NamedMember {
    /// `joined`, or `asked`: a leader's ask is answered alike whoever is meant, and nobody belongs before they say yes.
    state: &'static str,
    /// Who joined; absent for an ask.
    #[schema(value_type = Option<String>)]
    person: Option<PersonId>,
}

/// Puts somebody into a team, or asks them where the caller only leads it. Takes an `Idempotency-Key`.
#[utoipa::path(post, path = "/api/v1/teams/{team}/members", tag = "teams", params(("team" = String, Path)), request_body = MemberForm,
    responses((status = 201, body = NamedMember), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn create_member(
    cx: Cx,
    Path(team): Path<OrganisationId>,
    Body(typed): Body<MemberForm>,
) -> Result<(StatusCode, Json<NamedMember>)> {
    let team = find(&cx, team).await?;
    let (state, person) = match desk::name_member(&cx, &team, &typed).await? {
        Named::Joined(person) => ("joined", Some(person.id)),
        Named::Asked => ("asked", None),
    };
    Ok((StatusCode::CREATED, Json(NamedMember { state, person })))
}

/// Ends what somebody is in a team, with a day and a reason.
#[utoipa::path(post, path = "/api/v1/teams/{team}/members/{person}/leaving", tag = "teams",
    params(("team" = String, Path), ("person" = String, Path)), request_body = LeaveForm,
    responses((status = 204, description = "They left"), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn create_leaving(
    cx: Cx,
    Path((team, person)): Path<(OrganisationId, PersonId)>,
    Body(typed): Body<LeaveForm>,
) -> Result<StatusCode> {
    let team = find(&cx, team).await?;
    desk::let_go(&cx, &team, person, &typed).await?;
    Ok(StatusCode::NO_CONTENT)
}
