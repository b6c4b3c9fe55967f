//! Announcements as JSON: the same verbs under `/api/v1`.
#![expect(unused_qualifications, reason = "the macro that documents a route names its query once more")]

mod me;
mod shares;

use crate::forms::AnnouncementForm;
use crate::model::{Announcement, AnnouncementId, Chase, Part, Reader, State, TeamRate, Topic, Urgency};
use crate::pages::PAGE;
use crate::policy::MANAGE;
use crate::store::{self, audience, listing, readers};
use crate::verbs;
use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use chrono::{DateTime, NaiveDate, Utc};
use kernel::http::{Body, Cursor, NoBody, Paged, Problem};
use kernel::ids::Raw;
use kernel::{Cx, Query, Result, Routes, routes};
use organisations::OrganisationId;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

pub(crate) fn routes() -> Routes {
    shares::routes(me::routes(
        Routes::new()
            .api(MANAGE, routes!(list_announcements, create_announcement))
            .api(MANAGE, routes!(show_announcement, update_announcement))
            .api(MANAGE, routes!(create_announcement_sending))
            .api(MANAGE, routes!(create_announcement_cancellation))
            .api(MANAGE, routes!(create_announcement_chasing))
            .api(MANAGE, routes!(create_announcement_withdrawal))
            .api(MANAGE, routes!(list_announcement_teams))
            .api(MANAGE, routes!(list_announcement_readers)),
    ))
}

/// An announcement to be written.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AnnouncementBody {
    /// In whose name: `district`, `region:440605125` or `team:…`; the widest of one's own without it.
    from: Option<String>,
    /// At most 60 characters.
    title: String,
    /// `normal` or `urgent`; urgent messages go through quiet hours.
    #[schema(value_type = String)]
    urgency: Urgency,
    /// `work`, `meeting` or `training`.
    #[schema(value_type = String)]
    kind: Topic,
    /// At most 4,000 characters; an empty line ends a paragraph.
    body: String,
    /// A path of ours or an https address.
    link: Option<String>,
    /// Until the end of which day it must be read; without it, it need not be.
    read_by: Option<NaiveDate>,
    /// Teams at or below this region.
    town: Option<String>,
    /// Teams of these kinds.
    team_kinds: Option<Vec<String>>,
    /// These teams: numbers, ids or whole names.
    teams: Option<Vec<String>>,
    /// `all`, `leader` or `member`.
    #[schema(value_type = Option<String>)]
    role: Option<Part>,
    /// Instead of teams: whoever has a place in this activity.
    #[schema(value_type = Option<String>)]
    activity: Option<Raw>,
}

impl From<AnnouncementBody> for AnnouncementForm {
    fn from(body: AnnouncementBody) -> Self {
        Self {
            from: body.from.unwrap_or_default(),
            title: body.title,
            urgency: body.urgency.to_string(),
            kind: body.kind.to_string(),
            body: body.body,
            link: body.link.unwrap_or_default(),
            must_read: if body.read_by.is_some() { "on".to_owned() } else { String::new() },
            read_by: body.read_by.map(|day| day.to_string()).unwrap_or_default(),
            to: if body.activity.is_some() { "activity".to_owned() } else { "teams".to_owned() },
            town: body.town.unwrap_or_default(),
            team_kind: body.team_kinds.unwrap_or_default(),
            teams: body.teams.unwrap_or_default().join("\n"),
            role: body.role.unwrap_or(Part::All).to_string(),
            activity: body.activity.map(|id| id.to_string()).unwrap_or_default(),
        }
    }
}

/// An announcement at the desk.
#[derive(Serialize, ToSchema)]
struct DeskAnnouncement {
    #[schema(value_type = String)]
    id: AnnouncementId,
    /// Who speaks.
    sender: String,
    title: String,
    body: String,
    link: Option<String>,
    #[schema(value_type = String)]
    urgency: Urgency,
    #[schema(value_type = String)]
    kind: Topic,
    must_read: bool,
    read_by: Option<NaiveDate>,
    /// `draft`, `sending`, `sent`, `stopped` or `withdrawn`.
    #[schema(value_type = String)]
    state: State,
    made_by: String,
    made_at: DateTime<Utc>,
    sent_at: Option<DateTime<Utc>>,
    /// How many it was for when sending began.
    planned: i64,
    /// How many have it.
    people: i64,
}

