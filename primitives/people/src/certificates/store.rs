//! The SQL of certificates.

use super::model::{Certificate, CertificateId, CertificateKind, CertificateKindId, Held};
use crate::model::PersonId;
use chrono::NaiveDate;
use kernel::db::{ToValue as _, in_list};
use kernel::{Cx, Error, Read, Result, TenantId, Tx, args, row};

const COLUMNS: &str = "c.id, c.person_id, c.kind_id, k.name AS kind, c.number, c.issuer, c.issued_on, c.valid_until, c.checked_at, \
    c.checked_name, c.ended_at, c.ended_name, c.ended_why";
const OF: &str = "FROM certificate c JOIN certificate_kind k ON k.tenant_id = c.tenant_id AND k.id = c.kind_id";

/// The kinds that a district knows, those first that people still get.
pub async fn kinds(db: &impl Read, tenant: TenantId) -> Result<Vec<CertificateKind>> {
    let sql = "SELECT id, name, months, ended_at FROM certificate_kind WHERE tenant_id = $1
               ORDER BY CASE WHEN ended_at IS NULL THEN 0 ELSE 1 END, id LIMIT 200";
    db.all(sql, args![tenant]).await
}

row! { struct Count { n: i64 } }

/// Whether there is a kind of this name.
pub(crate) async fn is_named(db: &impl Read, tenant: TenantId, name: &str) -> Result<bool> {
    let sql = "SELECT COUNT(*) AS n FROM certificate_kind WHERE tenant_id = $1 AND name = $2";
    Ok(db.one::<Count>(sql, args![tenant, name]).await?.n > 0)
}

/// Writes a kind.
pub(crate) async fn insert_kind(
    tx: &mut Tx<'_>,
    cx: &Cx,
    (id, name, months): (CertificateKindId, &str, Option<i64>),
) -> Result<()> {
    let sql = "INSERT INTO certificate_kind (tenant_id, id, name, months, made_at, made_name) VALUES ($1, $2, $3, $4, $5, $6)";
    tx.execute(sql, args![cx.tenant, id, name, months, cx.now, cx.actor.name]).await?;
    Ok(())
}

/// Ends a kind: what people hold of it stays.
pub(crate) async fn end_kind(tx: &mut Tx<'_>, cx: &Cx, id: CertificateKindId) -> Result<CertificateKind> {
    let sql = "SELECT id, name, months, ended_at FROM certificate_kind WHERE tenant_id = $1 AND id = $2";
    let kind: CertificateKind = tx.one(sql, args![cx.tenant, id]).await?;
    let sql = "UPDATE certificate_kind SET ended_at = $1 WHERE tenant_id = $2 AND id = $3 AND ended_at IS NULL";
    match tx.execute(sql, args![cx.now, cx.tenant, id]).await? {
        1 => Ok(kind),
        _ => Err(Error::refused("certificate.refused.kind_ended")),
    }
}

/// Everything that a person holds or held, the newest first (S3: the caller leaves the trace).
pub(crate) async fn of_person(db: &impl Read, tenant: TenantId, person: PersonId) -> Result<Vec<Certificate>> {
    let sql = format!(
        "SELECT {COLUMNS} {OF} WHERE c.tenant_id = $1 AND c.person_id = $2 ORDER BY c.issued_on DESC, c.id DESC LIMIT 200"
    );
    db.all(&sql, args![tenant, person]).await
}

/// One certificate.
pub(crate) async fn find(db: &impl Read, tenant: TenantId, id: CertificateId) -> Result<Certificate> {
    db.one(&format!("SELECT {COLUMNS} {OF} WHERE c.tenant_id = $1 AND c.id = $2"), args![tenant, id]).await
}

/// A certificate as it is entered.
pub(crate) struct Paper<'p> {
    pub kind: CertificateKindId,
    pub number: &'p str,
    pub issuer: &'p str,
    pub issued_on: NaiveDate,
    pub valid_until: Option<NaiveDate>,
}

/// Writes one.
pub(crate) async fn insert(
    tx: &mut Tx<'_>,
    cx: &Cx,
    (id, person): (CertificateId, PersonId),
    paper: &Paper<'_>,
) -> Result<()> {
    let sql = "INSERT INTO certificate (tenant_id, id, person_id, kind_id, number, issuer, issued_on, valid_until, checked_at, checked_name)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    let Paper { kind, number, issuer, issued_on, valid_until } = paper;
    let cells = args![cx.tenant, id, person, *kind, *number, *issuer, *issued_on, *valid_until, cx.now, cx.actor.name];
    tx.execute(sql, cells).await?;
    Ok(())
}

/// Takes one back.
pub(crate) async fn withdraw(tx: &mut Tx<'_>, cx: &Cx, id: CertificateId, why: &str) -> Result<()> {
    let sql = "UPDATE certificate SET ended_at = $1, ended_name = $2, ended_why = $3
               WHERE tenant_id = $4 AND id = $5 AND ended_at IS NULL";
    match tx.execute(sql, args![cx.now, cx.actor.name, why, cx.tenant, id]).await? {
        1 => Ok(()),
        _ => Err(Error::refused("certificate.refused.ended")),
    }
}

/// What these people hold of these kinds; nothing that was taken back.
pub async fn held(
    db: &impl Read,
    tenant: TenantId,
    (people, kinds): (&[PersonId], &[CertificateKindId]),
) -> Result<Vec<Held>> {
    let mut found = Vec::new();
    if kinds.is_empty() {
        return Ok(found);
    }
    for part in people.chunks(500) {
        let mut args = args![tenant].to_vec();
        args.extend(kinds.iter().map(|kind| kind.to_value()));
        args.extend(part.iter().map(|person| person.to_value()));
        let sql = format!(
            "SELECT person_id, kind_id, issued_on, valid_until FROM certificate
             WHERE tenant_id = $1 AND ended_at IS NULL AND kind_id IN {} AND person_id IN {}",
            in_list(2, kinds.len()),
            in_list(2 + kinds.len(), part.len())
        );
        found.extend(db.all::<Held>(&sql, &args).await?);
    }
    Ok(found)
}

/// Takes everything that somebody held off the record.
pub(crate) async fn erase(tx: &mut Tx<'_>, cx: &Cx, person: PersonId) -> Result<()> {
    let sql = "DELETE FROM certificate WHERE tenant_id = $1 AND person_id = $2";
    tx.execute(sql, args![cx.tenant, person]).await?;
    Ok(())
}
