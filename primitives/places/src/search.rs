//! What the search of the whole desk finds of sites: by name or address.

use crate::model::Site;
use crate::{policy, store};
use kernel::{Cx, Found, Result, SHELF, Shelf};

pub(crate) async fn search(cx: Cx, query: String) -> Result<Option<Shelf>> {
    if !cx.can(policy::MANAGE) {
        return Ok(None);
    }
    let filter = store::SiteFilter { query: query.clone(), ..store::SiteFilter::default() };
    let sites = store::list(&cx.db, cx.tenant, &filter, None, SHELF as i64 + 1).await?;
    let tree = crate::tree(&cx).await?;
    let found = |site: Site| Found {
        facts: format!("{} · {}", tree.town(&site.region_code), site.address),
        url: format!("/desk/sites/{}/edit", site.id),
        title: site.name,
    };
    Ok(Some(Shelf::of("nav.sites", "/desk/sites", &query, sites, found)))
}
