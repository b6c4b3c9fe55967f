//! Keeping the sites of one's region by what was typed, for page and program alike.

use crate::forms::SiteForm;
use crate::model::SiteId;
use crate::{policy, store};
use kernel::ids::Raw;
use kernel::{Cx, Deed, Error, Result, Tx};
use serde::Serialize;

/// A site was made or changed.
#[derive(Serialize)]
struct SiteSaved {
    #[serde(skip)]
    site: SiteId,
    name: String,
}

impl Deed for SiteSaved {
    const KIND: &'static str = "places.site_saved";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("site", Some(self.site.0))
    }
}

/// Makes a site.
///
/// # Errors
/// `Invalid` with every problem; `Forbidden` outside the actor's region.
pub(crate) async fn found(cx: &Cx, typed: &SiteForm) -> Result<SiteId> {
    let new = typed.check(cx).await?.map_err(Error::Invalid)?;
    policy::may_manage(cx, &new.region_code)?;
    let at = cx.clone();
    cx.once(kernel::LaneKey(2), async move |tx: &mut Tx<'_>| {
        let site = store::insert(tx, at.tenant, &new).await?;
        tx.record(&at, &SiteSaved { site, name: new.name });
        Ok(site)
    })
    .await
}

/// Changes everything of a site; the actor may change it already.
///
/// # Errors
/// As `found`.
pub(crate) async fn revise(cx: &Cx, site: SiteId, typed: &SiteForm) -> Result<()> {
    let new = typed.check(cx).await?.map_err(Error::Invalid)?;
    policy::may_manage(cx, &new.region_code)?;
    let at = cx.clone();
    cx.write(site.lane(), async move |tx: &mut Tx<'_>| {
        store::update(tx, at.tenant, site, &new).await?;
        tx.record(&at, &SiteSaved { site, name: new.name });
        Ok(())
    })
    .await
}
