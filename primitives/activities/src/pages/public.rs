//! What anybody sees: the list and the page of an activity, with the sign-up form for those who are signed in.

use super::{actor_person, visible};
use crate::model::{Activity, ActivityId, CATEGORIES, Post, Session, SignupState};
use crate::store::listing::Face;
use crate::store::signup::Live;
use crate::store::{self, Filter, Listed};
use crate::{State, signups};
use askama::Template;
use axum::extract::Path;
use chrono::{Datelike as _, Days, NaiveDate};
use kernel::http::{Cursor, Paged, filters};
use kernel::memo::Memo;
use kernel::{Answer, Cx, Lang, Query, Result, TenantId, Word};
use people::PersonId;
use places::Region;
use serde::Deserialize;
use std::sync::Arc;

const PAGE: usize = 60;

#[derive(Clone, Deserialize, Default, PartialEq, Eq, Hash)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Wanted {
    town: String,
    category: String,
    when: String,
    day: String,
    left: String,
    q: String,
    cursor: Option<String>,
}

impl Wanted {
    /// The days that the reader chose.
    fn days(&self, today: NaiveDate) -> (Option<NaiveDate>, Option<NaiveDate>) {
        let chosen = self.day.trim().parse().ok();
        match self.when.as_str() {
            "today" => (Some(today), Some(today)),
            "week" => {
                let left = 6 - u64::from(today.weekday().num_days_from_monday());
                (Some(today), today.checked_add_days(Days::new(left)))
            }
            "pick" => (chosen, chosen),
            _ => (None, None),
        }
    }

    fn filter(&self, today: NaiveDate) -> Filter {
        let (from, to) = self.days(today);
        let digits = |text: &str| text.chars().filter(char::is_ascii_digit).take(12).collect::<String>();
        Filter {
            town: digits(&self.town),
            category: digits(&self.category),
            query: self.q.trim().to_owned(),
            from,
            to,
            only_left: self.left == "1",
            ..Filter::default()
        }
    }
}

#[derive(Template)]
#[template(path = "activities/index.html")]
struct Index {
    rows: Arc<String>,
    towns: Vec<Region>,
    wanted: Wanted,
}

/// The rows of the list, which are the same for everybody who asks the same.
#[derive(Template)]
#[template(path = "activities/listed.html")]
struct Rows<'w> {
    page: Paged<Listed>,
    wanted: &'w Wanted,
}

impl Rows<'_> {
    fn next(&self) -> Option<String> {
        let Wanted { town, category, when, day, left, q, .. } = self.wanted;
        let query =
            [("town", town.as_str()), ("category", category), ("when", when), ("day", day), ("left", left), ("q", q)];
        self.page.next.as_deref().map(|cursor| kernel::http::query_string(&query, cursor))
    }

    /// The day of its next session.
    fn day(row: &Listed) -> NaiveDate {
        row.next_at.map_or(row.starts_on, kernel::time::day)
    }

    /// `14:00–17:30`
    fn span(&self, row: &Listed) -> Option<String> {
        let (at, end) = row.next_at.zip(row.next_end)?;
        Some(format!("{}–{}", kernel::words::time(at), kernel::words::time(end)))
    }
}

/// An activity with its sessions and posts.
type Shown = (Activity, Vec<Session>, Vec<Post>);

/// What everybody asks for again and again while nothing is written: rows of the list, and activities with their program. Parts
/// of the application.
#[derive(Clone)]
pub(crate) struct Kept {
    rows: Memo<(TenantId, Lang, NaiveDate, Wanted), String>,
    shown: Memo<(TenantId, ActivityId), Shown>,
}

impl Default for Kept {
    fn default() -> Self {
        Self { rows: Memo::of(64), shown: Memo::of(256) }
    }
}

pub(super) async fn index(cx: Cx, Query(wanted): Query<Wanted>) -> Result<Answer> {
    let kept: Kept = cx.app.part();
    let asked = (cx.tenant, cx.lang, cx.today(), wanted.clone());
    let rows = kept.rows.get(&cx.db, asked, || rows(&cx, &wanted)).await?;
    let towns = places::towns(&cx).await?;
    cx.page(&Index { rows, towns, wanted })
}

async fn rows(cx: &Cx, wanted: &Wanted) -> Result<String> {
    let cursor = Cursor::read(wanted.cursor.as_deref(), 2)?;
    let filter = wanted.filter(cx.today());
    let found = store::list(cx, &Face::Public, &filter, cursor.as_ref(), PAGE as i64 + 1).await?;
    let page = Paged::cut(found, PAGE, Listed::next_keys);
    cx.fragment(&Rows { page, wanted })
}

