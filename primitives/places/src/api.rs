//! Regions and sites as JSON.
#![expect(unused_qualifications, reason = "the macro that documents a route names its query once more")]

use crate::forms::SiteForm;
use crate::model::{Region, Site, SiteId, SiteState};
use crate::{keeping, policy, regions, store};
use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use kernel::http::{Body, Cursor, Paged, Problem};
use kernel::{Cx, Query, Result, Routes};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

const PAGE: usize = 100;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .api(policy::READ, routes!(list_regions))
        .api(policy::READ, routes!(list_sites))
        .api(policy::MANAGE, routes!(create_site))
        .api(policy::MANAGE, routes!(update_site))
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

/// A site as a program says it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SiteBody {
    /// Up to 60 characters.
    name: String,
    /// `station`, `workstation`, `centre`, `hall`, `workroom` or `other`.
    kind: String,
    /// A region's code.
    region: String,
    /// Street and number.
    address: String,
    /// Degrees north; both or none.
    #[serde(default)]
    latitude: Option<f64>,
    /// Degrees east.
    #[serde(default)]
    longitude: Option<f64>,
    /// When it is open, in the words of its sign.
    #[serde(default)]
    opening: String,
    /// `open` without it.
    #[serde(default)]
    state: String,
}

impl SiteBody {
    fn form(self) -> SiteForm {
        let degrees = |d: Option<f64>| d.map(|d| d.to_string()).unwrap_or_default();
        SiteForm {
            name: self.name,
            kind: self.kind,
            region: self.region,
            address: self.address,
            latitude: degrees(self.latitude),
            longitude: degrees(self.longitude),
            opening: self.opening,
            state: self.state,
        }
    }
}

/// Makes a site. Takes an `Idempotency-Key`.
#[utoipa::path(post, path = "/api/v1/sites", tag = "places", request_body = SiteBody,
    responses((status = 201, body = Site), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn create_site(cx: Cx, Body(typed): Body<SiteBody>) -> Result<(StatusCode, Json<Site>)> {
    let made = keeping::found(&cx, &typed.form()).await?;
    Ok((StatusCode::CREATED, Json(store::find(&cx.db, cx.tenant, made).await?)))
}

/// Changes a site to exactly this.
#[utoipa::path(put, path = "/api/v1/sites/{site}", tag = "places", params(("site" = String, Path)), request_body = SiteBody,
    responses((status = 200, body = Site), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 422, body = Problem)))]
async fn update_site(cx: Cx, Path(site): Path<SiteId>, Body(typed): Body<SiteBody>) -> Result<Json<Site>> {
    let site = store::find(&cx.db, cx.tenant, site).await?;
    policy::may_change(&cx, &site)?;
    keeping::revise(&cx, site.id, &typed.form()).await?;
    Ok(Json(store::find(&cx.db, cx.tenant, site.id).await?))
}
