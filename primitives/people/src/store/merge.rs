//! The SQL of records made one, and two again.

use super::write::{SealedId, extra_tokens};
use crate::merging::{Merge, MergeId};
use crate::model::{Person, PersonId, PersonState};
use crate::rules::identity::Identity;
use chrono::{DateTime, Utc};
use kernel::{Cx, Error, Read, Result, TenantId, Tx, args, row, search};

const COLUMNS: &str =
    "id, kept_id, gone_id, fields, state, made_name, made_at, asked_by, asked_person, asked_name, asked_at,
     reason, decided_name, decided_at";

/// One merging.
pub async fn find(db: &impl Read, tenant: TenantId, id: MergeId) -> Result<Merge> {
    db.one(&format!("SELECT {COLUMNS} FROM person_merge WHERE tenant_id = $1 AND id = $2"), args![tenant, id]).await
}

/// What a person's record was made of, the newest first.
pub async fn of_kept(db: &impl Read, tenant: TenantId, kept: PersonId) -> Result<Vec<Merge>> {
    let sql =
        format!("SELECT {COLUMNS} FROM person_merge WHERE tenant_id = $1 AND kept_id = $2 ORDER BY id DESC LIMIT 20");
    db.all(&sql, args![tenant, kept]).await
}

/// Where somebody asked for two again and nobody decided yet.
pub async fn waiting(db: &impl Read, tenant: TenantId) -> Result<Vec<Merge>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM person_merge WHERE tenant_id = $1 AND state = 'asked' ORDER BY asked_at LIMIT 50"
    );
    db.all(&sql, args![tenant]).await
}

row! { struct Sealed { before: Vec<u8> } }

/// What stood on the records before, sealed.
pub(crate) async fn before(db: &impl Read, tenant: TenantId, id: MergeId) -> Result<Vec<u8>> {
    let sql = "SELECT before FROM person_merge WHERE tenant_id = $1 AND id = $2";
    Ok(db.one::<Sealed>(sql, args![tenant, id]).await?.before)
}

