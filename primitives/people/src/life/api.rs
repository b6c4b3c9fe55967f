//! The life cycle as JSON: the same verbs.

use super::desk::take;
use super::forms::{ErasureDecision, ErasureForm, OwnStep, StepForm};
use super::model::{Erasure, StageRow};
use super::{erasure, own, store};
use crate::model::{Person, PersonId};
use crate::policy;
use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use chrono::{DateTime, NaiveDate, Utc};
use kernel::http::{Body, NoBody, Problem};
use kernel::{Cx, Error, FieldErrors, Permission, Result};
use serde::Serialize;
use utoipa::ToSchema;

/// Where a person stood from a day to a day.
#[derive(Serialize, ToSchema)]
pub(super) struct StageJson {
    /// `candidate`, `active`, `dormant`, `left`, `archived` or `erased`.
    stage: String,
    /// From this day.
    from_on: NaiveDate,
    /// Until the end of this day; absent while it holds.
    to_on: Option<NaiveDate>,
    /// The legal basis.
    basis: String,
    /// Why; may be empty.
    reason: String,
}

/// An erasing.
#[derive(Serialize, ToSchema)]
pub(super) struct ErasureJson {
    /// `asked`, `agreed`, `refused`, `withdrawn` or `done`.
    state: String,
    /// Whether the person asked.
    own: bool,
    /// When it happens, once somebody agreed; until then it can be taken back.
    due_at: Option<DateTime<Utc>>,
}

/// A person's life cycle.
#[derive(Serialize, ToSchema)]
pub(super) struct LifeJson {
    /// Where they stand now.
    stage: String,
    /// Where they stood, the newest first.
    history: Vec<StageJson>,
    /// The last erasing that somebody asked for.
    erasure: Option<ErasureJson>,
}

impl LifeJson {
    async fn of(cx: &Cx, id: PersonId) -> Result<Self> {
        let person = crate::find(&cx.db, cx.tenant, id).await?;
        let row = |row: StageRow| StageJson {
            stage: row.stage.to_string(),
            from_on: row.from_on,
            to_on: row.to_on,
            basis: row.basis.to_string(),
            reason: row.reason,
        };
        let erasure = |e: Erasure| ErasureJson { state: e.state.to_string(), own: e.own, due_at: e.due_at };
        Ok(Self {
            stage: person.stage().to_string(),
            history: store::history(&cx.db, cx.tenant, &person).await?.into_iter().map(row).collect(),
            erasure: store::erasure(&cx.db, cx.tenant, id).await?.map(erasure),
        })
    }
}

async fn found(cx: &Cx, permission: Permission, id: PersonId) -> Result<Person> {
    let person = crate::find(&cx.db, cx.tenant, id).await?;
    policy::may(cx, permission, &person).await?;
    Ok(person)
}

/// Where a person stood, and stands.
#[utoipa::path(get, path = "/api/v1/people/{person}/life", tag = "people", params(("person" = String, Path)),
    responses((status = 200, body = LifeJson), (status = 404, body = Problem)))]
pub(super) async fn show_life(cx: Cx, Path(person): Path<PersonId>) -> Result<Json<LifeJson>> {
    let person = found(&cx, policy::READ, person).await?;
    Ok(Json(LifeJson::of(&cx, person.id).await?))
}

