//! The page of a screen and the parts of it that it fetches again.

use crate::map::{self, Map};
use crate::picture::{self, Lamp, Line, Rhythm};
use crate::snapshot::{self, Snapshot};
use crate::{model::Screen, screens};
use askama::Template;
use axum::extract::Path;
use kernel::http::filters;
use kernel::{Answer, Cx, Result};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The screen of an address with what it shows now.
pub(crate) async fn open(cx: &Cx, token: &str) -> Result<(Screen, Arc<Snapshot>)> {
    let screen = screens::find(&cx.db, cx.tenant, token).await?;
    let snapshot = snapshot::of(cx, &screen.region_code, cx.now).await?;
    Ok((screen, snapshot))
}

/// The drawing of this district.
pub(crate) fn map(cx: &Cx) -> &'static Map {
    map::of(cx.app.tenant().map_or("", |t| t.code.as_str()))
}

#[derive(Template)]
#[template(path = "wall/show.html")]
struct Show {
    url: String,
    map: &'static Map,
    texts: BTreeMap<String, String>,
    lamps: Vec<Lamp>,
    now: Vec<Line>,
    next: Vec<Line>,
    rhythm: Rhythm,
    weekday: String,
    on: i64,
}

impl Show {
    fn text(&self, id: &str) -> &str {
        self.texts.get(id).map_or("", String::as_str)
    }

    fn teams_of(&self, town: &str) -> &str {
        self.text(&format!("n-{town}"))
    }
}

pub(crate) async fn show(cx: Cx, Path(token): Path<String>) -> Result<Answer> {
    let (_, snapshot) = open(&cx, &token).await?;
    let map = map(&cx);
    let page = Show {
        url: format!("/wall/{token}"),
        map,
        texts: picture::texts(&cx, &snapshot, map),
        lamps: picture::lamps(&snapshot, map),
        now: picture::arrivals(&cx, &snapshot),
        next: picture::coming(&cx, &snapshot),
        rhythm: picture::rhythm(&snapshot),
        weekday: weekday(&cx),
        on: snapshot.lit(None),
    };
    cx.page(&page)
}

fn weekday(cx: &Cx) -> String {
    let n = chrono::Datelike::weekday(&cx.today()).number_from_monday();
    cx.t(&format!("wall.weekday.{n}")).to_owned()
}

#[derive(Template)]
#[template(path = "wall/feed.html")]
struct Feed {
    lines: Vec<Line>,
}

pub(crate) async fn now(cx: Cx, Path(token): Path<String>) -> Result<Answer> {
    let (_, snapshot) = open(&cx, &token).await?;
    cx.page(&Feed { lines: picture::arrivals(&cx, &snapshot) })
}

pub(crate) async fn next(cx: Cx, Path(token): Path<String>) -> Result<Answer> {
    let (_, snapshot) = open(&cx, &token).await?;
    cx.page(&Feed { lines: picture::coming(&cx, &snapshot) })
}

#[derive(Template)]
#[template(path = "wall/rhythm.html")]
struct Day {
    rhythm: Rhythm,
}

pub(crate) async fn rhythm(cx: Cx, Path(token): Path<String>) -> Result<Answer> {
    let (_, snapshot) = open(&cx, &token).await?;
    cx.page(&Day { rhythm: picture::rhythm(&snapshot) })
}
