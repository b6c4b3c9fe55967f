//! Dependencies only go down: kernel <- primitives <- rooms <- app; a room of business imports no other.

use crate::root;
use std::collections::BTreeMap;
use std::fs;

fn manifests(folder: &str) -> Vec<(String, Vec<String>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(root().join(folder)).expect("the folder is there").filter_map(Result::ok) {
        let Ok(text) = fs::read_to_string(entry.path().join("Cargo.toml")) else { continue };
        let name = entry.file_name().to_string_lossy().into_owned();
        let body = text.split("[dependencies]").nth(1).unwrap_or_default();
        let body = body.split("\n[").next().unwrap_or_default();
        let names = body.lines().filter_map(|l| l.split(['.', '=', ' ']).next()).filter(|n| !n.is_empty());
        found.push((name, names.map(str::to_owned).collect()));
    }
    found
}

#[test]
fn dependencies_only_go_down() {
    let primitives: BTreeMap<String, Vec<String>> = manifests("primitives").into_iter().collect();
    let rooms: BTreeMap<String, Vec<String>> = manifests("rooms").into_iter().collect();
    let kernel = fs::read_to_string(root().join("kernel/Cargo.toml")).expect("the kernel has a manifest");
    for name in primitives.keys().chain(rooms.keys()) {
        assert!(!kernel.contains(&format!("\n{name}.workspace")), "the kernel knows the room {name}");
    }
    for (name, uses) in &primitives {
        let up: Vec<_> = uses.iter().filter(|u| rooms.contains_key(*u) || *u == "app").collect();
        assert!(up.is_empty(), "the primitive {name} imports {up:?}");
    }
    for (name, uses) in &rooms {
        let across: Vec<_> = uses.iter().filter(|u| rooms.contains_key(*u) || *u == "app").collect();
        assert!(across.is_empty(), "the room {name} imports {across:?}");
    }
}

#[test]
fn only_the_kernel_knows_that_there_are_two_databases() {
    for folder in ["primitives", "rooms"] {
        for (name, uses) in manifests(folder) {
            let drivers: Vec<_> = uses.iter().filter(|u| *u == "rusqlite" || *u == "sqlx").collect();
            assert!(drivers.is_empty(), "{folder}/{name} imports {drivers:?}");
        }
    }
}
