//! Guardians as JSON: the same verbs.
#![expect(unused_qualifications, reason = "the macro that documents a route names its query once more")]

use super::forms::{GuardianForm, PaperForm, WithdrawalForm, both};
use super::list::band_word;
use super::model::{Guardian, GuardianId, Minor, MinorFilter};
use super::own::{ConsentForm, agree, take_back};
use super::record;
use super::store::{self, Ward};
use super::verbs::{self, band_of};
use crate::model::PersonId;
use crate::ties::Ties;
use crate::{mask, policy};
use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use kernel::http::{Body, Cursor, NoBody, Paged, Problem, Upload};
use kernel::{Cx, Error, Query, Result, Tx, Word};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

const PAGE: usize = 100;

/// A minor with what their guardians agreed to.
#[derive(Serialize, ToSchema)]
pub(super) struct MinorJson {
    /// The id.
    id: String,
    /// As on the document.
    name: String,
    /// Where they live.
    region_code: String,
    /// `child` (under 14), `youth` (14 and 15) or `near` (16 and 17).
    band: String,
    /// Whether somebody agreed to all that is asked.
    agreed: bool,
    /// `138 **** 0000`; empty without one.
    guardian_phone_masked: String,
}

impl MinorJson {
    fn of(cx: &Cx, minor: Minor) -> Self {
        Self {
            band: band_word(cx, &minor).trim_start_matches("people.band.").to_owned(),
            agreed: super::list::state_word(cx, &minor) == "people.guardian.has",
            guardian_phone_masked: minor.guardian_phone.as_deref().map(mask::phone).unwrap_or_default(),
            id: minor.id.to_string(),
            name: minor.name,
            region_code: minor.region_code,
        }
    }
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct MinorQuery {
    /// Name or part of it, pinyin, initials, number, the phone's last four.
    q: Option<String>,
    /// A region's code; everybody who lives at or below it.
    region: Option<String>,
    /// One band.
    band: Option<String>,
    /// `true`: somebody agreed to all that is asked; `false`: nobody did.
    agreed: Option<bool>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// Minors by name, as far as the caller may see.
#[utoipa::path(get, path = "/api/v1/people/minors", tag = "people", params(MinorQuery),
    responses((status = 200, body = Paged<MinorJson>), (status = 400, body = Problem)))]
pub(super) async fn list_minors(cx: Cx, Query(query): Query<MinorQuery>) -> Result<Json<Paged<MinorJson>>> {
    let wrong = |_| Error::Malformed(Word::new("error.query"));
    let filter = MinorFilter {
        query: query.q.unwrap_or_default(),
        region: query.region.unwrap_or_default(),
        band: query.band.filter(|band| !band.is_empty()).map(|band| band.parse().map_err(wrong)).transpose()?,
        agreed: query.agreed,
    };
    let cursor = Cursor::read(query.cursor.as_deref(), 2)?;
    let (reach, ties) = (cx.reach(policy::READ_PRIVATE), cx.app.part::<Ties>());
    let found = store::list(&cx, (&filter, &reach, ties), (cursor.as_ref(), PAGE as i64 + 1)).await?;
    Ok(Json(Paged::cut(found, PAGE, Minor::keys).map(|minor| MinorJson::of(&cx, minor))))
}

/// A guardian in clear.
#[derive(Serialize, ToSchema)]
pub(super) struct GuardianJson {
    /// The id.
    id: String,
    /// As on the document.
    name: String,
    /// Where they can be reached.
    phone: Option<String>,
    /// `father`, `mother`, `grandparent` or `other`.
    relation: String,
    /// `named`, `given`, `withdrawn` or `grown`.
    state: String,
    /// `paper` or `account`.
    way: Option<String>,
    /// Whether the separate consent to a child's data was given.
    for_data: bool,
    /// When they agreed.
    given_at: Option<DateTime<Utc>>,
    /// When it ended.
    ended_at: Option<DateTime<Utc>>,
}

impl GuardianJson {
    fn of(guardian: Guardian) -> Self {
        Self {
            id: guardian.id.to_string(),
            name: guardian.name,
            phone: guardian.phone,
            relation: guardian.relation.to_string(),
            state: guardian.state.to_string(),
            way: guardian.way.map(|way| way.to_string()),
            for_data: guardian.for_data,
            given_at: guardian.given_at,
            ended_at: guardian.ended_at,
        }
    }
}

