//! People: who someone is, once, with what may be known about them.

mod api;
mod deeds;
mod export;
mod forms;
pub mod mask;
pub mod model;
mod pages;
pub mod policy;
mod private;
pub mod rules;
mod search;
mod store;
#[cfg(test)]
mod tests;
pub mod ties;
mod verbs;

pub use model::{NewPerson, Person, PersonId, PersonState, PoliticalCode, PoliticalRow, Sex};
pub use private::{Field, open_field};
pub use store::{
    PersonFilter, count, find, find_by_identity, find_by_number, find_by_phone, find_many, identity_hash, list,
    next_volunteer_numbers, open_identity, political_history, political_status, region_codes, reserve_serials,
};
pub use ties::Ties;
pub use verbs::{insert, insert_many, set_political_status, update};

use kernel::{Module, NavItem};

/// The room.
#[must_use]
pub fn module() -> Module {
    Module::new("people")
        .migrations(kernel::migrations!["20261123_12_people", "20261124_12_export"])
        .words(kernel::words!())
        .words(kernel::words!("rules"))
        .policy(policy::TABLE)
        .routes(pages::routes())
        .routes(export::routes())
        .routes(api::routes())
        .work(|cx| Box::pin(export::wish::work(cx)))
        .search(|cx, query| Box::pin(search::search(cx, query)))
        .part(Ties::default())
        .nav(NavItem { order: 20, word: "nav.people", url: "/desk/people", permission: policy::READ })
}
