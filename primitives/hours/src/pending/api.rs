//! JSON: one's own applications, the desk's list and decisions, the public notice and objections to it.
#![expect(unused_qualifications, reason = "the macro that documents a route names its query once more")]

use super::decisions;
use super::forms::{NoticeFilter, ObjectionForm, PendingFilter, read_cursor};
use super::model::{Objection, Pending, PendingState};
use super::store::{self, Listed, Posting};
use super::{own, postings};
use crate::forms::DecisionForm;
use crate::model::EntryId;
use crate::policy::{APPLY, NOTICE, OBJECT, REVIEW};
use crate::store as ledger;
use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use chrono::{DateTime, NaiveDate, Utc};
use kernel::http::{Body, NoBody, Paged, Problem};
use kernel::{Cx, Query, Result, Routes, routes};
use people::model::PersonId;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

const PAGE: usize = 100;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .api(APPLY, routes!(list_applications))
        .api(APPLY, routes!(remove_application))
        .api(REVIEW, routes!(list_pending))
        .api(REVIEW, routes!(show_pending))
        .api(REVIEW, routes!(create_pending_decision))
        .api(NOTICE, routes!(list_postings))
        .api(OBJECT, routes!(create_objection))
}

/// An entry that does not count yet.
#[derive(Serialize, ToSchema)]
struct PendingJson {
    /// Its id, and the row's in the ledger once it counts.
    #[schema(value_type = String)]
    id: EntryId,
    title: String,
    day: NaiveDate,
    started_at: DateTime<Utc>,
    ended_at: DateTime<Utc>,
    minutes: i64,
    /// `scan`, `staff`, `paper` or `self`.
    method: String,
    /// `waiting`, `held`, `posted`, `objected`, `entered`, `returned` or `withdrawn`.
    #[schema(value_type = String)]
    state: PendingState,
    /// The remark.
    reason: Option<String>,
    entered_by: String,
    made_at: DateTime<Utc>,
    /// When it should be decided, or the notice ends.
    due_at: DateTime<Utc>,
    first_by: Option<String>,
    second_by: Option<String>,
    posted_until: Option<DateTime<Utc>>,
    /// Why it was returned.
    opinion: Option<String>,
}

impl From<Pending> for PendingJson {
    fn from(pending: Pending) -> Self {
        Self {
            id: pending.id,
            title: pending.title,
            day: pending.day,
            started_at: pending.started_at,
            ended_at: pending.ended_at,
            minutes: pending.minutes,
            method: pending.method.to_string(),
            state: pending.state,
            reason: pending.reason,
            entered_by: pending.entered_name,
            made_at: pending.made_at,
            due_at: pending.due_at,
            first_by: pending.first_name,
            second_by: pending.second_name,
            posted_until: pending.posted_until,
            opinion: pending.opinion,
        }
    }
}

/// Where a page begins.
#[derive(Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
struct ApplicationQuery {
    /// `next` of the page before.
    cursor: String,
}

/// One's own hours that do not count yet, and what became of those before; the newest first, 100 a page.
#[utoipa::path(get, path = "/api/v1/me/hours/applications", tag = "hours", params(ApplicationQuery),
    responses((status = 200, body = Paged<PendingJson>), (status = 400, body = Problem)))]
async fn list_applications(cx: Cx, Query(query): Query<ApplicationQuery>) -> Result<Json<Paged<PendingJson>>> {
    let person = PersonId(cx.person()?);
    let before = read_cursor(&query.cursor)?;
    let rows = store::page_of_person(&cx.db, cx.tenant, person, (before, 101)).await?;
    let page = Paged::cut(rows, PAGE, |p| vec![p.made_at.to_rfc3339(), p.id.to_string()]);
    Ok(Json(page.map(PendingJson::from)))
}

/// Takes one's own application back while nothing has come of it.
#[utoipa::path(delete, path = "/api/v1/me/hours/applications/{pending}", tag = "hours", params(("pending" = String, Path)),
    responses((status = 204, description = "It is taken back"), (status = 404, body = Problem),
        (status = 409, body = Problem, description = "It came to its end, or was not applied for")))]
