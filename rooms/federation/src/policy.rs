//! Who may do what at the federation's doors.

use kernel::{Class, Permission, Role};

/// The public home.
pub const HOME: Permission = Permission::new("federation.home", Class::S1, &[Role::Anyone]);
/// Registering oneself.
pub const JOIN: Permission = Permission::new("federation.join", Class::S1, &[Role::Anyone]);
/// Claiming a record that somebody else made.
pub const CLAIM: Permission = Permission::new("federation.claim", Class::S1, &[Role::Anyone]);
/// Deciding whose record it is.
pub const CLAIMS: Permission =
    Permission::new("federation.claims", Class::S2, &[Role::Leader, Role::Town, Role::District]);
/// One's own page, messages and masked data.
pub const ME: Permission = Permission::new("federation.me", Class::S3, &[Role::Own]);
/// Seeing one's own data in clear.
pub const REVEAL: Permission = Permission::new("federation.reveal_own", Class::S4, &[Role::Own]);
/// Changing one's own data and password.
pub const EDIT: Permission = Permission::new("federation.edit_own", Class::S3, &[Role::Own]);
/// Deciding who joins a team.
pub const REQUESTS: Permission =
    Permission::new("federation.requests", Class::S2, &[Role::Leader, Role::Town, Role::District]);
/// Handing out a one-time link to those on record who have no account.
pub const ACCESS: Permission =
    Permission::new("federation.access", Class::S3, &[Role::Leader, Role::Station, Role::Town, Role::District]);
/// Handing out, face to face, a one-time way back into the account of a volunteer.
pub const RECOVER: Permission =
    Permission::new("federation.recover", Class::S3, &[Role::Leader, Role::Town, Role::District]);
/// Putting volunteers on record by a program.
pub const REGISTER: Permission = Permission::new("federation.register", Class::S4, &[Role::Town, Role::District]);

/// Renaming, dividing and merging towns.
pub const TOWNS: Permission = Permission::new("federation.towns", Class::S2, &[Role::District]);

/// The room's table.
pub const TABLE: &[Permission] =
    &[HOME, JOIN, ME, REVEAL, EDIT, REQUESTS, ACCESS, RECOVER, REGISTER, CLAIM, CLAIMS, TOWNS];
