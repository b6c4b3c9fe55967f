//! The SQL of rows that go over to another record.

use super::{COLUMNS, month, take_day};
use crate::model::{Entry, EntryId};
use chrono::{DateTime, NaiveDate, Utc};
use kernel::{Cx, Read, Result, TenantId, Tx, args, row};
use people::PersonId;

/// The rows of a person that count: not taken back, and no taking back themselves.
pub(crate) async fn counting(db: &impl Read, tenant: TenantId, person: PersonId) -> Result<Vec<Entry>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM hours_entry e WHERE e.tenant_id = $1 AND e.person_id = $2 AND e.reverses_id IS NULL
           AND NOT EXISTS (SELECT 1 FROM hours_entry r WHERE r.tenant_id = e.tenant_id AND r.reverses_id = e.id) ORDER BY e.id"
    );
    db.all(&sql, args![tenant, person]).await
}

/// Those of them that overlap one of another person's.
pub(crate) async fn overlapping(
    db: &impl Read,
    tenant: TenantId,
    person: PersonId,
    other: PersonId,
) -> Result<Vec<Entry>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM hours_entry e WHERE e.tenant_id = $1 AND e.person_id = $2 AND e.reverses_id IS NULL
           AND NOT EXISTS (SELECT 1 FROM hours_entry r WHERE r.tenant_id = e.tenant_id AND r.reverses_id = e.id)
           AND EXISTS (SELECT 1 FROM hours_entry o WHERE o.tenant_id = e.tenant_id AND o.person_id = $3
             AND COALESCE(o.service_day, o.day) = COALESCE(e.service_day, e.day)
             AND o.started_at < e.ended_at AND o.ended_at > e.started_at AND o.reverses_id IS NULL
             AND NOT EXISTS (SELECT 1 FROM hours_entry q WHERE q.tenant_id = o.tenant_id AND q.reverses_id = o.id))
         ORDER BY e.started_at"
    );
    db.all(&sql, args![tenant, person, other]).await
}

row! { struct Copied { started_at: DateTime<Utc>, ended_at: DateTime<Utc>, day: NaiveDate, service_day: Option<NaiveDate>, minutes: i64 } }
row! { struct Taken { id: EntryId } }

/// Credits a row once more, to another person; nothing when they have that time already.
pub(crate) async fn credit_again(
    tx: &mut Tx<'_>,
    cx: &Cx,
    entry: EntryId,
    (person, reason): (PersonId, &str),
) -> Result<Option<EntryId>> {
    let sql =
        "SELECT started_at, ended_at, day, service_day, minutes FROM hours_entry WHERE tenant_id = $1 AND id = $2";
    let copied: Copied = tx.one(sql, args![cx.tenant, entry]).await?;
    let service_day = copied.service_day.unwrap_or(copied.day);
    take_day(tx, cx.tenant, person, service_day, copied.minutes).await?;
    let sql = "SELECT e.id FROM hours_entry e WHERE e.tenant_id = $1 AND e.person_id = $2 AND (e.day = $3 OR e.service_day = $3)
                 AND e.started_at < $4 AND e.ended_at > $5 AND e.reverses_id IS NULL
                 AND NOT EXISTS (SELECT 1 FROM hours_entry r WHERE r.tenant_id = e.tenant_id AND r.reverses_id = e.id) LIMIT 1";
    let there: Option<Taken> =
        tx.optional(sql, args![cx.tenant, person, service_day, copied.ended_at, copied.started_at]).await?;
    if there.is_some() {
        take_day(tx, cx.tenant, person, service_day, -copied.minutes).await?;
        return Ok(None);
    }
    let id = EntryId::fresh();
    let booked = month::book(tx, cx, copied.day).await?;
    let later = (booked != service_day).then_some(service_day);
    let sql = "INSERT INTO hours_entry (tenant_id, id, person_id, activity_id, session_id, title, organisation_id, organisation_path,
                 region_code, kind, category, day, started_at, ended_at, minutes, method, reason, entered_by, approved_by, made_at,
                 service_day)
               SELECT tenant_id, $3, $4, activity_id, session_id, title, organisation_id,
                 organisation_path, region_code, kind, category, $7, started_at, ended_at, minutes, method, $5,
                 entered_by, approved_by, $6, $8
               FROM hours_entry WHERE tenant_id = $1 AND id = $2";
    tx.execute(sql, args![cx.tenant, entry, id, person, reason, cx.now, booked, later]).await?;
    let sql = "INSERT INTO hours_unsealed (tenant_id, id, source) VALUES ($1, $2, 'entry')";
    tx.execute(sql, args![cx.tenant, id]).await?;
    Ok(Some(id))
}
