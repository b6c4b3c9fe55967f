//! The places that one may take over, across activities, as page and as JSON.

use super::actor_person;
use crate::SIGN_UP;
use crate::signups::openings::{self, Place};
use crate::store::handover::Looking;
use askama::Template;
use chrono::{DateTime, Datelike as _, Days, NaiveDate, Utc};
use kernel::http::{Cursor, Paged, filters};
use kernel::ids::Raw;
use kernel::{Answer, Cx, Query, Result, Routes};
use people::ties::Later;
use places::Region;
use serde::Deserialize;

const PAGE: usize = 30;

pub(crate) fn routes() -> Routes {
    Routes::new().get("/me/handovers", SIGN_UP, index)
}

/// What somebody looks for.
#[derive(Clone, Debug, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Wanted {
    pub town: String,
    /// `today`, `week` or nothing.
    pub when: String,
    pub q: String,
    pub cursor: Option<String>,
}

impl Wanted {
    fn looking(&self, today: NaiveDate) -> Looking {
        let left = 6 - u64::from(today.weekday().num_days_from_monday());
        let (from, to) = match self.when.as_str() {
            "today" => (Some(today), Some(today)),
            "week" => (Some(today), today.checked_add_days(Days::new(left))),
            _ => (None, None),
        };
        let town = self.town.chars().filter(char::is_ascii_digit).take(12).collect();
        Looking { town, query: self.q.trim().to_owned(), from, to }
    }
}

/// A page of what somebody may take over.
pub(crate) async fn page(cx: &Cx, wanted: &Wanted) -> Result<Paged<Place>> {
    let mut found = openings::places(cx, actor_person(cx)?, &wanted.looking(cx.today())).await?;
    if let Some(cursor) = Cursor::read(wanted.cursor.as_deref(), 3)? {
        let last: (i64, DateTime<Utc>, crate::SignupId) = (cursor.get(0)?, cursor.get(1)?, cursor.get(2)?);
        found.retain(|place| (place.of.far, place.of.starts_at, place.of.id) > last);
    }
    found.truncate(PAGE + 1);
    Ok(Paged::cut(found, PAGE, |place| place.of.keys()))
}

#[derive(Template)]
#[template(path = "activities/openings.html")]
struct Index {
    page: Paged<Place>,
    towns: Vec<Region>,
    wanted: Wanted,
}

impl Index {
    fn narrowed(&self) -> bool {
        [&self.wanted.town, &self.wanted.when, &self.wanted.q].iter().any(|field| !field.trim().is_empty())
    }

    fn next(&self) -> Option<String> {
        let query = [("town", self.wanted.town.as_str()), ("when", &self.wanted.when), ("q", &self.wanted.q)];
        self.page.next.as_deref().map(|cursor| kernel::http::query_string(&query, cursor))
    }
}

async fn index(cx: Cx, Query(wanted): Query<Wanted>) -> Result<Answer> {
    let page = page(&cx, &wanted).await?;
    let towns = places::towns(&cx).await?;
    cx.page(&Index { page, towns, wanted })
}

#[derive(Template)]
#[template(path = "activities/openings_line.html")]
struct Line {}

/// On one's own page: the way to the list.
pub(crate) fn line(cx: Cx, _: Raw) -> Later<Option<String>> {
    Box::pin(async move { cx.fragment(&Line {}).map(Some) })
}
