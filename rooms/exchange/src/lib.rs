//! The exchange: what a district, a town or a team tells its people, and who has read it.

mod api;
mod deeds;
mod export;
mod forms;
mod jobs;
pub mod model;
mod pages;
pub mod policy;
pub mod rules;
mod senders;
mod shares;
mod store;
#[cfg(test)]
mod tests;
mod verbs;

pub use model::{Announcement, AnnouncementId};
pub use policy::{MANAGE, OWN};

use kernel::jobs::{JobKind, Recurring};
use kernel::{ListFace, Module, NavItem, Pointer};

/// The room's door.
#[must_use]
pub fn module() -> Module {
    Module::new("exchange")
        .migrations(kernel::migrations!["20261128_71_announcements", "20261128_76_shares"])
        .words(kernel::words!())
        .points(&[
            Pointer::of("person", ("announcement_recipient", "person_id"), "uses.announcement"),
            Pointer::of("organisation", ("announcement", "organisation_id"), "uses.announcement"),
            Pointer::of("organisation", ("announcement_team", "organisation_id"), "uses.announcement"),
        ])
        .list(ListFace {
            name: "announcements",
            url: "/desk/announcements",
            permission: MANAGE,
            fields: &["q", "urgency", "kind", "state"],
        })
        .policy(policy::TABLE)
        .routes(pages::routes())
        .routes(api::routes())
        .job(JobKind::of::<jobs::SendJob>())
        .job(JobKind::of::<jobs::ChaseJob>())
        .job(JobKind::of::<jobs::TakeBackJob>())
        .every(Recurring { name: "exchange.chase", every: 60_000, run: |cx| Box::pin(jobs::chase_on_the_eve(cx)) })
        .slot("me.show", pages::me::waiting)
        .slot("me.more", pages::me::line)
        .slot("team.show", pages::me::team)
        .nav(NavItem { order: 40, word: "nav.announcements", url: "/desk/announcements", permission: MANAGE })
}