impl From<Announcement> for DeskAnnouncement {
    fn from(a: Announcement) -> Self {
        Self {
            id: a.id,
            sender: a.sender,
            title: a.title,
            body: a.body,
            link: a.link,
            urgency: a.urgency,
            kind: a.kind,
            must_read: a.must_read,
            read_by: a.read_by,
            state: a.state,
            made_by: a.made_name,
            made_at: a.made_at,
            sent_at: a.sent_at,
            planned: a.planned,
            people: a.people,
        }
    }
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// A part of the title, or its pinyin.
    q: Option<String>,
    /// `normal` or `urgent`.
    #[param(value_type = Option<String>)]
    urgency: Option<Urgency>,
    /// `work`, `meeting` or `training`.
    #[param(value_type = Option<String>)]
    kind: Option<Topic>,
    /// `draft`, `sending`, `sent`, `stopped` or `withdrawn`.
    #[param(value_type = Option<String>)]
    state: Option<State>,
    /// What `next` said.
    cursor: Option<String>,
}

/// The announcements of one's subtree, the newest first.
#[utoipa::path(get, path = "/api/v1/announcements", tag = "exchange", params(ListQuery),
    responses((status = 200, body = Paged<DeskAnnouncement>), (status = 400, body = Problem)))]
async fn list_announcements(cx: Cx, Query(query): Query<ListQuery>) -> Result<Json<Paged<DeskAnnouncement>>> {
    let cursor = Cursor::read(query.cursor.as_deref(), 2)?;
    let filter = listing::Filter {
        query: query.q.unwrap_or_default(),
        urgency: query.urgency,
        kind: query.kind,
        state: query.state,
    };
    let reach = cx.reach(MANAGE);
    let found = listing::list(&cx.db, cx.tenant, (&filter, &reach), (cursor.as_ref(), PAGE as i64 + 1)).await?;
    Ok(Json(Paged::cut(found, PAGE, Announcement::keys).map(DeskAnnouncement::from)))
}

/// Where something is.
#[derive(Serialize, ToSchema)]
struct MadeAnnouncement {
    #[schema(value_type = String)]
    id: AnnouncementId,
}

/// Keeps a draft; nothing is sent.
#[utoipa::path(post, path = "/api/v1/announcements", tag = "exchange", request_body = AnnouncementBody,
    responses((status = 201, body = MadeAnnouncement), (status = 422, body = Problem)))]
async fn create_announcement(
    cx: Cx,
    Body(body): Body<AnnouncementBody>,
) -> Result<(StatusCode, Json<MadeAnnouncement>)> {
    let id = verbs::write(&cx, &body.into()).await?;
    Ok((StatusCode::CREATED, Json(MadeAnnouncement { id })))
}

/// Somebody was asked again.
#[derive(Serialize, ToSchema)]
struct AnnouncementChase {
    day: NaiveDate,
    people: i64,
    automatic: bool,
    made_by: String,
}

impl From<Chase> for AnnouncementChase {
    fn from(chase: Chase) -> Self {
        Self { day: chase.day, people: chase.people, automatic: chase.automatic, made_by: chase.made_name }
    }
}

/// An announcement with whom it reaches and who has read it.
#[derive(Serialize, ToSchema)]
struct ShownAnnouncement {
    #[serde(flatten)]
    announcement: DeskAnnouncement,
    /// How many people it would reach now; absent once it was sent.
    reaches_people: Option<i64>,
    /// Of how many teams.
    reaches_teams: Option<i64>,
    /// How many did not say that they read it; absent where it need not be said.
    unread: Option<i64>,
    /// When those were asked again, the newest first.
    chases: Vec<AnnouncementChase>,
}