/// Puts a merging on record.
pub(crate) async fn insert(
    tx: &mut Tx<'_>,
    cx: &Cx,
    (id, kept, gone): (MergeId, PersonId, PersonId),
    (fields, sealed): (&[&'static str], Vec<u8>),
) -> Result<()> {
    let sql =
        "INSERT INTO person_merge (tenant_id, id, kept_id, gone_id, fields, before, state, made_by, made_name, made_at)
               VALUES ($1, $2, $3, $4, $5, $6, 'merged', $7, $8, $9)";
    let fields = serde_json::json!(fields);
    let args = args![cx.tenant, id, kept, gone, fields, sealed, cx.actor.account, cx.actor.name, cx.now];
    tx.execute(sql, args).await?;
    Ok(())
}

/// Somebody wants two again.
pub async fn ask(tx: &mut Tx<'_>, cx: &Cx, id: MergeId, reason: &str) -> Result<()> {
    let sql = "UPDATE person_merge SET state = 'asked', asked_by = $3, asked_person = $4, asked_name = $5, asked_at = $6, reason = $7
               WHERE tenant_id = $1 AND id = $2 AND state = 'merged'";
    let args = args![cx.tenant, id, cx.actor.account, cx.actor.person, cx.actor.name, cx.now, reason];
    match tx.execute(sql, args).await? {
        1 => Ok(()),
        _ => Err(Error::refused("people.merge.not_waiting")),
    }
}

/// Somebody else says no.
pub async fn refuse(tx: &mut Tx<'_>, cx: &Cx, id: MergeId) -> Result<()> {
    let sql = "UPDATE person_merge SET state = 'merged', decided_by = $3, decided_name = $4, decided_at = $5
               WHERE tenant_id = $1 AND id = $2 AND state = 'asked'";
    match tx.execute(sql, args![cx.tenant, id, cx.actor.account, cx.actor.name, cx.now]).await? {
        1 => Ok(()),
        _ => Err(Error::refused("people.merge.not_waiting")),
    }
}

/// They are two again; another account than the one that asked says so, by the table itself.
pub(crate) async fn end(tx: &mut Tx<'_>, cx: &Cx, id: MergeId) -> Result<()> {
    let sql = "UPDATE person_merge SET state = 'unmerged', decided_by = $3, decided_name = $4, decided_at = $5
               WHERE tenant_id = $1 AND id = $2 AND state = 'asked'";
    match tx.execute(sql, args![cx.tenant, id, cx.actor.account, cx.actor.name, cx.now]).await? {
        1 => Ok(()),
        _ => Err(Error::refused("people.merge.not_waiting")),
    }
}

/// Archives a record, points it and those that pointed to it to another one, and takes it out of the search.
pub(crate) async fn give_up(
    tx: &mut Tx<'_>,
    (tenant, now): (TenantId, DateTime<Utc>),
    gone: PersonId,
    kept: PersonId,
) -> Result<()> {
    let sql =
        "UPDATE person SET state = 'archived', merged_into_id = $3, updated_at = $4 WHERE tenant_id = $1 AND id = $2";
    tx.execute(sql, args![tenant, gone, kept, now]).await?;
    let sql = "UPDATE person SET merged_into_id = $3 WHERE tenant_id = $1 AND merged_into_id = $2";
    tx.execute(sql, args![tenant, gone, kept]).await?;
    tx.execute("DELETE FROM search_token WHERE tenant_id = $1 AND object_id = $2", args![tenant, gone]).await?;
    Ok(())
}

/// Takes a record up again, and lets those that had pointed to it do so again.
pub(crate) async fn take_up(
    tx: &mut Tx<'_>,
    (tenant, now): (TenantId, DateTime<Utc>),
    gone: &Person,
    state: PersonState,
) -> Result<()> {
    let sql = "UPDATE person SET state = $3, merged_into_id = NULL, updated_at = $4 WHERE tenant_id = $1 AND id = $2";
    tx.execute(sql, args![tenant, gone.id, state, now]).await?;
    let sql = "UPDATE person SET merged_into_id = $2 WHERE tenant_id = $1 AND id IN (
                 SELECT gone_id FROM person_merge WHERE tenant_id = $1 AND kept_id = $2 AND state <> 'unmerged')";
    tx.execute(sql, args![tenant, gone.id]).await?;
    let now = super::find(tx, tenant, gone.id).await?;
    let extra = extra_tokens(now.phone.as_deref(), now.volunteer_no.as_deref());
    search::index(tx, tenant, "person", gone.id.0, &gone.name, &extra).await
}

/// Writes a record as it is given, empty fields too; document, number and state are not touched.
pub(crate) async fn write(tx: &mut Tx<'_>, (tenant, now): (TenantId, DateTime<Utc>), p: &Person) -> Result<()> {
    let sql =
        "UPDATE person SET name = $3, sort_key = $4, sex = $5, birth_date = $6, phone = $7, email = $8, ethnicity = $9,
                 education = $10, employer = $11, skills = $12, region_code = $13, address = $14, registered_on = $15,
                 updated_at = $16 WHERE tenant_id = $1 AND id = $2";
    let args = args![
        tenant,
        p.id,
        p.name,
        search::sort_key(&p.name),
        p.sex,
        p.birth_date,
        p.phone,
        p.email,
        p.ethnicity,
        p.education,
        p.employer,
        p.skills,
        p.region_code,
        p.address,
        p.registered_on,
        now
    ];
    tx.execute(sql, args).await?;
    let extra = extra_tokens(p.phone.as_deref(), p.volunteer_no.as_deref());
    search::index(tx, tenant, "person", p.id.0, &p.name, &extra).await
}

/// Takes the document off a record.
pub(crate) async fn clear_identity(tx: &mut Tx<'_>, tenant: TenantId, id: PersonId) -> Result<()> {
    let sql = "UPDATE person SET id_kind = NULL, id_sealed = NULL, id_hash = NULL, id_tail = NULL WHERE tenant_id = $1 AND id = $2";
    tx.execute(sql, args![tenant, id]).await?;
    Ok(())
}

/// Puts a document on a record, sealed for it.
pub(crate) async fn set_identity(tx: &mut Tx<'_>, cx: &Cx, id: PersonId, identity: &Identity) -> Result<()> {
    let sealed = SealedId::of(&cx.app.keys, id, Some(identity))?;
    let sql =
        "UPDATE person SET id_kind = $3, id_sealed = $4, id_hash = $5, id_tail = $6 WHERE tenant_id = $1 AND id = $2";
    tx.execute(sql, args![cx.tenant, id, sealed.kind, sealed.sealed, sealed.hash, sealed.tail]).await?;
    Ok(())
}

/// Gives a record its volunteer's number, or takes it.
pub(crate) async fn set_number(tx: &mut Tx<'_>, tenant: TenantId, id: PersonId, number: Option<&str>) -> Result<()> {
    let sql = "UPDATE person SET volunteer_no = $3 WHERE tenant_id = $1 AND id = $2";
    tx.execute(sql, args![tenant, id, number.map(str::to_owned)]).await?;
    Ok(())
}