async fn remove_application(cx: Cx, Path(pending): Path<EntryId>, _: NoBody) -> Result<StatusCode> {
    let pending = own::find(&cx, pending).await?;
    own::take_back(&cx, pending).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct PendingQuery {
    /// Part of a name, pinyin, initials, number or the phone's tail.
    q: Option<String>,
    /// A team's number or part of its name.
    team: Option<String>,
    /// A region's code; everything below it.
    town: Option<String>,
    /// One state, or `all`; what something can still come of unless told.
    state: Option<String>,
    /// One evidence: `scan`, `staff`, `paper` or `self`.
    method: Option<String>,
    /// Services from this day.
    from: Option<NaiveDate>,
    /// To the end of this day.
    to: Option<NaiveDate>,
    /// `next` of the page before.
    cursor: Option<String>,
}

impl PendingQuery {
    fn filter(self) -> PendingFilter {
        let day = |day: Option<NaiveDate>| day.map(|d| d.to_string()).unwrap_or_default();
        PendingFilter {
            q: self.q.unwrap_or_default(),
            team: self.team.unwrap_or_default(),
            town: self.town.unwrap_or_default(),
            state: self.state.unwrap_or_default(),
            method: self.method.unwrap_or_default(),
            from: day(self.from),
            to: day(self.to),
            cursor: self.cursor.unwrap_or_default(),
            format: String::new(),
        }
    }
}

/// A row of what does not count yet, with its names.
#[derive(Serialize, ToSchema)]
struct PendingRow {
    #[schema(value_type = String)]
    id: EntryId,
    person: String,
    volunteer_no: Option<String>,
    team: String,
    title: String,
    day: NaiveDate,
    started_at: DateTime<Utc>,
    ended_at: DateTime<Utc>,
    minutes: i64,
    method: String,
    #[schema(value_type = String)]
    state: PendingState,
    reason: Option<String>,
    entered_by: String,
    made_at: DateTime<Utc>,
    due_at: DateTime<Utc>,
    first_by: Option<String>,
    second_by: Option<String>,
}

impl From<Listed> for PendingRow {
    fn from(row: Listed) -> Self {
        Self {
            id: row.id,
            person: row.person_name,
            volunteer_no: row.volunteer_no,
            team: row.team_name,
            title: row.title,
            day: row.day,
            started_at: row.started_at,
            ended_at: row.ended_at,
            minutes: row.minutes,
            method: row.method.to_string(),
            state: row.state,
            reason: row.reason,
            entered_by: row.entered_name,
            made_at: row.made_at,
            due_at: row.due_at,
            first_by: row.first_name,
            second_by: row.second_name,
        }
    }
}

/// What does not count yet of the caller's teams or region, the newest first, 100 a page.
#[utoipa::path(get, path = "/api/v1/hours/pending", tag = "hours", params(PendingQuery),
    responses((status = 200, body = Paged<PendingRow>), (status = 400, body = Problem)))]
async fn list_pending(cx: Cx, Query(query): Query<PendingQuery>) -> Result<Json<Paged<PendingRow>>> {
    let rows = store::list(&cx.db, query.filter().page(&cx).await?, 101).await?;
    let page = Paged::cut(rows, PAGE, |r| vec![r.made_at.to_rfc3339(), r.id.to_string()]);
    Ok(Json(page.map(PendingRow::from)))
}

/// One of them with what was said against it.
#[derive(Serialize, ToSchema)]
struct PendingRecord {
    pending: PendingJson,
    #[schema(value_type = String)]
    person: PersonId,
    name: String,
    team: String,
    /// Files that were shown; the page opens them.
    files: usize,
    objections: Vec<ObjectionJson>,
    /// Why the caller may not decide about it now, as a code.
    barred: Option<String>,
}

/// What somebody said against a posted entry.
#[derive(Serialize, ToSchema)]
struct ObjectionJson {
    by: String,
    reason: String,
    made_at: DateTime<Utc>,
    /// Whether they were right, once decided.
    upheld: Option<bool>,
    opinion: Option<String>,
}

impl From<Objection> for ObjectionJson {
    fn from(objection: Objection) -> Self {
        let Objection { name, reason, made_at, upheld, opinion, .. } = objection;
        Self { by: name, reason, made_at, upheld, opinion }
    }
}

/// One entry that does not count yet.
#[utoipa::path(get, path = "/api/v1/hours/pending/{pending}", tag = "hours", params(("pending" = String, Path)),
    responses((status = 200, body = PendingRecord), (status = 404, body = Problem)))]
