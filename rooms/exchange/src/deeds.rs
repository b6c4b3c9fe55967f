//! What the trace says of announcements.

use crate::model::{AnnouncementId, State};
use chrono::NaiveDate;
use kernel::Deed;
use kernel::ids::Raw;
use serde::Serialize;

macro_rules! deed {
    ($(#[$meta:meta])* $name:ident, $kind:literal { $($field:ident: $ty:ty),* }) => {
        $(#[$meta])*
        #[derive(Serialize)]
        pub(crate) struct $name {
            #[serde(skip)]
            pub announcement: AnnouncementId,
            $(pub $field: $ty),*
        }
        impl Deed for $name {
            const KIND: &'static str = $kind;
            fn object(&self) -> (&'static str, Option<Raw>) {
                ("announcement", Some(self.announcement.0))
            }
        }
    };
}

deed! {
    /// Somebody wrote an announcement or changed its draft.
    Written, "announcement.written" { title: String }
}
deed! {
    /// Somebody had it sent, to so many people of so many teams.
    Started, "announcement.started" { people: i64, teams: i64 }
}
deed! {
    /// It came to the end of its sending, or was stopped.
    Ended, "announcement.ended" { to: State, people: i64 }
}
deed! {
    /// Those who had not read it were asked again.
    Chased, "announcement.chased" { day: NaiveDate, people: i64, automatic: bool }
}
deed! {
    /// Those of one's own teams who had not read it were asked again.
    ShareChased, "announcement.share_chased" { day: NaiveDate, people: i64 }
}
deed! {
    /// Somebody took it back.
    Withdrawn, "announcement.withdrawn" { people: i64 }
}
deed! {
    /// Somebody said that they read it.
    Read, "announcement.read" { person: Raw }
}
deed! {
    /// A table of who has read it, or of its teams, left.
    Exported, "announcement.exported" { rows: usize, format: &'static str }
}

/// A table of announcements left.
#[derive(Serialize)]
pub(crate) struct ListExported {
    pub rows: usize,
    pub format: &'static str,
}

impl Deed for ListExported {
    const KIND: &'static str = "announcement.list_exported";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("announcement", None)
    }
}
