//! The desk's list and record of activities as JSON, and every step of an activity's way.
#![expect(unused_qualifications, reason = "the macro that documents a route names its query once more")]

use super::draft::ActivityDraft;
use crate::model::{Activity, ActivityId, Post, PostId, Scope, Session, SessionId, State};
use crate::pages::{desk, held_activity};
use crate::rules::Step;
use crate::store::listing::Face;
use crate::store::presence::{Presence, presence};
use crate::store::{self, Filter, Listed};
use crate::{MANAGE, REVIEW, drafts, lifecycle};
use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use chrono::{DateTime, NaiveDate, Utc};
use kernel::http::{Body, Cursor, NoBody, Paged, Problem};
use kernel::{Cx, Error, FieldErrors, Query, Result, Routes, Word, routes};
use organisations::OrganisationId;
use places::SiteId;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

const PAGE: usize = 50;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .api(MANAGE, routes!(list_managed))
        .api(MANAGE, routes!(show_managed))
        .api(MANAGE, routes!(create_draft))
        .api(MANAGE, routes!(update_draft))
        .api(MANAGE, routes!(create_submission))
        .api(REVIEW, routes!(create_decision))
        .api(MANAGE, routes!(create_step))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct ManagedQuery {
    /// `draft`, `review`, `open`, `running`, `ended`, `backfill`, `disabled` or `void`.
    state: Option<String>,
    /// A region's code; everything below it.
    town: Option<String>,
    /// A team's id.
    team: Option<String>,
    /// Part of the title or the number.
    q: Option<String>,
    /// `next` of the page before.
    cursor: Option<String>,
}

fn read<T: std::str::FromStr>(text: Option<&str>) -> Result<Option<T>> {
    let wrong = || Error::Malformed(Word::new("error.query"));
    text.filter(|t| !t.is_empty()).map(|t| t.parse().map_err(|_| wrong())).transpose()
}

/// An activity in the desk's list.
#[derive(Serialize, ToSchema)]
pub(crate) struct ManagedActivity {
    #[schema(value_type = String)]
    id: ActivityId,
    number: String,
    title: String,
    /// The team that holds it.
    organisation: String,
    region: String,
    #[schema(value_type = String)]
    state: State,
    starts_on: NaiveDate,
    ends_on: NaiveDate,
    /// Places of all sessions.
    places: i64,
    /// Places taken.
    taken: i64,
}

impl From<Listed> for ManagedActivity {
    fn from(a: Listed) -> Self {
        Self {
            id: a.id,
            number: a.number,
            title: a.title,
            organisation: a.organisation_name,
            region: a.region_code,
            state: a.state,
            starts_on: a.starts_on,
            ends_on: a.ends_on,
            places: a.places,
            taken: a.taken,
        }
    }
}

/// Activities in every state, the latest first, as far as the caller manages them.
#[utoipa::path(get, path = "/api/v1/desk/activities", tag = "activities", params(ManagedQuery),
    responses((status = 200, body = Paged<ManagedActivity>), (status = 400, body = Problem)))]
async fn list_managed(cx: Cx, Query(query): Query<ManagedQuery>) -> Result<Json<Paged<ManagedActivity>>> {
    let cursor = Cursor::read(query.cursor.as_deref(), 2)?;
    let filter = Filter {
        state: read(query.state.as_deref())?,
        organisation: read(query.team.as_deref())?,
        town: query.town.unwrap_or_default(),
        query: query.q.unwrap_or_default(),
        ..Filter::default()
    };
    let face = Face::Desk(cx.reach(MANAGE));
    let found = store::list(&cx, &face, &filter, cursor.as_ref(), PAGE as i64 + 1).await?;
    Ok(Json(Paged::cut(found, PAGE, Listed::keys).map(ManagedActivity::from)))
}

/// An activity as those who manage it see it.
#[derive(Serialize, ToSchema)]
pub(super) struct ActivityRecord {
    #[schema(value_type = String)]
    id: ActivityId,
    number: String,
    title: String,
    summary: String,
    /// The team's id.
    #[schema(value_type = String)]
    team: OrganisationId,
    /// Its name.
    organisation: String,
    region: String,
    #[schema(value_type = Option<String>)]
    site: Option<SiteId>,
    place: String,
    #[schema(value_type = String)]
    state: State,
    categories: Vec<String>,
    beneficiaries: String,
    guarantees: String,
    risk_notice: String,
    risky: bool,
    insurance_no: Option<String>,
    working_time: bool,
    own_duty: bool,
    #[schema(value_type = String)]
    scope: Scope,
    opens_at: DateTime<Utc>,
    closes_at: DateTime<Utc>,
    min_age: Option<i64>,
    max_age: Option<i64>,
    /// Hours that one must have served before.
    min_hours: i64,
    contact_name: String,
    contact_phone: String,
    contact_public: bool,
    submitted_by: Option<String>,
    submitted_at: Option<DateTime<Utc>>,
    /// When it should be decided.
    due_at: Option<DateTime<Utc>>,
    reviewed_by: Option<String>,
    reviewed_at: Option<DateTime<Utc>>,
    /// What the one who decided said.
    opinion: Option<String>,
    sessions: Vec<RecordSession>,
}

