//! Pages: the desk's list, writing, one announcement with who has read it, and one's own.

mod edit;
mod index;
pub(crate) mod me;
mod readers;
pub(crate) mod shares;
mod show;

use crate::policy::{MANAGE, OWN};
use kernel::Routes;
use serde::Deserialize;

/// Rows of a page.
pub(crate) const PAGE: usize = 50;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/desk/announcements", MANAGE, index::index)
        .get("/desk/announcements/export", MANAGE, index::export)
        .get("/desk/announcements/new", MANAGE, edit::new)
        .get("/desk/announcements/received", MANAGE, shares::index)
        .get("/desk/announcements/received/export", MANAGE, shares::export)
        .get("/desk/announcements/{announcement}/share", MANAGE, shares::show)
        .get("/desk/announcements/{announcement}/share/export", MANAGE, shares::export_people)
        .get("/desk/announcements/{announcement}/share/chasing", MANAGE, shares::chasing)
        .post("/desk/announcements/{announcement}/share/chasing", MANAGE, shares::chase)
        .post("/desk/announcements", MANAGE, edit::create)
        .get("/desk/announcements/{announcement}", MANAGE, show::show)
        .post("/desk/announcements/{announcement}", MANAGE, edit::update)
        .get("/desk/announcements/{announcement}/edit", MANAGE, edit::edit)
        .get("/desk/announcements/{announcement}/progress", MANAGE, show::progress)
        .post("/desk/announcements/{announcement}/sending", MANAGE, show::send)
        .post("/desk/announcements/{announcement}/cancellation", MANAGE, show::stop)
        .get("/desk/announcements/{announcement}/chasing", MANAGE, show::chasing)
        .post("/desk/announcements/{announcement}/chasing", MANAGE, show::chase)
        .get("/desk/announcements/{announcement}/withdrawal", MANAGE, show::withdrawal)
        .post("/desk/announcements/{announcement}/withdrawal", MANAGE, show::withdraw)
        .get("/desk/announcements/{announcement}/readers", MANAGE, readers::index)
        .get("/desk/announcements/{announcement}/export", MANAGE, readers::export)
        .get("/me/announcements", OWN, me::index)
        .get("/me/announcements/{announcement}", OWN, me::show)
        .post("/me/announcements/{announcement}/reading", OWN, me::read)
}

/// A form that only says that its button was pressed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Nothing {}
