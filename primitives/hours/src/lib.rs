//! Hours: who served how long, when and for whom, as an append-only ledger.

mod api;
mod claims;
mod corrections;
mod forms;
mod model;
mod pages;
mod policy;
mod rules;
mod sealer;
mod store;
mod transfer;
pub mod year;

pub use claims::{Claim, ClaimId, ClaimLine, NewClaim, claim, claim_of};
pub use corrections::reverse;
pub use model::{Entry, EntryId, Method, NewEntry, Window};
pub use policy::{CLAIM, CORRECT, DECIDE, READ, READ_OWN};
pub use rules::{HoursError, check};
pub use sealer::{roll_up, roll_up_anew, roll_up_batch, served_changed};
pub use store::{balance, credit, find, list_of_person, months};
pub use transfer::{Transfer, overlapping, transfer, transfer_back};

use kernel::jobs::Recurring;
use kernel::{Module, NavItem, Routes};

/// The room's door.
#[must_use]
pub fn module() -> Module {
    let routes = Routes::new()
        .get("/me/hours", READ_OWN, pages::own)
        .get("/desk/hours", READ, pages::ledger::index)
        .get("/desk/hours/export", READ, pages::ledger::export)
        .get("/desk/hours/claims/{claim}", DECIDE, pages::claims::show)
        .get("/desk/hours/claims/{claim}/evidence", DECIDE, pages::claims::evidence)
        .post("/desk/hours/claims/{claim}/decision", DECIDE, pages::claims::decide)
        .get("/desk/hours/{entry}", READ, pages::ledger::show)
        .post("/desk/hours/{entry}/reversal", CORRECT, pages::ledger::reverse)
        .api(READ_OWN, kernel::routes!(api::list_own));
    Module::new("hours")
        .migrations(kernel::migrations![
            "20261123_14_hours",
            "20261123_16_sealer",
            "20261123_18_months",
            "20261123_19_active_months",
            "20261124_15_team_months",
            "20261124_16_served_day",
            "20261128_14_pointers"
        ])
        .words(kernel::words!())
        .points(&[
            kernel::Pointer::of("person", ("hours_entry", "person_id"), "uses.hours"),
            kernel::Pointer::of("person", ("hours_claim_line", "person_id"), "uses.claim"),
            kernel::Pointer::of("organisation", ("hours_entry", "organisation_id"), "uses.hours"),
            kernel::Pointer::of("organisation", ("hours_claim", "organisation_id"), "uses.claim"),
        ])
        .policy(policy::TABLE)
        .routes(routes)
        .routes(api::ledger::routes())
        .routes(api::claims::routes())
        .part(year::YearFigures::default())
        .work(|cx| Box::pin(claims::work(cx)))
        .every(Recurring { name: "hours.roll_up", every: 1500, run: |cx| Box::pin(roll_up(cx)) })
        .nav(NavItem { order: 30, word: "nav.hours", url: "/desk/hours", permission: READ })
}

#[cfg(test)]
mod tests;
