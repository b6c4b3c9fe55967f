//! The SQL of taking back.

use super::write::extra_tokens;
use crate::model::{PersonId, PoliticalCode};
use crate::undoing::PutBack;
use chrono::{DateTime, Utc};
use kernel::db::{ToValue as _, Value, in_list};
use kernel::ids::Raw;
use kernel::{Read as _, Result, TenantId, Tx, args, row, search};

/// Removes people and their search tokens.
pub(crate) async fn remove_many(tx: &mut Tx<'_>, tenant: TenantId, people: &[PersonId]) -> Result<()> {
    for part in people.chunks(1_000) {
        let list = in_list(2, part.len());
        let args: Vec<Value> = args![tenant].iter().cloned().chain(part.iter().map(|id| id.to_value())).collect();
        tx.execute(&format!("DELETE FROM search_token WHERE tenant_id = $1 AND object_id IN {list}"), &args).await?;
        tx.execute(&format!("DELETE FROM person WHERE tenant_id = $1 AND id IN {list}"), &args).await?;
    }
    Ok(())
}

/// Writes the fields of each person as given, empty ones too: an insert that always meets its row, so that many people are
/// one statement.
pub(crate) async fn put_back(
    tx: &mut Tx<'_>,
    (tenant, now): (TenantId, DateTime<Utc>),
    list: &[PutBack],
) -> Result<()> {
    let rows: Vec<Vec<Value>> = list
        .iter()
        .map(|PutBack { person: p, .. }| {
            args![
                tenant,
                p.id,
                p.name,
                p.sort_key,
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
                p.state,
                p.created_at,
                now
            ]
            .to_vec()
        })
        .collect();
    let head = "INSERT INTO person (tenant_id, id, name, sort_key, sex, birth_date, phone, email, ethnicity, education,
         employer, skills, region_code, address, state, created_at, updated_at)";
    let tail = "ON CONFLICT (tenant_id, id) DO UPDATE SET sex = excluded.sex, birth_date = excluded.birth_date,
         phone = excluded.phone, email = excluded.email, ethnicity = excluded.ethnicity, education = excluded.education,
         employer = excluded.employer, skills = excluded.skills, region_code = excluded.region_code,
         address = excluded.address, updated_at = excluded.updated_at";
    tx.insert_many(head, tail, &rows).await?;
    for PutBack { person: p, .. } in list.iter().filter(|back| back.fields.contains(&"phone")) {
        let extra = extra_tokens(p.phone.as_deref(), p.volunteer_no.as_deref());
        search::index(tx, tenant, "person", p.id.0, &p.name, &extra).await?;
    }
    Ok(())
}

row! { struct Begun { id: Raw } }

/// The status that holds, if it is this one.
pub(crate) async fn begun_status(
    tx: &Tx<'_>,
    tenant: TenantId,
    person: PersonId,
    code: PoliticalCode,
) -> Result<Option<Raw>> {
    let sql = "SELECT id FROM political_status WHERE tenant_id = $1 AND person_id = $2 AND code = $3 AND to_on IS NULL
               ORDER BY id DESC LIMIT 1";
    let found: Option<Begun> = tx.optional(sql, args![tenant, person, code]).await?;
    Ok(found.map(|begun| begun.id))
}

/// Removes a status; the last one of this code before it, if there was one, holds again.
pub(crate) async fn reopen_status(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    person: PersonId,
    (held, before): (Raw, Option<PoliticalCode>),
) -> Result<()> {
    tx.execute("DELETE FROM political_status WHERE tenant_id = $1 AND id = $2", args![tenant, held]).await?;
    let Some(before) = before else { return Ok(()) };
    let sql = "UPDATE political_status SET to_on = NULL WHERE tenant_id = $1 AND id = (
                 SELECT id FROM political_status WHERE tenant_id = $1 AND person_id = $2 AND code = $3 AND to_on IS NOT NULL
                 ORDER BY id DESC LIMIT 1)";
    tx.execute(sql, args![tenant, person, before]).await?;
    Ok(())
}
