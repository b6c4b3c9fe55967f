//! People: who someone is, once, with what may be known about them.

mod api;
pub mod certificates;
mod deeds;
pub mod duplicates;
mod export;
mod forms;
pub mod guardians;
pub mod life;
pub mod mask;
pub mod merging;
pub mod model;
mod object;
mod pages;
pub mod policy;
mod private;
pub mod rules;
mod search;
mod store;
#[cfg(test)]
mod tests;
pub mod ties;
mod undoing;
mod verbs;

pub use model::{NewPerson, Person, PersonId, PersonState, PoliticalCode, PoliticalRow, Sex};
pub use private::{Field, open_field};
pub use store::{
    PersonFilter, count, count_in, find, find_by_identity, find_by_number, find_by_phone, find_many, identity_hash,
    list, move_region, next_volunteer_numbers, open_identity, political_history, political_status, region_codes,
    reserve_serials,
};
pub use ties::Ties;
pub use undoing::{FIELDS, PutBack, put_back, put_back_political, remove_many};
pub use verbs::{insert, insert_many, set_political_status, update};

use kernel::ids::Raw;
use kernel::jobs::Recurring;
use kernel::outbox::{Addresses, Book, Copies};
use kernel::{Cx, ListFace, Module, NavItem, Result, Secret};

/// Every ten minutes it is asked whether the night, or somebody's day, has come.
const LOOK: u64 = 600_000;

/// Its pages and their JSON twins.
fn with_routes(module: Module) -> Module {
    module
        .routes(pages::routes())
        .routes(export::routes())
        .routes(api::routes())
        .routes(duplicates::routes())
        .routes(guardians::routes())
        .routes(life::routes())
        .routes(certificates::routes())
}

/// The room.
#[must_use]
pub fn module() -> Module {
    let room = with_routes(Module::new("people"))
        .migrations(kernel::migrations![
            "20261123_12_people",
            "20261124_12_export",
            "20261128_12_duplicates",
            "20261128_13_merge",
            "20261128_61_guardian",
            "20261128_62_life",
            "20261128_67_guardian_paper",
            "20261128_67_search",
            "20261128_83_certificates"
        ])
        .words(kernel::words!())
        .words(kernel::words!("rules"))
        .words(kernel::words!("certificate"))
        .points(&[
            kernel::Pointer::of("person", ("political_status", "person_id"), ""),
            kernel::Pointer::of("person", ("person_merge", "kept_id"), "uses.merge"),
            kernel::Pointer::of("person", ("person_merge", "gone_id"), "uses.merge"),
            kernel::Pointer::of("person", ("person_pair", "first_id"), ""),
            kernel::Pointer::of("person", ("person_pair", "second_id"), ""),
            kernel::Pointer::of("person", ("person_stage", "person_id"), ""),
            kernel::Pointer::of("person", ("person_notice", "person_id"), ""),
            kernel::Pointer::of("person", ("person_erasure", "person_id"), "uses.erasure"),
            kernel::Pointer::of("person", ("certificate", "person_id"), "uses.certificate"),
            kernel::Pointer::of("person", ("guardian", "person_id"), "uses.guardian"),
            kernel::Pointer::of("person", ("guardian", "guardian_person_id"), "uses.guardian"),
        ])
        .policy(policy::TABLE)
        .settings(life::SETTINGS)
        .bulk(life::DORMANT)
        .part(life::Served::default())
        .every(Recurring { name: "people.find_doubles", every: LOOK, run: |cx| Box::pin(duplicates::nightly(cx)) })
        .every(Recurring { name: "people.keep_life", every: LOOK, run: |cx| Box::pin(life::nightly(cx)) })
        .every(Recurring { name: "people.erase_due", every: LOOK, run: |cx| Box::pin(life::erase_due(cx)) })
        .work(|cx| Box::pin(export::wish::work(cx)))
        .work(|cx| Box::pin(life::work(cx)))
        .work(|cx| Box::pin(duplicates::work(cx)))
        .work(|cx| Box::pin(guardians::work(cx)))
        .search(|cx, query| Box::pin(search::search(cx, query)))
        .object(object::KIND)
        .part(Ties::default())
        .part(Book(|cx, person| Box::pin(addresses(cx, person))))
        .part(Copies(guardians::copies))
        .slot("people.show", life::panel_of_record)
        .slot("people.show", guardians::panel_of_record)
        .slot("people.show", certificates::panel_of_record)
        .slot("me.more", certificates::line)
        .slot("me.show", life::panel_of_me)
        .slot("me.show", guardians::panel_of_me)
        .nav(NavItem { order: 20, word: "nav.people", url: "/desk/people", permission: policy::READ });
    lists(room)
}

/// The lists whose questions can be kept.
fn lists(room: Module) -> Module {
    room.list(ListFace {
        name: "people",
        url: "/desk/people",
        permission: policy::READ,
        fields: &["q", "town", "team", "state"],
    })
    .list(ListFace {
        name: "minors",
        url: "/desk/people/minors",
        permission: policy::READ_PRIVATE,
        fields: &["q", "town", "band", "consent"],
    })
    .list(ListFace {
        name: "doubles",
        url: "/desk/people/duplicates",
        permission: policy::EDIT,
        fields: &["q", "town", "level", "state"],
    })
}

/// Where somebody can be reached now, for a message that leaves; nowhere once they left.
async fn addresses(cx: Cx, person: Raw) -> Result<Addresses> {
    let found = find_many(&cx.db, cx.tenant, &[PersonId(person)]).await?.into_iter().next();
    let mobile = |phone: Option<String>| phone.filter(|p| p.len() == 11 && p.starts_with('1')).map(Secret::new);
    let Some(found) = found else {
        // A guardian without an account is known by the id of their consent.
        let phone = guardians::mobile(&cx.db, cx.tenant, person, cx.today()).await?;
        return Ok(Addresses { mail: None, mobile: mobile(phone) });
    };
    if matches!(found.state, PersonState::Left | PersonState::Archived) {
        return Ok(Addresses::default());
    }
    Ok(Addresses { mail: found.email.map(Secret::new), mobile: mobile(found.phone) })
}
