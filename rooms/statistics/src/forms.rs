//! The filter of a report: what the address says becomes a question, or a refusal; nothing is guessed.

use crate::model::{Group, Month, Query};
use crate::store;
use kernel::policy::Permission;
use kernel::{Cx, Error, Result, Word};
use serde::Deserialize;
use utoipa::IntoParams;

/// What the address may say. Everything may be missing: then it is this year by town.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Filter {
    /// A whole year, `2026`; `from` and `to` say more.
    #[serde(default)]
    pub year: String,
    /// The first month, `2026-01`.
    #[serde(default)]
    pub from: String,
    /// The last month, `2026-11`.
    #[serde(default)]
    pub to: String,
    /// A town's or community's code.
    #[serde(default)]
    pub town: String,
    /// A team's number; everything below it.
    #[serde(default)]
    pub team: String,
    /// `organ`, `village`, `enterprise` or `institution`.
    #[serde(default)]
    pub kind: String,
    /// A category's code, `01` to `17` or `99`.
    #[serde(default)]
    pub category: String,
    /// `town`, `team`, `kind`, `category`, `month` or `total`.
    #[serde(default)]
    pub group: String,
}

/// The kinds of team that a report tells apart.
pub(crate) const KINDS: [&str; 4] = ["organ", "village", "enterprise", "institution"];
/// The federations themselves, which hold activities too.
const BODIES: [&str; 2] = ["federation", "town"];
/// The categories of domain 1.8.
pub(crate) const CATEGORIES: [&str; 18] =
    ["01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12", "13", "14", "15", "16", "17", "99"];
/// The most months of one report.
const MOST: usize = 120;

fn wrong() -> Error {
    Error::Malformed(Word::new("error.query"))
}

impl Filter {
    /// The question, within what the permission lets this reader see.
    pub(crate) async fn query(&self, cx: &Cx, permission: Permission) -> Result<Query> {
        let mut query = self.public(cx)?;
        query.reach = Some(cx.reach(permission));
        if !self.kind.is_empty() && !KINDS.contains(&self.kind.as_str()) && !BODIES.contains(&self.kind.as_str()) {
            return Err(wrong());
        }
        if !self.category.is_empty() && !CATEGORIES.contains(&self.category.as_str()) {
            return Err(wrong());
        }
        if !self.town.bytes().all(|b| b.is_ascii_digit()) {
            return Err(wrong());
        }
        query.kind.clone_from(&self.kind);
        query.category.clone_from(&self.category);
        // The district's own code narrows nothing.
        let district = cx.app.tenant().map_or("", |t| t.code.as_str());
        query.region = if self.town == district { String::new() } else { self.town.clone() };
        if !self.team.is_empty() {
            let found = store::team(&cx.db, cx.tenant, &cx.reach(permission), &self.team).await?;
            query.organisation = found.ok_or(Error::NotFound)?.1;
        }
        Ok(query)
    }

    /// The question of a stranger: a year in one kind of rows, and no filter beside it, because two answers that differ by
    /// a filter would tell of the few between them.
    pub(crate) fn public(&self, cx: &Cx) -> Result<Query> {
        let group = if self.group.is_empty() { Group::Town } else { self.group.parse().map_err(|_| wrong())? };
        let this = Month::of(cx.today());
        let year = if self.year.is_empty() { this.year } else { self.year.parse().map_err(|_| wrong())? };
        if !(1990..=2200).contains(&year) {
            return Err(wrong());
        }
        let mut query = Query::year(year, group, cx.now);
        if !self.from.is_empty() {
            query.from = self.from.parse().map_err(|()| wrong())?;
            query.to = query.from.max(this);
        }
        if !self.to.is_empty() {
            query.to = self.to.parse().map_err(|()| wrong())?;
        }
        if query.from > query.to || query.months().len() > MOST {
            return Err(wrong());
        }
        Ok(query)
    }

    /// Whether a stranger asks more than a year and its rows.
    pub(crate) fn is_narrow(&self) -> bool {
        [&self.from, &self.to, &self.town, &self.team, &self.kind, &self.category].iter().any(|f| !f.is_empty())
            || self.group == Group::Team.as_str()
    }

    /// The fields with their names.
    pub(crate) fn fields(&self) -> [(&'static str, &str); 8] {
        [
            ("year", &self.year),
            ("from", &self.from),
            ("to", &self.to),
            ("town", &self.town),
            ("team", &self.team),
            ("kind", &self.kind),
            ("category", &self.category),
            ("group", &self.group),
        ]
        .map(|(name, value)| (name, value.as_str()))
    }

    /// The same question in other words: `/desk/statistics?…` with these fields changed.
    pub(crate) fn url(&self, path: &str, changes: &[(&str, &str)]) -> String {
        let mut parts = Vec::new();
        for (name, value) in self.fields() {
            let value = changes.iter().find(|(n, _)| *n == name).map_or(value, |(_, v)| *v);
            if !value.is_empty() {
                parts.push(format!("{name}={}", encode(value)));
            }
        }
        if parts.is_empty() { path.to_owned() } else { format!("{path}?{}", parts.join("&")) }
    }
}

fn encode(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
    text.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}
