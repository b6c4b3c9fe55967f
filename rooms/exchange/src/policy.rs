//! Who may tell whom something, and who reads it.

use crate::model::Announcement;
use kernel::{Class, Cx, Error, Permission, Result, Role};

/// Writing, sending and taking back announcements, and seeing who has read them: within one's own subtree.
pub const MANAGE: Permission =
    Permission::new("announcements.manage", Class::S2, &[Role::Leader, Role::Town, Role::District]);
/// Reading what one was told.
pub const OWN: Permission = Permission::new("announcements.own", Class::S2, &[Role::Own]);

/// The room's table.
pub const TABLE: &[Permission] = &[MANAGE, OWN];

/// Not yours is not there.
pub fn may_manage(cx: &Cx, announcement: &Announcement) -> Result<()> {
    cx.may(MANAGE, &announcement.target()).map_err(|_| Error::NotFound)
}
