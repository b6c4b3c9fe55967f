//! Regions and sites.

use kernel::{row, text_enum};
use serde::Serialize;
use utoipa::ToSchema;

kernel::id! {
    /// A place where service happens.
    SiteId
}

text_enum! {
    /// The levels of the tree from the district down.
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
    #[derive(Serialize, ToSchema)]
    pub struct Region {
        /// Six, nine or twelve digits.
        pub code: String,
        /// Its official name.
        pub name: String,
        /// How deep.
        #[schema(value_type = String)]
        pub level: Level,
        /// The one above.
        pub parent_code: Option<String>,
    }
}

impl Region {
    /// The name without what offices add to it: 沥雄 of 沥雄社区居委会, 大沥 of 大沥镇.
    #[must_use]
    pub fn short_name(&self) -> &str {
        short(&self.name)
    }
}

/// The name of a region without its office's words.
pub(crate) fn short(name: &str) -> &str {
    const ENDS: &[&str] = &["居民委员会", "村民委员会", "居委会", "村委会", "社区", "街道", "办事处", "镇", "村", "区"];
    let mut rest = name.trim();
    while let Some(less) = ENDS.iter().find_map(|end| rest.strip_suffix(end)).filter(|less| less.chars().count() > 1) {
        rest = less;
    }
    rest
}

text_enum! {
    /// What a site is.
    pub enum SiteKind {
        /// A service station of a community.
        Station = "station",
        /// A smaller one inside another organisation.
        Workstation = "workstation",
        /// A service centre.
        Centre = "centre",
        /// A hall with service windows.
        Hall = "hall",
        /// A delegates' workroom.
        Workroom = "workroom",
        /// Anything else.
        Other = "other",
    }
}

text_enum! {
    /// Whether a site is in use.
    pub enum SiteState {
        /// In use.
        Open = "open",
        /// No longer; its past stays.
        Closed = "closed",
    }
}

row! {
    /// A site.
    #[derive(Serialize, ToSchema)]
    pub struct Site {
        /// Its id.
        #[schema(value_type = String)]
        pub id: SiteId,
        /// Its name.
        pub name: String,
        /// What it is.
        #[schema(value_type = String)]
        pub kind: SiteKind,
        /// Where, by code.
        pub region_code: String,
        /// Street and number.
        pub address: String,
        /// Degrees north; absent when nobody measured.
        pub latitude: Option<f64>,
        /// Degrees east.
        pub longitude: Option<f64>,
        /// When it is open, in the words of its sign.
        pub opening: String,
        /// Whether it is in use.
        #[schema(value_type = String)]
        pub state: SiteState,
    }
}

impl Site {
    /// Its page at the desk.
    #[must_use]
    pub fn edit_url(&self) -> String {
        format!("/desk/sites/{}/edit", self.id)
    }

    /// The keyset's values.
    #[must_use]
    pub fn keys(&self) -> Vec<String> {
        vec![self.region_code.clone(), self.name.clone(), self.id.to_string()]
    }
}

/// What a site is made of.
#[derive(Clone, Debug)]
pub struct NewSite {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: SiteKind,
    /// Where, by code; a region that exists.
    pub region_code: String,
    /// Street and number.
    pub address: String,
    /// Degrees north and east.
    pub point: Option<(f64, f64)>,
    /// When it is open.
    pub opening: String,
    /// Whether it is in use.
    pub state: SiteState,
}

#[cfg(test)]
mod tests {
    use super::short;

    #[test]
    fn a_region_is_known_by_its_short_name() {
        for (long, wanted) in [
            ("沥雄社区居委会", "沥雄"),
            ("大沥镇", "大沥"),
            ("桂城街道", "桂城"),
            ("黄洞村委会", "黄洞"),
            ("六村", "六村"),
            ("南海区", "南海"),
        ] {
            assert_eq!(short(long), wanted);
        }
    }
}
