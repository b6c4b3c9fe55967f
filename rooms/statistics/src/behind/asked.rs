//! What the address of a list behind a figure may say, and the head that all of these lists share.

use crate::forms::Filter;
use crate::model::{Month, Query};
use crate::pivot::{AGES, SEXES};
use crate::store::behind::Whose;
use crate::store::traits::Traits;
use crate::{pages, store};
use chrono::NaiveDate;
use kernel::http::{Cursor, query_string};
use kernel::ids::Raw;
use kernel::{Cx, Error, Result, Word};
use serde::Deserialize;

/// The filter of a report or the cell of a pivot, a search, and where the page begins.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Wanted {
    /// `volunteers` or `active`, of people alone.
    pub metric: String,
    from: String,
    to: String,
    town: String,
    team: String,
    /// `1`: the team alone, without those below it.
    own: String,
    kind: String,
    category: String,
    sex: String,
    age: String,
    /// The name of whom or what is looked for among them.
    pub q: String,
    /// Of the table to keep: `xlsx` or `csv`.
    pub format: String,
    pub cursor: Option<String>,
}

impl Wanted {
    pub(super) fn filter(&self) -> Filter {
        Filter {
            from: self.from.clone(),
            to: self.to.clone(),
            town: self.town.clone(),
            team: self.team.clone(),
            kind: self.kind.clone(),
            category: self.category.clone(),
            ..Filter::default()
        }
    }

    /// What narrows the list beside the search, for the form that asks for it.
    fn kept(&self) -> [(&'static str, &str); 10] {
        [
            ("metric", &self.metric),
            ("from", &self.from),
            ("to", &self.to),
            ("town", &self.town),
            ("team", &self.team),
            ("own", &self.own),
            ("kind", &self.kind),
            ("category", &self.category),
            ("sex", &self.sex),
            ("age", &self.age),
        ]
    }

    fn url(&self, path: &str, more: &[(&'static str, &str)], cursor: &str) -> String {
        let fields: Vec<(&str, &str)> = self.kept().into_iter().chain(more.iter().copied()).collect();
        format!("{path}{}", query_string(&fields, cursor))
    }

    pub(super) fn traits(&self) -> Result<Traits> {
        let fits = |code: &String, known: &[&str]| code.is_empty() || known.contains(&code.as_str());
        if fits(&self.sex, &SEXES) && fits(&self.age, &AGES) {
            return Ok(Traits { sex: self.sex.clone(), age: self.age.clone() });
        }
        Err(Error::Malformed(Word::new("error.query")))
    }

    pub(super) fn whose<'q>(&'q self, query: &'q Query, traits: &'q Traits) -> Whose<'q> {
        Whose { query, own: self.own == "1" && !query.organisation.is_empty(), traits }
    }

    /// The last row of the page before, by name and id.
    pub(super) fn after_name(&self) -> Result<Option<(String, Raw)>> {
        let cursor = Cursor::read(self.cursor.as_deref(), 2)?;
        cursor.map(|cursor| Ok((cursor.0[0].clone(), cursor.get(1)?))).transpose()
    }

    /// The last row of the page before, by day and id.
    pub(super) fn after_day(&self) -> Result<Option<(NaiveDate, Raw)>> {
        let cursor = Cursor::read(self.cursor.as_deref(), 2)?;
        cursor.map(|cursor| Ok((cursor.get(0)?, cursor.get(1)?))).transpose()
    }
}

/// A field of the report that the search keeps.
pub(super) struct Kept {
    pub name: &'static str,
    pub value: String,
}

/// The head of each of these pages, its search, and where it goes on.
pub(super) struct Frame {
    pub title: Word,
    pub sub: Word,
    pub within: Vec<String>,
    pub path: &'static str,
    pub kept: Vec<Kept>,
    pub q: String,
    pub back: String,
    pub first: Option<String>,
    pub next: Option<String>,
    pub xlsx: String,
    pub csv: String,
}

impl Frame {
    /// Of the list at `path`, for a question that was read from `wanted`.
    pub(super) async fn of(
        cx: &Cx,
        (wanted, path): (&Wanted, &'static str),
        (title, sub): (Word, &'static str),
        query: &Query,
        next: Option<&String>,
    ) -> Result<Self> {
        let filter = wanted.filter();
        let to = query.to.min(Month::of(cx.today())).max(query.from);
        let mut within = within(cx, &filter).await?;
        for (family, code) in [("sex", &wanted.sex), ("age", &wanted.age)] {
            if !code.is_empty() {
                within.push(cx.t(&format!("pivot.{family}.{code}")).to_owned());
            }
        }
        let q = [("q", wanted.q.as_str())];
        let export = |format| wanted.url(&format!("{path}/export"), &[q[0], ("format", format)], "");
        let kept = wanted.kept().into_iter().filter(|(_, value)| !value.is_empty());
        Ok(Self {
            title,
            sub: Word::new(sub).with("from", query.from).with("to", to),
            within,
            path,
            kept: kept.map(|(name, value)| Kept { name, value: value.to_owned() }).collect(),
            q: wanted.q.clone(),
            back: filter.url("/desk/statistics", &[]),
            first: wanted.cursor.as_ref().map(|_| wanted.url(path, &q, "")),
            next: next.map(|cursor| wanted.url(path, &q, cursor)),
            xlsx: export("xlsx"),
            csv: export("csv"),
        })
    }
}

/// What narrows the list, by name.
pub(crate) async fn within(cx: &Cx, filter: &Filter) -> Result<Vec<String>> {
    let mut names = Vec::new();
    if !filter.town.is_empty() {
        let towns = store::towns(&cx.db, cx.tenant).await?;
        names.extend(towns.into_iter().find(|(code, _)| filter.town.starts_with(code.as_str())).map(|(_, name)| name));
    }
    names.extend(pages::team_name(cx, filter).await?);
    for (family, code) in [("kind", &filter.kind), ("category", &filter.category)] {
        if !code.is_empty() {
            names.push(cx.t(&format!("statistics.{family}.{code}")).to_owned());
        }
    }
    Ok(names)
}
