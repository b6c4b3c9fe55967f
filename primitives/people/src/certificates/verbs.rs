//! What is done about certificates: the SQL and its trace together. The trace tells which row, never what stands in it.

use super::forms::{NewCertificate, NewKind};
use super::model::{Certificate, CertificateId, CertificateKindId};
use super::store;
use crate::model::PersonId;
use kernel::ids::Raw;
use kernel::{Cx, Deed, Error, Result, Tx};
use serde::Serialize;

/// Somebody read what a person holds, wrote or took back some of it.
#[derive(Serialize)]
struct Certified {
    #[serde(skip)]
    person: PersonId,
    deed: &'static str,
}

impl Deed for Certified {
    const KIND: &'static str = "people.certified";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("person", Some(self.person.0))
    }
}

/// Somebody read what a person holds.
#[derive(Serialize)]
struct CertificatesRead {
    #[serde(skip)]
    person: PersonId,
    lines: usize,
}

impl Deed for CertificatesRead {
    const KIND: &'static str = "people.certificates_read";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("person", Some(self.person.0))
    }
}

/// A kind was added or ended.
#[derive(Serialize)]
struct KindChanged {
    #[serde(skip)]
    kind: CertificateKindId,
    name: String,
    deed: &'static str,
}

impl Deed for KindChanged {
    const KIND: &'static str = "people.certificate_kind";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("certificate_kind", Some(self.kind.0))
    }
}

/// Adds a kind.
///
/// # Errors
/// `Refused` when there is one of this name.
pub async fn add_kind(tx: &mut Tx<'_>, cx: &Cx, new: &NewKind) -> Result<CertificateKindId> {
    if store::is_named(tx, cx.tenant, &new.name).await? {
        return Err(Error::refused("certificate.refused.named"));
    }
    let kind = CertificateKindId::fresh();
    store::insert_kind(tx, cx, (kind, &new.name, new.months)).await?;
    tx.record(cx, &KindChanged { kind, name: new.name.clone(), deed: "added" });
    Ok(kind)
}

/// Ends a kind: nobody gets it any more, no new activity asks for it, and what people hold stays.
///
/// # Errors
/// `Refused` when it has ended.
pub(super) async fn end_kind(tx: &mut Tx<'_>, cx: &Cx, kind: CertificateKindId) -> Result<()> {
    let name = store::end_kind(tx, cx, kind).await?.name;
    tx.record(cx, &KindChanged { kind, name, deed: "ended" });
    Ok(())
}

/// Writes what somebody holds.
pub async fn keep(tx: &mut Tx<'_>, cx: &Cx, person: PersonId, new: &NewCertificate) -> Result<CertificateId> {
    let id = CertificateId::fresh();
    store::insert(tx, cx, (id, person), &new.paper()).await?;
    tx.record(cx, &Certified { person, deed: "kept" });
    Ok(id)
}

/// Takes something back: it was wrong, lost or cancelled.
///
/// # Errors
/// `Refused` when it was taken back already.
pub async fn withdraw(tx: &mut Tx<'_>, cx: &Cx, of: &Certificate, why: &str) -> Result<()> {
    store::withdraw(tx, cx, of.id, why).await?;
    tx.record(cx, &Certified { person: of.person_id, deed: "withdrawn" });
    Ok(())
}

/// What a person holds or held, with the line of the look.
pub(super) async fn read(cx: &Cx, person: PersonId) -> Result<Vec<Certificate>> {
    let at = cx.clone();
    cx.write(person.lane(), async move |tx: &mut Tx<'_>| {
        let found = store::of_person(tx, at.tenant, person).await?;
        tx.record(&at, &CertificatesRead { person, lines: found.len() });
        Ok(found)
    })
    .await
}
