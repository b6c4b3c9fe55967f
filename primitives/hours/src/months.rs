//! Closing a month: from then on it takes no rows, and what comes later is booked on the day it comes, pointing back.
#![expect(unused_qualifications, reason = "the macro that documents a route names its query once more")]

use crate::policy::{CLOSE, READ};
use crate::store::month::{self, Held, Month};
use askama::Template;
use axum::Json;
use axum::extract::Path;
use chrono::{DateTime, Datelike as _, Months, NaiveDate, Utc};
use kernel::http::{Cursor, NoBody, Paged, Problem, filters, query_string};
use kernel::ids::Raw;
use kernel::{Answer, Cx, Deed, Error, Form, LaneKey, Query, Result, Routes, Tx, Word, routes};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

const PAGE: usize = 24;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/desk/hours/months", READ, index)
        .get("/desk/hours/months/{month}", CLOSE, show)
        .post("/desk/hours/months/{month}/closure", CLOSE, close_it)
        .api(READ, routes!(list_months))
        .api(CLOSE, routes!(create_month_closure))
}

/// A month that was read from an address: `2026-10`, with its first day and the day after its last.
struct Named {
    name: String,
    days: (NaiveDate, NaiveDate),
}

impl Named {
    fn read(text: &str) -> Result<Self> {
        let first: NaiveDate = format!("{text}-01").parse().map_err(|_| Error::NotFound)?;
        let after = first.checked_add_months(Months::new(1)).ok_or(Error::NotFound)?;
        Ok(Self { name: month::name(first), days: (first, after) })
    }

    /// A month can be closed once it is over.
    fn is_over(&self, cx: &Cx) -> bool {
        self.days.1 <= cx.today()
    }
}

#[derive(Serialize)]
struct MonthClosed {
    month: String,
    entries: i64,
    minutes: i64,
}

impl Deed for MonthClosed {
    const KIND: &'static str = "hours.month_closed";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("month", None)
    }
}

/// Closes a month, once for each one-time key.
///
/// # Errors
/// `Refused` while it goes on, or when it was closed before.
async fn close(cx: &Cx, month: &Named) -> Result<()> {
    if !month.is_over(cx) {
        return Err(Error::refused("hours.month.refused.early"));
    }
    let (at, name, days) = (cx.clone(), month.name.clone(), month.days);
    cx.once(LaneKey::of(cx.tenant.0), async move |tx: &mut Tx<'_>| {
        if !month::take(tx, at.tenant, &name).await? {
            return Err(Error::refused("hours.month.refused.closed"));
        }
        let held = month::held(tx, at.tenant, days).await?;
        month::close(tx, &at, &name, &held).await?;
        tx.record(&at, &MonthClosed { month: name, entries: held.entries, minutes: held.minutes });
        Ok(())
    })
    .await
}

#[derive(Deserialize, Default, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
struct MonthQuery {
    /// `next` of the page before.
    cursor: Option<String>,
}

#[derive(Template)]
#[template(path = "hours/months.html")]
struct Index {
    rows: Vec<Month>,
    next: Option<String>,
    paged: bool,
    /// The present month's name; it goes on.
    present: String,
    may_close: bool,
}

async fn page(cx: &Cx, query: &MonthQuery) -> Result<Paged<Month>> {
    let cursor = Cursor::read(query.cursor.as_deref(), 1)?;
    let before = cursor.map(|cursor| Named::read(&cursor.0[0])).transpose();
    let before = before.map_err(|_| Error::Malformed(Word::new("error.cursor")))?.map(|month| month.name);
    let limit = i64::try_from(PAGE).unwrap_or(i64::MAX) + 1;
    let rows = month::list(&cx.db, cx.tenant, (&before.unwrap_or_default(), limit)).await?;
    Ok(Paged::cut(rows, PAGE, |month| vec![month.month.clone()]))
}

async fn index(cx: Cx, Query(query): Query<MonthQuery>) -> Result<Answer> {
    let page = page(&cx, &query).await?;
    cx.page(&Index {
        next: page.next.map(|cursor| query_string(&[], &cursor)),
        rows: page.items,
        paged: query.cursor.is_some(),
        present: month::name(cx.today()),
        may_close: cx.can(CLOSE),
    })
}

#[derive(Template)]
#[template(path = "hours/month.html")]
struct Show {
    month: String,
    held: Held,
    pending: i64,
    closed: Option<(DateTime<Utc>, String)>,
    over: bool,
}

async fn show(cx: Cx, Path(month): Path<String>) -> Result<Answer> {
    let month = Named::read(&month)?;
    cx.page(&Show {
        held: month::held(&cx.db, cx.tenant, month.days).await?,
        pending: month::pending(&cx.db, cx.tenant, month.days).await?,
        closed: month::closed(&cx.db, cx.tenant, &month.name).await?,
        over: month.is_over(&cx),
        month: month.name,
    })
}

/// A form that only says that its button was pressed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Closure {}

async fn close_it(cx: Cx, Path(month): Path<String>, Form(Closure {}): Form<Closure>) -> Result<Answer> {
    let month = Named::read(&month)?;
    close(&cx, &month).await?;
    let word = Word::new("hours.month.closed_now").with("month", &month.name);
    Ok(cx.see_other_saying(&format!("/desk/hours/months/{}", month.name), &word))
}

/// A month of the ledger.
#[derive(Serialize, ToSchema)]
struct LedgerMonth {
    /// `2026-11`
    month: String,
    /// Rows that are booked in it.
    entries: i64,
    minutes: i64,
    /// Since when it takes no rows; absent while it does.
    closed_at: Option<DateTime<Utc>>,
    closed_by: Option<String>,
}

/// The months that have rows, the newest first, 24 a page.
#[utoipa::path(get, path = "/api/v1/hours/months", tag = "hours", params(MonthQuery),
    responses((status = 200, body = Paged<LedgerMonth>), (status = 400, body = Problem)))]
async fn list_months(cx: Cx, Query(query): Query<MonthQuery>) -> Result<Json<Paged<LedgerMonth>>> {
    let page = page(&cx, &query).await?;
    Ok(Json(page.map(|m| LedgerMonth {
        month: m.month,
        entries: m.entries,
        minutes: m.minutes,
        closed_at: m.closed_at,
        closed_by: m.closed_name,
    })))
}

/// Closes a month that is over: it takes no rows any more, and what comes later is booked on the day it comes.
#[utoipa::path(post, path = "/api/v1/hours/months/{month}/closure", tag = "hours", params(("month" = String, Path)),
    responses((status = 200, body = ClosedMonth), (status = 404, body = Problem),
        (status = 409, body = Problem, description = "It goes on, or was closed before")))]
async fn create_month_closure(cx: Cx, Path(month): Path<String>, _: NoBody) -> Result<Json<ClosedMonth>> {
    let month = Named::read(&month)?;
    close(&cx, &month).await?;
    Ok(Json(ClosedMonth { year: month.days.0.year(), month: month.name }))
}

/// A month that takes no rows any more.
#[derive(Serialize, ToSchema)]
struct ClosedMonth {
    month: String,
    year: i32,
}