/// Who stands for a minor, in clear; the look leaves its line.
#[utoipa::path(get, path = "/api/v1/people/{person}/guardians", tag = "people", params(("person" = String, Path)),
    responses((status = 200, body = Paged<GuardianJson>), (status = 404, body = Problem)))]
pub(super) async fn list_guardians(cx: Cx, Path(person): Path<PersonId>) -> Result<Json<Paged<GuardianJson>>> {
    let person = crate::find(&cx.db, cx.tenant, person).await?;
    policy::may(&cx, policy::READ_PRIVATE, &person).await?;
    let items = record::read(&cx, person.id).await?.into_iter().map(GuardianJson::of).collect();
    Ok(Json(Paged { items, next: None }))
}

async fn found(cx: &Cx, id: GuardianId) -> Result<GuardianJson> {
    Ok(GuardianJson::of(store::find(&cx.db, cx.tenant, id).await?))
}

/// Names a guardian of a minor.
#[utoipa::path(post, path = "/api/v1/people/{person}/guardians", tag = "people", params(("person" = String, Path)),
    request_body = GuardianForm,
    responses((status = 201, body = GuardianJson), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn name_guardian(
    cx: Cx,
    Path(person): Path<PersonId>,
    Body(form): Body<GuardianForm>,
) -> Result<(StatusCode, Json<GuardianJson>)> {
    let person = crate::find(&cx.db, cx.tenant, person).await?;
    policy::may(&cx, policy::EDIT, &person).await?;
    let new = form.check(band_of(&cx, &person)?, &person).map_err(Error::Invalid)?;
    let at = cx.clone();
    let id = cx
        .once(person.id.lane(), async move |tx: &mut Tx<'_>| {
            verbs::name(tx, &at, &person, (&new.name, new.phone.as_deref(), new.relation)).await
        })
        .await?;
    Ok((StatusCode::CREATED, Json(found(&cx, id).await?)))
}

/// A signed paper.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it documents the parts of an upload")]
pub(super) struct PaperUpload {
    /// `on`: the paper says that the minor may serve.
    agrees: String,
    /// `on`: it agrees separately to the data of a child under 14.
    for_data: String,
    /// A PDF or a picture of at most 10 MB.
    #[schema(value_type = String, format = Binary)]
    scan: Vec<u8>,
}

/// Puts a consent on a signed paper on record. Takes an `Idempotency-Key`.
#[utoipa::path(post, path = "/api/v1/people/{person}/guardians/{guardian}/consent", tag = "people",
    params(("person" = String, Path), ("guardian" = String, Path)),
    request_body(content = PaperUpload, content_type = "multipart/form-data"),
    responses((status = 200, body = GuardianJson), (status = 409, body = Problem), (status = 413, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn consent_on_paper(
    cx: Cx,
    Path(of): Path<(PersonId, GuardianId)>,
    mut parts: Upload,
) -> Result<Json<GuardianJson>> {
    let (person, guardian) = both(&cx, policy::EDIT, of).await?;
    let mut form = PaperForm::default();
    while let Some((name, file, bytes)) = parts.next().await? {
        form.take(&name, file, bytes)?;
    }
    let ((file, kind, bytes), for_data) = form.check(band_of(&cx, &person)?).map_err(Error::Invalid)?;
    let (at, id) = (cx.clone(), guardian.id);
    cx.once(person.id.lane(), async move |tx: &mut Tx<'_>| {
        let file = kernel::files::insert_sealed(tx, &at, &file, kind, &bytes).await?;
        verbs::consent_on_paper(tx, &at, (&person, &guardian), (file, for_data)).await
    })
    .await?;
    Ok(Json(found(&cx, id).await?))
}

/// A link by which a guardian agrees with their own account.
#[derive(Serialize, ToSchema)]
pub(super) struct GuardianLink {
    /// Its address; works for seven days, for the first who agrees.
    url: String,
}

/// Makes a link by which a guardian agrees with their own account.
#[utoipa::path(post, path = "/api/v1/people/{person}/guardians/{guardian}/link", tag = "people",
    params(("person" = String, Path), ("guardian" = String, Path)),
    responses((status = 201, body = GuardianLink), (status = 409, body = Problem)))]
