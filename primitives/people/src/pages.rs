//! People at the desk: the list, the record, its forms, and the showing of what is masked.

mod edit;
mod list;
mod reveal;
mod show;

use crate::policy;
use kernel::{Cx, Routes};

pub(crate) use list::Wanted;
pub(crate) use show::masked;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/desk/people", policy::READ, list::index)
        .get("/desk/people/new", policy::EDIT, edit::new)
        .post("/desk/people", policy::EDIT, edit::create)
        .get("/desk/people/{person}", policy::READ, show::show)
        .get("/desk/people/{person}/edit", policy::EDIT, edit::edit)
        .post("/desk/people/{person}", policy::EDIT, edit::update)
        .get("/desk/people/{person}/reveal/{field}", policy::READ_PRIVATE, reveal::ask)
        .post("/desk/people/{person}/reveal/{field}", policy::READ_PRIVATE, reveal::create)
}

pub(crate) fn district(cx: &Cx) -> &str {
    cx.app.tenant().map_or("", |t| t.code.as_str())
}
