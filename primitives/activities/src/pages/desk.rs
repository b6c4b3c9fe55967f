//! The desk's list and record of activities, and the steps that staff take with them.

use super::held_activity;
use crate::lifecycle;
use crate::model::{Activity, ActivityId, Post, Session, State};
use crate::rules::Step;
use crate::store::listing::Face;
use crate::store::{self, Filter, Listed, presence::Presence};
use crate::{ATTEND, MANAGE, REVIEW};
use askama::Template;
use axum::extract::Path;
use kernel::bulk::BulkDeed;
use kernel::http::{Cursor, Paged, filters, query_string};
use kernel::tables::{Column, Out};
use kernel::{Answer, Cx, Error, Form, Query, Result, Word};
use places::Region;
use serde::Deserialize;

const PAGE: usize = 50;
const EXPORT: i64 = 20_000;

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Wanted {
    state: String,
    town: String,
    q: String,
    format: String,
    cursor: Option<String>,
}

impl Wanted {
    fn filter(&self) -> Filter {
        Filter {
            state: self.state.parse().ok(),
            town: self.town.chars().filter(char::is_ascii_digit).take(12).collect(),
            query: self.q.trim().to_owned(),
            ..Filter::default()
        }
    }

    fn fields(&self) -> [(&str, &str); 3] {
        [("state", self.state.as_str()), ("town", &self.town), ("q", &self.q)]
    }
}

#[derive(Template)]
#[template(path = "activities/desk_index.html")]
struct Index {
    page: Paged<Listed>,
    towns: Vec<Region>,
    states: &'static [State],
    wanted: Wanted,
    settles: bool,
    views: String,
    deeds: Vec<BulkDeed>,
}

impl Index {
    fn next(&self) -> Option<String> {
        self.page.next.as_deref().map(|cursor| query_string(&self.wanted.fields(), cursor))
    }

    fn export(&self, format: &str) -> String {
        let mut fields = self.wanted.fields().to_vec();
        fields.push(("format", format));
        format!("/desk/activities/export{}", query_string(&fields, ""))
    }

    fn of_state(&self, state: &str) -> String {
        let fields = [("state", state), ("town", self.wanted.town.as_str()), ("q", &self.wanted.q)];
        format!("/desk/activities{}", query_string(&fields, ""))
    }
}

/// The colour class of a state's tag.
pub(super) const fn tint(state: State) -> &'static str {
    match state {
        State::Review => "tag-a",
        State::Open => "tag-g",
        State::Running => "tag-b",
        State::Disabled | State::Void => "tag-r",
        State::Draft | State::Ended | State::Backfill => "",
    }
}

impl Listed {
    fn tint(&self) -> &'static str {
        tint(self.state)
    }
}

pub(super) async fn index(cx: Cx, Query(wanted): Query<Wanted>) -> Result<Answer> {
    let cursor = Cursor::read(wanted.cursor.as_deref(), 2)?;
    let face = Face::Desk(cx.reach(MANAGE));
    let found = store::list(&cx, &face, &wanted.filter(), cursor.as_ref(), PAGE as i64 + 1).await?;
    let towns = places::towns(&cx).await?;
    let views = kernel::views::chips(&cx, "activities", &query_string(&wanted.fields(), "")).await?;
    cx.page(&Index {
        views,
        deeds: kernel::bulk::offered(&cx, crate::bulk::LIST),
        page: Paged::cut(found, PAGE, Listed::keys),
        towns,
        states: State::ALL,
        wanted,
        settles: cx.can(kernel::desk::SETTINGS),
    })
}

