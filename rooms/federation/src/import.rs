//! Bringing in rosters as people keep them. What reads a workbook's rows (`columns`, `layout`, `roster`, `teams`) is pure:
//! it asks no database and knows no time; `plan` compares with the record, `commit` writes.

mod api;
mod cells;
pub mod columns;
pub mod command;
mod commit;
mod guardian;
pub mod interrupted;
mod layout;
mod lookup;
pub mod model;
mod object;
pub mod pages;
mod plan;
pub mod policy;
mod regions;
pub mod roster;
mod source;
mod store;
pub mod teams;
mod turn;
mod undo;
mod verbs;
mod vocabulary;

pub use cells::{Refusal, TeamRef};
pub use columns::{Field, Kind, Mapping};
pub use command::command_import;
pub use layout::{Layout, Table};
pub use model::{Counts, ImportId};
pub use roster::{Roster, Standing, VolunteerRow};
pub use teams::{TeamRoster, TeamRow};
pub use verbs::{Preview, preview};

use kernel::jobs::{JobKind, Recurring};
use kernel::{Module, NavItem};

/// An hour; what is swept is a month old.
const SWEEP: u64 = 3_600_000;

/// A minute after a start, and every minute.
const LOOK: u64 = 60_000;

/// Everything that the import adds to the room's door but its words.
#[must_use]
pub fn furnish(module: Module) -> Module {
    module
        .migrations(kernel::migrations!["20261123_22_import", "20261128_21_import_undo", "20261128_23_import_doubles"])
        .object(object::KIND)
        .policy(policy::TABLE)
        .part(turn::Turn::default())
        .routes(pages::routes())
        .routes(undo::pages::routes())
        .routes(api::routes())
        .job(JobKind::of::<verbs::LookJob>())
        .job(JobKind::of::<verbs::WriteJob>())
        .job(JobKind::of::<undo::UndoJob>())
        .every(Recurring { name: "federation.import_sweep", every: SWEEP, run: |cx| Box::pin(verbs::sweep(cx)) })
        .every(Recurring {
            name: "federation.import_interrupted",
            every: LOOK,
            run: |cx| Box::pin(interrupted::mark(cx)),
        })
        .nav(NavItem { order: 25, word: "nav.imports", url: "/desk/imports", permission: policy::RUN })
}

#[cfg(test)]
mod stories;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod wards;
