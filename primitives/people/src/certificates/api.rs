//! Certificates as JSON: the same verbs.

use super::desk::{added, both, end, ended, kept};
use super::forms::{CertificateForm, EndForm, KindForm};
use super::model::{Certificate, CertificateId, CertificateKind, CertificateKindId};
use super::{own, store, verbs};
use crate::model::PersonId;
use crate::policy::{self, CERTIFY};
use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use chrono::{DateTime, NaiveDate, Utc};
use kernel::http::{Body, NoBody, Paged, Problem};
use kernel::{Cx, Result};
use serde::Serialize;
use utoipa::ToSchema;

/// A kind of certificate or training.
#[derive(Serialize, ToSchema)]
pub(super) struct CertificateKindJson {
    /// The id.
    id: String,
    name: String,
    /// For how many months it is valid, where it says so itself.
    months: Option<i64>,
    /// Whether nobody gets it any more.
    ended: bool,
}

/// The kinds that the district knows.
#[utoipa::path(get, path = "/api/v1/certificates", tag = "people", responses((status = 200, body = Paged<CertificateKindJson>)))]
pub(super) async fn list_certificate_kinds(cx: Cx) -> Result<Json<Paged<CertificateKindJson>>> {
    let json = |kind: CertificateKind| CertificateKindJson {
        id: kind.id.to_string(),
        name: kind.name,
        months: kind.months,
        ended: kind.ended_at.is_some(),
    };
    let items = store::kinds(&cx.db, cx.tenant).await?.into_iter().map(json).collect();
    Ok(Json(Paged { items, next: None }))
}

/// Something that was made.
#[derive(Serialize, ToSchema)]
pub(super) struct MadeCertificate {
    /// Its id.
    id: String,
}

/// Adds a kind.
#[utoipa::path(post, path = "/api/v1/certificates", tag = "people", request_body = KindForm,
    responses((status = 201, body = MadeCertificate), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn add_certificate_kind(
    cx: Cx,
    Body(form): Body<KindForm>,
) -> Result<(StatusCode, Json<MadeCertificate>)> {
    let id = added(&cx, &form).await?.to_string();
    Ok((StatusCode::CREATED, Json(MadeCertificate { id })))
}

/// Ends a kind: nobody gets it any more, and what people hold stays.
#[utoipa::path(delete, path = "/api/v1/certificates/{certificate_kind}", tag = "people",
    params(("certificate_kind" = String, Path)),
    responses((status = 204, description = "It has ended"), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(super) async fn end_certificate_kind(cx: Cx, Path(kind): Path<CertificateKindId>, _: NoBody) -> Result<StatusCode> {
    ended(&cx, kind).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A certificate that somebody holds or held.
#[derive(Serialize, ToSchema)]
pub(super) struct CertificateJson {
    /// The id.
    id: String,
    /// The kind's id.
    kind: String,
    /// The kind's name.
    name: String,
    number: String,
    issuer: String,
    issued_on: NaiveDate,
    /// Its last day; absent where it does not end.
    valid_until: Option<NaiveDate>,
    /// `valid`, `soon` (it ends within 30 days), `over` or `ended` (taken back).
    standing: String,
    checked_at: DateTime<Utc>,
    checked_by: String,
}

impl CertificateJson {
    fn of(one: Certificate, today: NaiveDate) -> Self {
        Self {
            id: one.id.to_string(),
            kind: one.kind_id.to_string(),
            standing: one.standing(today).to_owned(),
            name: one.kind,
            number: one.number,
            issuer: one.issuer,
            issued_on: one.issued_on,
            valid_until: one.valid_until,
            checked_at: one.checked_at,
            checked_by: one.checked_name,
        }
    }
}

fn paged(cx: &Cx, found: Vec<Certificate>) -> Json<Paged<CertificateJson>> {
    let items = found.into_iter().map(|one| CertificateJson::of(one, cx.today())).collect();
    Json(Paged { items, next: None })
}

/// What a person holds or held, the newest first; the look leaves its line.
#[utoipa::path(get, path = "/api/v1/people/{person}/certificates", tag = "people", params(("person" = String, Path)),
    responses((status = 200, body = Paged<CertificateJson>), (status = 404, body = Problem)))]
pub(super) async fn list_certificates(cx: Cx, Path(person): Path<PersonId>) -> Result<Json<Paged<CertificateJson>>> {
    let person = crate::find(&cx.db, cx.tenant, person).await?;
    policy::may(&cx, CERTIFY, &person).await?;
    Ok(paged(&cx, verbs::read(&cx, person.id).await?))
}

/// Writes what somebody holds; whoever sends it looked at the paper.
#[utoipa::path(post, path = "/api/v1/people/{person}/certificates", tag = "people", params(("person" = String, Path)),
    request_body = CertificateForm,
    responses((status = 201, body = MadeCertificate), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn keep_certificate(
    cx: Cx,
    Path(person): Path<PersonId>,
    Body(form): Body<CertificateForm>,
) -> Result<(StatusCode, Json<MadeCertificate>)> {
    let person = crate::find(&cx.db, cx.tenant, person).await?;
    policy::may(&cx, CERTIFY, &person).await?;
    let id = kept(&cx, person.id, &form).await?.to_string();
    Ok((StatusCode::CREATED, Json(MadeCertificate { id })))
}

/// Takes one back: it was wrong, lost or cancelled.
#[utoipa::path(post, path = "/api/v1/people/{person}/certificates/{certificate}/withdrawal", tag = "people",
    params(("person" = String, Path), ("certificate" = String, Path)), request_body = EndForm,
    responses((status = 204, description = "It is taken back"), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn withdraw_certificate(
    cx: Cx,
    Path(of): Path<(PersonId, CertificateId)>,
    Body(form): Body<EndForm>,
) -> Result<StatusCode> {
    let (_, found) = both(&cx, of).await?;
    end(&cx, found, &form).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What one holds oneself.
#[utoipa::path(get, path = "/api/v1/me/certificates", tag = "people", responses((status = 200, body = Paged<CertificateJson>)))]
pub(super) async fn list_own_certificates(cx: Cx) -> Result<Json<Paged<CertificateJson>>> {
    Ok(paged(&cx, own::own(&cx).await?))
}
