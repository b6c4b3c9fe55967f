//! The life cycle: candidate, active, dormant, left, archived, erased; each with its days, its reason and its legal basis.
//!
//! ```text
//! candidate -> active <-> dormant -> left -> archived -> erased        left -> active: whoever comes back
//! active -> left; archived -> left: taken out of the archive; any but erased -> erased, by two people and after a wait
//! ```

mod api;
mod bulk;
mod desk;
mod erasure;
mod forms;
mod model;
mod nightly;
mod own;
mod rules;
mod store;
#[cfg(test)]
mod tests;
mod verbs;

pub use model::{Basis, Stage, StageRow};
pub use nightly::Served;
pub use verbs::{begin, move_to, served};

pub(crate) use bulk::DORMANT;
pub(crate) use desk::panel_of_record;
pub(crate) use erasure::{erase_due, work};
pub(crate) use nightly::nightly;
pub(crate) use own::panel_of_me;

use crate::policy::{ERASE, LIFE, OWN, READ};
use kernel::Routes;
use kernel::settings::Setting;

/// Months without service after which somebody is dormant; 0 lets nobody become so.
pub(crate) const DORMANT_MONTHS: Setting = Setting::new("people.dormant_months", 24, (0, 120));
/// Days for which an erasing that was agreed to can be taken back.
pub(crate) const ERASURE_DAYS: Setting = Setting::new("people.erasure_days", 7, (1, 15));

/// What a district may set.
pub(crate) const SETTINGS: &[Setting] = &[DORMANT_MONTHS, ERASURE_DAYS];

pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/desk/people/{person}/life", READ, desk::show)
        .post("/desk/people/{person}/life", LIFE, desk::create)
        .post("/desk/people/{person}/erasure", LIFE, desk::ask)
        .post("/desk/people/{person}/erasure/decision", ERASE, desk::decide)
        .post("/desk/people/{person}/erasure/withdrawal", LIFE, desk::withdraw)
        .get("/me/life", OWN, own::show)
        .post("/me/life", OWN, own::create)
        .post("/me/erasure", OWN, own::ask)
        .post("/me/erasure/withdrawal", OWN, own::withdraw)
        .api(READ, kernel::routes!(api::show_life))
        .api(LIFE, kernel::routes!(api::move_life))
        .api(LIFE, kernel::routes!(api::ask_erasure))
        .api(ERASE, kernel::routes!(api::decide_erasure))
        .api(LIFE, kernel::routes!(api::withdraw_erasure))
        .api(OWN, kernel::routes!(api::show_own_life, api::move_own_life))
        .api(OWN, kernel::routes!(api::ask_own_erasure, api::withdraw_own_erasure))
}
