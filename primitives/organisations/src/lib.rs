//! Organisations: every kind of body, in as many trees as needed, and who belongs to them when.

mod api;
mod export;
mod forms;
mod invitations;
mod members;
pub mod model;
mod pages;
pub mod policy;
mod search;
mod store;
#[cfg(test)]
mod tests;
mod ties;
mod verbs;

pub use invitations::answer_invitation;
pub use model::{
    Change, Kind, Member, Membership, MembershipId, MembershipOf, MembershipRole, NewMembership, NewOrganisation,
    Organisation, OrganisationId, State, TeamOf, Tree,
};
pub use store::{
    Invitation, OrganisationFilter, changes, count, count_members, find, find_by_name, find_by_number, find_by_path,
    find_many, history_of, invitations_of, is_member, leaders_of, list, members, teams_of,
};
pub use verbs::{appoint, insert, insert_many, insert_memberships, join, leave, settle_leading, update};

use kernel::{Module, NavItem};

/// The room.
#[must_use]
pub fn module() -> Module {
    Module::new("organisations")
        .migrations(kernel::migrations!["20261123_13_organisations", "20261124_14_invitation"])
        .words(kernel::words!())
        .policy(policy::TABLE)
        .routes(pages::routes())
        .routes(members::routes())
        .routes(api::routes())
        .search(|cx, query| Box::pin(search::search(cx, query)))
        .part(ties::ties())
        .slot("people.show", members::person_panel)
        .nav(NavItem { order: 30, word: "nav.teams", url: "/desk/teams", permission: policy::READ })
}
