//! Teams that people join, as JSON: the public list, asking, taking the wish back, leaving.
#![expect(unused_qualifications, reason = "the macro that documents a route names its query once more")]

use crate::policy::{HOME, ME};
use crate::teams::{self, Asked, Listed, leaving};
use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use kernel::http::{Body, NoBody, Paged, Problem};
use kernel::ids::Raw;
use kernel::{Cx, Error, Query, Result, Routes, Word, routes};
use organisations::OrganisationId;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

pub(crate) fn routes() -> Routes {
    Routes::new()
        .api(HOME, routes!(list_open_teams))
        .api(ME, routes!(create_own_request))
        .api(ME, routes!(delete_own_request))
        .api(ME, routes!(leave_team))
}

/// A team that people join.
#[derive(Serialize, ToSchema)]
struct OpenTeam {
    #[schema(value_type = String)]
    id: OrganisationId,
    name: String,
    /// `organ`, `village`, `enterprise` or `institution`.
    kind: String,
    /// A region's code.
    region: String,
    town: String,
    /// What it is for.
    purpose: Option<String>,
    /// How many belong to it; absent where they are fewer than five.
    members: Option<i64>,
    /// Whether it did nothing for a year.
    quiet: bool,
}

impl From<Listed> for OpenTeam {
    fn from(listed: Listed) -> Self {
        let Listed { team, town, members } = listed;
        Self {
            id: team.id,
            name: team.name,
            kind: team.kind.to_string(),
            region: team.region_code,
            town,
            purpose: team.purpose,
            members,
            quiet: team.quiet_since.is_some(),
        }
    }
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct OpenTeamQuery {
    /// Name or part of it, pinyin, initials, number.
    q: Option<String>,
    /// A region's code; everything below it.
    town: Option<String>,
    /// One kind.
    kind: Option<String>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// The teams at work that people join, by name.
#[utoipa::path(get, path = "/api/v1/open-teams", tag = "federation", params(OpenTeamQuery),
    responses((status = 200, body = Paged<OpenTeam>), (status = 400, body = Problem, description = "A filter or cursor that is none")))]
async fn list_open_teams(cx: Cx, Query(query): Query<OpenTeamQuery>) -> Result<Json<Paged<OpenTeam>>> {
    let wrong = || Error::Malformed(Word::new("error.query"));
    let kind = query.kind.as_deref().filter(|kind| !kind.is_empty());
    let kind = kind.map(|kind| kind.parse().map_err(|_| wrong())).transpose()?;
    let (q, town) = (query.q.unwrap_or_default(), query.town.unwrap_or_default());
    let (page, _) = teams::list(&cx, &Asked { query: &q, town: &town, kind }, query.cursor.as_deref()).await?;
    Ok(Json(page.map(OpenTeam::from)))
}

/// A wish to join a further team.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OwnRequest {
    /// Which.
    #[schema(value_type = String)]
    team: OrganisationId,
}

/// The wish that was filed.
#[derive(Serialize, ToSchema)]
struct FiledRequest {
    #[schema(value_type = String)]
    id: Raw,
}

/// Asks to join a team; its leader decides within three working days.
#[utoipa::path(post, path = "/api/v1/me/requests", tag = "federation", request_body = OwnRequest,
    responses((status = 201, body = FiledRequest), (status = 404, body = Problem),
        (status = 409, body = Problem, description = "One is in it, asked before, or is in as many as the district allows")))]
async fn create_own_request(cx: Cx, Body(asked): Body<OwnRequest>) -> Result<(StatusCode, Json<FiledRequest>)> {
    let id = teams::ask(&cx, asked.team).await?;
    Ok((StatusCode::CREATED, Json(FiledRequest { id })))
}

/// Takes one's own wish back while nobody decided it.
#[utoipa::path(delete, path = "/api/v1/me/requests/{request}", tag = "federation", params(("request" = String, Path)),
    responses((status = 204, description = "It waits no more"), (status = 404, body = Problem)))]
async fn delete_own_request(cx: Cx, Path(request): Path<Raw>, _: NoBody) -> Result<StatusCode> {
    teams::take_back(&cx, request).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Leaving a team.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TeamLeaving {
    /// Whether places in what is to come with the team are given back at once; without it one stays while there are any.
    #[serde(default)]
    give_back: bool,
}

/// Leaves a team from today; what one did there stays.
#[utoipa::path(post, path = "/api/v1/me/teams/{team}/leaving", tag = "federation", params(("team" = String, Path)),
    request_body = TeamLeaving, responses((status = 204, description = "Left"), (status = 404, body = Problem),
        (status = 409, body = Problem, description = "One serves now, or leads alone"),
        (status = 422, body = Problem, description = "There are places to give back")))]
async fn leave_team(cx: Cx, Path(team): Path<OrganisationId>, Body(said): Body<TeamLeaving>) -> Result<StatusCode> {
    leaving::leave(&cx, team, said.give_back).await?;
    Ok(StatusCode::NO_CONTENT)
}