/// One announcement.
#[utoipa::path(get, path = "/api/v1/announcements/{announcement}", tag = "exchange", params(("announcement" = String, Path)),
    responses((status = 200, body = ShownAnnouncement), (status = 404, body = Problem)))]
async fn show_announcement(cx: Cx, Path(id): Path<AnnouncementId>) -> Result<Json<ShownAnnouncement>> {
    let a = verbs::held(&cx, id).await?;
    let reached = if a.state.can_go() { Some(audience::count(&cx.db, cx.tenant, &a).await?) } else { None };
    let unread = if a.must_read { Some(store::unread(&cx.db, cx.tenant, id).await?) } else { None };
    let chases = store::chases(&cx.db, cx.tenant, id).await?;
    Ok(Json(ShownAnnouncement {
        reaches_people: reached.as_ref().map(|r| r.people),
        reaches_teams: reached.as_ref().map(|r| r.teams),
        unread,
        chases: chases.into_iter().map(AnnouncementChase::from).collect(),
        announcement: a.into(),
    }))
}

/// Changes a draft.
#[utoipa::path(put, path = "/api/v1/announcements/{announcement}", tag = "exchange", params(("announcement" = String, Path)),
    request_body = AnnouncementBody, responses((status = 204, description = "It is kept"), (status = 404, body = Problem),
        (status = 409, body = Problem, description = "It was sent"), (status = 422, body = Problem)))]
async fn update_announcement(
    cx: Cx,
    Path(id): Path<AnnouncementId>,
    Body(body): Body<AnnouncementBody>,
) -> Result<StatusCode> {
    let draft = verbs::held(&cx, id).await?;
    verbs::revise(&cx, &draft, &body.into()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Has it sent, or sent on after it was stopped.
#[utoipa::path(post, path = "/api/v1/announcements/{announcement}/sending", tag = "exchange",
    params(("announcement" = String, Path)), responses((status = 202, description = "It is on its way"),
        (status = 404, body = Problem), (status = 409, body = Problem, description = "It was sent, or reaches nobody")))]
async fn create_announcement_sending(cx: Cx, Path(id): Path<AnnouncementId>, _: NoBody) -> Result<StatusCode> {
    verbs::held(&cx, id).await?;
    verbs::send(&cx, id).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Stops it on its way; who has it keeps it.
#[utoipa::path(post, path = "/api/v1/announcements/{announcement}/cancellation", tag = "exchange",
    params(("announcement" = String, Path)), responses((status = 204, description = "It is stopped"),
        (status = 404, body = Problem), (status = 409, body = Problem, description = "It is not on its way")))]
async fn create_announcement_cancellation(cx: Cx, Path(id): Path<AnnouncementId>, _: NoBody) -> Result<StatusCode> {
    verbs::held(&cx, id).await?;
    verbs::stop(&cx, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// How many were asked again.
#[derive(Serialize, ToSchema)]
struct AskedAgain {
    people: i64,
}

/// Asks those who have not read it again, once a day at most.
#[utoipa::path(post, path = "/api/v1/announcements/{announcement}/chasing", tag = "exchange",
    params(("announcement" = String, Path)), responses((status = 202, body = AskedAgain), (status = 404, body = Problem),
        (status = 409, body = Problem, description = "They were asked today, or all have read it")))]
async fn create_announcement_chasing(
    cx: Cx,
    Path(id): Path<AnnouncementId>,
    _: NoBody,
) -> Result<(StatusCode, Json<AskedAgain>)> {
    verbs::held(&cx, id).await?;
    let people = verbs::chase(&cx, id, false).await?;
    Ok((StatusCode::ACCEPTED, Json(AskedAgain { people })))
}

/// Takes it back: nobody reads it from now on. A draft is laid aside.
#[utoipa::path(post, path = "/api/v1/announcements/{announcement}/withdrawal", tag = "exchange",
    params(("announcement" = String, Path)), responses((status = 204, description = "It is taken back"),
        (status = 404, body = Problem), (status = 409, body = Problem, description = "It was before")))]
