//! Teams as JSON.
#![expect(unused_qualifications, reason = "the macro that documents a route names its query once more")]

pub(crate) mod desk;

use crate::model::{Member, Organisation, OrganisationId, Tree};
use crate::policy;
use crate::store::{self, OrganisationFilter};
use axum::Json;
use axum::extract::Path;
use chrono::NaiveDate;
use kernel::http::{Cursor, Paged, Problem};
use kernel::{Cx, Error, Query, Result, Routes, Word};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

const PAGE: usize = 100;

pub(crate) fn routes() -> Routes {
    Routes::new().api(policy::READ, routes!(index)).api(policy::READ, routes!(show)).api(policy::READ, routes!(members))
}

/// A team.
#[derive(Serialize, ToSchema)]
struct TeamJson {
    /// The id.
    id: String,
    /// Unique, never changed.
    number: String,
    /// What it is called.
    name: String,
    /// `federation`, `town`, `organ`, `village`, `enterprise` or `institution`.
    kind: String,
    /// The one above.
    parent_id: Option<String>,
    /// The numbers of all above and its own, each ended by `/`.
    path: String,
    /// Where, by code.
    region_code: String,
    /// `applied`, `active`, `suspended` or `ended`.
    state: String,
    /// When it was founded.
    founded_on: Option<NaiveDate>,
    /// What it is for.
    purpose: Option<String>,
}

impl TeamJson {
    fn of(team: Organisation) -> Self {
        Self {
            id: team.id.to_string(),
            number: team.number,
            name: team.name,
            kind: team.kind.to_string(),
            parent_id: team.parent_id.map(|p| p.to_string()),
            path: team.path,
            region_code: team.region_code,
            state: team.state.to_string(),
            founded_on: team.founded_on,
            purpose: team.purpose,
        }
    }
}

/// A member of a team.
#[derive(Serialize, ToSchema)]
struct MemberJson {
    /// Who.
    person_id: String,
    /// Their name.
    name: String,
    /// Their volunteer's number.
    volunteer_no: Option<String>,
    /// `member`, `leader`, `deputy` or `secretary`.
    role: String,
    /// From this day.
    from_on: NaiveDate,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct TeamQuery {
    /// Name or part of it, pinyin, initials, number.
    q: Option<String>,
    /// A region's code; everything at or below it.
    region: Option<String>,
    /// One kind.
    kind: Option<String>,
    /// One state.
    state: Option<String>,
    /// `next` of the page before.
    cursor: Option<String>,
}

fn read<T: std::str::FromStr>(text: Option<&str>) -> Result<Option<T>> {
    let wrong = || Error::Malformed(Word::new("error.query"));
    text.filter(|t| !t.is_empty()).map(|t| t.parse().map_err(|_| wrong())).transpose()
}

/// Teams by name, as far as the caller may see.
#[utoipa::path(get, path = "/api/v1/teams", tag = "teams", params(TeamQuery),
    responses((status = 200, body = Paged<TeamJson>), (status = 400, body = Problem)))]
async fn index(cx: Cx, Query(query): Query<TeamQuery>) -> Result<Json<Paged<TeamJson>>> {
    let filter = OrganisationFilter {
        tree: Some(Tree::Team),
        query: query.q.unwrap_or_default(),
        region: query.region.unwrap_or_default(),
        kind: read(query.kind.as_deref())?,
        state: read(query.state.as_deref())?,
        quiet: false,
        joined: false,
    };
    let cursor = Cursor::read(query.cursor.as_deref(), 2)?;
    let reach = cx.reach(policy::READ);
    let found = store::list(&cx.db, cx.tenant, &filter, &reach, (cursor.as_ref(), PAGE as i64 + 1)).await?;
    Ok(Json(Paged::cut(found, PAGE, Organisation::keys).map(TeamJson::of)))
}

/// Only teams: branches are not told to programs.
async fn find(cx: &Cx, team: OrganisationId) -> Result<Organisation> {
    let team = store::find(&cx.db, cx.tenant, team).await?;
    if team.tree != Tree::Team {
        return Err(Error::NotFound);
    }
    policy::may_read(cx, &team)?;
    Ok(team)
}

/// One team.
#[utoipa::path(get, path = "/api/v1/teams/{team}", tag = "teams", params(("team" = String, Path)),
    responses((status = 200, body = TeamJson), (status = 404, body = Problem)))]
async fn show(cx: Cx, Path(team): Path<OrganisationId>) -> Result<Json<TeamJson>> {
    Ok(Json(TeamJson::of(find(&cx, team).await?)))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct MemberQuery {
    /// `next` of the page before.
    cursor: Option<String>,
}

/// The members of a team by name.
#[utoipa::path(get, path = "/api/v1/teams/{team}/members", tag = "teams", params(("team" = String, Path), MemberQuery),
    responses((status = 200, body = Paged<MemberJson>), (status = 404, body = Problem)))]
async fn members(
    cx: Cx,
    Path(team): Path<OrganisationId>,
    Query(query): Query<MemberQuery>,
) -> Result<Json<Paged<MemberJson>>> {
    let team = find(&cx, team).await?;
    let cursor = Cursor::read(query.cursor.as_deref(), 2)?;
    let found = store::members(&cx.db, cx.tenant, (team.id, false), (cursor.as_ref(), PAGE as i64 + 1)).await?;
    let page = Paged::cut(found, PAGE, Member::keys).map(|m| MemberJson {
        person_id: m.person_id.to_string(),
        name: m.name,
        volunteer_no: m.volunteer_no,
        role: m.role.to_string(),
        from_on: m.from_on,
    });
    Ok(Json(page))
}
