//! Who may import: a town for its own region, the federation for the district.

use kernel::{Class, Permission, Role};

/// Uploading rosters and writing them; the numbers of documents in them make it S4.
pub const RUN: Permission = Permission::new("imports.run", Class::S4, &[Role::Town, Role::District]);

/// The table for the permission matrix.
pub const TABLE: &[Permission] = &[RUN];
