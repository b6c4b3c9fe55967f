//! The SQL of sites.

use crate::model::{NewSite, Site, SiteId, SiteKind, SiteState};
use kernel::db::Value;
use kernel::http::Cursor;
use kernel::{Conditions, Read, Result, TenantId, Tx, args};

const COLUMNS: &str = "id, name, kind, region_code, address, latitude, longitude, opening, state";

/// What a reader of the list looks for.
#[derive(Clone, Debug, Default)]
pub struct SiteFilter {
    /// Part of the name or address.
    pub query: String,
    /// A region's code; everything below it.
    pub region: String,
    /// One kind.
    pub kind: Option<SiteKind>,
    /// One state.
    pub state: Option<SiteState>,
}

/// One site.
pub async fn find(db: &impl Read, tenant: TenantId, id: SiteId) -> Result<Site> {
    db.one(&format!("SELECT {COLUMNS} FROM site WHERE tenant_id = $1 AND id = $2"), args![tenant, id]).await
}

/// Sites by region and name, `limit` at most, after the cursor `(region_code, name, id)`.
pub async fn list(
    db: &impl Read,
    tenant: TenantId,
    filter: &SiteFilter,
    cursor: Option<&Cursor>,
    limit: i64,
) -> Result<Vec<Site>> {
    let mut wanted = Conditions::new("tenant_id = ?", args![tenant]);
    if !filter.query.is_empty() {
        wanted.and("(name LIKE '%' || ? || '%' OR address LIKE '%' || ? || '%')", args![filter.query, filter.query]);
    }
    if !filter.region.is_empty() {
        let end = kernel::policy::after(&filter.region);
        wanted.and("region_code >= ? AND region_code < ?", args![filter.region, end]);
    }
    if let Some(kind) = filter.kind {
        wanted.and("kind = ?", args![kind]);
    }
    if let Some(state) = filter.state {
        wanted.and("state = ?", args![state]);
    }
    if let Some(cursor) = cursor {
        let id: SiteId = cursor.get(2)?;
        wanted.and("(region_code, name, id) > (?, ?, ?)", args![cursor.0[0], cursor.0[1], id]);
    }
    let tail = wanted.tail(" ORDER BY region_code, name, id LIMIT ?", args![limit]);
    db.all(&format!("SELECT {COLUMNS} FROM site WHERE {tail}"), wanted.args()).await
}

/// Makes a site.
pub async fn insert(tx: &mut Tx<'_>, tenant: TenantId, new: &NewSite) -> Result<SiteId> {
    let id = SiteId::fresh();
    let sql = "INSERT INTO site (tenant_id, id, name, kind, region_code, address, latitude, longitude, opening, state)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    tx.execute(sql, &values(tenant, id, new)).await?;
    Ok(id)
}

/// A site's columns in the order in which both statements number them.
fn values(tenant: TenantId, id: SiteId, new: &NewSite) -> Vec<Value> {
    let (latitude, longitude) = new.point.unzip();
    args![tenant, id, new.name, new.kind, new.region_code, new.address, latitude, longitude, new.opening, new.state]
        .to_vec()
}

/// Changes everything of a site.
pub async fn update(tx: &mut Tx<'_>, tenant: TenantId, id: SiteId, new: &NewSite) -> Result<()> {
    let sql = "UPDATE site SET name = $3, kind = $4, region_code = $5, address = $6, latitude = $7, longitude = $8,
               opening = $9, state = $10 WHERE tenant_id = $1 AND id = $2";
    match tx.execute(sql, &values(tenant, id, new)).await? {
        0 => Err(kernel::Error::NotFound),
        _ => Ok(()),
    }
}