/// A session with its posts and what came of it.
#[derive(Serialize, ToSchema)]
struct RecordSession {
    #[schema(value_type = String)]
    id: SessionId,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    /// How many came.
    came: i64,
    /// How many are there now.
    inside: i64,
    /// People served, once somebody said it.
    served: Option<i64>,
    /// It was called off; the others go on.
    cancelled: bool,
    posts: Vec<RecordPost>,
}

/// A post and how far it is filled.
#[derive(Serialize, ToSchema)]
struct RecordPost {
    #[schema(value_type = String)]
    id: PostId,
    name: String,
    conditions: String,
    places: i64,
    taken: i64,
    waiting: i64,
}

impl RecordSession {
    fn of(session: &Session, posts: &[Post], presence: &[Presence]) -> Self {
        let there = presence.iter().find(|p| p.session_id == session.id);
        let post = |p: &Post| RecordPost {
            id: p.id,
            name: p.name.clone(),
            conditions: p.conditions.clone(),
            places: p.places,
            taken: p.taken,
            waiting: p.waiting,
        };
        Self {
            id: session.id,
            starts_at: session.starts_at,
            ends_at: session.ends_at,
            came: there.map_or(0, |p| p.came),
            inside: there.map_or(0, |p| p.inside),
            served: session.served,
            cancelled: session.cancelled_at.is_some(),
            posts: posts.iter().filter(|p| p.session_id == session.id).map(post).collect(),
        }
    }
}

impl ActivityRecord {
    fn of(activity: Activity, sessions: Vec<RecordSession>) -> Self {
        let said = |text: String| Some(text).filter(|t| !t.is_empty());
        Self {
            id: activity.id,
            number: activity.number,
            title: activity.title,
            summary: activity.summary,
            team: activity.organisation_id,
            organisation: activity.organisation_name,
            region: activity.region_code,
            site: activity.site_id,
            place: activity.place,
            state: activity.state,
            categories: activity.categories.0,
            beneficiaries: activity.beneficiaries,
            guarantees: activity.guarantees,
            risk_notice: activity.risk_notice,
            risky: activity.risky,
            insurance_no: activity.insurance_no,
            working_time: activity.working_time,
            own_duty: activity.own_duty,
            scope: activity.scope,
            opens_at: activity.opens_at,
            closes_at: activity.closes_at,
            min_age: activity.min_age,
            max_age: activity.max_age,
            min_hours: activity.min_minutes / 60,
            contact_name: activity.contact_name,
            contact_phone: activity.contact_phone,
            contact_public: activity.contact_public,
            submitted_by: said(activity.submitted_name),
            submitted_at: activity.submitted_at,
            due_at: activity.due_at,
            reviewed_by: activity.reviewed_name,
            reviewed_at: activity.reviewed_at,
            opinion: activity.opinion,
            sessions,
        }
    }
}

pub(super) async fn record(cx: &Cx, id: ActivityId) -> Result<Json<ActivityRecord>> {
    let activity = held_activity(cx, id, MANAGE).await?;
    let (sessions, posts) = store::program(&cx.db, cx.tenant, id).await?;
    let there = presence(&cx.db, cx.tenant, id).await?;
    let sessions = sessions.iter().map(|s| RecordSession::of(s, &posts, &there)).collect();
    Ok(Json(ActivityRecord::of(activity, sessions)))
}

/// One activity in whatever state, with what came of its sessions.
#[utoipa::path(get, path = "/api/v1/desk/activities/{activity}", tag = "activities", params(("activity" = String, Path)),
    responses((status = 200, body = ActivityRecord), (status = 404, body = Problem)))]
async fn show_managed(cx: Cx, Path(activity): Path<ActivityId>) -> Result<Json<ActivityRecord>> {
    record(&cx, activity).await
}

/// Makes a draft of one of the caller's teams. Takes an `Idempotency-Key`.
#[utoipa::path(post, path = "/api/v1/activities", tag = "activities", request_body = ActivityDraft,
    responses((status = 201, body = ActivityRecord), (status = 404, body = Problem, description = "Not a team of the caller's"),
        (status = 422, body = Problem)))]
