//! Towns that go into one another, are renamed and divided, as JSON.

use crate::policy::TOWNS;
use crate::towns::division::{self, DivisionForm};
use crate::towns::naming::{self, TownName};
use crate::towns::{Moved, carry_out};
use axum::Json;
use axum::extract::Path;
use chrono::NaiveDate;
use kernel::http::{Body, Problem};
use kernel::{Cx, Error, FieldErrors, Result, Routes, routes};
use places::{Ended, Former, Region};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .api(TOWNS, routes!(list_towns))
        .api(TOWNS, routes!(create_town_merger))
        .api(TOWNS, routes!(create_town_name))
        .api(TOWNS, routes!(create_town_division))
}

/// The towns of the district.
#[derive(Serialize, ToSchema)]
struct Towns {
    /// Those that stand now.
    items: Vec<Region>,
    /// Those that went into others, with what they went into.
    ended: Vec<EndedTown>,
    /// What towns were called before, the earliest first.
    former: Vec<FormerName>,
}

/// What a town was called.
#[derive(Serialize, ToSchema)]
struct FormerName {
    /// Nine digits.
    code: String,
    /// The name of then.
    name: String,
    /// The last day of that name.
    last_day: NaiveDate,
}

impl From<Former> for FormerName {
    fn from(former: Former) -> Self {
        Self { code: former.code, name: former.name, last_day: former.valid_to }
    }
}

/// A town that went into another.
#[derive(Serialize, ToSchema)]
struct EndedTown {
    /// Nine digits.
    code: String,
    /// Its name.
    name: String,
    /// Its last day.
    last_day: NaiveDate,
    /// The name of the town that it is part of now.
    into: String,
}

impl From<Ended> for EndedTown {
    fn from(ended: Ended) -> Self {
        Self { code: ended.code, name: ended.name, last_day: ended.valid_to, into: ended.successor_name }
    }
}

/// The towns that stand, those that went into others, and what towns were called before.
#[utoipa::path(get, path = "/api/v1/towns", tag = "federation", responses((status = 200, body = Towns)))]
async fn list_towns(cx: Cx) -> Result<Json<Towns>> {
    let district = cx.app.tenant().map_or("", |t| t.code.as_str());
    let ended = places::ended_towns(&cx.db, district).await?;
    let ended = ended.into_iter().map(EndedTown::from).collect();
    let former = places::former_names(&cx.db, district).await?.into_iter().map(FormerName::from).collect();
    Ok(Json(Towns { items: places::standing_towns(&cx.db, district).await?, ended, former }))
}

/// Where a town goes, and why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TownMerger {
    /// The code of the town that it becomes part of, nine digits.
    into: String,
    /// The decision it rests on, up to 200 characters.
    reason: String,
}

/// Merges a town into another from today; it cannot be undone. A repeat with the same `Idempotency-Key` does nothing.
#[utoipa::path(post, path = "/api/v1/towns/{region}/merger", tag = "federation", params(("region" = String, Path)),
    request_body = TownMerger, responses((status = 200, body = Moved),
        (status = 409, body = Problem, description = "One of them does not stand, or both are the same"),
        (status = 422, body = Problem)))]
async fn create_town_merger(cx: Cx, Path(region): Path<String>, Body(said): Body<TownMerger>) -> Result<Json<Moved>> {
    cx.may_somewhere(TOWNS)?;
    let mut errors = FieldErrors::none();
    let (reason, into) = (errors.text("reason", &said.reason, 200), errors.text("into", &said.into, 12));
    if !errors.is_empty() {
        return Err(Error::Invalid(errors));
    }
    Ok(Json(carry_out(&cx, (region, into), reason).await?))
}

/// A town under its new name.
#[derive(Serialize, ToSchema)]
struct RenamedTown {
    /// Nine digits.
    code: String,
    /// Its name from that day on.
    name: String,
    /// Its name of before.
    formerly: String,
    /// The first day of the new name.
    on: NaiveDate,
}

/// Calls a town otherwise from a day on; its code and everything there stay. A repeat with the same `Idempotency-Key` does nothing.
#[utoipa::path(post, path = "/api/v1/towns/{region}/name", tag = "federation", params(("region" = String, Path)),
    request_body = TownName, responses((status = 200, body = RenamedTown), (status = 404, body = Problem),
        (status = 409, body = Problem, description = "It is called so, another town is, or it was renamed since"),
        (status = 422, body = Problem)))]
async fn create_town_name(cx: Cx, Path(region): Path<String>, Body(said): Body<TownName>) -> Result<Json<RenamedTown>> {
    let ((name, on), reason) = said.check(&cx)?;
    let formerly = naming::carry_out(&cx, &region, (name.clone(), on), reason).await?;
    Ok(Json(RenamedTown { code: region, name, formerly, on }))
}

/// Makes a new town out of some communities of another from today; it cannot be undone. A repeat with the same
/// `Idempotency-Key` does nothing.
#[utoipa::path(post, path = "/api/v1/towns/{region}/division", tag = "federation", params(("region" = String, Path)),
    request_body = DivisionForm, responses((status = 200, body = Moved), (status = 404, body = Problem),
        (status = 409, body = Problem, description = "The new town is known, or the communities are not the town's"),
        (status = 422, body = Problem)))]
async fn create_town_division(
    cx: Cx,
    Path(region): Path<String>,
    Body(said): Body<DivisionForm>,
) -> Result<Json<Moved>> {
    let checked = said.check(&cx).map_err(Error::Invalid)?;
    Ok(Json(division::carry_out(&cx, &region, checked).await?))
}
