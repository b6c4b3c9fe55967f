//! The wall: unattended screens that show what is happening now. One idea a wall: one lamp, one team.

mod events;
mod map;
mod model;
mod pages;
mod picture;
mod policy;
mod rhythm;
mod screens;
mod snapshot;
mod store;

pub use model::{NewScreen, Screen, ScreenId};
pub use policy::{MANAGE, SEE};
pub use screens::{end, find, insert, list};
pub use snapshot::Snapshot;

use kernel::{Module, NavItem, Routes};

/// The room's door.
#[must_use]
pub fn module() -> Module {
    let routes = Routes::new()
        .get("/desk/walls", MANAGE, screens::index)
        .post("/desk/walls", MANAGE, screens::create)
        .post("/desk/walls/{screen}/end", MANAGE, screens::destroy)
        .get("/wall/{token}", SEE, pages::show)
        .get("/wall/{token}/events", SEE, events::stream)
        .get("/wall/{token}/now", SEE, pages::now)
        .get("/wall/{token}/next", SEE, pages::next)
        .get("/wall/{token}/rhythm", SEE, pages::rhythm);
    Module::new("wall")
        .migrations(kernel::migrations!["20261123_32_wall"])
        .words(kernel::words!())
        .policy(policy::TABLE)
        .routes(routes)
        .part(snapshot::Snapshots::default())
        .nav(NavItem { order: 106, word: "nav.walls", url: "/desk/walls", permission: MANAGE })
}

#[cfg(test)]
mod tests;
