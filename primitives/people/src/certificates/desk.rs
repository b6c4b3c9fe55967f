//! Certificates at the desk: what one person holds, and the kinds that the district knows.

use super::forms::{CertificateForm, EndForm, KindForm};
use super::model::{Certificate, CertificateId, CertificateKind, CertificateKindId};
use super::{store, verbs};
use crate::model::{Person, PersonId};
use crate::policy::{self, CERTIFY, KINDS};
use askama::Template;
use axum::extract::Path;
use kernel::http::filters;
use kernel::{Answer, Cx, Error, FieldErrors, Form, LaneKey, Result, Tx, Word};
use serde::Deserialize;

#[derive(Template)]
#[template(path = "people/certificates.html")]
struct Show {
    person: Person,
    certificates: Vec<Certificate>,
    kinds: Vec<CertificateKind>,
    form: CertificateForm,
    errors: FieldErrors,
    /// Which one is taken back, where that was wrong.
    of: Option<CertificateId>,
    reason: String,
    today: chrono::NaiveDate,
}

impl Show {
    fn url(&self) -> String {
        format!("{}/certificates", self.person.url())
    }

    /// The errors of the form of a new one.
    fn new_errors(&self) -> FieldErrors {
        if self.of.is_none() { self.errors.clone() } else { FieldErrors::none() }
    }

    /// The errors of taking this one back.
    fn errors_of(&self, certificate: &Certificate) -> FieldErrors {
        if self.of == Some(certificate.id) { self.errors.clone() } else { FieldErrors::none() }
    }

    /// The summary of errors leads to the field that is wrong, and no two have the same id.
    fn id_of(&self, certificate: &Certificate) -> String {
        if self.of == Some(certificate.id) { "reason".to_owned() } else { format!("reason-{}", certificate.id) }
    }
}

/// What was typed, with what is wrong.
#[derive(Default)]
struct Typed {
    form: CertificateForm,
    errors: FieldErrors,
    of: Option<CertificateId>,
    reason: String,
}

async fn page(cx: &Cx, person: Person, typed: Typed) -> Result<Show> {
    let certificates = verbs::read(cx, person.id).await?;
    let mut kinds = store::kinds(&cx.db, cx.tenant).await?;
    kinds.retain(|kind| kind.ended_at.is_none());
    let Typed { form, errors, of, reason } = typed;
    Ok(Show { person, certificates, kinds, form, errors, of, reason, today: cx.today() })
}

pub(super) async fn show(cx: Cx, Path(person): Path<PersonId>) -> Result<Answer> {
    let person = crate::find(&cx.db, cx.tenant, person).await?;
    policy::may(&cx, CERTIFY, &person).await?;
    cx.page(&page(&cx, person, Typed::default()).await?)
}