/// The same list as a table to keep; it holds no person.
pub(super) async fn export(cx: Cx, Query(wanted): Query<Wanted>) -> Result<Answer> {
    let found = store::list(&cx, &Face::Desk(cx.reach(MANAGE)), &wanted.filter(), None, EXPORT).await?;
    let titles = [
        ("number", 18),
        ("title", 30),
        ("team", 30),
        ("town", 12),
        ("first", 12),
        ("last", 12),
        ("state", 10),
        ("taken", 8),
        ("places", 8),
    ];
    let columns: Vec<Column> =
        titles.iter().map(|(key, width)| Column::new(cx.t(&format!("activity.column.{key}")), *width)).collect();
    let row = |a: Listed| {
        vec![
            Out::Text(a.number),
            Out::Text(a.title),
            Out::Text(a.organisation_name),
            Out::Text(a.region_name),
            Out::Date(a.starts_on),
            Out::Date(a.ends_on),
            Out::Text(cx.t(&format!("activity.state.{}", a.state)).to_owned()),
            Out::Int(a.taken),
            Out::Int(a.places),
        ]
    };
    let rows = found.into_iter().map(row).collect();
    cx.sheet(cx.t("nav.activities"), &wanted.format, columns, rows).await
}

/// A step that this reader may take now, with what it does.
struct Offer {
    name: &'static str,
}

#[derive(Template)]
#[template(path = "activities/desk_show.html")]
struct Show {
    activity: Activity,
    region: String,
    sessions: Vec<Session>,
    posts: Vec<Post>,
    presence: Vec<Presence>,
    offers: Vec<Offer>,
    attends: bool,
    reviews: bool,
    now: chrono::DateTime<chrono::Utc>,
}

impl Show {
    fn tint(&self) -> &'static str {
        tint(self.activity.state)
    }

    fn of<'s>(&'s self, session: &'s Session) -> impl Iterator<Item = &'s Post> {
        self.posts.iter().filter(move |p| p.session_id == session.id)
    }

    fn came(&self, session: &Session) -> i64 {
        self.presence.iter().find(|p| p.session_id == session.id).map_or(0, |p| p.came)
    }
}

pub(super) async fn show(cx: Cx, Path(activity): Path<ActivityId>) -> Result<Answer> {
    let activity = held_activity(&cx, activity, MANAGE).await?;
    let (sessions, posts) = store::program(&cx.db, cx.tenant, activity.id).await?;
    let presence = store::presence::presence(&cx.db, cx.tenant, activity.id).await?;
    let region = places::full_region_name(&cx, &activity.region_code).await?;
    let may = |permission| cx.may(permission, &activity.target()).is_ok();
    let offered =
        |name: &&'static str| read(name).is_some_and(|step| lifecycle::may_take(&cx, &activity, step).is_ok());
    let offers = STEPS.iter().copied().filter(|name| offered(name)).map(|name| Offer { name }).collect();
    let reviews = activity.state == State::Review && may(REVIEW);
    let attends = may(ATTEND);
    cx.page(&Show { activity, region, sessions, posts, presence, offers, attends, reviews, now: cx.now })
}

const STEPS: [&str; 4] = ["disable", "resume", "end", "void"];

/// A step that staff take by hand, by its name.
pub(crate) fn read(name: &str) -> Option<Step> {
    match name {
        "disable" => Some(Step::Disable),
        "resume" => Some(Step::Resume),
        "end" => Some(Step::End),
        "void" => Some(Step::Void),
        _ => None,
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StepForm {
    step: String,
    #[serde(default)]
    opinion: String,
}

pub(super) async fn step(cx: Cx, Path(activity): Path<ActivityId>, Form(form): Form<StepForm>) -> Result<Answer> {
    let activity = held_activity(&cx, activity, MANAGE).await?;
    let step = read(&form.step).ok_or_else(|| Error::Malformed(Word::new("error.form")))?;
    let opinion: String = form.opinion.trim().chars().take(200).collect();
    let state = lifecycle::take_once(&cx, activity.id, step, opinion).await?;
    let said = cx.t(&format!("activity.state.{state}")).to_owned();
    let to = format!("/desk/activities/{}", activity.id);
    Ok(cx.see_other_saying(&to, &Word::new("activity.moved").with("state", said)))
}
