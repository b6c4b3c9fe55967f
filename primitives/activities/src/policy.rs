//! Who may publish, review, sign up and take attendance.

use kernel::{Class, Permission, Role};

/// What is public of activities.
pub const READ: Permission = Permission::new("activities.read", Class::S1, &[Role::Anyone]);
/// Make and change activities of one's team or region.
pub const MANAGE: Permission =
    Permission::new("activities.manage", Class::S2, &[Role::Leader, Role::Town, Role::District]);
/// Approve or return what others handed in.
pub const REVIEW: Permission = Permission::new("activities.review", Class::S2, &[Role::Town, Role::District]);
/// Sign oneself up and withdraw, check oneself in and out.
pub const SIGN_UP: Permission = Permission::new("signups.make", Class::S2, &[Role::Own]);
/// See who signed up and came; take attendance by the list; show the place's code; say how many were served.
pub const ATTEND: Permission =
    Permission::new("attendance.take", Class::S3, &[Role::Leader, Role::Station, Role::Town, Role::District]);

/// The room's table.
pub const TABLE: &[Permission] = &[READ, MANAGE, REVIEW, SIGN_UP, ATTEND, crate::reminders::ANSWER];
