//! Places: regions of the country and the sites where service happens.

mod api;
mod forms;
mod keeping;
pub mod model;
mod naming;
mod pages;
pub mod policy;
mod regions;
mod search;
mod store;
mod succession;
#[cfg(test)]
mod tests;
mod tree;

pub use model::{Level, NewSite, Region, Site, SiteId, SiteKind, SiteState};
pub use naming::{Former, former_names, rename_town};
pub use regions::{
    REGIONS, WORKDAYS, by_name, communities, find_region, load_regions, load_workdays, region_by_name, regions, town_of,
};
pub use store::{SiteFilter, find as find_site, insert as insert_site, list as list_sites, update as update_site};
pub use succession::{
    Ended, Succession, count_sites_in, ended_towns, merge_towns, move_sites, split_town, standing_towns,
};
pub use tree::{Tree, forget as forget_tree, full_region_name, towns, tree};

use kernel::{ListFace, Module, NavItem};

/// The room.
#[must_use]
pub fn module() -> Module {
    Module::new("places")
        .migrations(kernel::migrations!["20261123_11_places", "20261128_43_succession", "20261128_75_region_name"])
        .words(kernel::words!())
        .list(ListFace {
            name: "sites",
            url: "/desk/sites",
            permission: policy::MANAGE,
            fields: &["q", "town", "kind"],
        })
        .policy(policy::TABLE)
        .routes(pages::routes())
        .routes(api::routes())
        .search(|cx, query| Box::pin(search::search(cx, query)))
        .part(tree::Kept::default())
        .nav(NavItem { order: 105, word: "nav.sites", url: "/desk/sites", permission: policy::MANAGE })
}
