//! HTML: the volunteer's own hours; below, the ledger and the claims of the desk.

pub(crate) mod claims;
pub(crate) mod ledger;
mod sheet;

pub(crate) use sheet::Sheet;

use crate::forms::read_cursor;
use crate::model::{Entry, EntryId, Method};
use crate::pending::model::Pending;
use crate::{pending, store};
use askama::Template;
use chrono::Datelike as _;
use kernel::http::{Paged, filters};
use kernel::{Answer, Cx, Query, Result, Word};
use people::model::PersonId;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry as Year;

const PAGE: usize = 20;

/// Where a page begins.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Place {
    cursor: String,
}

/// What a volunteer sees of one row.
struct Line {
    entry: Entry,
    reversed: bool,
}

impl Line {
    /// The evidence, where the note tells of a correction or an approval instead.
    fn grade(&self) -> Option<&'static str> {
        let told = self.entry.reverses_id.is_some() || self.reversed || self.entry.approved_by.is_some();
        told.then(|| method_word(self.entry.method))
    }

    /// The evidence or the correction, in words.
    fn note(&self) -> Word {
        let entry = &self.entry;
        let hours = kernel::words::hours(entry.minutes.abs());
        if entry.reverses_id.is_some() {
            let reason = entry.reason.clone().unwrap_or_default();
            return Word::new("hours.note.reversal").with("reason", reason).with("hours", hours);
        }
        if let Some(day) = entry.service_day {
            return Word::new("hours.note.later").with("day", day);
        }
        match (&entry.approved_by, self.reversed) {
            (_, true) => Word::new("hours.note.reversed"),
            (Some(name), _) => Word::new("hours.note.approved").with("name", name),
            _ => Word::new(method_word(entry.method)),
        }
    }
}

/// The word of an evidence.
pub(crate) fn method_word(method: Method) -> &'static str {
    match method {
        Method::Scan => "hours.method.scan",
        Method::Staff => "hours.method.staff",
        Method::Paper => "hours.method.paper",
        Method::Own => "hours.method.self",
    }
}

/// The rows of one month with what the whole month adds up to.
struct MonthOfLines {
    title: String,
    minutes: i64,
    lines: Vec<Line>,
}

#[derive(Template)]
#[template(path = "hours/own.html")]
struct Own {
    year: i32,
    minutes: i64,
    balance: i64,
    ticks: String,
    tick_hours: i64,
    months: Vec<MonthOfLines>,
    table: Vec<(String, i64)>,
    /// What does not count yet, and what was returned within a month.
    pending: Vec<Pending>,
    count: i64,
    next: Option<String>,
    paged: bool,
}

/// One's own ledger.
pub(crate) async fn own(cx: Cx, Query(place): Query<Place>) -> Result<Answer> {
    let person = PersonId(cx.person()?);
    let before = read_cursor(&place.cursor)?;
    let paged = before.is_some();
    let year = cx.today().year();
    let year_minutes = year_of(&cx, person, year).await?;
    let rows = store::list_of_person(&cx.db, cx.tenant, person, before, 21).await?;
    let page = Paged::cut(rows, PAGE, |e| vec![e.day.to_string(), e.id.to_string()]);
    let next = page.next;
    let months = by_month(&cx, person, page.items).await?;
    let table: Vec<(String, i64)> =
        (1_u32..).zip(&year_minutes).filter(|(_, m)| **m != 0).map(|(month, m)| (month_name(&cx, month), *m)).collect();
    cx.page(&Own {
        year,
        minutes: year_minutes.iter().sum(),
        balance: store::balance(&cx.db, cx.tenant, person).await?,
        ticks: ticks(&cx, year, &year_minutes),
        tick_hours: kernel::charts::tick_hours(&year_minutes),
        months,
        table,
        pending: pending::store::of_person(&cx.db, cx.tenant, person, cx.now - chrono::Duration::days(30)).await?,
        count: store::count_of_person(&cx.db, cx.tenant, person).await?,
        next,
        paged,
    })
}

/// The twelve months of a person's year.
async fn year_of(cx: &Cx, person: PersonId, year: i32) -> Result<[i64; 12]> {
    let mut all = [0; 12];
    for row in store::months(&cx.db, cx.tenant, person, year).await? {
        let month = row.month.get(5..7).and_then(|m| m.parse::<usize>().ok()).unwrap_or(1);
        if let Some(place) = all.get_mut(month.saturating_sub(1)) {
            *place = row.minutes;
        }
    }
    Ok(all)
}

fn ticks(cx: &Cx, year: i32, minutes: &[i64; 12]) -> String {
    let spoken: Vec<String> = (1_u32..)
        .zip(minutes)
        .filter(|(_, m)| **m != 0)
        .map(|(month, m)| format!("{} {}", month_name(cx, month), kernel::words::hours(*m)))
        .collect();
    let label = cx.say(&Word::new("hours.own.ticks").with("year", year).with("list", spoken.join(", ")));
    kernel::charts::month_ticks(minutes, cx.today().month(), &label)
}

const MONTHS: [&str; 12] = [
    "hours.month.1",
    "hours.month.2",
    "hours.month.3",
    "hours.month.4",
    "hours.month.5",
    "hours.month.6",
    "hours.month.7",
    "hours.month.8",
    "hours.month.9",
    "hours.month.10",
    "hours.month.11",
    "hours.month.12",
];

/// The name of a month, counted from 1.
fn month_name(cx: &Cx, month: u32) -> String {
    cx.t(MONTHS[(month as usize + 11) % 12]).to_owned()
}

/// Groups the rows of a page by month; the sums are those of the whole months.
async fn by_month(cx: &Cx, person: PersonId, entries: Vec<Entry>) -> Result<Vec<MonthOfLines>> {
    let reversed: Vec<EntryId> = store::reversed_of_person(&cx.db, cx.tenant, person).await?;
    let mut years: BTreeMap<i32, [i64; 12]> = BTreeMap::new();
    let mut months: Vec<((i32, u32), MonthOfLines)> = Vec::new();
    for entry in entries {
        let key @ (year, month) = (entry.day.year(), entry.day.month());
        let line = Line { reversed: reversed.contains(&entry.id), entry };
        if let Some((_, group)) = months.last_mut().filter(|(last, _)| *last == key) {
            group.lines.push(line);
            continue;
        }
        if let Year::Vacant(place) = years.entry(year) {
            place.insert(year_of(cx, person, year).await?);
        }
        let minutes = years[&year].get(month as usize - 1).copied().unwrap_or_default();
        let name = month_name(cx, month);
        let word = match year == cx.today().year() {
            true => Word::new("hours.own.month").with("month", name),
            false => Word::new("hours.own.month_of").with("month", name).with("year", year),
        };
        months.push((key, MonthOfLines { title: cx.say(&word), minutes, lines: vec![line] }));
    }
    Ok(months.into_iter().map(|(_, group)| group).collect())
}