pub(super) async fn make_guardian_link(
    cx: Cx,
    Path(of): Path<(PersonId, GuardianId)>,
    _: NoBody,
) -> Result<(StatusCode, Json<GuardianLink>)> {
    let (person, guardian) = both(&cx, policy::EDIT, of).await?;
    let (at, lane) = (cx.clone(), person.id.lane());
    let url = cx.write(lane, async move |tx: &mut Tx<'_>| verbs::make_link(tx, &at, &person, &guardian).await).await?;
    Ok((StatusCode::CREATED, Json(GuardianLink { url })))
}

/// Takes a consent back; what the minor signed up for ends with it.
#[utoipa::path(post, path = "/api/v1/people/{person}/guardians/{guardian}/withdrawal", tag = "people",
    params(("person" = String, Path), ("guardian" = String, Path)), request_body = WithdrawalForm,
    responses((status = 200, body = GuardianJson), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn withdraw_consent(
    cx: Cx,
    Path(of): Path<(PersonId, GuardianId)>,
    Body(form): Body<WithdrawalForm>,
) -> Result<Json<GuardianJson>> {
    let (person, guardian) = both(&cx, policy::EDIT, of).await?;
    let reason = form.check().map_err(Error::Invalid)?;
    let (at, id) = (cx.clone(), guardian.id);
    cx.once(person.id.lane(), async move |tx: &mut Tx<'_>| verbs::withdraw(tx, &at, &guardian, &reason).await).await?;
    Ok(Json(found(&cx, id).await?))
}

/// Somebody for whom the caller stands.
#[derive(Serialize, ToSchema)]
pub(super) struct WardJson {
    /// The id of the consent.
    id: String,
    /// The minor's name.
    name: String,
    /// `named`, `given`, `withdrawn` or `grown`.
    state: String,
    /// Whether the separate consent to a child's data was given.
    for_data: bool,
    /// When it was given.
    given_at: Option<DateTime<Utc>>,
}

impl WardJson {
    fn of(ward: Ward) -> Self {
        Self {
            id: ward.id.to_string(),
            name: ward.name,
            state: ward.state.to_string(),
            for_data: ward.for_data,
            given_at: ward.given_at,
        }
    }
}

/// For whom the caller stands, by their own account.
#[utoipa::path(get, path = "/api/v1/me/wards", tag = "me", responses((status = 200, body = Paged<WardJson>)))]
pub(super) async fn list_wards(cx: Cx) -> Result<Json<Paged<WardJson>>> {
    let wards = store::wards(&cx.db, cx.tenant, PersonId(cx.person()?)).await?;
    Ok(Json(Paged { items: wards.into_iter().map(WardJson::of).collect(), next: None }))
}

/// The token of a guardian's link, and what the guardian agrees to.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WardConsent {
    /// The last part of the link.
    token: String,
    /// Agrees that the minor serves.
    agrees: bool,
    /// Agrees separately to the data of a child under 14.
    #[serde(default)]
    for_data: bool,
}

/// Agrees for a minor by the link that the desk handed out.
#[utoipa::path(post, path = "/api/v1/me/wards", tag = "me", request_body = WardConsent,
    responses((status = 201, body = GuardianJson), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn consent_by_account(
    cx: Cx,
    Body(said): Body<WardConsent>,
) -> Result<(StatusCode, Json<GuardianJson>)> {
    let (guardian, person) = verbs::by_link(&cx, &said.token).await?;
    let on = |yes: bool| if yes { "on".to_owned() } else { String::new() };
    let form = ConsentForm { agrees: on(said.agrees), for_data: on(said.for_data) };
    let for_data = form.check(band_of(&cx, &person)?).map_err(Error::Invalid)?;
    let id = guardian.id;
    agree(&cx, (guardian, person), for_data).await?;
    Ok((StatusCode::CREATED, Json(found(&cx, id).await?)))
}

/// Takes one's own consent back.
#[utoipa::path(delete, path = "/api/v1/me/wards/{guardian}", tag = "me", params(("guardian" = String, Path)),
    responses((status = 200, body = GuardianJson), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(super) async fn withdraw_own_consent(cx: Cx, Path(id): Path<GuardianId>, _: NoBody) -> Result<Json<GuardianJson>> {
    take_back(&cx, id).await?;
    Ok(Json(found(&cx, id).await?))
}
