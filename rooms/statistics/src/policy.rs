//! Who reads which figures.

use kernel::{Class, Permission, Role};

/// All figures of one's region; cells of few people too.
pub const READ: Permission = Permission::new("statistics.read", Class::S2, &[Role::Town, Role::District]);
/// Figures by what people are: sex, age and political status. Each look leaves a line.
pub const TRAITS: Permission = Permission::new("statistics.traits", Class::S3, &[Role::Town, Role::District]);
/// Keep a report as it is told today.
pub const FREEZE: Permission = Permission::new("statistics.freeze", Class::S2, &[Role::Town, Role::District]);
/// Put in the forms of others and fill them.
pub const FORMS: Permission = Permission::new("statistics.forms", Class::S2, &[Role::Town, Role::District]);
/// Say what towns mean to reach.
pub const TARGETS: Permission = Permission::new("statistics.targets", Class::S2, &[Role::District]);
/// The district's figures, without cells that tell of few people.
pub const FIGURES: Permission = Permission::new("figures.read", Class::S1, &[Role::Anyone]);

/// The room's table.
pub const TABLE: &[Permission] = &[READ, TRAITS, FREEZE, FORMS, TARGETS, FIGURES];
