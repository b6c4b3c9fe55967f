//! One's own announcements as JSON.

use crate::model::{Announcement, AnnouncementId, Own, State, Topic, Urgency};
use crate::pages::me;
use crate::policy::OWN;
use crate::store::listing::OwnFilter;
use crate::verbs;
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
        .api(OWN, routes!(list_own_announcements))
        .api(OWN, routes!(show_own_announcement))
        .api(OWN, routes!(create_own_announcement_reading))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct OwnQuery {
    /// A part of the title, or its pinyin.
    q: Option<String>,
    /// `work`, `meeting` or `training`.
    #[param(value_type = Option<String>)]
    kind: Option<Topic>,
    /// Only those that one must read and did not.
    waits: Option<bool>,
    /// What `next` said.
    cursor: Option<String>,
}

/// An announcement in one's own list.
#[derive(Serialize, ToSchema)]
struct OwnAnnouncementLine {
    #[schema(value_type = String)]
    id: AnnouncementId,
    sender: String,
    title: String,
    #[schema(value_type = String)]
    urgency: Urgency,
    #[schema(value_type = String)]
    kind: Topic,
    must_read: bool,
    read_by: Option<NaiveDate>,
    /// Whether it was taken back.
    withdrawn: bool,
    got_at: DateTime<Utc>,
    read_at: Option<DateTime<Utc>>,
}

impl From<Own> for OwnAnnouncementLine {
    fn from(own: Own) -> Self {
        Self {
            id: own.id,
            sender: own.sender,
            title: own.title,
            urgency: own.urgency,
            kind: own.kind,
            must_read: own.must_read,
            read_by: own.read_by,
            withdrawn: own.state == State::Withdrawn,
            got_at: own.got_at,
            read_at: own.read_at,
        }
    }
}

/// One's own announcements, the newest first.
#[utoipa::path(get, path = "/api/v1/me/announcements", tag = "exchange", params(OwnQuery),
    responses((status = 200, body = Paged<OwnAnnouncementLine>), (status = 400, body = Problem)))]
async fn list_own_announcements(cx: Cx, Query(query): Query<OwnQuery>) -> Result<Json<Paged<OwnAnnouncementLine>>> {
    let filter =
        OwnFilter { query: query.q.unwrap_or_default(), kind: query.kind, waits: query.waits.unwrap_or(false) };
    let cursor = Cursor::read(query.cursor.as_deref(), 2)?;
    Ok(Json(me::list(&cx, &filter, cursor.as_ref()).await?.map(OwnAnnouncementLine::from)))
}

/// An announcement that one has.
#[derive(Serialize, ToSchema)]
struct OwnAnnouncement {
    #[schema(value_type = String)]
    id: AnnouncementId,
    sender: String,
    title: String,
    /// Absent once it was taken back.
    body: Option<String>,
    /// Absent once it was taken back.
    link: Option<String>,
    #[schema(value_type = String)]
    urgency: Urgency,
    #[schema(value_type = String)]
    kind: Topic,
    must_read: bool,
    read_by: Option<NaiveDate>,
    sent_at: Option<DateTime<Utc>>,
    read_at: Option<DateTime<Utc>>,
}

/// One of one's own announcements.
#[utoipa::path(get, path = "/api/v1/me/announcements/{announcement}", tag = "exchange",
    params(("announcement" = String, Path)),
    responses((status = 200, body = OwnAnnouncement), (status = 404, body = Problem)))]
async fn show_own_announcement(cx: Cx, Path(id): Path<AnnouncementId>) -> Result<Json<OwnAnnouncement>> {
    let (a, read_at) = me::own(&cx, id).await?;
    let Announcement { id, sender, title, body, link, urgency, kind, must_read, read_by, sent_at, state, .. } = a;
    let out = state != State::Withdrawn;
    let (body, link) = (out.then_some(body), link.filter(|_| out));
    Ok(Json(OwnAnnouncement { id, sender, title, body, link, urgency, kind, must_read, read_by, sent_at, read_at }))
}

/// Says that one read it.
#[utoipa::path(post, path = "/api/v1/me/announcements/{announcement}/reading", tag = "exchange",
    params(("announcement" = String, Path)), responses((status = 204, description = "It is noted"),
        (status = 404, body = Problem), (status = 409, body = Problem, description = "It was taken back, or need not be said")))]
async fn create_own_announcement_reading(cx: Cx, Path(id): Path<AnnouncementId>, _: NoBody) -> Result<StatusCode> {
    verbs::read(&cx, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