/// Writes what somebody holds, once for each one-time key.
pub(super) async fn kept(cx: &Cx, person: PersonId, form: &CertificateForm) -> Result<CertificateId> {
    let kinds = store::kinds(&cx.db, cx.tenant).await?;
    let new = form.check(&kinds, cx.today()).map_err(Error::Invalid)?;
    let at = cx.clone();
    cx.once(person.lane(), async move |tx: &mut Tx<'_>| verbs::keep(tx, &at, person, &new).await).await
}

pub(super) async fn create(cx: Cx, Path(person): Path<PersonId>, Form(form): Form<CertificateForm>) -> Result<Answer> {
    let person = crate::find(&cx.db, cx.tenant, person).await?;
    policy::may(&cx, CERTIFY, &person).await?;
    let url = format!("{}/certificates", person.url());
    match kept(&cx, person.id, &form).await {
        Ok(_) => Ok(cx.see_other_saying(&url, &Word::new("certificate.kept"))),
        Err(Error::Invalid(errors)) => {
            cx.invalid(&page(&cx, person, Typed { form, errors, ..Typed::default() }).await?)
        }
        Err(other) => Err(other),
    }
}

/// The person and one of their certificates; one of somebody else is not there.
pub(super) async fn both(cx: &Cx, (person, id): (PersonId, CertificateId)) -> Result<(Person, Certificate)> {
    let person = crate::find(&cx.db, cx.tenant, person).await?;
    policy::may(cx, CERTIFY, &person).await?;
    let found = store::find(&cx.db, cx.tenant, id).await?;
    if found.person_id == person.id { Ok((person, found)) } else { Err(Error::NotFound) }
}

/// Takes one back.
pub(super) async fn end(cx: &Cx, of: Certificate, form: &EndForm) -> Result<()> {
    let reason = form.check().map_err(Error::Invalid)?;
    let at = cx.clone();
    cx.once(of.person_id.lane(), async move |tx: &mut Tx<'_>| verbs::withdraw(tx, &at, &of, &reason).await).await
}

pub(super) async fn withdraw(
    cx: Cx,
    Path(of): Path<(PersonId, CertificateId)>,
    Form(form): Form<EndForm>,
) -> Result<Answer> {
    let (person, found) = both(&cx, of).await?;
    let (url, id) = (format!("{}/certificates", person.url()), found.id);
    match end(&cx, found, &form).await {
        Ok(()) => Ok(cx.see_other_saying(&url, &Word::new("certificate.withdrawn"))),
        Err(Error::Invalid(errors)) => {
            let typed = Typed { errors, of: Some(id), reason: form.reason, ..Typed::default() };
            cx.invalid(&page(&cx, person, typed).await?)
        }
        Err(other) => Err(other),
    }
}

#[derive(Template)]
#[template(path = "people/certificate_kinds.html")]
struct Kinds {
    kinds: Vec<CertificateKind>,
    may: bool,
    form: KindForm,
    errors: FieldErrors,
}

async fn kinds_page(cx: &Cx, form: KindForm, errors: FieldErrors) -> Result<Kinds> {
    Ok(Kinds { kinds: store::kinds(&cx.db, cx.tenant).await?, may: cx.can(KINDS), form, errors })
}

pub(super) async fn kinds(cx: Cx) -> Result<Answer> {
    cx.page(&kinds_page(&cx, KindForm::default(), FieldErrors::none()).await?)
}

/// Adds a kind, once for each one-time key.
pub(super) async fn added(cx: &Cx, form: &KindForm) -> Result<CertificateKindId> {
    let new = form.check().map_err(Error::Invalid)?;
    let at = cx.clone();
    cx.once(LaneKey::of(cx.tenant.0), async move |tx: &mut Tx<'_>| verbs::add_kind(tx, &at, &new).await).await
}

pub(super) async fn add_kind(cx: Cx, Form(form): Form<KindForm>) -> Result<Answer> {
    match added(&cx, &form).await {
        Ok(_) => Ok(cx.see_other_saying("/desk/certificates", &Word::new("certificate.kind_added"))),
        Err(Error::Invalid(errors)) => cx.invalid(&kinds_page(&cx, form, errors).await?),
        Err(Error::Refused(word)) => {
            let mut errors = FieldErrors::none();
            errors.add("name", word);
            cx.invalid(&kinds_page(&cx, form, errors).await?)
        }
        Err(other) => Err(other),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

/// Ends a kind.
pub(super) async fn ended(cx: &Cx, kind: CertificateKindId) -> Result<()> {
    let at = cx.clone();
    cx.once(LaneKey::of(cx.tenant.0), async move |tx: &mut Tx<'_>| verbs::end_kind(tx, &at, kind).await).await
}

pub(super) async fn end_kind(cx: Cx, Path(kind): Path<CertificateKindId>, Form(_): Form<Nothing>) -> Result<Answer> {
    ended(&cx, kind).await?;
    Ok(cx.see_other_saying("/desk/certificates", &Word::new("certificate.kind_ended")))
}