/// A session as its reader sees it.
struct Day<'s> {
    session: &'s Session,
    posts: Vec<&'s Post>,
    mine: Option<Live>,
    reasons: Vec<Word>,
    over: bool,
}

impl Day<'_> {
    fn left(&self) -> i64 {
        self.posts.iter().map(|p| p.left()).sum()
    }

    fn waiting(&self) -> i64 {
        self.posts.iter().map(|p| p.waiting).sum()
    }

    fn post(&self) -> &str {
        let mine = self.mine.as_ref().map(|m| m.post_id);
        self.posts.iter().find(|p| Some(p.id) == mine).map_or("", |p| p.name.as_str())
    }

    fn joined(&self) -> bool {
        self.mine.as_ref().is_some_and(|m| m.state == SignupState::Joined)
    }

    fn free(&self) -> bool {
        !self.over && self.mine.is_none() && self.reasons.is_empty()
    }
}

#[derive(Template)]
#[template(path = "activities/show.html")]
struct Show<'s> {
    activity: &'s Activity,
    region: String,
    days: Vec<Day<'s>>,
    person: bool,
    phone: Option<&'s str>,
    manages: bool,
    open: bool,
}

impl<'s> Show<'s> {
    /// Sessions that are over, the latest first.
    fn past(&self) -> Vec<&Day<'s>> {
        self.days.iter().rev().filter(|day| day.over).collect()
    }

    /// The session on the ticket: the next, or the last one when all are over.
    fn ticket(&self) -> Option<&Day<'s>> {
        self.days.iter().find(|d| !d.over).or_else(|| self.days.last())
    }

    /// The session that the reader is expected at or waits for.
    fn mine(&self) -> Option<&Day<'s>> {
        self.days.iter().find(|d| !d.over && d.mine.is_some())
    }

    /// What can be chosen now.
    fn choices(&self) -> Vec<(&Day<'s>, &Post)> {
        let free = self.days.iter().filter(|d| d.free()).take(12);
        free.flat_map(|day| day.posts.iter().map(move |post| (day, *post))).collect()
    }

    /// Whether every choice is full, so that one stands in line.
    fn full(&self) -> bool {
        self.choices().iter().all(|(_, post)| post.left() <= 0 || post.waiting > 0)
    }

    /// Why nothing can be chosen.
    fn reasons(&self) -> &[Word] {
        self.days.iter().find(|d| !d.over && d.mine.is_none()).map_or(&[], |d| d.reasons.as_slice())
    }
}

pub(super) async fn show(cx: Cx, Path(id): Path<ActivityId>) -> Result<Answer> {
    let kept: Kept = cx.app.part();
    let read = async || {
        let (sessions, posts) = store::program(&cx.db, cx.tenant, id).await?;
        Ok((store::find(&cx.db, cx.tenant, id).await?, sessions, posts))
    };
    let shown = kept.shown.get(&cx.db, (cx.tenant, id), read).await?;
    let (activity, sessions, posts) = &*shown;
    visible(&cx, activity)?;
    let person = actor_person(&cx).ok();
    let days = days(&cx, activity, sessions, posts, person).await?;
    let region = places::full_region_name(&cx, &activity.region_code).await?;
    let expected = days.iter().any(Day::joined);
    let phone = (activity.contact_public || expected).then_some(activity.contact_phone.as_str());
    let manages = cx.may(crate::MANAGE, &activity.target()).is_ok();
    let open = matches!(activity.state, State::Open | State::Running);
    cx.page(&Show { activity, region, days, person: person.is_some(), phone, manages, open })
}

/// The sessions with their posts and what the reader has to do with them: nothing more to read, or one statement when signed in.
async fn days<'s>(
    cx: &Cx,
    activity: &Activity,
    sessions: &'s [Session],
    posts: &'s [Post],
    person: Option<PersonId>,
) -> Result<Vec<Day<'s>>> {
    let (mine, reasons) = match person {
        Some(person) => signups::prospects(cx, activity, sessions, person).await?,
        None => (Vec::new(), vec![Vec::new(); sessions.len()]),
    };
    let day = |(session, reasons): (&'s Session, Vec<Word>)| Day {
        posts: posts.iter().filter(|p| p.session_id == session.id).collect(),
        mine: mine.iter().find(|m| m.session_id == session.id).cloned(),
        over: session.ends_at <= cx.now,
        reasons,
        session,
    };
    Ok(sessions.iter().zip(reasons).map(day).collect())
}
