//! The drawn map of a district: its towns and the places of their lamps. Districts without a drawing show figures alone.

use serde::Deserialize;
use std::sync::LazyLock;

/// The drawing.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Map {
    /// The picture's box.
    #[serde(rename = "viewBox")]
    pub view_box: String,
    /// The towns.
    pub towns: Vec<Town>,
}

/// A town.
#[derive(Debug, Deserialize)]
pub(crate) struct Town {
    /// Its region's code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Its border.
    pub path: String,
    /// Where its name stands.
    pub label: (f64, f64),
    /// Where its lamps hang.
    pub lamps: Vec<(f64, f64)>,
}

static NANHAI: LazyLock<Map> =
    LazyLock::new(|| serde_json::from_str(include_str!("../assets/map.json")).unwrap_or_default());

/// The drawing of a district; empty where there is none.
pub(crate) fn of(district: &str) -> &'static Map {
    static NONE: LazyLock<Map> = LazyLock::new(Map::default);
    if district == "440605" { &NANHAI } else { &NONE }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_map_has_seven_towns_with_room_for_their_teams() {
        let map = super::of("440605");
        assert_eq!(map.towns.len(), 7);
        assert!(map.towns.iter().all(|t| t.lamps.len() >= 130 && t.code.len() == 9));
    }
}
