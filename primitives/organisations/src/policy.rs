//! Who may do what with organisations and their members.

use crate::model::{Organisation, Tree};
use crate::rules::Level;
use crate::store::{Handover, Review};
use kernel::{Class, Cx, Error, Permission, Result, Role, Target};

/// Teams with their members' names.
pub const READ: Permission =
    Permission::new("teams.read", Class::S2, &[Role::Leader, Role::Station, Role::Town, Role::District]);
/// Making teams and changing their records.
pub const MANAGE: Permission = Permission::new("teams.manage", Class::S2, &[Role::Town, Role::District]);
/// Who belongs to a team.
pub const MEMBERS: Permission =
    Permission::new("teams.members", Class::S2, &[Role::Leader, Role::Town, Role::District]);
/// Party branches and who belongs to them; each read of members leaves a trace.
pub const BRANCHES: Permission = Permission::new("branches.read", Class::S3, &[Role::Town, Role::District]);

/// Asking for a team of one's own.
pub const APPLY: Permission = Permission::new("teams.apply", Class::S2, &[Role::Own]);
/// Deciding about new teams.
pub const REVIEW: Permission = Permission::new("teams.review", Class::S2, &[Role::Leader, Role::Town, Role::District]);

/// Answering whether one takes a team over.
pub const SUCCEED: Permission = Permission::new("teams.succeed", Class::S2, &[Role::Own]);

/// The table for the permission matrix.
pub const TABLE: &[Permission] = &[READ, MANAGE, MEMBERS, BRANCHES, APPLY, REVIEW, SUCCEED];

fn target(organisation: &Organisation) -> Target<'_> {
    Target { region: &organisation.region_code, organisation: &organisation.path, person: None }
}

/// The permission that opens an organisation of this tree.
#[must_use]
pub fn reading(tree: Tree) -> Permission {
    match tree {
        Tree::Team => READ,
        Tree::Branch => BRANCHES,
    }
}

/// Refuses who may not even know of it: the same answer as if there were none.
pub fn may_read(cx: &Cx, organisation: &Organisation) -> Result<()> {
    cx.may(reading(organisation.tree), &target(organisation)).map_err(|_| Error::NotFound)
}

/// Whether the actor has the permission on this organisation.
#[must_use]
pub fn can(cx: &Cx, permission: Permission, organisation: &Organisation) -> bool {
    cx.may(permission, &target(organisation)).is_ok()
}

/// Refuses a verb on an organisation that the actor may read.
pub fn may(cx: &Cx, permission: Permission, organisation: &Organisation) -> Result<()> {
    may_read(cx, organisation)?;
    cx.may(permission, &target(organisation))
}

/// Refuses to found something outside the actor's region.
pub fn may_found(cx: &Cx, region_code: &str) -> Result<()> {
    cx.may(MANAGE, &Target { region: region_code, ..Target::default() })
}

/// Whose decision something is: of a level, about a region, below a body.
struct At<'a>(Level, &'a str, &'a str);

impl At<'_> {
    fn holds(&self, cx: &Cx, roles: &'static [Role]) -> bool {
        let target = Target { region: self.1, organisation: self.2, person: None };
        cx.may(Permission { roles, ..REVIEW }, &target).is_ok()
    }

    /// Whether it is the actor's own level.
    fn is_theirs(&self, cx: &Cx) -> bool {
        match self.0 {
            Level::Team => self.holds(cx, &[Role::Leader]),
            Level::Town => self.holds(cx, &[Role::Town]),
            Level::District => self.holds(cx, &[Role::District]),
        }
    }

    /// Refuses below and beside the level: the same answer as if there were nothing.
    fn may(&self, cx: &Cx) -> Result<()> {
        let may = match self.0 {
            Level::Team => self.holds(cx, REVIEW.roles),
            Level::Town => self.holds(cx, &[Role::Town, Role::District]),
            Level::District => self.holds(cx, &[Role::District]),
        };
        if may { Ok(()) } else { Err(Error::NotFound) }
    }
}

const fn of_review(review: &Review) -> At<'_> {
    At(review.level, review.region_code.as_str(), review.desk_path.as_str())
}

const fn of_handover(handover: &Handover) -> At<'_> {
    At(handover.level, handover.region_code.as_str(), handover.desk_path.as_str())
}

/// Whether an application lies at the actor's own level.
#[must_use]
pub fn is_theirs(cx: &Cx, review: &Review) -> bool {
    of_review(review).is_theirs(cx)
}

/// Refuses to decide below or beside the level where an application lies.
pub fn may_review(cx: &Cx, review: &Review) -> Result<()> {
    of_review(review).may(cx)
}

/// Whether a hand-over waits for the actor's own level.
#[must_use]
pub fn lies_with(cx: &Cx, handover: &Handover) -> bool {
    of_handover(handover).is_theirs(cx)
}

/// Refuses to confirm below or beside the level where a hand-over lies.
pub fn may_confirm(cx: &Cx, handover: &Handover) -> Result<()> {
    of_handover(handover).may(cx)
}

/// Whether the actor is one of the two, or offered it.
#[must_use]
pub fn concerns(cx: &Cx, handover: &Handover) -> bool {
    let account = cx.actor.account.is_some() && cx.actor.account == handover.made_by;
    account || [Some(handover.from_id.0), Some(handover.to_id.0)].contains(&cx.actor.person)
}

/// Whether the actor applied for it, by this account or another of theirs, or will lead it.
#[must_use]
pub fn is_own(cx: &Cx, review: &Review) -> bool {
    let account = cx.actor.account.is_some() && cx.actor.account == review.made_by;
    let person = cx.actor.person.is_some();
    account || person && (cx.actor.person == review.made_person || cx.actor.person == review.leader_id.map(|l| l.0))
}
