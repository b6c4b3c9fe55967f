//! Hours: who served how long, when and for whom, as an append-only ledger.

mod api;
mod bulk;
mod claims;
mod corrections;
mod forms;
mod model;
mod months;
mod pages;
mod pending;
mod policy;
mod rules;
mod sealer;
pub mod settings;
mod store;
mod transfer;
pub mod year;

pub use claims::{Claim, ClaimId, ClaimLine, NewClaim, claim, claim_of};
pub use corrections::reverse;
pub use model::{Entry, EntryId, Method, NewEntry, Window};
pub use pending::{Application, Pending, PendingState, Proof, apply, held, reports_waiting};
pub use policy::{APPLY, CLAIM, CORRECT, DECIDE, READ, READ_OWN};
pub use rules::{HoursError, check};
pub use sealer::{roll_up, roll_up_anew, roll_up_batch, served_changed};
pub use store::{balance, credit, find, list_of_person, months};
pub use transfer::{Transfer, overlapping, transfer, transfer_back};

use kernel::jobs::Recurring;
use kernel::{ListFace, Module, NavItem, Routes};

/// What does not count yet: the volunteer's, the desk's, and the public notice.
fn pending_routes() -> Routes {
    use pending::{own, pages, postings};
    use policy::{APPLY, NOTICE, OBJECT, REVIEW};
    Routes::new()
        .get("/me/hours/applications/{pending}", APPLY, own::show)
        .post("/me/hours/applications/{pending}/withdrawal", APPLY, own::withdraw)
        .get("/desk/hours/pending", REVIEW, pages::index)
        .get("/desk/hours/pending/export", REVIEW, pages::export)
        .get("/desk/hours/pending/{pending}", REVIEW, pages::show)
        .get("/desk/hours/pending/{pending}/evidence/{proof}", REVIEW, pages::proof)
        .post("/desk/hours/pending/{pending}/decision", REVIEW, pages::decide)
        .get("/postings", NOTICE, postings::index)
        .get("/postings/{pending}", NOTICE, postings::show)
        .post("/postings/{pending}/objections", OBJECT, postings::create)
}

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
    let room = Module::new("hours")
        .migrations(kernel::migrations![
            "20261123_14_hours",
            "20261123_16_sealer",
            "20261123_18_months",
            "20261123_19_active_months",
            "20261124_15_team_months",
            "20261124_16_served_day",
            "20261128_14_pointers",
            "20261128_61_hours_pending",
            "20261128_62_hours_months"
        ])
        .words(kernel::words!())
        .points(&[
            kernel::Pointer::of("person", ("hours_entry", "person_id"), "uses.hours"),
            kernel::Pointer::of("person", ("hours_claim_line", "person_id"), "uses.claim"),
            kernel::Pointer::of("person", ("hours_pending", "person_id"), "uses.pending"),
            kernel::Pointer::of("organisation", ("hours_pending", "organisation_id"), "uses.pending"),
            kernel::Pointer::of("organisation", ("hours_entry", "organisation_id"), "uses.hours"),
            kernel::Pointer::of("organisation", ("hours_claim", "organisation_id"), "uses.claim"),
        ])
        .policy(policy::TABLE)
        .routes(routes)
        .routes(api::ledger::routes())
        .routes(api::claims::routes())
        .routes(pending_routes())
        .routes(pending::api::routes())
        .routes(months::routes())
        .bulk(bulk::APPROVE)
        .bulk(bulk::RETURN)
        .bulk(bulk::APPROVE_CLAIMS)
        .bulk(bulk::RETURN_CLAIMS)
        .settings(&settings::ALL)
        .part(year::YearFigures::default())
        .part(store::SERVED)
        .work(|cx| Box::pin(claims::work(cx)))
        .work(|cx| Box::pin(pending::work(cx)))
        .every(Recurring { name: "hours.roll_up", every: 1500, run: |cx| Box::pin(roll_up(cx)) })
        .every(Recurring { name: "hours.notices", every: 20_000, run: |cx| Box::pin(pending::ripen(cx)) })
        .nav(NavItem { order: 30, word: "nav.hours", url: "/desk/hours", permission: READ });
    lists(room)
}

/// The lists whose questions can be kept.
fn lists(room: Module) -> Module {
    room.list(ListFace {
        name: "hours",
        url: "/desk/hours",
        permission: READ,
        fields: &["q", "team", "town", "kind", "category", "method", "from", "to"],
    })
    .list(ListFace {
        name: "pending_hours",
        url: "/desk/hours/pending",
        permission: policy::REVIEW,
        fields: &["q", "team", "town", "state", "method", "from", "to"],
    })
}

#[cfg(test)]
mod tests;
