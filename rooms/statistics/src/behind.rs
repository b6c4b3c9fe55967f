//! The lists behind the figures of people, teams and activities: what a number of a report or pivot leads to.

use crate::forms::Filter;
use crate::model::{MetricCode, Month};
use crate::pivot::{AGES, SEXES};
use crate::policy::{READ, TRAITS};
use crate::store::behind::{self, Whose};
use crate::store::traits::Traits;
use crate::{served, store};
use askama::Template;
use kernel::http::{Cursor, Paged, filters, query_string};
use kernel::ids::Raw;
use kernel::{Answer, Cx, Deed, Error, LaneKey, Query, Result, Tx, Word, words};
use serde::{Deserialize, Serialize};

/// Rows of a page.
const PAGE: usize = 50;

/// What the address may say.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Wanted {
    /// `volunteers` or `active`, of people alone.
    metric: String,
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
    fn url(&self, path: &str, cursor: &str) -> String {
        let fields = [
            ("metric", self.metric.as_str()),
            ("from", &self.from),
            ("to", &self.to),
            ("town", &self.town),
            ("team", &self.team),
            ("own", &self.own),
            ("kind", &self.kind),
            ("category", &self.category),
            ("sex", &self.sex),
            ("age", &self.age),
        ];
        format!("{path}{}", query_string(&fields, cursor))
    }

    fn traits(&self) -> Result<Traits> {
        let fits = |code: &String, known: &[&str]| code.is_empty() || known.contains(&code.as_str());
        if fits(&self.sex, &SEXES) && fits(&self.age, &AGES) {
            return Ok(Traits { sex: self.sex.clone(), age: self.age.clone() });
        }
        Err(Error::Malformed(Word::new("error.query")))
    }
}

/// The head of each of these pages, and where it goes on.
struct Frame {
    title: Word,
    sub: Word,
    within: Vec<String>,
    back: String,
    first: Option<String>,
    next: Option<String>,
}

async fn frame(
    cx: &Cx,
    (wanted, path): (&Wanted, &str),
    title: Word,
    query: &crate::model::Query,
    next: Option<&String>,
) -> Result<Frame> {
    let filter = wanted.filter();
    let to = query.to.min(Month::of(cx.today())).max(query.from);
    let mut within = served::within(cx, &filter).await?;
    for (family, code) in [("sex", &wanted.sex), ("age", &wanted.age)] {
        if !code.is_empty() {
            within.push(cx.t(&format!("pivot.{family}.{code}")).to_owned());
        }
    }
    Ok(Frame {
        title,
        sub: Word::new("behind.span").with("from", query.from).with("to", to),
        within,
        back: filter.url("/desk/statistics", &[]),
        first: wanted.cursor.as_ref().map(|_| wanted.url(path, "")),
        next: next.map(|cursor| wanted.url(path, cursor)),
    })
}

#[derive(Template)]
#[template(path = "statistics/people.html")]
struct People {
    frame: Frame,
    /// Whether what they served stands beside them.
    active: bool,
    /// Minutes and services of all of them, where they served.
    hours: Option<String>,
    /// People who are counted and whose names this reader may not see.
    unseen: i64,
    rows: Vec<(behind::Counted, String)>,
}

/// By name and id.
fn by_name(cursor: Option<&str>) -> Result<Option<(String, Raw)>> {
    Cursor::read(cursor, 2)?.map(|cursor| Ok((cursor.0[0].clone(), cursor.get(1)?))).transpose()
}

