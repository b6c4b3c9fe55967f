//! What the trace says of people: which fields, never what stands in them.

use crate::model::PersonId;
use kernel::Deed;
use kernel::ids::Raw;
use serde::Serialize;

macro_rules! deed {
    ($(#[$meta:meta])* $name:ident, $kind:literal { $($field:ident: $ty:ty),* }) => {
        $(#[$meta])*
        #[derive(Serialize)]
        pub(crate) struct $name {
            #[serde(skip)]
            pub person: Option<PersonId>,
            $(pub $field: $ty),*
        }
        impl Deed for $name {
            const KIND: &'static str = $kind;
            fn object(&self) -> (&'static str, Option<Raw>) {
                ("person", self.person.map(|p| p.0))
            }
        }
    };
}

deed! {
    /// A person was put on record.
    Registered, "people.registered" { number: Option<String> }
}
deed! {
    /// Fields of a record were changed.
    Changed, "people.changed" { fields: Vec<&'static str>, emptied: Vec<&'static str> }
}
deed! {
    /// A masked field was shown to somebody.
    Opened, "people.opened" { field: &'static str, reason: String, note: String }
}
deed! {
    /// A list left the system.
    Exported, "people.exported" { rows: usize, masked: bool, format: &'static str, reason: String, filter: String, second: String }
}

macro_rules! wish {
    ($(#[$meta:meta])* $name:ident, $kind:literal { $($field:ident: $ty:ty),* }) => {
        $(#[$meta])*
        #[derive(Serialize)]
        pub(crate) struct $name {
            #[serde(skip)]
            pub wish: Option<Raw>,
            $(pub $field: $ty),*
        }
        impl Deed for $name {
            const KIND: &'static str = $kind;
            fn object(&self) -> (&'static str, Option<Raw>) {
                ("people_export", self.wish)
            }
        }
    };
}

wish! {
    /// Somebody asked to take more people in full than they may alone.
    ExportAsked, "people.export_asked" { rows: i64, reason: String }
}
wish! {
    /// Somebody else decided about it.
    ExportDecided, "people.export_decided" { approved: bool }
}