async fn show_pending(cx: Cx, Path(pending): Path<EntryId>) -> Result<Json<PendingRecord>> {
    let pending = decisions::find(&cx, pending).await?;
    let objections = store::objections(&cx.db, cx.tenant, pending.id).await?;
    let open = objections.iter().find(|o| o.upheld.is_none());
    Ok(Json(PendingRecord {
        barred: decisions::bar(&cx, &pending, open).map(|word| word.key.into_owned()),
        person: pending.person_id,
        name: ledger::person_name(&cx.db, cx.tenant, pending.person_id).await?,
        team: ledger::team_name(&cx.db, cx.tenant, pending.organisation_id).await?,
        files: store::shown(&cx.db, cx.tenant, pending.id).await?.len(),
        objections: objections.into_iter().map(ObjectionJson::from).collect(),
        pending: pending.into(),
    }))
}

/// Where an entry stands after a decision.
#[derive(Serialize, ToSchema)]
struct DecidedPending {
    /// `held`, `posted`, `entered` or `returned`.
    #[schema(value_type = String)]
    state: PendingState,
}

/// Says yes to an entry that waits, or returns it with a reason; never one's own, nor one that one said yes to before.
#[utoipa::path(post, path = "/api/v1/hours/pending/{pending}/decision", tag = "hours", params(("pending" = String, Path)),
    request_body = DecisionForm, responses((status = 200, body = DecidedPending), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn create_pending_decision(
    cx: Cx,
    Path(pending): Path<EntryId>,
    Body(form): Body<DecisionForm>,
) -> Result<Json<DecidedPending>> {
    let pending = decisions::find(&cx, pending).await?;
    let state = decisions::settle(&cx, &pending, &form).await?;
    Ok(Json(DecidedPending { state }))
}

#[derive(Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
struct PostingQuery {
    /// Part of a team's name or of an activity's.
    q: String,
    /// A region's code; everything below it.
    town: String,
    /// `next` of the page before.
    cursor: String,
}

/// A row of the public notice.
#[derive(Serialize, ToSchema)]
struct PostingJson {
    #[schema(value_type = String)]
    id: EntryId,
    /// Masked: `张**`.
    name: String,
    team: String,
    title: String,
    day: NaiveDate,
    minutes: i64,
    method: String,
    /// `posted`, or `objected` while an officer looks into it.
    #[schema(value_type = String)]
    state: PendingState,
    /// Until when anybody who is signed in may object.
    posted_until: DateTime<Utc>,
}

impl From<Posting> for PostingJson {
    fn from(posting: Posting) -> Self {
        Self {
            id: posting.id,
            name: posting.name,
            team: posting.team_name,
            title: posting.title,
            day: posting.day,
            minutes: posting.minutes,
            method: posting.method.to_string(),
            state: posting.state,
            posted_until: posting.posted_until,
        }
    }
}

/// The public notice: what will count unless somebody objects, what ends first at the top, 100 a page.
#[utoipa::path(get, path = "/api/v1/postings", tag = "hours", params(PostingQuery),
    responses((status = 200, body = Paged<PostingJson>), (status = 400, body = Problem)))]
async fn list_postings(cx: Cx, Query(query): Query<PostingQuery>) -> Result<Json<Paged<PostingJson>>> {
    let filter = NoticeFilter { q: query.q, town: query.town, cursor: query.cursor };
    Ok(Json(postings::page(&cx, &filter, PAGE).await?.map(PostingJson::from)))
}

/// Objects to a posted entry: it stops until an officer has looked into it.
#[utoipa::path(post, path = "/api/v1/postings/{pending}/objections", tag = "hours", params(("pending" = String, Path)),
    request_body = ObjectionForm, responses((status = 204, description = "It is stopped"), (status = 404, body = Problem),
        (status = 409, body = Problem, description = "The notice is over, or it is one's own"),
        (status = 422, body = Problem)))]
async fn create_objection(cx: Cx, Path(id): Path<EntryId>, Body(form): Body<ObjectionForm>) -> Result<StatusCode> {
    store::posting(&cx.db, cx.tenant, id).await?;
    postings::object(&cx, id, &form).await?;
    Ok(StatusCode::NO_CONTENT)
}
