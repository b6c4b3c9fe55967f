//! Attendance: who came and left, by code, by list, at the desk or on paper.

mod api;
mod claims;
pub mod code;
pub mod model;
mod pages;
pub mod rules;
mod store;
mod taking;
#[cfg(test)]
mod tests;

pub use activities::ATTEND;
pub use hours::Method;
pub use model::{Attendance, AttendanceId};
pub use taking::{check_in, check_out, count_served};

use kernel::Module;
use kernel::jobs::Recurring;

/// The room's door. The table `attendance` was made by activities, before this was a room of its own.
#[must_use]
pub fn module() -> Module {
    Module::new("attendance")
        .words(kernel::words!())
        .routes(pages::routes())
        .routes(api::routes())
        .routes(api::me::routes())
        .routes(api::roster::routes())
        .routes(api::claim::routes())
        .every(Recurring {
            name: "attendance.close_forgotten",
            every: 30_000,
            run: |cx| Box::pin(taking::close_forgotten(cx)),
        })
}
