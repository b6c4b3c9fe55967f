//! Activities: what is offered, who signs up, who came and who was served.

pub mod attendance;
pub mod lifecycle;
pub mod model;
mod policy;
pub mod rules;
pub mod signups;
pub mod store;

pub use model::{Activity, ActivityId, NewActivity, NewPost, NewSession, Post, PostId, Session, SessionId, SignupId, State};
pub use policy::{ATTEND, MANAGE, READ, REVIEW, SIGN_UP};
pub use signups::sign_up;
pub use store::find;

use kernel::Module;
use kernel::jobs::Recurring;

/// The room's door.
#[must_use]
pub fn module() -> Module {
    Module::new("activities")
        .migrations(kernel::migrations!["20261123_15_activities"])
        .words(kernel::words!())
        .policy(policy::TABLE)
        .part(signups::Rush::default())
        .work(|cx| Box::pin(lifecycle::work(cx)))
        .every(Recurring { name: "activities.keep_up", every: 20_000, run: |cx| Box::pin(lifecycle::keep_up(cx)) })
        .every(Recurring { name: "activities.close_forgotten", every: 30_000, run: |cx| Box::pin(attendance::close_forgotten(cx)) })
}
