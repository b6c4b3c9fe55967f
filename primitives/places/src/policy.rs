//! Who may do what with places.

use crate::model::Site;
use kernel::{Class, Cx, Permission, Result, Role, Target};

/// Regions and sites are public.
pub const READ: Permission = Permission::new("places.read", Class::S1, &[Role::Anyone]);
/// Keeping the sites of one's region.
pub const MANAGE: Permission = Permission::new("places.manage", Class::S2, &[Role::Town, Role::District]);

/// The table for the permission matrix.
pub const TABLE: &[Permission] = &[READ, MANAGE];

/// Refuses who does not keep the sites of this region.
pub fn may_manage(cx: &Cx, region_code: &str) -> Result<()> {
    cx.may(MANAGE, &Target { region: region_code, ..Target::default() })
}

/// Sites are public, so that "not yours" is 403 and not 404.
pub fn may_change(cx: &Cx, site: &Site) -> Result<()> {
    may_manage(cx, &site.region_code)
}
