//! What a browser or a program sends about a guardian, and what may exist.

use super::model::Relation;
use super::rules::Band;
use crate::rules::{name, phone};
use kernel::http::Multipart;
use kernel::{Cx, Error, FieldErrors, Result, Word};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The largest scan that is taken.
const MOST: usize = 10 * 1024 * 1024;

/// A guardian as typed.
#[derive(Clone, Default, Deserialize, Serialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct GuardianForm {
    /// As on the document.
    pub name: String,
    /// Mobile or landline; may be missing where the minor is 16 or older.
    pub phone: String,
    /// `father`, `mother`, `grandparent` or `other`.
    pub relation: String,
}

/// A guardian who may be named.
pub(crate) struct NewGuardian {
    pub name: String,
    pub phone: Option<String>,
    pub relation: Relation,
}

impl GuardianForm {
    /// Checked for a minor of this band; nobody is their own guardian by name and phone.
    pub(crate) fn check(&self, band: Band, minor: &crate::Person) -> std::result::Result<NewGuardian, FieldErrors> {
        let mut errors = FieldErrors::none();
        let name = name::parse(&self.name).unwrap_or_else(|e| {
            errors.add("name", Word::new(e.word()));
            String::new()
        });
        let typed = self.phone.trim();
        let phone = match (typed.is_empty(), phone::parse(typed)) {
            (true, _) => None,
            (false, Ok(phone)) => Some(phone.number),
            (false, Err(e)) => {
                errors.add("phone", Word::new(e.word()));
                None
            }
        };
        if typed.is_empty() && band.asks_phone() {
            errors.add("phone", Word::new("people.guardian.phone_missing"));
        }
        let relation: Option<Relation> = errors.choice("relation", &self.relation);
        if !name.is_empty() && name == minor.name {
            errors.add("name", Word::new("people.guardian.not_oneself"));
        }
        match relation {
            Some(relation) if errors.is_empty() => Ok(NewGuardian { name, phone, relation }),
            _ => Err(errors),
        }
    }
}

/// A scan with its name, its type by its first bytes, and its content.
pub(crate) type Scan = (String, &'static str, Vec<u8>);

/// A signed paper as it was sent.
#[derive(Default)]
pub(crate) struct PaperForm {
    agrees: bool,
    for_data: bool,
    scan: Option<(String, Vec<u8>)>,
}

impl PaperForm {
    pub(crate) async fn read(mut parts: Multipart) -> Result<Self> {
        let mut form = Self::default();
        while let Some((name, file, bytes)) = parts.next().await? {
            form.take(&name, file, bytes)?;
        }
        Ok(form)
    }

    /// One part of an upload; an unknown one is refused.
    pub(crate) fn take(&mut self, name: &str, file: String, bytes: Vec<u8>) -> Result<()> {
        match name {
            "scan" => self.scan = (!bytes.is_empty()).then_some((file, bytes)),
            "agrees" => self.agrees = kernel::forms::ticked(std::str::from_utf8(&bytes).ok()),
            "for_data" => self.for_data = kernel::forms::ticked(std::str::from_utf8(&bytes).ok()),
            _ => return Err(Error::Malformed(Word::new("error.form"))),
        }
        Ok(())
    }

    /// The scan and whether it holds for data, for a minor of this band.
    pub(crate) fn check(self, band: Band) -> std::result::Result<(Scan, bool), FieldErrors> {
        let mut errors = FieldErrors::none();
        let kind = self.scan.as_ref().and_then(|(_, bytes)| kind_of(bytes));
        match &self.scan {
            None => errors.add("scan", Word::new("people.guardian.scan_missing")),
            Some((_, bytes)) if bytes.len() > MOST => errors.add("scan", Word::new("error.too_large")),
            Some(_) if kind.is_none() => errors.add("scan", Word::new("people.guardian.scan_shape")),
            Some(_) => {}
        }
        ticks(&mut errors, band, (self.agrees, self.for_data));
        match (self.scan, kind) {
            (Some((file, bytes)), Some(kind)) if errors.is_empty() => Ok(((file, kind, bytes), self.for_data)),
            _ => Err(errors),
        }
    }
}

/// Both consents where both are asked for.
pub(crate) fn ticks(errors: &mut FieldErrors, band: Band, (agrees, for_data): (bool, bool)) {
    errors.ticked("agrees", agrees);
    if band.asks_data() {
        errors.ticked("for_data", for_data);
    }
}

fn kind_of(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [b'%', b'P', b'D', b'F', b'-', ..] => Some("application/pdf"),
        _ => kernel::files::picture_kind(bytes),
    }
}

/// Why a consent is taken back.
#[derive(Clone, Default, Deserialize, Serialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct WithdrawalForm {
    /// In the guardian's words; at most 200 characters.
    pub reason: String,
}

impl WithdrawalForm {
    pub(crate) fn check(&self) -> std::result::Result<String, FieldErrors> {
        let mut errors = FieldErrors::none();
        let reason = errors.text("reason", &self.reason, 200);
        if errors.is_empty() { Ok(reason) } else { Err(errors) }
    }
}

/// The person and one of their guardians; a guardian of somebody else is not there.
pub(crate) async fn both(
    cx: &Cx,
    permission: kernel::Permission,
    (person, guardian): (crate::PersonId, super::GuardianId),
) -> Result<(crate::Person, super::Guardian)> {
    let person = crate::find(&cx.db, cx.tenant, person).await?;
    crate::policy::may(cx, permission, &person).await?;
    let guardian = super::store::find(&cx.db, cx.tenant, guardian).await?;
    if guardian.person_id == person.id { Ok((person, guardian)) } else { Err(Error::NotFound) }
}
