//! The public home: who we are, what is next, three ways in, and what this year came to.

use crate::offers::{self, Offer};
use crate::store;
use askama::Template;
use chrono::{DateTime, Datelike as _, Duration, NaiveDate, Utc};
use kernel::http::filters;
use kernel::{Answer, Cx, Result, TenantId, Word, charts};
use std::sync::{Arc, Mutex, PoisonError};

/// Fewer people than this are not told in public.
const FEWEST: i64 = 5;
/// Figures are at most this old; the page is read far more often than they change.
const FRESH: Duration = Duration::seconds(5);

#[derive(Template)]
#[template(path = "federation/home.html")]
struct Show {
    today: String,
    district: String,
    headline: Word,
    first: Option<First>,
    rest: Vec<Offer>,
    open: i64,
    figures: Arc<Figures>,
}

/// The next one of all, with what a ticket says beside the list's line.
struct First {
    offer: Offer,
    day: String,
    summary: String,
    age: Option<i64>,
}

/// What the year came to.
pub(crate) struct Figures {
    people: Option<i64>,
    teams: i64,
    minutes: i64,
    served: Option<i64>,
    months: [i64; 12],
    month: u32,
}

impl Figures {
    fn tick(&self) -> i64 {
        charts::tick_hours(&self.months)
    }

    fn ticks(&self, label: impl AsRef<str>) -> String {
        charts::month_ticks(&self.months, self.month, label.as_ref())
    }
}

type Held = Option<(TenantId, DateTime<Utc>, Arc<Figures>)>;

/// The figures of a moment ago; a part of the application.
#[derive(Clone, Default)]
pub(crate) struct Kept(Arc<Mutex<Held>>);

pub(crate) async fn show(cx: Cx) -> Result<Answer> {
    let mut offers = offers::open(&cx, "", 6).await?;
    let today = cx.today();
    let now = offers.iter().filter(|o| kernel::time::day(o.span.0) == today).count();
    let headline = match (now, offers.len()) {
        (0, 0) => Word::new("federation.home.none"),
        (0, n) => Word::new("federation.home.soon").with("n", n),
        (n, _) => Word::new("federation.home.today").with("n", n),
    };
    let first = if offers.is_empty() { None } else { Some(first(&cx, offers.remove(0)).await?) };
    let page = Show {
        today: kernel::words::date(cx.lang, today, today),
        district: cx.app.tenant().map(|t| t.name.clone()).unwrap_or_default(),
        headline,
        first,
        rest: offers,
        open: store::count_open(&cx.db, cx.tenant, cx.now).await?,
        figures: figures(&cx).await?,
    };
    cx.page(&page)
}

async fn first(cx: &Cx, offer: Offer) -> Result<First> {
    let activity = activities::find(&cx.db, cx.tenant, offer.activity).await?;
    let mut summary: String = activity.summary.chars().take(60).collect();
    if summary.len() < activity.summary.len() {
        summary.push_str("……");
    }
    Ok(First { day: offers::near(cx, kernel::time::day(offer.span.0)), summary, age: activity.min_age, offer })
}

async fn figures(cx: &Cx) -> Result<Arc<Figures>> {
    let kept: Kept = cx.app.part();
    let held = kept.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
    if let Some((tenant, at, figures)) = held
        && tenant == cx.tenant
        && cx.now >= at
        && cx.now - at < FRESH
    {
        return Ok(figures);
    }
    let counted = Arc::new(count(cx).await?);
    *kept.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((cx.tenant, cx.now, Arc::clone(&counted)));
    Ok(counted)
}

async fn count(cx: &Cx) -> Result<Figures> {
    let today = cx.today();
    let first = NaiveDate::from_ymd_opt(today.year(), 1, 1).unwrap_or(today);
    let last = NaiveDate::from_ymd_opt(today.year(), 12, 31).unwrap_or(today);
    let totals = hours::year::totals(cx, today.year()).await?.unwrap_or_default();
    let rows = store::months(&cx.db, cx.tenant, (first, last)).await?;
    let months = by_month(rows.iter().map(|row| (row.month.as_str(), row.minutes)));
    let told = |n: i64| (n == 0 || n >= FEWEST).then_some(n);
    Ok(Figures {
        people: told(totals.volunteers),
        teams: totals.teams,
        minutes: totals.minutes,
        served: told(totals.served),
        months,
        month: today.month(),
    })
}

/// Sums named `2026-11` in the order of the year.
pub(crate) fn by_month<'m>(rows: impl Iterator<Item = (&'m str, i64)>) -> [i64; 12] {
    let mut months = [0; 12];
    for (month, minutes) in rows {
        let at = month.get(5..7).and_then(|m| m.parse::<usize>().ok()).and_then(|m| m.checked_sub(1));
        if let Some(cell) = at.and_then(|at| months.get_mut(at)) {
            *cell += minutes;
        }
    }
    months
}
