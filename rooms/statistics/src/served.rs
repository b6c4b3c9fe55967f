//! The sessions behind the figure of people served: what a cell of the report leads to.

use crate::forms::Filter;
use crate::model::Month;
use crate::store::{self, served};
use crate::{READ, pages};
use askama::Template;
use kernel::http::{Cursor, Paged, filters, query_string};
use kernel::{Answer, Cx, Query, Result, Word, words};
use serde::Deserialize;

/// Rows of a page.
const PAGE: usize = 50;

/// What the address may say: the filter of a report, and where the page begins.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Wanted {
    from: String,
    to: String,
    town: String,
    team: String,
    kind: String,
    category: String,
    /// `1`: the team alone, without those below it.
    own: String,
    cursor: Option<String>,
}

impl Wanted {
    fn filter(&self) -> Filter {
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

    /// This list from another place on.
    fn url(&self, cursor: &str) -> String {
        let fields = [
            ("from", self.from.as_str()),
            ("to", &self.to),
            ("town", &self.town),
            ("team", &self.team),
            ("kind", &self.kind),
            ("category", &self.category),
            ("own", &self.own),
        ];
        format!("/desk/statistics/served{}", query_string(&fields, cursor))
    }
}

#[derive(Template)]
#[template(path = "statistics/served.html")]
struct Index {
    title: Word,
    sub: Word,
    within: Vec<String>,
    back: String,
    first: Option<String>,
    next: Option<String>,
    rows: Vec<served::Session>,
}

pub(crate) async fn index(cx: Cx, Query(wanted): Query<Wanted>) -> Result<Answer> {
    let filter = wanted.filter();
    let query = filter.query(&cx, READ).await?;
    let own = wanted.own == "1" && !query.organisation.is_empty();
    let after = match Cursor::read(wanted.cursor.as_deref(), 2)? {
        Some(cursor) => Some((cursor.get(0)?, cursor.get(1)?)),
        None => None,
    };
    let sum = served::sum(&cx.db, cx.tenant, &query, own).await?;
    let rows = served::list(&cx.db, cx.tenant, (&query, own), after, PAGE as i64 + 1).await?;
    let page = Paged::cut(rows, PAGE, |row| vec![row.day.to_string(), row.id.to_string()]);
    let to = query.to.min(Month::of(cx.today())).max(query.from);
    let page = Index {
        title: Word::new("statistics.served.title").with("n", words::number(sum.served)),
        sub: Word::new("statistics.served.sub")
            .with("from", query.from)
            .with("to", to)
            .with("sessions", words::number(sum.sessions)),
        within: within(&cx, &filter).await?,
        back: filter.url("/desk/statistics", &[]),
        first: after.map(|_| wanted.url("")),
        next: page.next.as_deref().map(|cursor| wanted.url(cursor)),
        rows: page.items,
    };
    cx.page(&page)
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
