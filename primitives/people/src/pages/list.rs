//! The list of people.

use crate::life::Stage;
use crate::model::Person;
use crate::store::{self, PersonFilter};
use crate::ties::Ties;
use crate::{mask, policy};
use askama::Template;
use kernel::bulk::BulkDeed;
use kernel::http::{Cursor, Paged, filters, query_string};
use kernel::{Answer, Cx, Query, Result, Word};
use places::Region;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

const PAGE: usize = 50;

/// What the reader of the list asks for.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Wanted {
    pub q: String,
    pub town: String,
    /// `any`, `none`, or an organisation's id.
    pub team: String,
    pub state: String,
    pub cursor: Option<String>,
}

impl Wanted {
    pub(crate) fn filter(&self) -> PersonFilter {
        let in_team = match self.team.as_str() {
            "any" => Some(true),
            "none" => Some(false),
            _ => None,
        };
        PersonFilter {
            query: self.q.trim().to_owned(),
            region: self.town.trim().to_owned(),
            state: self.state.parse().ok(),
            in_team,
            organisation: self.team.parse().ok(),
        }
    }

    /// The same list's address with a cursor, or without one for its other pages.
    pub(crate) fn query(&self, cursor: &str) -> String {
        query_string(&[("q", &self.q), ("town", &self.town), ("team", &self.team), ("state", &self.state)], cursor)
    }
}

struct Row {
    person: Person,
    number: String,
    phone: String,
    town: String,
    teams: Word,
}

#[derive(Template)]
#[template(path = "people/index.html")]
struct Index {
    rows: Paged<Row>,
    total: i64,
    wanted: Wanted,
    towns: Vec<Region>,
    states: &'static [Stage],
    may_edit: bool,
    may_export: bool,
    views: String,
    deeds: Vec<BulkDeed>,
}

impl Index {
    fn next(&self) -> Option<String> {
        self.rows.next.as_deref().map(|cursor| self.wanted.query(cursor))
    }

    fn export(&self) -> String {
        self.wanted.query("")
    }

    fn is_open_filter(&self) -> bool {
        self.wanted.q.trim().is_empty()
    }
}

pub(super) async fn index(cx: Cx, Query(wanted): Query<Wanted>) -> Result<Answer> {
    let (reach, ties) = (cx.reach(policy::READ), cx.app.part::<Ties>());
    let filter = wanted.filter();
    let cursor = Cursor::read(wanted.cursor.as_deref(), 2)?;
    let found = store::list(&cx.db, cx.tenant, &filter, (&reach, ties), (cursor.as_ref(), PAGE as i64 + 1)).await?;
    let total = store::count(&cx.db, cx.tenant, &filter, (&reach, ties)).await?;
    let people = Paged::cut(found, PAGE, Person::keys);
    let ids = people.items.iter().map(|p| p.id).collect();
    let teams = (ties.teams)(cx.db.clone(), cx.tenant, ids).await?;
    let towns = places::towns(&cx).await?;
    let names: HashMap<&str, &str> = towns.iter().map(|t| (t.code.as_str(), t.name.as_str())).collect();
    let rows = people.map(|person| Row {
        number: mask::number_of(&person),
        phone: mask::phone_of(&person),
        town: names.get(places::town_of(&person.region_code)).map_or_else(String::new, |n| (*n).to_owned()),
        teams: teams_word(teams.get(&person.id).map_or(&[], Vec::as_slice)),
        person,
    });
    let (may_edit, may_export) = (cx.can(policy::EDIT), cx.can(policy::EXPORT));
    let deeds = kernel::bulk::offered(&cx, "people");
    let views = kernel::views::chips(&cx, "people", &wanted.query("")).await?;
    cx.page(&Index { rows, total, wanted, towns, states: Stage::ALL, may_edit, may_export, views, deeds })
}

fn teams_word(teams: &[String]) -> Word {
    match teams {
        [] => Word::new("people.no_team"),
        [one] => Word::new("people.team_one").with("name", one),
        [first, ..] => Word::new("people.team_more").with("name", first).with("n", teams.len()),
    }
}
