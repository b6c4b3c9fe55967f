//! What anybody sees: the list and the page of an activity, with the sign-up form for those who are signed in.

use super::{actor_person, visible};
use crate::State;
use crate::model::{Activity, ActivityId, CATEGORIES, Post, Quota, Scope, Session, SignupState, Way};
use crate::signups::{self, Prospect};
use crate::store::handover::Offered;
use crate::store::listing::Face;
use crate::store::mine::Reader;
use crate::store::signup::Live;
use crate::store::{self, Filter, Listed};
use askama::Template;
use axum::extract::Path;
use chrono::{DateTime, Datelike as _, Days, NaiveDate, Utc};
use kernel::http::{Cursor, Paged, filters};
use kernel::memo::Memo;
use kernel::{Answer, Cx, Lang, Query, Result, TenantId, Word};
use organisations::TeamOf;
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
    /// `all`, or for volunteers nothing: what they may take.
    show: String,
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
    /// Whether the reader is a volunteer, who may choose between what they may take and all.
    volunteer: bool,
}

impl Index {
    /// The same question about what the reader may take, or about all.
    fn tab(&self, show: &str) -> String {
        let Wanted { town, category, when, day, left, q, .. } = &self.wanted;
        let fields = [
            ("town", town.as_str()),
            ("category", category),
            ("when", when),
            ("day", day),
            ("left", left),
            ("q", q),
            ("show", show),
        ];
        format!("/activities{}", kernel::http::query_string(&fields, ""))
    }
}

/// The rows of the list, which are the same for everybody who asks the same.
#[derive(Template)]
#[template(path = "activities/listed.html")]
struct Rows<'w> {
    page: Paged<Listed>,
    wanted: &'w Wanted,
    /// Whether it holds only what the reader may take.
    mine: bool,
}

