//! Who makes screens, and who sees them.

use kernel::{Class, Permission, Role};

/// Make and end screens.
pub const MANAGE: Permission = Permission::new("walls.manage", Class::S2, &[Role::District, Role::Keeper]);
/// See a screen: whoever has its address. What it shows is public.
pub const SEE: Permission = Permission::new("walls.see", Class::S1, &[Role::Anyone]);

/// The room's table.
pub const TABLE: &[Permission] = &[MANAGE, SEE];