async fn create_announcement_withdrawal(cx: Cx, Path(id): Path<AnnouncementId>, _: NoBody) -> Result<StatusCode> {
    verbs::held(&cx, id).await?;
    verbs::withdraw(&cx, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct RateQuery {
    /// A part of a team's name, or its pinyin.
    q: Option<String>,
    /// What `next` said.
    cursor: Option<String>,
}

/// How many of a team have read it.
#[derive(Serialize, ToSchema)]
struct TeamReadRate {
    #[schema(value_type = String)]
    team: OrganisationId,
    name: String,
    /// How many have it; somebody in two teams counts in both.
    people: i64,
    /// How many of them said that they read it.
    read: i64,
    /// Thousandths.
    permille: i64,
}

impl From<TeamRate> for TeamReadRate {
    fn from(rate: TeamRate) -> Self {
        Self { team: rate.id, name: rate.name, people: rate.people, read: rate.seen, permille: rate.permille }
    }
}

/// The teams that have it, the lowest rate of reading first.
#[utoipa::path(get, path = "/api/v1/announcements/{announcement}/teams", tag = "exchange",
    params(("announcement" = String, Path), RateQuery),
    responses((status = 200, body = Paged<TeamReadRate>), (status = 404, body = Problem)))]
async fn list_announcement_teams(
    cx: Cx,
    Path(id): Path<AnnouncementId>,
    Query(query): Query<RateQuery>,
) -> Result<Json<Paged<TeamReadRate>>> {
    verbs::held(&cx, id).await?;
    let (q, cursor) = (query.q.unwrap_or_default(), Cursor::read(query.cursor.as_deref(), 3)?);
    let found = readers::teams(&cx.db, cx.tenant, (id, q.trim()), (cursor.as_ref(), PAGE as i64 + 1)).await?;
    Ok(Json(Paged::cut(found, PAGE, TeamRate::keys).map(TeamReadRate::from)))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ReaderQuery {
    /// A part of a name, or its pinyin.
    q: Option<String>,
    /// One team's id.
    #[param(value_type = Option<String>)]
    team: Option<OrganisationId>,
    /// Only who said that they read it (`true`), or who did not (`false`).
    read: Option<bool>,
    /// What `next` said.
    cursor: Option<String>,
}

/// Somebody who has it.
#[derive(Serialize, ToSchema)]
struct AnnouncementReader {
    #[schema(value_type = String)]
    person: Raw,
    name: String,
    /// The teams by which they were reached.
    teams: Option<String>,
    read_at: Option<DateTime<Utc>>,
    /// The last day on which they were asked again.
    chased_on: Option<NaiveDate>,
}

impl From<Reader> for AnnouncementReader {
    fn from(one: Reader) -> Self {
        Self { person: one.id, name: one.name, teams: one.teams, read_at: one.read_at, chased_on: one.chased_on }
    }
}

/// Those who have it, by name.
#[utoipa::path(get, path = "/api/v1/announcements/{announcement}/readers", tag = "exchange",
    params(("announcement" = String, Path), ReaderQuery),
    responses((status = 200, body = Paged<AnnouncementReader>), (status = 404, body = Problem)))]
async fn list_announcement_readers(
    cx: Cx,
    Path(id): Path<AnnouncementId>,
    Query(query): Query<ReaderQuery>,
) -> Result<Json<Paged<AnnouncementReader>>> {
    verbs::held(&cx, id).await?;
    let filter = readers::Filter { query: query.q.unwrap_or_default(), team: query.team, seen: query.read, near: None };
    let cursor = Cursor::read(query.cursor.as_deref(), 2)?;
    let found = readers::list(&cx.db, cx.tenant, (id, &filter), (cursor.as_ref(), PAGE as i64 + 1)).await?;
    Ok(Json(Paged::cut(found, PAGE, Reader::keys).map(AnnouncementReader::from)))
}
