//! Organisations: every kind of body, in as many trees as needed, and who belongs to them when.

mod api;
mod bulk;
mod desk;
mod export;
mod forms;
mod founding;
pub mod handover;
mod invitations;
pub mod life;
mod limits;
mod members;
pub mod model;
mod object;
mod pages;
mod parting;
pub mod policy;
pub mod rules;
mod search;
mod store;
pub mod surgery;
#[cfg(test)]
mod tests;
mod ties;
mod undoing;
mod verbs;

pub use founding::{apply, decide};
pub use invitations::answer_invitation;
pub use limits::room_for;
pub use model::{
    Change, Kind, Member, Membership, MembershipId, MembershipOf, MembershipRole, NewMembership, NewOrganisation,
    Organisation, OrganisationId, State, TeamOf, Tree,
};
pub use store::{
    Invitation, OrganisationFilter, changes, count, count_in, count_members, current, find, find_by_name,
    find_by_number, find_by_path, find_many, history_of, invitations_of, is_member, leaders_of, list, mark_quiet,
    members, memberships_of, move_region, standing, teams_of, town_body,
};
pub use undoing::{end_many, forget_memberships, remove_many, reopen_many, withdraw};
pub use verbs::{
    appoint, insert, insert_many, insert_memberships, join, leads_alone, leave, settle_leader, settle_leading, update,
};

use kernel::jobs::Recurring;
use kernel::{Module, NavItem};

/// The room.
#[must_use]
pub fn module() -> Module {
    let module = pages::routes().into_iter().fold(Module::new("organisations"), Module::routes);
    module
        .migrations(kernel::migrations![
            "20261123_13_organisations",
            "20261124_14_invitation",
            "20261128_13_pointers",
            "20261128_41_team_life",
            "20261128_42_handover",
            "20261128_44_surgery"
        ])
        .words(kernel::words!())
        .points(&[
            kernel::Pointer::of("person", ("membership", "person_id"), "uses.membership"),
            kernel::Pointer::of("person", ("invitation", "person_id"), "uses.invitation"),
            kernel::Pointer::of("organisation", ("membership", "organisation_id"), "uses.membership"),
            kernel::Pointer::of("organisation", ("invitation", "organisation_id"), "uses.invitation"),
            kernel::Pointer::of("organisation", ("organisation", "parent_id"), "uses.below"),
            kernel::Pointer::of("organisation", ("organisation_change", "organisation_id"), ""),
            kernel::Pointer::of("person", ("team_review", "leader_id"), "uses.review"),
            kernel::Pointer::of("person", ("team_review", "made_person"), "uses.review"),
            kernel::Pointer::of("organisation", ("team_review", "organisation_id"), "uses.review"),
            kernel::Pointer::of("organisation", ("team_handover", "organisation_id"), "uses.handover"),
            kernel::Pointer::of("person", ("team_handover", "from_id"), "uses.handover"),
            kernel::Pointer::of("person", ("team_handover", "to_id"), "uses.handover"),
            kernel::Pointer::of("organisation", ("organisation", "successor_id"), "uses.merger"),
        ])
        .policy(policy::TABLE)
        .routes(members::routes())
        .routes(api::routes())
        .routes(api::desk::routes())
        .search(|cx, query| Box::pin(search::search(cx, query)))
        .part(ties::ties())
        .part(life::Unfinished::default())
        .object(object::KIND)
        .bulk(bulk::JOIN)
        .bulk(bulk::teams::SUSPEND)
        .bulk(bulk::teams::RESUME)
        .bulk(bulk::reviews::APPROVE)
        .bulk(bulk::reviews::DECLINE)
        .list(kernel::ListFace {
            name: "teams",
            url: "/desk/teams",
            permission: policy::READ,
            fields: &["q", "town", "kind", "state", "tree"],
        })
        .parting(parting::PARTING)
        .work(|cx| Box::pin(founding::work(cx)))
        .work(|cx| Box::pin(handover::work(cx)))
        .settings(&limits::ALL)
        .every(Recurring { name: "organisations.ripen", every: 30_000, run: |cx| Box::pin(handover::ripen(cx)) })
        .every(Recurring { name: "organisations.hand_up", every: 30_000, run: |cx| Box::pin(founding::hand_up(cx)) })
        .slot("people.show", members::person_panel)
        .nav(NavItem { order: 30, word: "nav.teams", url: "/desk/teams", permission: policy::READ })
}
