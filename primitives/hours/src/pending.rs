//! Entries that do not count yet: what volunteers apply for, what goes over the day's limit, what stands on the public notice.

pub(crate) mod api;
pub(crate) mod decisions;
pub(crate) mod evidence;
pub(crate) mod forms;
pub(crate) mod model;
pub(crate) mod own;
pub(crate) mod pages;
pub(crate) mod postings;
mod rules;
pub(crate) mod store;
pub(crate) mod verbs;

pub use decisions::reports_waiting;
pub(crate) use decisions::{names as pending_names, work};
pub use evidence::Proof;
pub use model::{Application, Pending, PendingState};
pub use store::held;
pub use verbs::apply;
pub(crate) use verbs::ripen;
