//! Hours: who served how long, when and for whom, as an append-only ledger.

mod claims;
mod model;
mod pages;
mod policy;
mod rules;
mod sealer;
mod store;

pub use claims::{Claim, ClaimId, ClaimLine, NewClaim, claim};
pub use model::{Entry, EntryId, Method, NewEntry, Window};
pub use policy::{CLAIM, CORRECT, DECIDE, READ, READ_OWN};
pub use rules::{HoursError, check};
pub use sealer::roll_up;
pub use store::{balance, credit, list_of_person, months, reverse};

use kernel::jobs::Recurring;
use kernel::{Module, NavItem, Routes};

/// The room's door.
#[must_use]
pub fn module() -> Module {
    let routes = Routes::new()
        .get("/me/hours", READ_OWN, pages::own)
        .get("/desk/hours", READ, pages::index)
        .get("/desk/hours/export", READ, pages::export)
        .get("/desk/hours/claims/{claim}", DECIDE, pages::show_claim)
        .post("/desk/hours/claims/{claim}/decision", DECIDE, pages::decide)
        .get("/desk/hours/{entry}", READ, pages::show)
        .post("/desk/hours/{entry}/reversal", CORRECT, pages::reverse)
        .api(READ_OWN, kernel::routes!(pages::api_own));
    Module::new("hours")
        .migrations(kernel::migrations!["20261123_14_hours"])
        .words(kernel::words!())
        .policy(policy::TABLE)
        .routes(routes)
        .work(|cx| Box::pin(claims::work(cx)))
        .every(Recurring { name: "hours.roll_up", every: 1500, run: |cx| Box::pin(sealer::roll_up(cx)) })
        .nav(NavItem { order: 30, word: "nav.hours", url: "/desk/hours", permission: READ })
}

#[cfg(test)]
mod tests;
