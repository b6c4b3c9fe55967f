//! Minors at the desk: whose guardians have not agreed yet first.

use super::model::{Minor, MinorFilter};
use super::rules::{self, Band};
use super::store;
use crate::ties::Ties;
use crate::{mask, policy};
use askama::Template;
use kernel::http::{Cursor, Paged, filters, query_string};
use kernel::{Answer, Cx, Query, Result, Word, WorkItem};
use places::Region;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

const PAGE: usize = 50;

/// What the reader of the list asks for.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Wanted {
    pub q: String,
    pub town: String,
    pub band: String,
    /// `no` unless told: nobody agreed yet. `yes`, or `all`.
    pub consent: String,
    pub format: String,
    pub cursor: Option<String>,
}

impl Wanted {
    pub(super) fn filter(&self) -> MinorFilter {
        let agreed = match self.consent.as_str() {
            "yes" => Some(true),
            "all" => None,
            _ => Some(false),
        };
        MinorFilter {
            query: self.q.trim().to_owned(),
            region: self.town.trim().to_owned(),
            band: self.band.parse().ok(),
            agreed,
        }
    }

    fn query(&self, cursor: &str) -> String {
        query_string(&[("q", &self.q), ("town", &self.town), ("band", &self.band), ("consent", &self.consent)], cursor)
    }
}

/// Which word says what a minor lacks.
pub(super) fn state_word(cx: &Cx, minor: &Minor) -> &'static str {
    match (rules::band(minor.birth_date, cx.today()), minor.consent) {
        (_, None) => "people.guardian.lacks",
        (Some(band), Some(1)) if band.asks_data() => "people.guardian.lacks_data",
        _ => "people.guardian.has",
    }
}

/// The word of a minor's band.
pub(super) fn band_word(cx: &Cx, minor: &Minor) -> String {
    rules::band(minor.birth_date, cx.today()).map_or_else(String::new, |band| format!("people.band.{band}"))
}

struct Row {
    minor: Minor,
    band: String,
    town: String,
    state: &'static str,
    phone: String,
}

impl Row {
    fn url(&self) -> String {
        format!("/desk/people/{}/guardians", self.minor.id)
    }

    fn lacks(&self) -> bool {
        self.state != "people.guardian.has"
    }
}

#[derive(Template)]
#[template(path = "people/minors.html")]
struct Index {
    rows: Paged<Row>,
    total: i64,
    wanted: Wanted,
    towns: Vec<Region>,
    bands: &'static [Band],
    may_export: bool,
    views: String,
}

impl Index {
    fn next(&self) -> Option<String> {
        self.rows.next.as_deref().map(|cursor| self.wanted.query(cursor))
    }

    fn export(&self) -> String {
        self.wanted.query("")
    }

    fn wants(&self, consent: &str) -> bool {
        self.wanted.consent == consent
    }
}

pub(super) async fn index(cx: Cx, Query(wanted): Query<Wanted>) -> Result<Answer> {
    let (filter, reach, ties) = (wanted.filter(), cx.reach(policy::READ_PRIVATE), cx.app.part::<Ties>());
    let cursor = Cursor::read(wanted.cursor.as_deref(), 2)?;
    let found = store::list(&cx, (&filter, &reach, ties), (cursor.as_ref(), PAGE as i64 + 1)).await?;
    let total = store::count(&cx, &filter, &reach, ties).await?;
    let towns = places::towns(&cx).await?;
    let names: HashMap<&str, &str> = towns.iter().map(|t| (t.code.as_str(), t.name.as_str())).collect();
    let rows = Paged::cut(found, PAGE, Minor::keys).map(|minor| Row {
        band: band_word(&cx, &minor),
        town: names.get(places::town_of(&minor.region_code)).map_or_else(String::new, |n| (*n).to_owned()),
        state: state_word(&cx, &minor),
        phone: minor.guardian_phone.as_deref().map(mask::phone).unwrap_or_default(),
        minor,
    });
    let views = kernel::views::chips(&cx, "minors", &wanted.query("")).await?;
    cx.page(&Index { rows, total, wanted, views, towns, bands: Band::ALL, may_export: cx.can(policy::EXPORT) })
}

/// How many minors nobody agreed for, as one line of the work-list of those who enter consents.
pub(crate) async fn work(cx: Cx) -> Result<Vec<WorkItem>> {
    if !cx.can(policy::EDIT) || !cx.can(policy::READ_PRIVATE) {
        return Ok(Vec::new());
    }
    let (filter, reach) = (Wanted::default().filter(), cx.reach(policy::READ_PRIVATE));
    let n = store::count(&cx, &filter, &reach, cx.app.part::<Ties>()).await?;
    let word = Word::new("people.guardian.work").with("n", n);
    let item = WorkItem::of_list(&cx, "work.kind.guardian", &word, "/desk/people/minors");
    Ok(if n > 0 { vec![item] } else { Vec::new() })
}
