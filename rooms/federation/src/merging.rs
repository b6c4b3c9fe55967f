//! Two records of one person made one, with everything that the rooms below hold of them, and two again when two officers
//! say so. What may not be moved is told before; nothing is guessed.

mod api;
mod model;
mod pages;
mod store;
mod verbs;

pub(crate) use pages::panel;
pub(crate) use verbs::work;

use kernel::Routes;
use people::policy::EDIT;

/// The routes.
pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/desk/people/{person}/duplicates/{other}/merging", EDIT, pages::new)
        .post("/desk/people/{person}/duplicates/{other}/merging", EDIT, pages::create)
        .get("/desk/people/merges/{merge}", EDIT, pages::show)
        .post("/desk/people/merges/{merge}/unmerging", EDIT, pages::ask)
        .post("/desk/people/merges/{merge}/unmerging/decision", EDIT, pages::decide)
        .api(EDIT, kernel::routes!(api::create))
        .api(EDIT, kernel::routes!(api::ask))
        .api(EDIT, kernel::routes!(api::decide))
}

#[cfg(test)]
mod guests;
#[cfg(test)]
mod tests;
