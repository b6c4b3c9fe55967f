//! What a browser or a program sends about certificates, and what may exist.

use super::model::{CertificateKind, CertificateKindId};
use super::store::Paper;
use chrono::{Months, NaiveDate};
use kernel::{FieldErrors, Word};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A certificate as typed.
#[derive(Clone, Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct CertificateForm {
    /// The id of its kind.
    pub kind: String,
    /// What stands on it; may be empty.
    pub number: String,
    /// Who issued it; may be empty.
    pub issuer: String,
    /// The day on which it was issued.
    pub issued_on: String,
    /// Its last day; without one, what its kind says.
    pub valid_until: String,
}

/// A certificate that may be written.
#[derive(Clone, Debug)]
pub struct NewCertificate {
    /// Its kind.
    pub kind: CertificateKindId,
    /// What stands on it; may be empty.
    pub number: String,
    /// Who issued it; may be empty.
    pub issuer: String,
    /// Since when it is valid.
    pub issued_on: NaiveDate,
    /// Its last day; without one it does not end.
    pub valid_until: Option<NaiveDate>,
}

impl NewCertificate {
    pub(super) fn paper(&self) -> Paper<'_> {
        let Self { kind, number, issuer, issued_on, valid_until } = self;
        Paper { kind: *kind, number, issuer, issued_on: *issued_on, valid_until: *valid_until }
    }
}

impl CertificateForm {
    /// Checked against the kinds that people still get.
    pub(crate) fn check(&self, kinds: &[CertificateKind], today: NaiveDate) -> Result<NewCertificate, FieldErrors> {
        let mut errors = FieldErrors::none();
        let wanted: Option<CertificateKindId> = self.kind.trim().parse().ok();
        let kind = kinds.iter().find(|k| Some(k.id) == wanted && k.ended_at.is_none());
        if kind.is_none() {
            errors.add("kind", Word::new("form.choose"));
        }
        let number = errors.optional_text("number", &self.number, 60).unwrap_or_default();
        let issuer = errors.optional_text("issuer", &self.issuer, 60).unwrap_or_default();
        let issued_on = errors.date("issued_on", &self.issued_on);
        if issued_on.is_some_and(|day| day > today) {
            errors.add("issued_on", Word::new("certificate.form.future"));
        }
        let typed = match self.valid_until.trim() {
            "" => None,
            text => errors.date("valid_until", text),
        };
        if issued_on.zip(typed).is_some_and(|(from, until)| until < from) {
            errors.add("valid_until", Word::new("certificate.form.backwards"));
        }
        match (kind, issued_on) {
            (Some(kind), Some(issued_on)) if errors.is_empty() => {
                let valid_until = typed.or_else(|| last_day(kind, issued_on));
                Ok(NewCertificate { kind: kind.id, number, issuer, issued_on, valid_until })
            }
            _ => Err(errors),
        }
    }
}

/// The last day that follows from the kind.
fn last_day(kind: &CertificateKind, issued_on: NaiveDate) -> Option<NaiveDate> {
    let months = u32::try_from(kind.months?).ok()?;
    issued_on.checked_add_months(Months::new(months))?.pred_opt()
}

/// A kind as typed.
#[derive(Clone, Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct KindForm {
    /// What people call it; at most 40 characters.
    pub name: String,
    /// For how many months it is valid, 1 to 600; empty where each says it itself.
    pub months: String,
}

/// A kind that may be added.
#[derive(Clone, Debug)]
pub struct NewKind {
    /// What people call it.
    pub name: String,
    /// For how many months it is valid.
    pub months: Option<i64>,
}

impl KindForm {
    pub(crate) fn check(&self) -> Result<NewKind, FieldErrors> {
        let mut errors = FieldErrors::none();
        let name = errors.text("name", &self.name, 40);
        let months = errors.optional_whole("months", &self.months, 1, 600);
        if errors.is_empty() { Ok(NewKind { name, months }) } else { Err(errors) }
    }
}

/// Why something is taken back.
#[derive(Clone, Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct EndForm {
    /// At most 100 characters.
    pub reason: String,
}

impl EndForm {
    pub(crate) fn check(&self) -> Result<String, FieldErrors> {
        let mut errors = FieldErrors::none();
        let reason = errors.text("reason", &self.reason, 100);
        if errors.is_empty() { Ok(reason) } else { Err(errors) }
    }
}
