//! What others told one's own people, as JSON.

use super::{AnnouncementReader, AskedAgain};
use crate::model::{AnnouncementId, Reader, State};
use crate::pages::PAGE;
use crate::pages::shares::{Row, list};
use crate::policy::MANAGE;
use crate::shares;
use crate::store::readers::{self, Filter};
use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use chrono::{DateTime, NaiveDate, Utc};
use kernel::http::{Cursor, NoBody, Paged, Problem};
use kernel::{Cx, Query, Result, Routes, routes};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .api(MANAGE, routes!(list_received_announcements))
        .api(MANAGE, routes!(list_announcement_share))
        .api(MANAGE, routes!(create_announcement_share_chasing))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ReceivedQuery {
    /// A part of the title, or its pinyin.
    q: Option<String>,
    /// What `next` said.
    cursor: Option<String>,
}

/// An announcement with the caller's part of it.
#[derive(Serialize, ToSchema)]
struct ReceivedAnnouncement {
    #[schema(value_type = String)]
    id: AnnouncementId,
    /// Who speaks.
    sender: String,
    title: String,
    /// Until the end of which day it must be read.
    read_by: Option<NaiveDate>,
    /// `sending`, `sent` or `stopped`.
    #[schema(value_type = String)]
    state: State,
    sent_at: Option<DateTime<Utc>>,
    /// How many people of the caller's teams have it.
    people: i64,
    /// How many of them did not say that they read it.
    unread: i64,
}

impl From<Row> for ReceivedAnnouncement {
    fn from(Row { a, share }: Row) -> Self {
        Self {
            id: a.id,
            sender: a.sender,
            title: a.title,
            read_by: a.read_by,
            state: a.state,
            sent_at: a.sent_at,
            people: share.people,
            unread: share.unread,
        }
    }
}

/// What must be read and reached people of the caller's teams, the newest first.
#[utoipa::path(get, path = "/api/v1/announcements/received", tag = "exchange", params(ReceivedQuery),
    responses((status = 200, body = Paged<ReceivedAnnouncement>), (status = 400, body = Problem)))]
async fn list_received_announcements(
    cx: Cx,
    Query(query): Query<ReceivedQuery>,
) -> Result<Json<Paged<ReceivedAnnouncement>>> {
    let (q, cursor) = (query.q.unwrap_or_default(), Cursor::read(query.cursor.as_deref(), 2)?);
    let found = list(&cx, &q, (cursor.as_ref(), PAGE as i64 + 1)).await?;
    Ok(Json(Paged::cut(found, PAGE, |row| row.a.keys()).map(ReceivedAnnouncement::from)))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ShareQuery {
    /// A part of a name, or its pinyin.
    q: Option<String>,
    /// Only who said that they read it (`true`), or who did not (`false`).
    read: Option<bool>,
    /// What `next` said.
    cursor: Option<String>,
}

/// The people of the caller's teams who have it, by name.
#[utoipa::path(get, path = "/api/v1/announcements/{announcement}/share", tag = "exchange",
    params(("announcement" = String, Path), ShareQuery),
    responses((status = 200, body = Paged<AnnouncementReader>), (status = 404, body = Problem)))]
async fn list_announcement_share(
    cx: Cx,
    Path(id): Path<AnnouncementId>,
    Query(query): Query<ShareQuery>,
) -> Result<Json<Paged<AnnouncementReader>>> {
    shares::held(&cx.db, &cx, id).await?;
    let near = Some(shares::reach(&cx));
    let filter = Filter { query: query.q.unwrap_or_default(), team: None, seen: query.read, near };
    let cursor = Cursor::read(query.cursor.as_deref(), 2)?;
    let found = readers::list(&cx.db, cx.tenant, (id, &filter), (cursor.as_ref(), PAGE as i64 + 1)).await?;
    // By which teams others were told for is not the caller's to know.
    let own = |one: Reader| AnnouncementReader { teams: None, ..AnnouncementReader::from(one) };
    Ok(Json(Paged::cut(found, PAGE, Reader::keys).map(own)))
}

/// Asks those of the caller's teams again who have not read it and were not asked today.
#[utoipa::path(post, path = "/api/v1/announcements/{announcement}/share/chasing", tag = "exchange",
    params(("announcement" = String, Path)),
    responses((status = 202, body = AskedAgain), (status = 404, body = Problem),
        (status = 409, body = Problem, description = "All have read it, or were asked today")))]
async fn create_announcement_share_chasing(
    cx: Cx,
    Path(id): Path<AnnouncementId>,
    _: NoBody,
) -> Result<(StatusCode, Json<AskedAgain>)> {
    Ok((StatusCode::ACCEPTED, Json(AskedAgain { people: shares::chase(&cx, id).await? })))
}
