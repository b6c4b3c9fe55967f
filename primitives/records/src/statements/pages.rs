//! Statements as pages that print well, and as tables to keep.

use super::model::{Activity, Held, Member, OfPerson, OfTeam, Row};
use super::{Made, of_person, of_team, team as find_team};
use crate::sheet::Sheet;
use askama::Template;
use axum::extract::Path;
use kernel::http::filters;
use kernel::tables::Out;
use kernel::{Cx, Query, Word};
use organisations::OrganisationId;
use people::PersonId;
use serde::Deserialize;

/// The year that is asked for, and the export's format.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Asked {
    year: Option<i32>,
    format: String,
}

impl Row {
    /// The evidence in a word, or that the row is a correction.
    pub(super) fn method_word(&self) -> &'static str {
        if self.reverses_id.is_some() { "hours.method.reversal" } else { method_word(self.method) }
    }
}

/// The word of an evidence.
pub(super) fn method_word(method: hours::Method) -> &'static str {
    match method {
        hours::Method::Scan => "hours.method.scan",
        hours::Method::Staff => "hours.method.staff",
        hours::Method::Paper => "hours.method.paper",
        hours::Method::Own => "hours.method.self",
    }
}

/// A label with its minutes.
struct Line {
    label: Word,
    minutes: i64,
}

impl OfPerson {
    fn months(&self) -> Vec<Line> {
        let month = |(n, minutes): (usize, &i64)| Line {
            label: Word::new(format!("hours.month.{}", n + 1)),
            minutes: *minutes,
        };
        self.sums.months.iter().enumerate().filter(|(_, minutes)| **minutes != 0).map(month).collect()
    }

    fn categories(&self) -> Vec<Line> {
        let line =
            |(code, minutes): (&String, &i64)| Line { label: Word::new(format!("category.{code}")), minutes: *minutes };
        self.sums.categories.iter().map(line).collect()
    }

    fn methods(&self) -> Vec<Line> {
        let line = |(method, minutes): (&hours::Method, &i64)| Line {
            label: Word::new(method_word(*method)),
            minutes: *minutes,
        };
        self.sums.methods.iter().map(line).collect()
    }
}

#[derive(Template)]
#[template(path = "records/statement.html")]
struct Own {
    made: OfPerson,
    on: chrono::NaiveDate,
}

pub(super) async fn own(cx: Cx, Query(asked): Query<Asked>) -> Made {
    let made = of_person(&cx, PersonId(cx.person()?), asked.year).await?;
    cx.page(&Own { made, on: cx.today() })
}

pub(super) async fn own_export(cx: Cx, Query(asked): Query<Asked>) -> Made {
    let person = PersonId(cx.person()?);
    let made = of_person(&cx, person, asked.year).await?;
    let cells = |activity: &Activity, row: &Row| {
        vec![
            Out::Text(activity.title.clone()),
            Out::Text(activity.team_name.clone()),
            Out::Text(cx.t(&format!("category.{}", row.category)).to_owned()),
            Out::Date(row.day),
            Out::Text(kernel::words::time(row.started_at)),
            Out::Text(kernel::words::time(row.ended_at)),
            Out::Hours(row.minutes),
            Out::Text(cx.t(row.method_word()).to_owned()),
        ]
    };
    let mut rows: Vec<Vec<Out>> =
        made.activities.iter().flat_map(|one| one.rows.iter().map(|row| cells(one, row))).collect();
    let total = Out::Text(cx.t("records.statement.total").to_owned());
    rows.push(vec![total, Out::Empty, Out::Empty, Out::Empty, Out::Empty, Out::Empty, Out::Hours(made.sums.total)]);
    let sheet = Sheet {
        object: ("person", Some(person.0)),
        name: cx.say(&Word::new("records.statement.file").with("year", made.year)),
        columns: &[
            ("hours.activity", 32),
            ("hours.team", 28),
            ("records.statement.category", 16),
            ("hours.day", 12),
            ("hours.from", 8),
            ("hours.to", 8),
            ("hours.hours", 8),
            ("hours.method", 12),
        ],
        rows,
        filter: format!("?year={}", made.year),
    };
    sheet.send(&cx, asked.format == "csv").await
}

#[derive(Template)]
#[template(path = "records/team_statement.html")]
struct OfOneTeam {
    made: OfTeam,
    on: chrono::NaiveDate,
}

pub(super) async fn team(cx: Cx, Path(id): Path<OrganisationId>, Query(asked): Query<Asked>) -> Made {
    let found = find_team(&cx, id).await?;
    let made = of_team(&cx, found, asked.year).await?;
    cx.page(&OfOneTeam { made, on: cx.today() })
}

pub(super) async fn team_export(cx: Cx, Path(id): Path<OrganisationId>, Query(asked): Query<Asked>) -> Made {
    let found = find_team(&cx, id).await?;
    let made = of_team(&cx, found, asked.year).await?;
    let part = |key: &'static str| Out::Text(cx.t(key).to_owned());
    let member = |m: &Member| {
        let number = Out::maybe(m.volunteer_no.clone());
        vec![
            part("hours.person"),
            Out::Text(m.name.clone()),
            number,
            Out::Int(m.services),
            Out::Hours(m.minutes),
            Out::Empty,
        ]
    };
    let held = |a: &Held| {
        vec![
            part("hours.activity"),
            Out::Text(a.title.clone()),
            Out::Empty,
            Out::Int(a.services),
            Out::Hours(a.minutes),
            Out::Int(a.served),
        ]
    };
    let totals = made.totals;
    let mut rows: Vec<Vec<Out>> = made.members.iter().map(member).chain(made.activities.iter().map(held)).collect();
    rows.push(vec![
        part("records.statement.total"),
        Out::Text(made.team.name.clone()),
        Out::Text(made.team.number.clone()),
        Out::Int(totals.services),
        Out::Hours(totals.minutes),
        Out::Int(totals.served),
    ]);
    let sheet = Sheet {
        object: ("organisation", Some(id.0)),
        name: cx.say(&Word::new("records.statement.team_file").with("year", made.year).with("team", &made.team.name)),
        columns: &[
            ("records.statement.part", 10),
            ("records.statement.name", 32),
            ("records.award.own_number", 20),
            ("records.statement.services", 8),
            ("hours.hours", 10),
            ("records.statement.served", 10),
        ],
        rows,
        filter: format!("?year={}", made.year),
    };
    sheet.send(&cx, asked.format == "csv").await
}
