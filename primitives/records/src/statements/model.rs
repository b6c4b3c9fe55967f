//! The nouns of statements.

use crate::awards::Award;
use activities::ActivityId;
use chrono::{DateTime, NaiveDate, Utc};
use hours::{EntryId, Method};
use kernel::row;
use organisations::Organisation;
use people::PersonId;
use std::collections::BTreeMap;

row! {
    /// A row of the ledger with its team's name.
    pub(crate) struct Row {
        pub id: EntryId,
        pub activity_id: ActivityId,
        pub title: String,
        pub team_name: String,
        pub category: String,
        pub day: NaiveDate,
        pub started_at: DateTime<Utc>,
        pub ended_at: DateTime<Utc>,
        pub minutes: i64,
        pub method: Method,
        pub reverses_id: Option<EntryId>,
    }
}

/// What rows come to, by month, category and evidence. Minutes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sums {
    pub total: i64,
    /// Times that somebody served: a row that is taken back counts no more.
    pub services: i64,
    /// January first.
    pub months: [i64; 12],
    /// By the category's code.
    pub categories: BTreeMap<String, i64>,
    /// By the evidence, the strongest first.
    pub methods: BTreeMap<Method, i64>,
}

/// An activity with the rows that a person has in it.
pub(crate) struct Activity {
    pub title: String,
    pub team_name: String,
    pub minutes: i64,
    pub rows: Vec<Row>,
}

/// A person's year.
pub(crate) struct OfPerson {
    pub year: i32,
    pub name: String,
    pub number: Option<String>,
    pub sums: Sums,
    pub activities: Vec<Activity>,
    pub awards: Vec<Award>,
    /// The years in which they have hours, the latest first.
    pub years: Vec<i32>,
}

row! {
    /// A member with hours for the team.
    pub(crate) struct Member {
        pub person_id: PersonId,
        pub name: String,
        pub volunteer_no: Option<String>,
        pub services: i64,
        pub minutes: i64,
    }
}

row! {
    /// An activity with what it came to for the team.
    pub(crate) struct Held {
        pub activity_id: ActivityId,
        pub title: String,
        pub services: i64,
        pub minutes: i64,
        pub served: i64,
    }
}

/// What a team's year comes to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Totals {
    /// Members with hours that count.
    pub active: i64,
    /// Times that somebody served.
    pub services: i64,
    /// Minutes.
    pub minutes: i64,
    /// People served, person-times.
    pub served: i64,
}

/// A team's year.
pub(crate) struct OfTeam {
    pub year: i32,
    pub team: Organisation,
    pub totals: Totals,
    pub members: Vec<Member>,
    pub activities: Vec<Held>,
    pub awards: Vec<Award>,
}