impl Rows<'_> {
    fn next(&self) -> Option<String> {
        let Wanted { town, category, when, day, left, q, show, .. } = self.wanted;
        let query = [
            ("town", town.as_str()),
            ("category", category),
            ("when", when),
            ("day", day),
            ("left", left),
            ("q", q),
            ("show", show),
        ];
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

/// An activity with its sessions and posts, and the places that others look for somebody to take over.
struct Shown {
    activity: Activity,
    held: Vec<Session>,
    cancelled: Vec<Session>,
    posts: Vec<Post>,
    offers: Vec<Offered>,
}

impl Shown {
    async fn read(cx: &Cx, id: ActivityId) -> Result<Self> {
        let (sessions, posts) = store::program(&cx.db, cx.tenant, id).await?;
        let (held, cancelled) = sessions.into_iter().partition(|s| s.cancelled_at.is_none());
        let offers = store::handover::list(&cx.db, cx.tenant, id, cx.now).await?;
        Ok(Self { activity: store::find(&cx.db, cx.tenant, id).await?, held, cancelled, posts, offers })
    }
}

/// What everybody asks for again and again while nothing is written: rows of the list, and activities with their program. Parts
/// of the application.
#[derive(Clone)]
pub(crate) struct Kept {
    rows: Memo<(TenantId, Lang, NaiveDate, Wanted), String>,
    mine: Memo<(TenantId, Lang, PersonId, Wanted), Option<Arc<String>>>,
    shown: Memo<(TenantId, ActivityId), Shown>,
}

impl Default for Kept {
    fn default() -> Self {
        Self { rows: Memo::of(64), mine: Memo::of(256), shown: Memo::of(256) }
    }
}

pub(super) async fn index(cx: Cx, Query(wanted): Query<Wanted>) -> Result<Answer> {
    let kept: Kept = cx.app.part();
    let towns = places::towns(&cx).await?;
    if wanted.show != "all"
        && let Ok(person) = actor_person(&cx)
    {
        let asked = (cx.tenant, cx.lang, person, wanted.clone());
        let mine = kept.mine.get(&cx.db, asked, || mine(&cx, person, &wanted)).await?;
        if let Some(rows) = &*mine {
            return cx.page(&Index { rows: Arc::clone(rows), towns, wanted, volunteer: true });
        }
    }
    let asked = (cx.tenant, cx.lang, cx.today(), wanted.clone());
    let rows = kept.rows.get(&cx.db, asked, || rows(&cx, &Face::Public, &wanted)).await?;
    let volunteer = wanted.show == "all" && cx.person().is_ok();
    cx.page(&Index { rows, towns, wanted, volunteer })
}

/// The rows that a volunteer may take; none for somebody who is no active volunteer, who sees all.
async fn mine(cx: &Cx, person: PersonId, wanted: &Wanted) -> Result<Option<Arc<String>>> {
    match Reader::of(cx, person).await? {
        Some(reader) => rows(cx, &Face::Mine(Box::new(reader)), wanted).await.map(|rows| Some(Arc::new(rows))),
        None => Ok(None),
    }
}

async fn rows(cx: &Cx, face: &Face, wanted: &Wanted) -> Result<String> {
    let cursor = Cursor::read(wanted.cursor.as_deref(), 2)?;
    let filter = wanted.filter(cx.today());
    let found = store::list(cx, face, &filter, cursor.as_ref(), PAGE as i64 + 1).await?;
    let page = Paged::cut(found, PAGE, Listed::next_keys);
    let mine = matches!(face, Face::Mine(_));
    cx.fragment(&Rows { page, wanted, mine })
}

/// A session as its reader sees it.
struct Day<'s> {
    session: &'s Session,
    posts: Vec<&'s Post>,
    mine: Option<Live>,
    reasons: Vec<Word>,
    warnings: Vec<Word>,
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

    /// Until when an offered place has to be confirmed.
    fn offered(&self, now: &DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.mine.as_ref()?.offered_until.filter(|until| now <= until)
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
    /// Sessions to come that were called off.
    cancelled: Vec<&'s Session>,
    /// The reader's teams, where they choose for which they come.
    teams: Vec<TeamOf>,
    person: bool,
    phone: Option<&'s str>,
    manages: bool,
    open: bool,
    /// The key that goes on with the form.
    key: String,
    now: DateTime<Utc>,
    /// Places that others look for somebody to take over; none when the reader may not take one.
    offers: Vec<&'s Offered>,
    me: Option<PersonId>,
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

    /// Places that are kept for teams now, said of their post.
    fn kept<'p>(&self, post: &'p Post) -> &'p [Quota] {
        post.kept(self.now)
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

    /// Whether what one missed is among the reasons or the warnings.
    fn absent(&self) -> bool {
        self.reasons().iter().chain(self.warnings()).any(|word| word.key.starts_with("absence."))
    }

    /// Hours of a visit that count at most, where one chooses one's hours.
    fn most(&self) -> Option<String> {
        let minutes = self.days.iter().find_map(|day| day.session.visit_minutes)?;
        Some(crate::model::in_hours(minutes))
    }

    /// Whether one takes part in a draw instead of taking a place.
    fn draws(&self) -> bool {
        self.activity.way == Way::Draw
    }

    /// The teams that hold it with its own, in one line.
    fn partners(&self) -> String {
        self.activity.partners.0.iter().map(|p| p.name.as_str()).collect::<Vec<_>>().join("、")
    }

    fn asks_code(&self) -> bool {
        self.activity.scope == Scope::PassCode
    }

    /// Where one comes back to after signing in.
    fn here(&self) -> String {
        if self.key.is_empty() { self.activity.url() } else { format!("{}?key={}", self.activity.url(), self.key) }
    }

    /// What the reader should think of before choosing.
    fn warnings(&self) -> &[Word] {
        self.days.iter().find(|d| d.free() && !d.warnings.is_empty()).map_or(&[], |d| d.warnings.as_slice())
    }

    /// Why nothing can be chosen.
    fn reasons(&self) -> &[Word] {
        self.days.iter().find(|d| !d.over && d.mine.is_none()).map_or(&[], |d| d.reasons.as_slice())
    }
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Link {
    /// The key of a hidden activity's link.
    pub(super) key: String,
}

impl Link {
    /// What goes on with the addresses of a page.
    pub(super) fn query(&self) -> String {
        if self.key.is_empty() { String::new() } else { kernel::http::query_string(&[("key", &self.key)], "") }
    }
}

pub(super) async fn show(cx: Cx, Path(id): Path<ActivityId>, Query(link): Query<Link>) -> Result<Answer> {
    let kept: Kept = cx.app.part();
    let shown = kept.shown.get(&cx.db, (cx.tenant, id), || Shown::read(&cx, id)).await?;
    let Shown { activity, held, posts, offers, .. } = &*shown;
    visible(&cx, activity, &link.key).await?;
    let person = actor_person(&cx).ok();
    let cancelled = shown.cancelled.iter().filter(|s| s.ends_at > cx.now).collect();
    let days = days(&cx, activity, held, posts, person).await?;
    let region = places::full_region_name(&cx, &activity.region_code).await?;
    let expected = days.iter().any(Day::joined);
    let phone = (activity.contact_public || expected).then_some(activity.contact_phone.as_str());
    let manages = cx.may(crate::MANAGE, &activity.target()).is_ok();
    let open = matches!(activity.state, State::Open | State::Running);
    let ahead = |offer: &Offered| {
        days.iter().any(|day| day.session.id == offer.session_id && day.session.settled_at() > cx.now)
    };
    let offered = |offer: &&Offered| open && ahead(offer) && takes(&days, offer, person);
    let offers = if person.is_some() { offers.iter().filter(offered).collect() } else { Vec::new() };
    let teams = match person {
        Some(person) if open && !activity.partners.0.is_empty() => {
            organisations::teams_of(&cx.db, cx.tenant, person).await?
        }
        _ => Vec::new(),
    };
    let key = if activity.scope == Scope::Hidden { link.key } else { String::new() };
    cx.page(&Show {
        activity,
        region,
        days,
        cancelled,
        teams,
        person: person.is_some(),
        phone,
        manages,
        open,
        key,
        now: cx.now,
        offers,
        me: person,
    })
}

/// The places of an activity that somebody may take over.
pub(crate) async fn takeable(cx: &Cx, activity: &Activity, person: PersonId) -> Result<Vec<Offered>> {
    let (mut sessions, posts) = store::program(&cx.db, cx.tenant, activity.id).await?;
    sessions.retain(|s| s.cancelled_at.is_none());
    let days = days(cx, activity, &sessions, &posts, Some(person)).await?;
    let offers = store::handover::list(&cx.db, cx.tenant, activity.id, cx.now).await?;
    Ok(offers.into_iter().filter(|offer| takes(&days, offer, Some(person))).collect())
}

/// Whether the reader may take a place over, or wants to know what became of theirs: nobody sees what is not for them.
fn takes(days: &[Day<'_>], offer: &Offered, person: Option<PersonId>) -> bool {
    let may = |day: &&Day<'_>| signups::may_take_over(&day.reasons) && !day.joined();
    let free = |day: &&Day<'_>| day.session.id == offer.session_id && may(day);
    let open = offer.handover_to.is_none() || offer.handover_to == person;
    open && Some(offer.person_id) != person && days.iter().any(|day| free(&day))
}

/// The sessions with their posts and what the reader has to do with them: nothing more to read, or one statement when signed in.
async fn days<'s>(
    cx: &Cx,
    activity: &Activity,
    sessions: &'s [Session],
    posts: &'s [Post],
    person: Option<PersonId>,
) -> Result<Vec<Day<'s>>> {
    let (mine, prospects) = match person {
        Some(person) => signups::prospects(cx, activity, sessions, person).await?,
        None => (Vec::new(), vec![Prospect::default(); sessions.len()]),
    };
    let day = |(session, prospect): (&'s Session, Prospect)| Day {
        posts: posts.iter().filter(|p| p.session_id == session.id).collect(),
        mine: mine.iter().find(|m| m.session_id == session.id).cloned(),
        over: session.ends_at <= cx.now,
        reasons: prospect.reasons,
        warnings: prospect.warnings,
        session,
    };
    Ok(sessions.iter().zip(prospects).map(day).collect())
}
