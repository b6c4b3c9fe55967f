//! Who may read, claim, decide and correct hours.

use kernel::{Class, Cx, Error, Permission, Result, Role, Target};

/// One's own rows.
pub const READ_OWN: Permission = Permission::new("hours.read_own", Class::S2, &[Role::Own]);
/// The rows of one's team or region.
pub const READ: Permission = Permission::new("hours.read", Class::S2, &[Role::Leader, Role::Town, Role::District]);
/// Enter hours after the fact, for somebody else to approve.
pub const CLAIM: Permission = Permission::new("hours.claim", Class::S2, &[Role::Leader, Role::Town, Role::District]);
/// Approve or return such a claim, never one's own.
pub const DECIDE: Permission = Permission::new("hours.decide", Class::S2, &[Role::Town, Role::District]);
/// Take a row back, leaving both.
pub const CORRECT: Permission = Permission::new("hours.correct", Class::S2, &[Role::Town, Role::District]);

/// Look first at what volunteers apply for; never at one's own.
pub const REVIEW: Permission = Permission::new("hours.review", Class::S2, &[Role::Leader, Role::Town, Role::District]);
/// Apply for one's own hours.
pub const APPLY: Permission = Permission::new("hours.apply", Class::S2, &[Role::Own]);
/// Read the public notice, on which names are masked.
pub const NOTICE: Permission = Permission::new("hours.notice", Class::S1, &[Role::Anyone]);
/// Object to what stands there.
pub const OBJECT: Permission = Permission::new("hours.object", Class::S1, &[Role::Member]);
/// Close a month of the district's ledger.
pub const CLOSE: Permission = Permission::new("hours.close_month", Class::S2, &[Role::District]);

/// The room's table.
pub const TABLE: &[Permission] = &[READ_OWN, READ, CLAIM, DECIDE, CORRECT, REVIEW, APPLY, NOTICE, OBJECT, CLOSE];

/// Refuses what lies outside the actor's reach with the answer that a missing thing gets.
///
/// # Errors
/// `NotFound` unless the actor has the permission there.
pub(crate) fn in_reach(cx: &Cx, permission: Permission, region: &str, organisation: &str) -> Result<()> {
    let target = Target { region, organisation, person: None };
    cx.may(permission, &target).map_err(|_| Error::NotFound)
}
