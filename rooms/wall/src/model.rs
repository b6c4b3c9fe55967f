//! The nouns: a screen, and what it shows.

use chrono::{DateTime, Utc};
use kernel::row;

kernel::id! {
    /// A screen.
    ScreenId
}

row! {
    /// A screen as it is stored; its address cannot be read again.
    pub struct Screen {
        /// Its id.
        pub id: ScreenId,
        /// Where it hangs.
        pub name: String,
        /// What it shows; `lamps` so far.
        pub kind: String,
        /// The part of the district that it shows; empty: all of it.
        pub region_code: String,
        /// Since when.
        pub created_at: DateTime<Utc>,
        /// Until when; absent while its address works.
        pub ended_at: Option<DateTime<Utc>>,
    }
}

/// What a screen is made of.
#[derive(Clone, Debug)]
pub struct NewScreen {
    /// Where it hangs.
    pub name: String,
    /// A region's code; empty: the whole district.
    pub region: String,
}
