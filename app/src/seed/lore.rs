//! The names and words of the district, from `lore.json`: data, not sentences of the product.

use anyhow::Context as _;
use serde::Deserialize;
use std::collections::BTreeMap;

/// What people and things are called there.
#[derive(Deserialize)]
pub(super) struct Lore {
    pub surnames: Vec<(String, usize)>,
    pub compound: Vec<String>,
    pub male: Vec<String>,
    pub female: Vec<String>,
    pub rare: Vec<String>,
    pub others: Vec<(String, String)>,
    pub federation: String,
    pub town_federation: String,
    pub team: String,
    pub district_branch: String,
    pub town_branch: String,
    pub branch: String,
    pub organs: Vec<String>,
    pub town_organs: Vec<String>,
    pub brands: Vec<String>,
    pub trades: Vec<String>,
    pub enterprise: String,
    pub institutions: Vec<String>,
    pub again: String,
    pub sites: BTreeMap<String, String>,
    pub opening: BTreeMap<String, String>,
    pub address: String,
    pub roads: Vec<String>,
    pub unit: Vec<(String, String)>,
    pub categories: BTreeMap<String, Category>,
    pub weights: BTreeMap<String, usize>,
    pub night: String,
    pub title: String,
    pub summary: String,
    pub guarantees: String,
    pub insurance: String,
    pub conditions: String,
    pub opinion: String,
    pub claim_reasons: Vec<String>,
    pub skills: Vec<String>,
    pub demo: BTreeMap<String, String>,
    pub demo_titles: BTreeMap<String, String>,
}

/// What is done in a category.
#[derive(Deserialize)]
pub(super) struct Category {
    pub titles: Vec<String>,
    pub posts: Vec<String>,
    pub beneficiaries: String,
    pub risky: bool,
    pub risk: String,
}

impl Lore {
    pub(super) fn read() -> anyhow::Result<Self> {
        serde_json::from_str(include_str!("lore.json")).context("the lore of the district")
    }

    /// A community's name as people say it.
    pub(super) fn short(&self, region: &str) -> String {
        let known = self.unit.iter().find(|(end, _)| region.ends_with(end.as_str()));
        known.map_or_else(|| region.to_owned(), |(end, say)| format!("{}{say}", region.trim_end_matches(end.as_str())))
    }
}

/// Fills the `{places}` of a text.
pub(super) fn fill(text: &str, places: &[(&str, &str)]) -> String {
    places.iter().fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
}
