//! Who may read and enter awards, evaluate, and read statements.

use kernel::{Class, Permission, Role};

/// Awards of one's team or region.
pub const AWARDS: Permission = Permission::new("awards.read", Class::S2, &[Role::Leader, Role::Town, Role::District]);
/// Put awards on record and withdraw them.
pub const ENTER: Permission = Permission::new("awards.enter", Class::S2, &[Role::Town, Role::District]);
/// One's own awards.
pub const OWN_AWARDS: Permission = Permission::new("awards.read_own", Class::S2, &[Role::Own]);
/// Evaluate volunteers of one's team's activities; read what volunteers said of the team, in sums.
pub const EVALUATE: Permission =
    Permission::new("evaluations.give", Class::S2, &[Role::Leader, Role::Town, Role::District]);
/// Read each answer of a volunteer.
pub const ANSWERS: Permission = Permission::new("evaluations.read_answers", Class::S2, &[Role::Town, Role::District]);
/// Answer about a team one served with; read what was said of oneself.
pub const ANSWER: Permission = Permission::new("evaluations.own", Class::S2, &[Role::Own]);
/// One's own statement of a year.
pub const OWN_STATEMENT: Permission = Permission::new("statements.read_own", Class::S2, &[Role::Own]);
/// The statement of a team.
pub const STATEMENTS: Permission =
    Permission::new("statements.read", Class::S2, &[Role::Leader, Role::Town, Role::District]);

/// The room's table.
pub const TABLE: &[Permission] = &[AWARDS, ENTER, OWN_AWARDS, EVALUATE, ANSWERS, ANSWER, OWN_STATEMENT, STATEMENTS];
