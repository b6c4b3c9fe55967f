//! One search for the whole desk: what waits, and what each room finds for this reader.

use super::work;
use crate::cx::Cx;
use crate::error::Result;
use crate::http::{Answer, Query, filters};
use crate::module::{SHELF, Shelf, WorkItem};
use askama::Template;
use axum::Json;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    /// Name or part of it, pinyin, initials, a number, the last four of a phone.
    #[serde(default)]
    q: String,
}

#[derive(Template)]
#[template(path = "desk/search.html")]
struct Show {
    query: String,
    work: Vec<WorkItem>,
    shelves: Vec<Shelf>,
}

/// What waits and what is on record for a query; nothing for an empty one.
async fn look(cx: &Cx, query: &str) -> Result<(Vec<WorkItem>, Vec<Shelf>)> {
    let mut shelves = Vec::new();
    if query.is_empty() {
        return Ok((Vec::new(), shelves));
    }
    let work = work::found(cx, query).await?.into_iter().take(SHELF).collect();
    for search in &cx.app.search {
        shelves.extend(search(cx.clone(), query.to_owned()).await?.filter(|shelf| !shelf.found.is_empty()));
    }
    Ok((work, shelves))
}

fn cut(query: &str) -> String {
    query.trim().chars().take(60).collect()
}

pub(super) async fn show(cx: Cx, Query(asked): Query<Asked>) -> Result<Answer> {
    let query = cut(&asked.q);
    let (work, shelves) = look(&cx, &query).await?;
    cx.page(&Show { query, work, shelves })
}

/// What one room found.
#[derive(Serialize, ToSchema)]
pub(super) struct ShelfJson {
    /// What lies here, in the reader's language.
    what: String,
    items: Vec<FoundJson>,
    /// The list of all of them, when there are more.
    all: Option<String>,
}

/// Something that was found.
#[derive(Serialize, ToSchema)]
struct FoundJson {
    title: String,
    facts: String,
    /// Its page.
    url: String,
}

/// Searches all rooms that the caller may read; up to eight of each.
#[utoipa::path(get, path = "/api/v1/search", tag = "desk", params(Asked), responses((status = 200, body = Vec<ShelfJson>)))]
pub(super) async fn list_found(cx: Cx, Query(asked): Query<Asked>) -> Result<Json<Vec<ShelfJson>>> {
    let (_, shelves) = look(&cx, &cut(&asked.q)).await?;
    let json = |shelf: Shelf| ShelfJson {
        what: cx.t(shelf.word).to_owned(),
        items: shelf.found.into_iter().map(|f| FoundJson { title: f.title, facts: f.facts, url: f.url }).collect(),
        all: shelf.all,
    };
    Ok(Json(shelves.into_iter().map(json).collect()))
}
