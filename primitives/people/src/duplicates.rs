//! Doubles: who may be on record twice. The thinking is pure (`card`, `score`, `scan`); it runs when somebody is put on
//! record, when a roster is looked at, and every night over everybody. People decide; nothing is made one by itself.

mod api;
mod card;
mod export;
mod model;
mod pages;
pub mod saving;
mod scan;
mod score;
mod store;
mod variants;
mod verbs;

pub use card::Card;
pub use model::{GuestPair, Pair, PairRow, url};
pub(crate) use pages::work;
pub use pages::{Side, sides};
pub use scan::{Found, scan};
pub use score::{LIKELY, Reason, SURE, score};
pub(crate) use verbs::settle;
pub use verbs::{Likely, both, cards, find_all, guests, likely, note};
pub(crate) use verbs::{nightly, of_person};

use crate::policy;
use kernel::Routes;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/desk/people/duplicates", policy::EDIT, pages::index)
        .get("/desk/people/duplicates/export", policy::EDIT, export::export)
        .get("/desk/people/{person}/duplicates/{other}", policy::EDIT, pages::show)
        .post("/desk/people/{person}/duplicates/{other}/decision", policy::EDIT, pages::decide)
        .api(policy::EDIT, kernel::routes!(api::index))
        .api(policy::EDIT, kernel::routes!(api::decide))
}

#[cfg(test)]
mod labelled;
#[cfg(test)]
mod tests;
