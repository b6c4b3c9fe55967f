//! Attendance: who came and left, by code, by list, at the desk or on paper.

mod api;
mod bulk;
mod claims;
pub mod code;
mod deeds;
mod desk;
mod forgotten;
mod forms;
pub mod model;
mod pages;
pub mod rules;
mod sheets;
mod store;
mod taking;
#[cfg(test)]
mod tests;

pub use activities::ATTEND;
pub use hours::Method;
pub use model::{Attendance, AttendanceId, How, Via};
pub use taking::{check_in, check_out, count_served, settle};

use kernel::jobs::Recurring;
use kernel::{Module, Pointer};

/// The room's door. The table `attendance` was made by activities, before this was a room of its own.
#[must_use]
pub fn module() -> Module {
    Module::new("attendance")
        .migrations(kernel::migrations!["20261128_61_attendance", "20261128_62_sheets", "20261128_74_forgotten"])
        .words(kernel::words!())
        .points(&[
            Pointer::of("person", ("paper_row", "person_id"), "uses.sheet"),
            Pointer::of("person", ("paper_row", "second_person_id"), "uses.sheet"),
            Pointer::of("person", ("paper_sheet", "keyed_person_id"), "uses.sheet"),
        ])
        .routes(pages::routes())
        .routes(api::routes())
        .routes(api::bulk::routes())
        .routes(api::me::routes())
        .routes(api::roster::routes())
        .routes(api::claim::routes())
        .routes(api::sheet::routes())
        .work(|cx| Box::pin(sheets::work(cx)))
        .work(|cx| Box::pin(forgotten::work(cx)))
        .every(Recurring {
            name: "attendance.close_forgotten",
            every: 30_000,
            run: |cx| Box::pin(taking::close_forgotten(cx)),
        })
        .every(Recurring { name: "attendance.sweep", every: 600_000, run: |cx| Box::pin(taking::sweep(cx)) })
}
