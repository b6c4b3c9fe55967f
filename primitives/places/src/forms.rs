//! What a browser or a program sends about a site, and what may exist.

use crate::model::{NewSite, Site, SiteState};
use crate::regions;
use kernel::{Cx, FieldErrors, Result, Word};
use serde::Deserialize;

/// A site as typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SiteForm {
    pub name: String,
    pub kind: String,
    pub region: String,
    pub address: String,
    #[serde(default)]
    pub latitude: String,
    #[serde(default)]
    pub longitude: String,
    #[serde(default)]
    pub opening: String,
    #[serde(default)]
    pub state: String,
}

impl SiteForm {
    pub(crate) fn of(site: &Site) -> Self {
        let degrees = |d: Option<f64>| d.map(|d| d.to_string()).unwrap_or_default();
        Self {
            name: site.name.clone(),
            kind: site.kind.to_string(),
            region: site.region_code.clone(),
            address: site.address.clone(),
            latitude: degrees(site.latitude),
            longitude: degrees(site.longitude),
            opening: site.opening.clone(),
            state: site.state.to_string(),
        }
    }

    pub(crate) async fn check(&self, cx: &Cx) -> Result<std::result::Result<NewSite, FieldErrors>> {
        let mut errors = FieldErrors::none();
        let name = errors.text("name", &self.name, 60);
        let kind = errors.choice("kind", &self.kind);
        let address = errors.text("address", &self.address, 120);
        let opening = errors.optional_text("opening", &self.opening, 120).unwrap_or_default();
        let point = self.point(&mut errors);
        let region = regions::find_region(&cx.db, self.region.trim()).await.ok();
        if region.is_none() {
            errors.add("region", Word::new("form.choose"));
        }
        let state = match self.state.as_str() {
            "" => Some(SiteState::Open),
            text => errors.choice("state", text),
        };
        match (kind, region, state) {
            (Some(kind), Some(region), Some(state)) if errors.is_empty() => {
                Ok(Ok(NewSite { name, kind, region_code: region.code, address, point, opening, state }))
            }
            _ => Ok(Err(errors)),
        }
    }

    fn point(&self, errors: &mut FieldErrors) -> Option<(f64, f64)> {
        let (north, east) = (self.latitude.trim(), self.longitude.trim());
        if north.is_empty() && east.is_empty() {
            return None;
        }
        let within = |text: &str, least: f64, most: f64| text.parse().ok().filter(|d: &f64| (least..=most).contains(d));
        let point = within(north, 3.0, 54.0).zip(within(east, 73.0, 136.0));
        if point.is_none() {
            errors.add("latitude", Word::new("places.point_wrong"));
        }
        point
    }
}