/// Takes a step of the life cycle.
#[utoipa::path(post, path = "/api/v1/people/{person}/life", tag = "people", params(("person" = String, Path)), request_body = StepForm,
    responses((status = 200, body = LifeJson), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn move_life(
    cx: Cx,
    Path(person): Path<PersonId>,
    Body(form): Body<StepForm>,
) -> Result<Json<LifeJson>> {
    let person = found(&cx, policy::LIFE, person).await?;
    take(&cx, person.id, form.check(person.stage()).map_err(Error::Invalid)?).await?;
    Ok(Json(LifeJson::of(&cx, person.id).await?))
}

/// Asks that a person be erased; another one decides.
#[utoipa::path(post, path = "/api/v1/people/{person}/erasure", tag = "people", params(("person" = String, Path)),
    request_body = ErasureForm,
    responses((status = 201, body = LifeJson), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn ask_erasure(
    cx: Cx,
    Path(person): Path<PersonId>,
    Body(form): Body<ErasureForm>,
) -> Result<(StatusCode, Json<LifeJson>)> {
    let person = found(&cx, policy::LIFE, person).await?;
    let mut errors = FieldErrors::none();
    let reason = errors.text("reason", &form.reason, 200);
    if !errors.is_empty() {
        return Err(Error::Invalid(errors));
    }
    erasure::ask(&cx, &person, (false, reason)).await?;
    Ok((StatusCode::CREATED, Json(LifeJson::of(&cx, person.id).await?)))
}

/// Says yes or no to it.
#[utoipa::path(post, path = "/api/v1/people/{person}/erasure/decision", tag = "people", params(("person" = String, Path)),
    request_body = ErasureDecision, responses((status = 200, body = LifeJson), (status = 409, body = Problem)))]
pub(super) async fn decide_erasure(
    cx: Cx,
    Path(person): Path<PersonId>,
    Body(form): Body<ErasureDecision>,
) -> Result<Json<LifeJson>> {
    let person = found(&cx, policy::ERASE, person).await?;
    erasure::decide(&cx, person.id, form.yes()?).await?;
    Ok(Json(LifeJson::of(&cx, person.id).await?))
}

/// Takes it back before it happens.
#[utoipa::path(delete, path = "/api/v1/people/{person}/erasure", tag = "people", params(("person" = String, Path)),
    responses((status = 200, body = LifeJson), (status = 409, body = Problem)))]
pub(super) async fn withdraw_erasure(cx: Cx, Path(person): Path<PersonId>, _: NoBody) -> Result<Json<LifeJson>> {
    let person = found(&cx, policy::LIFE, person).await?;
    erasure::take_back(&cx, person.id).await?;
    Ok(Json(LifeJson::of(&cx, person.id).await?))
}

/// Where the caller stood, and stands.
#[utoipa::path(get, path = "/api/v1/me/life", tag = "me", responses((status = 200, body = LifeJson)))]
pub(super) async fn show_own_life(cx: Cx) -> Result<Json<LifeJson>> {
    Ok(Json(LifeJson::of(&cx, PersonId(cx.person()?)).await?))
}

/// Goes on, or leaves.
#[utoipa::path(post, path = "/api/v1/me/life", tag = "me", request_body = OwnStep,
    responses((status = 200, body = LifeJson), (status = 409, body = Problem)))]
pub(super) async fn move_own_life(cx: Cx, Body(form): Body<OwnStep>) -> Result<Json<LifeJson>> {
    let person = crate::find(&cx.db, cx.tenant, PersonId(cx.person()?)).await?;
    own::step(&cx, &person, &form).await?;
    Ok(Json(LifeJson::of(&cx, person.id).await?))
}

/// Asks to be erased; an officer decides.
#[utoipa::path(post, path = "/api/v1/me/erasure", tag = "me",
    responses((status = 201, body = LifeJson), (status = 409, body = Problem)))]
pub(super) async fn ask_own_erasure(cx: Cx, _: NoBody) -> Result<(StatusCode, Json<LifeJson>)> {
    let person = crate::find(&cx.db, cx.tenant, PersonId(cx.person()?)).await?;
    erasure::ask(&cx, &person, (true, String::new())).await?;
    Ok((StatusCode::CREATED, Json(LifeJson::of(&cx, person.id).await?)))
}

/// Takes it back before it happens.
#[utoipa::path(delete, path = "/api/v1/me/erasure", tag = "me",
    responses((status = 200, body = LifeJson), (status = 409, body = Problem)))]
pub(super) async fn withdraw_own_erasure(cx: Cx, _: NoBody) -> Result<Json<LifeJson>> {
    let id = PersonId(cx.person()?);
    erasure::take_back(&cx, id).await?;
    Ok(Json(LifeJson::of(&cx, id).await?))
}
