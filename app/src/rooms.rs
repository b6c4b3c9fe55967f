//! The list of doors: adding a room is one line here and one in `Cargo.toml`.

use kernel::Module;

/// Every room, from the lowest storey up.
#[must_use]
pub fn all() -> Vec<Module> {
    vec![
        places::module(),
        people::module(),
        organisations::module(),
        hours::module(),
        activities::module(),
        attendance::module(),
        records::module(),
        federation::module(),
        exchange::module(),
        statistics::module(),
        wall::module(),
    ]
}
