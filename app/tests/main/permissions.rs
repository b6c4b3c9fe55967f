//! The whole matrix of permissions and roles, and of routes and permissions: a change of rights is a visible diff.

use crate::{rooms, root};
use kernel::Role;
use std::fmt::Write as _;

#[test]
fn the_matrix_of_rights_is_the_one_that_was_agreed() {
    let mut all: Vec<_> = rooms::all().iter().flat_map(|m| m.permission_table().to_vec()).collect();
    all.extend(kernel::desk_permissions());
    all.sort_by_key(|p| p.name);
    let mut text = format!("{:<28} class", "");
    for role in Role::ALL {
        let _ = write!(text, " {:<9}", role.as_str());
    }
    text.push('\n');
    for permission in &all {
        let _ = write!(text, "{:<28} {:?}   ", permission.name, permission.class);
        for role in Role::ALL {
            let _ = write!(text, " {:<9}", if permission.roles.contains(role) { "✔" } else { "✘" });
        }
        text.truncate(text.trim_end().len());
        text.push('\n');
    }
    let path = root().join("app/tests/snapshots/permissions.txt");
    let agreed = std::fs::read_to_string(&path).unwrap_or_default();
    if agreed != text {
        let fresh = path.with_extension("txt.new");
        std::fs::create_dir_all(path.parent().expect("the snapshot lies in a folder")).expect("the folder can be made");
        std::fs::write(&fresh, &text).expect("the new matrix can be written");
        panic!("rights changed: compare {} with {} and, if it is meant, replace it", fresh.display(), path.display());
    }
}
