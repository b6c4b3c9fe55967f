//! The work-list: what waits for this reader in all rooms, in three groups.

use crate::bulk::{self, BulkDeed};
use crate::cx::Cx;
use crate::error::Result;
use crate::http::{Answer, Paged, Query, filters};
use crate::ids::Raw;
use crate::module::WorkItem;
use askama::Template;
use axum::Json;
use chrono::{DateTime, Datelike as _, Duration, Utc};
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Filter {
    kind: Option<String>,
    q: Option<String>,
}

struct Group {
    word: &'static str,
    over: bool,
    items: Vec<(WorkItem, String)>,
}

/// When something is due, as short as a column: overdue by days, today with its time, this week by its day.
fn due_text(cx: &Cx, item: &WorkItem) -> String {
    use crate::words::Word;
    let day = crate::time::day(item.due);
    let left = (day - cx.today()).num_days();
    let word = if item.due < cx.now && left < 0 {
        Word::new("work.over_by").with("n", -left)
    } else if left == 0 {
        Word::new("work.today_at").with("time", crate::words::time(item.due))
    } else if left < 7 {
        return cx.t(&format!("weekday.{}", day.weekday().num_days_from_monday())).to_owned();
    } else {
        return crate::words::short_date(cx.lang, day);
    };
    cx.say(&word)
}

struct Tab {
    word: String,
    kind: String,
    count: usize,
    current: bool,
}

#[derive(Template)]
#[template(path = "desk/work.html")]
struct Index {
    due: usize,
    later: usize,
    tabs: Vec<Tab>,
    groups: Vec<Group>,
    query: String,
    views: String,
    many: Option<Many>,
}

/// The deeds for many that fit every item of the kind that is shown.
struct Many {
    list: &'static str,
    deeds: Vec<BulkDeed>,
}

impl Many {
    /// Only where one kind is shown: of several kinds none has a deed in common.
    fn of(cx: &Cx, kind: &str, items: &[WorkItem]) -> Option<Self> {
        let list = items.iter().filter(|_| !kind.is_empty()).find_map(|item| item.many)?.0;
        let deeds = bulk::offered(cx, list);
        (!deeds.is_empty()).then_some(Self { list, deeds })
    }
}

impl Index {
    /// The id by which an item is ticked, where it can be.
    fn tick(&self, item: &WorkItem) -> Option<Raw> {
        let many = self.many.as_ref()?;
        item.many.filter(|(list, _)| *list == many.list).map(|(_, id)| id)
    }
}

/// Everything that waits for this reader and matches, the earliest due first.
pub(super) async fn found(cx: &Cx, query: &str) -> Result<Vec<WorkItem>> {
    let (mut items, query) = (Vec::new(), query.trim());
    for work in &cx.app.work {
        items.extend(work(cx.clone()).await?);
    }
    items.retain(|i| query.is_empty() || [&i.title, &i.facts, &i.who].iter().any(|text| text.contains(query)));
    items.sort_by_key(|item| item.due);
    Ok(items)
}

#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct WorkQuery {
    /// One kind, as the items name it.
    kind: Option<String>,
    /// Part of the title, the facts or the name.
    q: Option<String>,
}

/// What waits for a decision.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct WaitingWork {
    /// Its kind, e.g. `activity`, `hours` or `join`.
    kind: String,
    /// What is to be done, in the reader's language.
    title: String,
    /// One line of facts.
    facts: String,
    /// Who handed it in.
    who: String,
    due: DateTime<Utc>,
    /// The page on which it is decided.
    url: String,
}

impl WaitingWork {
    fn of(item: WorkItem) -> Self {
        let WorkItem { kind, title, facts, who, due, url, .. } = item;
        Self { kind: kind.trim_start_matches("work.kind.").to_owned(), title, facts, who, due, url }
    }
}

/// Everything that waits for the caller in all rooms, the earliest due first.
#[utoipa::path(get, path = "/api/v1/work", tag = "desk", params(WorkQuery), responses((status = 200, body = Paged<WaitingWork>)))]
pub(super) async fn list_work(cx: Cx, Query(query): Query<WorkQuery>) -> Result<Json<Paged<WaitingWork>>> {
    let items = found(&cx, query.q.as_deref().unwrap_or_default()).await?.into_iter().map(WaitingWork::of);
    let kind = query.kind.filter(|kind| !kind.is_empty());
    let items = items.filter(|item| kind.as_ref().is_none_or(|kind| *kind == item.kind)).collect();
    Ok(Json(Paged { items, next: None }))
}

pub(super) async fn index(cx: Cx, Query(filter): Query<Filter>) -> Result<Answer> {
    let query = filter.q.unwrap_or_default();
    let mut items = found(&cx, &query).await?;
    let kind = filter.kind.unwrap_or_default();
    let mut tabs =
        vec![Tab { word: "work.all".to_owned(), kind: String::new(), count: items.len(), current: kind.is_empty() }];
    for item in &items {
        match tabs.iter_mut().find(|t| t.kind == item.kind) {
            Some(tab) => tab.count += 1,
            None => tabs.push(Tab {
                word: item.kind.to_owned(),
                kind: item.kind.to_owned(),
                count: 1,
                current: kind == item.kind,
            }),
        }
    }
    if !kind.is_empty() {
        items.retain(|i| i.kind == kind);
    }
    let many = Many::of(&cx, &kind, &items);
    let today = crate::time::day_start(cx.today());
    let tomorrow = today + Duration::days(1);
    let week = today + Duration::days(7 - i64::from(cx.today().weekday().num_days_from_monday()));
    let (over, rest): (Vec<_>, Vec<_>) = items.into_iter().partition(|i| i.due < cx.now);
    let (now, rest): (Vec<_>, Vec<_>) = rest.into_iter().partition(|i| i.due < tomorrow);
    let (soon, late): (Vec<_>, Vec<_>) = rest.into_iter().partition(|i| i.due < week);
    let (due, later) = (over.len() + now.len(), soon.len() + late.len());
    let groups = [
        ("work.over", true, over),
        ("work.today", false, now),
        ("work.week", false, soon),
        ("work.later", false, late),
    ]
    .into_iter()
    .filter(|(_, _, items)| !items.is_empty())
    .map(|(word, over, items)| Group {
        word,
        over,
        items: items.into_iter().map(|item| (item.clone(), due_text(&cx, &item))).collect(),
    })
    .collect();
    let asked = crate::http::query_string(&[("kind", &kind), ("q", &query)], "");
    let views = crate::views::chips(&cx, "work", &asked).await?;
    cx.page(&Index { due, later, tabs, groups, query, views, many })
}
