//! Records beside the hours: awards, evaluations both ways, and the yearly statement that sums up.

mod awards;
mod evaluations;
mod policy;
mod sheet;
mod statements;

pub use awards::{Award, AwardId, Kind, NewAward, Whose, count_of_person, enter as enter_award};
pub use policy::{AWARDS, ENTER, EVALUATE, OWN_AWARDS, STATEMENTS};

use kernel::{ListFace, Module, NavItem};

/// The room's door.
#[must_use]
pub fn module() -> Module {
    Module::new("records")
        .migrations(kernel::migrations!["20261128_65_records"])
        .words(kernel::words!())
        .points(&[
            kernel::Pointer::of("person", ("award", "person_id"), "uses.award"),
            kernel::Pointer::of("organisation", ("award", "organisation_id"), "uses.award"),
            kernel::Pointer::of("person", ("evaluation", "person_id"), "uses.evaluation"),
            kernel::Pointer::of("organisation", ("evaluation", "organisation_id"), "uses.evaluation"),
        ])
        .list(ListFace {
            name: "awards",
            url: "/desk/awards",
            permission: AWARDS,
            fields: &["q", "town", "kind", "holder", "year", "state"],
        })
        .list(ListFace { name: "evaluations", url: "/desk/evaluations", permission: EVALUATE, fields: &["q", "town"] })
        .policy(policy::TABLE)
        .routes(awards::routes())
        .routes(evaluations::routes())
        .routes(statements::routes())
        .slot("people.show", awards::person_panel)
        .slot("teams.show", awards::team_panel)
        .slot("teams.show", statements::team_panel)
        .nav(NavItem { order: 32, word: "nav.awards", url: "/desk/awards", permission: AWARDS })
        .nav(NavItem { order: 34, word: "nav.evaluations", url: "/desk/evaluations", permission: EVALUATE })
}

#[cfg(test)]
mod tests;
