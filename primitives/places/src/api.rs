//! Regions and sites as JSON.
#![expect(unused_qualifications, reason = "the macro that documents a route names its query once more")]

use crate::model::{Region, Site, SiteState};
use crate::{policy, regions, store};
use axum::Json;
use kernel::http::{Cursor, Paged};
use kernel::{Cx, Query, Result, Routes};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::routes;

const PAGE: usize = 100;

pub(crate) fn routes() -> Routes {
    Routes::new().api(policy::READ, routes!(list_regions)).api(policy::READ, routes!(list_sites))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct RegionQuery {
    /// The code at and below which regions are listed; the district's without it.
    within: Option<String>,
}

/// Regions by code; a town stands before its communities.
#[utoipa::path(get, path = "/api/v1/regions", tag = "places", params(RegionQuery), responses((status = 200, body = Paged<Region>)))]
async fn list_regions(cx: Cx, Query(query): Query<RegionQuery>) -> Result<Json<Paged<Region>>> {
    let district = cx.app.tenant().map_or("", |t| t.code.as_str());
    let items = regions(&cx.db, query.within.as_deref().unwrap_or(district)).await?;
    Ok(Json(Paged { items, next: None }))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct SiteQuery {
    /// Part of the name or address.
    q: Option<String>,
    /// A region's code; everything below it.
    region: Option<String>,
    /// `station`, `workstation`, `centre`, `hall`, `workroom` or `other`.
    kind: Option<String>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// Open sites by region and name.
#[utoipa::path(get, path = "/api/v1/sites", tag = "places", params(SiteQuery), responses((status = 200, body = Paged<Site>)))]
async fn list_sites(cx: Cx, Query(query): Query<SiteQuery>) -> Result<Json<Paged<Site>>> {
    let kind = match query.kind.as_deref() {
        None | Some("") => None,
        Some(text) => Some(text.parse().map_err(|_| kernel::Error::Malformed(kernel::Word::new("error.query")))?),
    };
    let filter = store::SiteFilter {
        query: query.q.unwrap_or_default(),
        region: query.region.unwrap_or_default(),
        kind,
        state: Some(SiteState::Open),
    };
    let cursor = Cursor::read(query.cursor.as_deref(), 3)?;
    let found = store::list(&cx.db, cx.tenant, &filter, cursor.as_ref(), PAGE as i64 + 1).await?;
    Ok(Json(Paged::cut(found, PAGE, Site::keys)))
}