async fn create_draft(cx: Cx, Body(draft): Body<ActivityDraft>) -> Result<(StatusCode, Json<ActivityRecord>)> {
    let team = drafts::team(&cx, draft.team.ok_or_else(|| super::draft::wrong("team", "form.required"))?).await?;
    let made = drafts::create(&cx, &team, &draft.form(&team)?).await.map_err(super::draft::named)?;
    Ok((StatusCode::CREATED, record(&cx, made).await?))
}

/// Changes a draft to exactly this; what is left out stands empty. The team stays.
#[utoipa::path(put, path = "/api/v1/activities/{activity}", tag = "activities", params(("activity" = String, Path)),
    request_body = ActivityDraft, responses((status = 200, body = ActivityRecord), (status = 404, body = Problem),
        (status = 409, body = Problem, description = "It is no draft any more"), (status = 422, body = Problem)))]
async fn update_draft(
    cx: Cx,
    Path(activity): Path<ActivityId>,
    Body(draft): Body<ActivityDraft>,
) -> Result<Json<ActivityRecord>> {
    let (activity, team) = drafts::find(&cx, activity).await?;
    if draft.team.is_some_and(|other| other != team.id) {
        return Err(super::draft::wrong("team", "activity.api.team_stays"));
    }
    drafts::update(&cx, (activity.id, &team), &draft.form(&team)?).await.map_err(super::draft::named)?;
    record(&cx, activity.id).await
}

/// Where an activity stands after a step.
#[derive(Serialize, ToSchema)]
struct Stands {
    #[schema(value_type = String)]
    state: State,
}

/// Hands a draft in for review. A repeat with the same `Idempotency-Key` answers the same.
#[utoipa::path(post, path = "/api/v1/activities/{activity}/submission", tag = "activities", params(("activity" = String, Path)),
    responses((status = 200, body = Stands), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn create_submission(cx: Cx, Path(activity): Path<ActivityId>, _: NoBody) -> Result<Json<Stands>> {
    let activity = held_activity(&cx, activity, MANAGE).await?;
    let state = lifecycle::take_once(&cx, activity.id, Step::Submit, String::new()).await?;
    Ok(Json(Stands { state }))
}

/// A decision about what somebody else handed in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ActivityDecision {
    /// `publish` or `return`.
    decision: ActivityVerdict,
    /// Up to 300 characters; needed when it is returned.
    #[serde(default)]
    opinion: String,
}

/// What becomes of it.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum ActivityVerdict {
    /// It becomes public.
    Publish,
    /// It goes back to its author.
    Return,
}

/// Publishes or returns an activity; nobody decides what they handed in themselves.
#[utoipa::path(post, path = "/api/v1/activities/{activity}/decision", tag = "activities", params(("activity" = String, Path)),
    request_body = ActivityDecision, responses((status = 200, body = Stands), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn create_decision(
    cx: Cx,
    Path(activity): Path<ActivityId>,
    Body(said): Body<ActivityDecision>,
) -> Result<Json<Stands>> {
    let activity = held_activity(&cx, activity, REVIEW).await?;
    let publish = said.decision == ActivityVerdict::Publish;
    let state = lifecycle::review(&cx, activity.id, publish, &said.opinion).await?;
    Ok(Json(Stands { state }))
}

/// A step that staff take by hand.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ActivityStep {
    /// `disable` (stops what is public), `resume`, `end` or `void`.
    step: String,
    /// Up to 200 characters; those who signed up read it when it is stopped or void.
    #[serde(default)]
    opinion: String,
}

/// Stops an activity, lets it go on, ends it or makes it void; who signed up is told.
#[utoipa::path(post, path = "/api/v1/activities/{activity}/step", tag = "activities", params(("activity" = String, Path)),
    request_body = ActivityStep, responses((status = 200, body = Stands), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn create_step(
    cx: Cx,
    Path(activity): Path<ActivityId>,
    Body(wanted): Body<ActivityStep>,
) -> Result<Json<Stands>> {
    let activity = held_activity(&cx, activity, MANAGE).await?;
    let mut errors = FieldErrors::none();
    let step = desk::read(&wanted.step);
    if step.is_none() {
        errors.add("step", Word::new("form.choose"));
    }
    let opinion = errors.optional_text("opinion", &wanted.opinion, 200).unwrap_or_default();
    let Some(step) = step.filter(|_| errors.is_empty()) else { return Err(Error::Invalid(errors)) };
    let state = lifecycle::take_once(&cx, activity.id, step, opinion).await?;
    Ok(Json(Stands { state }))
}
