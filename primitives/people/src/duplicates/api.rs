//! Doubles as JSON: masked, the same verbs.
#![expect(unused_qualifications, reason = "the macro that documents a route names its query once more")]

use super::model::{PairFilter, PairRow, ordered};
use super::{store, verbs};
use crate::model::PersonId;
use crate::{mask, policy};
use axum::Json;
use axum::extract::Path;
use kernel::http::{Body, Cursor, Paged, Problem};
use kernel::{Cx, LaneKey, Query, Result, Tx};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

const PAGE: usize = 100;

/// Two records that may be one person.
#[derive(Serialize, ToSchema)]
pub(super) struct PairJson {
    /// The older record.
    first: String,
    /// The younger one.
    second: String,
    /// The older one's name.
    first_name: String,
    /// The younger one's name.
    second_name: String,
    /// `138 **** 0000`; empty without a phone.
    first_phone_masked: String,
    /// The same of the younger.
    second_phone_masked: String,
    /// Tenths of points; 70 and more are shown, 95 and more are the likeliest.
    score: i64,
    /// What speaks for it and against it, e.g. `same_phone`, `same_birth`, `one_character`.
    reasons: Vec<String>,
    /// `open`, `apart` or `one`.
    state: String,
}

impl PairJson {
    fn of(pair: PairRow) -> Self {
        let phone = |phone: &Option<String>| phone.as_deref().map(mask::phone).unwrap_or_default();
        Self {
            first: pair.first_id.to_string(),
            second: pair.second_id.to_string(),
            first_phone_masked: phone(&pair.phone),
            second_phone_masked: phone(&pair.other_phone),
            first_name: pair.name,
            second_name: pair.other_name,
            score: pair.score,
            reasons: pair.reasons.0,
            state: pair.state,
        }
    }
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct PairQuery {
    /// `open` unless told; `apart` or `one`.
    state: Option<String>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// Records that may be one person, the likeliest first.
#[utoipa::path(get, path = "/api/v1/people/duplicates", tag = "people", params(PairQuery),
    responses((status = 200, body = Paged<PairJson>), (status = 400, body = Problem)))]
pub(super) async fn index(cx: Cx, Query(query): Query<PairQuery>) -> Result<Json<Paged<PairJson>>> {
    cx.may_somewhere(policy::EDIT)?;
    let state = query.state.filter(|state| !state.is_empty()).unwrap_or_else(|| "open".to_owned());
    let filter = PairFilter { query: String::new(), town: String::new(), sure: false, state };
    let cursor = Cursor::read(query.cursor.as_deref(), 3)?;
    let limits = (cursor.as_ref(), PAGE as i64 + 1);
    let found = store::list(&cx.db, cx.tenant, (&filter, &cx.reach(policy::EDIT)), limits).await?;
    Ok(Json(Paged::cut(found, PAGE, PairRow::keys).map(PairJson::of)))
}

/// What is said of a pair.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Decision {
    /// Two people; `false` lets them be asked about again.
    apart: bool,
}

/// Says that two records are two people, or takes it back.
#[utoipa::path(post, path = "/api/v1/people/{person}/duplicates/{other}/decision", tag = "people", request_body = Decision,
    params(("person" = String, Path), ("other" = String, Path)),
    responses((status = 200, body = Decision), (status = 404, body = Problem)))]
pub(super) async fn decide(
    cx: Cx,
    Path((person, other)): Path<(PersonId, PersonId)>,
    Body(said): Body<Decision>,
) -> Result<Json<Decision>> {
    let (one, other) = verbs::readable(&cx, ordered(person, other)).await?;
    let (at, pair, apart) = (cx.clone(), (one.id, other.id), said.apart);
    cx.once(LaneKey::of(cx.tenant.0), async move |tx: &mut Tx<'_>| verbs::decide_apart(tx, &at, pair, apart).await)
        .await?;
    Ok(Json(said))
}
