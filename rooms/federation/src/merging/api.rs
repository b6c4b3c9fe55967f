//! Merging as JSON: the same verbs.

use super::pages::{AskForm, DecideForm, MergeForm};
use super::verbs;
use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use kernel::http::{Body, Problem};
use kernel::{Cx, Error, LaneKey, Result, Tx, Word};
use people::PersonId;
use people::duplicates;
use people::merging::{Merge, MergeId};
use serde::Serialize;
use utoipa::ToSchema;

/// A merging.
#[derive(Serialize, ToSchema)]
pub(super) struct MergeJson {
    /// Its id.
    id: String,
    /// The record that is kept.
    kept: String,
    /// The one that was given up.
    gone: String,
    /// Fields that came from the one that was given up.
    fields: Vec<String>,
    /// `merged`, `asked` or `unmerged`.
    state: String,
}

impl MergeJson {
    fn of(merge: Merge) -> Self {
        Self {
            id: merge.id.to_string(),
            kept: merge.kept_id.to_string(),
            gone: merge.gone_id.to_string(),
            fields: merge.fields.0,
            state: merge.state,
        }
    }
}

/// Makes two records one.
#[utoipa::path(post, path = "/api/v1/people/{person}/duplicates/{other}/merging", tag = "people", request_body = MergeForm,
    params(("person" = String, Path), ("other" = String, Path)),
    responses((status = 201, body = MergeJson), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn create(
    cx: Cx,
    Path(pair): Path<(PersonId, PersonId)>,
    Body(form): Body<MergeForm>,
) -> Result<(StatusCode, Json<MergeJson>)> {
    let (one, other) = duplicates::both(&cx, pair).await?;
    let choice = form.check(&one, &other).map_err(Error::Invalid)?;
    let at = cx.clone();
    let id =
        cx.once(LaneKey::of(cx.tenant.0), async move |tx: &mut Tx<'_>| verbs::merge(tx, &at, &choice).await).await?;
    let (merge, ..) = verbs::find(&cx, id).await?;
    Ok((StatusCode::CREATED, Json(MergeJson::of(merge))))
}

/// Asks for two records again; another officer decides.
#[utoipa::path(post, path = "/api/v1/people/merges/{merge}/unmerging", tag = "people", request_body = AskForm,
    params(("merge" = String, Path)), responses((status = 200, body = MergeJson), (status = 409, body = Problem)))]
pub(super) async fn ask(cx: Cx, Path(id): Path<MergeId>, Body(form): Body<AskForm>) -> Result<Json<MergeJson>> {
    let (merge, ..) = verbs::find(&cx, id).await?;
    let reason: String = form.reason.trim().chars().take(200).collect();
    if reason.is_empty() {
        return Err(Error::refused("form.required"));
    }
    let at = cx.clone();
    cx.once(LaneKey::of(cx.tenant.0), async move |tx: &mut Tx<'_>| verbs::ask(tx, &at, &merge, &reason).await).await?;
    Ok(Json(MergeJson::of(verbs::find(&cx, id).await?.0)))
}

/// Says yes or no to it.
#[utoipa::path(post, path = "/api/v1/people/merges/{merge}/unmerging/decision", tag = "people", request_body = DecideForm,
    params(("merge" = String, Path)), responses((status = 200, body = MergeJson), (status = 409, body = Problem)))]
pub(super) async fn decide(cx: Cx, Path(id): Path<MergeId>, Body(form): Body<DecideForm>) -> Result<Json<MergeJson>> {
    verbs::find(&cx, id).await?;
    let yes = match form.decision.as_str() {
        "yes" => true,
        "no" => false,
        _ => return Err(Error::Malformed(Word::new("error.form"))),
    };
    let at = cx.clone();
    cx.once(LaneKey::of(cx.tenant.0), async move |tx: &mut Tx<'_>| verbs::decide(tx, &at, id, yes).await).await?;
    Ok(Json(MergeJson::of(verbs::find(&cx, id).await?.0)))
}
