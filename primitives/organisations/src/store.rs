//! The SQL of organisations and memberships.

mod handover;
mod invitation;
mod membership;
mod organisation;
mod review;
mod surgery;

pub use handover::{Handover, Stage};
pub(crate) use handover::{accepted, advance, offer, open_handover, ripe};
pub use invitation::{Invitation, invitations_of};
pub(crate) use invitation::{answer, find_invitation, forget_invitations, invite, throttle, was_invited};
pub(crate) use membership::{begin, end, end_open, find_open, insert_memberships, leading, reopen, withdraw};
pub use membership::{
    count_members, history_of, is_member, leaders_of, members, memberships_of, teams_of, teams_of_many,
};
pub use organisation::{
    OrganisationFilter, changes, count, find, find_by_name, find_by_number, find_by_path, find_many, list, town_body,
};
pub(crate) use organisation::{insert_many, note, remove_many, set_state, update};
pub use review::{Review, mark_quiet, standing};
pub(crate) use review::{applied_by, decide_review, find_review, insert_review, move_up, overdue, waiting};
pub(crate) use surgery::{Held, begin_many, count_below, held, in_both, line, merged_into, succeed};
pub use surgery::{count_in, current, move_region};
