//! The floor under every room; knows no business word.

extern crate self as kernel;

pub mod app;
pub mod audit;
pub mod auth;
pub mod bulk;
pub mod charts;
pub mod cx;
pub mod db;
pub mod desk;
pub mod dial;
pub mod error;
pub mod files;
pub mod forms;
pub mod http;
pub mod ical;
pub mod ids;
pub mod jobs;
pub mod memo;
pub mod messages;
pub mod metrics;
pub mod module;
pub mod objects;
pub mod outbox;
pub mod parting;
pub mod pdf;
pub mod pointers;
pub mod policy;
pub mod search;
pub mod secret;
pub mod settings;
mod sweep;
pub mod tables;
pub mod tenants;
pub mod time;
pub mod views;
pub mod words;

/// The keys of the kernel's own words, for the test of all words.
#[must_use]
pub fn desk_words() -> Vec<String> {
    desk::module().word_keys()
}

/// All words of these rooms and of the kernel, for tests that read sentences.
///
/// # Panics
/// When the files are not whole.
#[must_use]
pub fn words_of(rooms: &[Module]) -> words::Words {
    let files: Vec<_> = rooms.iter().chain([&desk::module()]).flat_map(|room| room.words.clone()).collect();
    words::Words::load(&files).expect("the words are whole")
}

/// The kernel's own permissions, for the matrix.
#[must_use]
pub fn desk_permissions() -> Vec<Permission> {
    desk::module().permission_table().to_vec()
}

pub use app::{App, Config, Ground};
pub use audit::Deed;
pub use cx::{Actor, Cx};
pub use db::{Conditions, Db, Json, LaneKey, Read, Tx};
pub use error::{Error, Result};
pub use forms::FieldErrors;
pub use http::{Answer, Form, Query, Routes};
pub use ids::{AccountId, FileId, JobId, TenantId};
pub use module::{Found, Module, NavItem, SHELF, Shelf, WorkItem};
pub use objects::{Object, ObjectKind, Standing};
pub use parting::{End, Parting, Told};
pub use pointers::Pointer;
pub use policy::{Class, Permission, Role, Target};
pub use secret::Secret;
pub use utoipa_axum::routes;
pub use views::ListFace;
pub use words::{Lang, Word};
