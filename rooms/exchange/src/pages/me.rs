//! One's own announcements: the list, one of them with its button, and what waits on one's own page.

use super::{Nothing, PAGE};
use crate::model::{Announcement, AnnouncementId, Own, State, Topic};
use crate::store::listing::{self, OwnFilter};
use crate::store::shares::{self, Open};
use crate::{store, verbs};
use askama::Template;
use axum::extract::Path;
use chrono::{DateTime, Duration, Utc};
use kernel::http::{Cursor, Paged, filters, query_string};
use kernel::ids::Raw;
use kernel::{Answer, Cx, Form, Query, Result, Word};
use organisations::OrganisationId;
use people::PersonId;
use people::ties::Later;
use serde::Deserialize;

/// What the address may say.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Wanted {
    q: String,
    kind: String,
    /// `waits` for those alone that one must read and did not.
    show: String,
    cursor: Option<String>,
}

impl Wanted {
    fn filter(&self) -> OwnFilter {
        OwnFilter { query: self.q.trim().to_owned(), kind: self.kind.parse().ok(), waits: self.show == "waits" }
    }

    fn fields(&self) -> [(&str, &str); 3] {
        [("q", &self.q), ("kind", &self.kind), ("show", &self.show)]
    }
}

#[derive(Template)]
#[template(path = "exchange/me_index.html")]
struct Index {
    rows: Paged<Own>,
    wanted: Wanted,
    kinds: &'static [Topic],
}

impl Index {
    fn next(&self) -> Option<String> {
        self.rows.next.as_deref().map(|cursor| query_string(&self.wanted.fields(), cursor))
    }
}

/// A page of one's own.
pub(crate) async fn list(cx: &Cx, filter: &OwnFilter, cursor: Option<&Cursor>) -> Result<Paged<Own>> {
    let person = PersonId(cx.person()?);
    let found = listing::own(&cx.db, cx.tenant, (person, filter), (cursor, PAGE as i64 + 1)).await?;
    Ok(Paged::cut(found, PAGE, Own::keys))
}

pub(super) async fn index(cx: Cx, Query(wanted): Query<Wanted>) -> Result<Answer> {
    let cursor = Cursor::read(wanted.cursor.as_deref(), 2)?;
    let rows = list(&cx, &wanted.filter(), cursor.as_ref()).await?;
    cx.page(&Index { rows, wanted, kinds: Topic::ALL })
}

#[derive(Template)]
#[template(path = "exchange/me_show.html")]
struct Show {
    a: Announcement,
    read_at: Option<DateTime<Utc>>,
}

impl Show {
    fn is_gone(&self) -> bool {
        self.a.state == State::Withdrawn
    }

    fn waits(&self) -> bool {
        self.a.must_read && self.read_at.is_none() && !self.is_gone()
    }
}

/// An announcement that the actor has, and when they said that they read it.
pub(crate) async fn own(cx: &Cx, id: AnnouncementId) -> Result<(Announcement, Option<DateTime<Utc>>)> {
    let held = store::held(&cx.db, cx.tenant, id, PersonId(cx.person()?)).await?;
    Ok((store::find(&cx.db, cx.tenant, id).await?, held.read_at))
}

pub(super) async fn show(cx: Cx, Path(id): Path<AnnouncementId>) -> Result<Answer> {
    let (a, read_at) = own(&cx, id).await?;
    cx.page(&Show { a, read_at })
}

pub(super) async fn read(cx: Cx, Path(id): Path<AnnouncementId>, Form(_): Form<Nothing>) -> Result<Answer> {
    verbs::read(&cx, id).await?;
    Ok(cx.see_other_saying(&crate::model::own_url(id), &Word::new("exchange.read_noted")))
}

#[derive(Template)]
#[template(path = "exchange/me_waiting.html")]
struct Waiting {
    rows: Vec<Own>,
}

/// On one's own page: what one must read and did not, the newest three.
pub(crate) fn waiting(cx: Cx, person: Raw) -> Later<Option<String>> {
    Box::pin(async move {
        let filter = OwnFilter { waits: true, ..OwnFilter::default() };
        let rows = listing::own(&cx.db, cx.tenant, (PersonId(person), &filter), (None, 3)).await?;
        if rows.is_empty() { Ok(None) } else { cx.fragment(&Waiting { rows }).map(Some) }
    })
}

#[derive(Template)]
#[template(path = "exchange/me_line.html")]
struct Line {}

/// On one's own page: the way to all of them.
pub(crate) fn line(cx: Cx, _: Raw) -> Later<Option<String>> {
    Box::pin(async move { cx.fragment(&Line {}).map(Some) })
}

#[derive(Template)]
#[template(path = "exchange/team_panel.html")]
struct TeamPanel {
    team: Raw,
    open: Vec<Open>,
}

/// Days after which nobody is expected to ask again.
const RECENT: i64 = 30;

/// On the page of who leads a team: what its people have not read, and the way to tell them something.
pub(crate) fn team(cx: Cx, team: Raw) -> Later<Option<String>> {
    Box::pin(async move {
        let since = cx.now - Duration::days(RECENT);
        let open = shares::open_of_team(&cx.db, cx.tenant, OrganisationId(team), since).await?;
        cx.fragment(&TeamPanel { team, open }).map(Some)
    })
}
