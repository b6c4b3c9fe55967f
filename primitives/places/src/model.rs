//! Regions and sites.

use kernel::{row, text_enum};

kernel::id! {
    /// A place where service happens.
    SiteId
}

text_enum! {
    /// The levels of the tree below a district.
    pub enum Level {
        /// The district itself.
        District = "district",
        /// A town or street.
        Town = "town",
        /// A community or village.
        Community = "community",
    }
}

row! {
    /// A region; the code is its path.
    pub struct Region {
        /// Six, nine or twelve digits.
        pub code: String,
        /// Its official name.
        pub name: String,
        /// How deep.
        pub level: Level,
        /// The one above.
        pub parent_code: Option<String>,
    }
}
