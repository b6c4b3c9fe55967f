//! The lists behind the figures as tables to keep: whole, as they were searched.

use super::asked::Wanted;
use super::{in_towns, of_people, rows};
use crate::model::MetricCode;
use crate::policy::READ;
use crate::store::served as sessions;
use crate::store::traits::Traits;
use kernel::ids::Raw;
use kernel::tables::{Column, Out};
use kernel::{Answer, Cx, Deed, LaneKey, Query, Result, Tx};
use serde::Serialize;

/// Rows of a table at most: more than a district has people or activities.
const MOST: i64 = 100_000;

fn columns(cx: &Cx, words: &[(&str, u8)]) -> Vec<Column> {
    words.iter().map(|(word, width)| Column::new(cx.t(word), *width)).collect()
}

/// Somebody took a list of people along.
#[derive(Serialize)]
struct ListTaken {
    rows: usize,
    sex: bool,
    age: bool,
}

impl Deed for ListTaken {
    const KIND: &'static str = "statistics.people_taken";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("pivot", None)
    }
}

pub(crate) async fn people(cx: Cx, Query(wanted): Query<Wanted>) -> Result<Answer> {
    let (metric, query, traits) = of_people(&cx, &wanted).await?;
    let whose = wanted.whose(&query, &traits);
    let reach = cx.reach(people::policy::READ);
    let found = rows::people_of(&cx.db, cx.tenant, (metric, &whose), (&reach, &wanted.q), (None, MOST)).await?;
    let (told, deed) =
        (cx.clone(), ListTaken { rows: found.len(), sex: !traits.sex.is_empty(), age: !traits.age.is_empty() });
    let line = async move |tx: &mut Tx<'_>| {
        tx.record(&told, &deed);
        Ok(())
    };
    cx.write(LaneKey::of(cx.tenant.0), line).await?;
    let active = metric == MetricCode::Active;
    let mut titles = vec![("behind.name", 14), ("behind.number", 20), ("statistics.head.town", 12)];
    if active {
        titles.extend([("metric.services.head", 10), ("metric.hours.head", 10)]);
    }
    let row = |(person, town): (rows::Counted, String)| {
        let mut cells =
            vec![Out::Text(person.name), Out::Text(person.volunteer_no.unwrap_or_default()), Out::Text(town)];
        if active {
            cells.extend([Out::Int(person.services), Out::Hours(person.minutes)]);
        }
        cells
    };
    let rows = in_towns(&cx, found, |row| &row.region).await?.into_iter().map(row).collect();
    let name = cx.t(if active { "metric.active.head" } else { "metric.volunteers.head" });
    cx.sheet(name, &wanted.format, columns(&cx, &titles), rows).await
}

pub(crate) async fn teams(cx: Cx, Query(wanted): Query<Wanted>) -> Result<Answer> {
    let (query, traits) = (wanted.filter().query(&cx, READ).await?, Traits::default());
    let whose = wanted.whose(&query, &traits);
    let (_, found) = rows::teams(&cx.db, cx.tenant, (&whose, &wanted.q), (None, MOST)).await?;
    let row = |(team, town): (rows::Team, String)| {
        let kind = cx.t(&format!("statistics.kind.{}", team.kind)).to_owned();
        vec![Out::Text(team.name), Out::Text(team.number), Out::Text(kind), Out::Text(town)]
    };
    let rows = in_towns(&cx, found, |row| &row.region).await?.into_iter().map(row).collect();
    let titles = [
        ("statistics.head.team", 30),
        ("behind.team_number", 20),
        ("statistics.head.kind", 14),
        ("statistics.head.town", 12),
    ];
    cx.sheet(cx.t("metric.teams.head"), &wanted.format, columns(&cx, &titles), rows).await
}

pub(crate) async fn activities(cx: Cx, Query(wanted): Query<Wanted>) -> Result<Answer> {
    let (query, traits) = (wanted.filter().query(&cx, READ).await?, Traits::default());
    let whose = wanted.whose(&query, &traits);
    let (_, found) = rows::activities(&cx.db, cx.tenant, (&whose, &wanted.q), (None, MOST)).await?;
    let row = |activity: rows::Activity| {
        let category = cx.t(&format!("statistics.category.{}", activity.category)).to_owned();
        vec![
            Out::Text(activity.title),
            Out::Text(activity.team),
            Out::Text(category),
            Out::Date(activity.starts_on),
            Out::Date(activity.ends_on),
        ]
    };
    let titles = [
        ("statistics.served.activity", 30),
        ("statistics.head.team", 30),
        ("statistics.head.category", 14),
        ("statistics.from", 12),
        ("statistics.to", 12),
    ];
    let rows = found.into_iter().map(row).collect();
    cx.sheet(cx.t("metric.activities.head"), &wanted.format, columns(&cx, &titles), rows).await
}

pub(crate) async fn served(cx: Cx, Query(wanted): Query<Wanted>) -> Result<Answer> {
    let (query, traits) = (wanted.filter().query(&cx, READ).await?, Traits::default());
    let whose = wanted.whose(&query, &traits);
    let found = sessions::list(&cx.db, cx.tenant, (&whose, &wanted.q), (None, MOST)).await?;
    let row = |session: sessions::Session| {
        let time = kernel::words::time;
        let span = format!("{}–{}", time(session.starts_at), time(session.ends_at));
        vec![
            Out::Text(session.title),
            Out::Text(session.team),
            Out::Date(session.day),
            Out::Text(span),
            Out::Int(session.served),
        ]
    };
    let titles = [
        ("statistics.served.activity", 30),
        ("statistics.head.team", 30),
        ("statistics.served.day", 12),
        ("statistics.served.span", 14),
        ("metric.served.head", 12),
    ];
    let rows = found.into_iter().map(row).collect();
    cx.sheet(cx.t("metric.served.head"), &wanted.format, columns(&cx, &titles), rows).await
}
