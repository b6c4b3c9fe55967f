//! Activities: what is offered and who signs up.

mod api;
mod bulk;
mod calendar;
mod copies;
mod drafts;
mod forms;
pub mod lifecycle;
pub mod model;
mod object;
mod pages;
mod partners;
mod policy;
mod poster;
pub mod reminders;
mod reports;
pub mod rules;
pub mod scans;
mod series;
mod settings;
pub mod signups;
mod standing;
pub mod store;
#[cfg(test)]
mod tests;

pub use model::{
    Activity, ActivityId, NewActivity, NewPost, NewSession, Post, PostId, Session, SessionId, SignupId, State,
};
pub use pages::{actor_person, held_activity, held_session, visible_activity};
pub use policy::{ATTEND, MANAGE, READ, REVIEW, SIGN_UP};
pub use signups::draw::{commit_to as commit_draw, hold_due as hold_draws};
pub use signups::sign_up;
pub use store::find;
pub use store::moved::{count_in, move_region};

use kernel::jobs::Recurring;
use kernel::{Module, NavItem};

/// The columns that name people and organisations.
const POINTERS: &[kernel::Pointer] = &[
    kernel::Pointer::of("person", ("signup", "person_id"), "uses.signup"),
    kernel::Pointer::of("person", ("signup", "handover_to"), "uses.signup"),
    kernel::Pointer::of("person", ("attendance", "person_id"), "uses.attendance"),
    kernel::Pointer::of("person", ("reminder", "person_id"), ""),
    kernel::Pointer::of("person", ("calendar_feed", "person_id"), ""),
    kernel::Pointer::of("organisation", ("activity", "organisation_id"), "uses.activity"),
    kernel::Pointer::of("organisation", ("signup", "organisation_id"), "uses.signup"),
    kernel::Pointer::of("organisation", ("attendance", "organisation_id"), "uses.attendance"),
    kernel::Pointer::of("organisation", ("activity_moved", "organisation_id"), "uses.activity"),
    kernel::Pointer::of("organisation", ("activity_partner", "organisation_id"), "uses.partner"),
];

/// Its pages and their JSON twins.
fn with_routes(module: Module) -> Module {
    module
        .routes(pages::routes())
        .routes(api::routes())
        .routes(api::desk::routes())
        .routes(api::me::routes())
        .routes(api::removal::routes())
        .routes(api::report::routes())
        .routes(api::team::routes())
        .routes(api::line::routes())
        .routes(reminders::pages::routes())
        .routes(reminders::api::routes())
        .routes(pages::series::routes())
        .routes(api::series::routes())
        .routes(pages::calendar::routes())
        .routes(api::calendar::routes())
        .routes(pages::call::routes())
        .routes(pages::poster::routes())
        .routes(pages::partners::routes())
        .routes(api::partners::routes())
        .routes(api::together::routes())
        .routes(pages::absence::routes())
        .routes(pages::openings::routes())
        .routes(pages::swap::routes())
        .routes(api::swap::routes())
}

/// What it says, each part in a file of its own.
fn with_words(module: Module) -> Module {
    module
        .words(kernel::words!())
        .words(kernel::words!("series"))
        .words(kernel::words!("calendar"))
        .words(kernel::words!("call"))
        .words(kernel::words!("poster"))
        .words(kernel::words!("partner"))
        .words(kernel::words!("swap"))
        .words(kernel::words!("absence"))
        .words(kernel::words!("flexible"))
        .words(kernel::words!("certificate"))
}

/// The room's door.
#[must_use]
pub fn module() -> Module {
    with_words(with_routes(Module::new("activities")))
        .migrations(kernel::migrations![
            "20261123_15_activities",
            "20261123_20_activity_next",
            "20261128_15_pointers",
            "20261128_45_moved",
            "20261128_51_recruitment",
            "20261128_52_lines",
            "20261128_53_together",
            "20261128_54_eligibility",
            "20261128_55_pointers",
            "20261128_57_reminders",
            "20261128_61_series",
            "20261128_62_calendar",
            "20261128_63_calls",
            "20261128_64_partners",
            "20261128_81_swaps",
            "20261128_82_flexible",
            "20261128_84_certificates"
        ])
        .slot("me.more", pages::openings::line)
        .points(POINTERS)
        .policy(policy::TABLE)
        .nav(NavItem { order: 10, word: "nav.activities", url: "/desk/activities", permission: MANAGE })
        .search(|cx, query| Box::pin(pages::search(cx, query)))
        .part(signups::Rush::default())
        .part(pages::Kept::default())
        .part(poster::Posters::default())
        .part(standing::unfinished())
        .bulk(bulk::APPROVE)
        .bulk(bulk::RETURN)
        .bulk(bulk::CLOSE)
        .bulk(bulk::invite::INVITE)
        .settings(&settings::ALL)
        .settings(&reminders::SETTINGS)
        .work(|cx| Box::pin(lifecycle::work(cx)))
        .parting(signups::parting::PARTING)
        .object(object::KIND)
        .list(kernel::ListFace {
            name: "activities",
            url: "/desk/activities",
            permission: MANAGE,
            fields: &["state", "town", "q"],
        })
        .every(Recurring { name: "activities.keep_up", every: 20_000, run: |cx| Box::pin(lifecycle::keep_up(cx)) })
        .every(Recurring { name: "activities.lines", every: 20_000, run: |cx| Box::pin(signups::line::keep_up(cx)) })
        .every(Recurring { name: "activities.remind", every: 60_000, run: |cx| Box::pin(reminders::remind(cx)) })
        .every(Recurring { name: "activities.draws", every: 20_000, run: |cx| Box::pin(signups::draw::hold_due(cx)) })
        .every(Recurring {
            name: "activities.certificates",
            every: 600_000,
            run: |cx| Box::pin(signups::certificates::warn(cx)),
        })
        .every(Recurring {
            name: "activities.mark_quiet",
            every: 600_000,
            run: |cx| Box::pin(standing::mark_quiet(cx)),
        })
}