pub(crate) async fn people(cx: Cx, Query(wanted): Query<Wanted>) -> Result<Answer> {
    let metric: MetricCode = wanted.metric.parse().map_err(|_| Error::Malformed(Word::new("error.query")))?;
    if !matches!(metric, MetricCode::Volunteers | MetricCode::Active) {
        return Err(Error::Malformed(Word::new("error.query")));
    }
    let traits = wanted.traits()?;
    let query = wanted.filter().query(&cx, READ).await?;
    if !traits.is_empty() {
        cx.may_somewhere(TRAITS)?;
        trace(&cx, &traits).await?;
    }
    let whose = Whose { query: &query, own: wanted.own == "1" && !query.organisation.is_empty(), traits: &traits };
    let reach = cx.reach(people::policy::READ);
    let all = behind::sum(&cx.db, cx.tenant, (metric, &whose), None).await?;
    let seen = match reach.is_all() {
        true => all.people,
        false => behind::sum(&cx.db, cx.tenant, (metric, &whose), Some(&reach)).await?.people,
    };
    let after = by_name(wanted.cursor.as_deref())?;
    let rows = behind::people_of(&cx.db, cx.tenant, (metric, &whose), &reach, (after, PAGE as i64 + 1)).await?;
    let page = Paged::cut(rows, PAGE, |row| vec![row.sort_key.clone(), row.id.to_string()]);
    let towns = store::towns(&cx.db, cx.tenant).await?;
    let town = |code: &str| towns.iter().find(|(c, _)| code.starts_with(c.as_str())).map_or("", |(_, n)| n).to_owned();
    let active = metric == MetricCode::Active;
    let title = Word::new(if active { "behind.active" } else { "behind.volunteers" });
    let title = title.with("n", words::number(all.people));
    let page_frame = frame(&cx, (&wanted, "/desk/statistics/people"), title, &query, page.next.as_ref()).await?;
    cx.page(&People {
        frame: page_frame,
        active,
        hours: active.then(|| cx.say(&sum_of(&all))),
        unseen: all.people - seen,
        rows: page.items.into_iter().map(|row| (town(&row.region), row)).map(|(town, row)| (row, town)).collect(),
    })
}

fn sum_of(all: &behind::Sum) -> Word {
    Word::new("behind.sum").with("hours", words::hours(all.minutes)).with("services", words::number(all.services))
}

#[derive(Serialize)]
struct PeopleByTrait {
    sex: bool,
    age: bool,
}

impl Deed for PeopleByTrait {
    const KIND: &'static str = "statistics.people_listed";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("pivot", None)
    }
}

/// A list of people by what they are leaves a line.
async fn trace(cx: &Cx, traits: &Traits) -> Result<()> {
    let told = cx.clone();
    let deed = PeopleByTrait { sex: !traits.sex.is_empty(), age: !traits.age.is_empty() };
    let line = async move |tx: &mut Tx<'_>| {
        tx.record(&told, &deed);
        Ok(())
    };
    cx.write(LaneKey::of(cx.tenant.0), line).await
}

#[derive(Template)]
#[template(path = "statistics/teams.html")]
struct Teams {
    frame: Frame,
    rows: Vec<(behind::Team, String)>,
}

pub(crate) async fn teams(cx: Cx, Query(wanted): Query<Wanted>) -> Result<Answer> {
    let query = wanted.filter().query(&cx, READ).await?;
    let traits = Traits::default();
    let whose = Whose { query: &query, own: wanted.own == "1" && !query.organisation.is_empty(), traits: &traits };
    let after = by_name(wanted.cursor.as_deref())?;
    let (all, rows) = behind::teams(&cx.db, cx.tenant, &whose, (after, PAGE as i64 + 1)).await?;
    let page = Paged::cut(rows, PAGE, |row| vec![row.sort_key.clone(), row.id.to_string()]);
    let towns = store::towns(&cx.db, cx.tenant).await?;
    let town = |code: &str| towns.iter().find(|(c, _)| code.starts_with(c.as_str())).map_or("", |(_, n)| n).to_owned();
    let title = Word::new("behind.teams").with("n", words::number(all));
    let frame = frame(&cx, (&wanted, "/desk/statistics/teams"), title, &query, page.next.as_ref()).await?;
    cx.page(&Teams {
        frame,
        rows: page.items.into_iter().map(|row| (town(&row.region), row)).map(|(t, r)| (r, t)).collect(),
    })
}

#[derive(Template)]
#[template(path = "statistics/activities.html")]
struct Activities {
    frame: Frame,
    rows: Vec<behind::Activity>,
}

pub(crate) async fn activities(cx: Cx, Query(wanted): Query<Wanted>) -> Result<Answer> {
    let query = wanted.filter().query(&cx, READ).await?;
    let traits = Traits::default();
    let whose = Whose { query: &query, own: wanted.own == "1" && !query.organisation.is_empty(), traits: &traits };
    let after = match Cursor::read(wanted.cursor.as_deref(), 2)? {
        Some(cursor) => Some((cursor.get(0)?, cursor.get(1)?)),
        None => None,
    };
    let (all, rows) = behind::activities(&cx.db, cx.tenant, &whose, (after, PAGE as i64 + 1)).await?;
    let page = Paged::cut(rows, PAGE, |row| vec![row.starts_on.to_string(), row.id.to_string()]);
    let title = Word::new("behind.activities").with("n", words::number(all));
    let frame = frame(&cx, (&wanted, "/desk/statistics/activities"), title, &query, page.next.as_ref()).await?;
    cx.page(&Activities { frame, rows: page.items })
}
