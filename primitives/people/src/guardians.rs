//! Guardians: who stands for a minor, what they agreed to and when they took it back. Without a consent that holds on the day of
//! a service a minor does not sign up; who is of age needs nobody.

mod api;
mod entry;
mod export;
mod forms;
mod list;
mod model;
mod own;
mod record;
pub mod rules;
mod store;
#[cfg(test)]
mod tests;
mod verbs;

pub use model::{Guardian, GuardianId, GuardianState, OnRoster, Relation, Standing, Way};
pub use store::{CONSENT, forget, of_person, standing};
pub use verbs::{consent_on_paper, grow_up, name, name_on_roster, withdraw};

pub(crate) use list::work;
pub(crate) use own::{panel_of_me, panel_of_record};
pub(crate) use store::{erase, mobile};
pub(crate) use verbs::copies;

use crate::policy::{EDIT, EXPORT, OWN, READ_PRIVATE};
use kernel::Routes;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/desk/people/minors", READ_PRIVATE, list::index)
        .get("/desk/people/minors/export", EXPORT, export::export)
        .get("/desk/people/{person}/guardians", READ_PRIVATE, record::show)
        .post("/desk/people/{person}/guardians", EDIT, entry::create)
        .post("/desk/people/{person}/guardians/{guardian}/consent", EDIT, entry::consent)
        .get("/desk/people/{person}/guardians/{guardian}/consent", READ_PRIVATE, record::scan)
        .post("/desk/people/{person}/guardians/{guardian}/link", EDIT, entry::link)
        .post("/desk/people/{person}/guardians/{guardian}/withdrawal", EDIT, entry::withdraw)
        .get("/guardian/{token}", OWN, own::ask)
        .post("/guardian/{token}", OWN, own::consent)
        .get("/me/wards", OWN, own::index)
        .post("/me/wards/{guardian}/withdrawal", OWN, own::withdraw)
        .api(READ_PRIVATE, kernel::routes!(api::list_minors))
        .api(READ_PRIVATE, kernel::routes!(api::list_guardians))
        .api(EDIT, kernel::routes!(api::name_guardian))
        .api(EDIT, kernel::routes!(api::consent_on_paper))
        .api(EDIT, kernel::routes!(api::make_guardian_link))
        .api(EDIT, kernel::routes!(api::withdraw_consent))
        .api(OWN, kernel::routes!(api::list_wards))
        .api(OWN, kernel::routes!(api::consent_by_account))
        .api(OWN, kernel::routes!(api::withdraw_own_consent))
}
