//! The lists behind the figures of people, teams, activities and people served: what a number of a report or pivot leads to.

mod asked;
mod export;

use crate::model::{MetricCode, Query as Question};
use crate::policy::{READ, TRAITS};
use crate::store;
use crate::store::behind as rows;
use crate::store::served;
use crate::store::traits::Traits;
use askama::Template;
pub(crate) use asked::within;
use asked::{Frame, Wanted};
pub(crate) use export::{
    activities as export_activities, people as export_people, served as export_served, teams as export_teams,
};
use kernel::http::{Paged, filters};
use kernel::ids::Raw;
use kernel::{Answer, Cx, Deed, Error, LaneKey, Query, Result, Tx, Word, words};
use serde::Serialize;

/// Rows of a page.
const PAGE: usize = 50;

/// The question that somebody may ask about people, with the figure and the traits.
async fn of_people(cx: &Cx, wanted: &Wanted) -> Result<(MetricCode, Question, Traits)> {
    let metric: MetricCode = wanted.metric.parse().map_err(|_| Error::Malformed(Word::new("error.query")))?;
    if !matches!(metric, MetricCode::Volunteers | MetricCode::Active) {
        return Err(Error::Malformed(Word::new("error.query")));
    }
    let traits = wanted.traits()?;
    let query = wanted.filter().query(cx, READ).await?;
    if !traits.is_empty() {
        cx.may_somewhere(TRAITS)?;
    }
    Ok((metric, query, traits))
}

/// A row with the name of its town.
async fn in_towns<T>(cx: &Cx, rows: Vec<T>, region: impl Fn(&T) -> &str) -> Result<Vec<(T, String)>> {
    let towns = store::towns(&cx.db, cx.tenant).await?;
    let name = |row: &T| towns.iter().find(|(code, _)| region(row).starts_with(code.as_str())).map(|(_, n)| n.clone());
    Ok(rows.into_iter().map(|row| (name(&row).unwrap_or_default(), row)).map(|(town, row)| (row, town)).collect())
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
    rows: Vec<(rows::Counted, String)>,
}

pub(crate) async fn people(cx: Cx, Query(wanted): Query<Wanted>) -> Result<Answer> {
    let (metric, query, traits) = of_people(&cx, &wanted).await?;
    if !traits.is_empty() {
        trace(&cx, &traits).await?;
    }
    let whose = wanted.whose(&query, &traits);
    let reach = cx.reach(people::policy::READ);
    let all = rows::sum(&cx.db, cx.tenant, (metric, &whose), None).await?;
    let seen = match reach.is_all() {
        true => all.people,
        false => rows::sum(&cx.db, cx.tenant, (metric, &whose), Some(&reach)).await?.people,
    };
    let span = (wanted.after_name()?, PAGE as i64 + 1);
    let found = rows::people_of(&cx.db, cx.tenant, (metric, &whose), (&reach, &wanted.q), span).await?;
    let page = Paged::cut(found, PAGE, |row| vec![row.sort_key.clone(), row.id.to_string()]);
    let active = metric == MetricCode::Active;
    let title = Word::new(if active { "behind.active" } else { "behind.volunteers" });
    let head = (title.with("n", words::number(all.people)), "behind.span");
    cx.page(&People {
        frame: Frame::of(&cx, (&wanted, "/desk/statistics/people"), head, &query, page.next.as_ref()).await?,
        active,
        hours: active.then(|| cx.say(&sum_of(&all))),
        unseen: all.people - seen,
        rows: in_towns(&cx, page.items, |row| &row.region).await?,
    })
}

fn sum_of(all: &rows::Sum) -> Word {
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
    rows: Vec<(rows::Team, String)>,
}

pub(crate) async fn teams(cx: Cx, Query(wanted): Query<Wanted>) -> Result<Answer> {
    let (query, traits) = (wanted.filter().query(&cx, READ).await?, Traits::default());
    let whose = wanted.whose(&query, &traits);
    let span = (wanted.after_name()?, PAGE as i64 + 1);
    let (all, found) = rows::teams(&cx.db, cx.tenant, (&whose, &wanted.q), span).await?;
    let page = Paged::cut(found, PAGE, |row| vec![row.sort_key.clone(), row.id.to_string()]);
    let head = (Word::new("behind.teams").with("n", words::number(all)), "behind.span");
    cx.page(&Teams {
        frame: Frame::of(&cx, (&wanted, "/desk/statistics/teams"), head, &query, page.next.as_ref()).await?,
        rows: in_towns(&cx, page.items, |row| &row.region).await?,
    })
}

#[derive(Template)]
#[template(path = "statistics/activities.html")]
struct Activities {
    frame: Frame,
    rows: Vec<rows::Activity>,
}

pub(crate) async fn activities(cx: Cx, Query(wanted): Query<Wanted>) -> Result<Answer> {
    let (query, traits) = (wanted.filter().query(&cx, READ).await?, Traits::default());
    let whose = wanted.whose(&query, &traits);
    let span = (wanted.after_day()?, PAGE as i64 + 1);
    let (all, found) = rows::activities(&cx.db, cx.tenant, (&whose, &wanted.q), span).await?;
    let page = Paged::cut(found, PAGE, |row| vec![row.starts_on.to_string(), row.id.to_string()]);
    let head = (Word::new("behind.activities").with("n", words::number(all)), "behind.span");
    cx.page(&Activities {
        frame: Frame::of(&cx, (&wanted, "/desk/statistics/activities"), head, &query, page.next.as_ref()).await?,
        rows: page.items,
    })
}

#[derive(Template)]
#[template(path = "statistics/served.html")]
struct Served {
    frame: Frame,
    rows: Vec<served::Session>,
}

/// The sessions behind the figure of people served.
pub(crate) async fn served(cx: Cx, Query(wanted): Query<Wanted>) -> Result<Answer> {
    let (query, traits) = (wanted.filter().query(&cx, READ).await?, Traits::default());
    let whose = wanted.whose(&query, &traits);
    let sum = served::sum(&cx.db, cx.tenant, &whose).await?;
    let span = (wanted.after_day()?, PAGE as i64 + 1);
    let found = served::list(&cx.db, cx.tenant, (&whose, &wanted.q), span).await?;
    let page = Paged::cut(found, PAGE, |row| vec![row.day.to_string(), row.id.to_string()]);
    let head = (Word::new("statistics.served.title").with("n", words::number(sum.served)), "statistics.served.sub");
    let mut frame = Frame::of(&cx, (&wanted, "/desk/statistics/served"), head, &query, page.next.as_ref()).await?;
    frame.sub = frame.sub.with("sessions", words::number(sum.sessions));
    cx.page(&Served { frame, rows: page.items })
}
