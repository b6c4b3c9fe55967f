//! The SQL of coming and going; lists, tries and distances have files of their own.

pub(crate) mod distance;
pub(crate) mod roster;
pub(crate) mod sheet;
pub(crate) mod tries;

pub(crate) use roster::{RosterLine, guests, members, roster};

use crate::model::{Attendance, AttendanceId, Via};
use activities::SessionId;
use chrono::{DateTime, Utc};
use kernel::{Read, Result, TenantId, Tx, args, row};
use people::model::PersonId;

const COLUMNS: &str = "id, session_id, activity_id, person_id, organisation_id, in_at, in_method, in_via, out_at, out_method, out_via, \
    forgotten, entry_id";

/// Somebody's attendance at a session.
pub async fn find(
    db: &impl Read,
    tenant: TenantId,
    session: SessionId,
    person: PersonId,
) -> Result<Option<Attendance>> {
    let sql = format!("SELECT {COLUMNS} FROM attendance WHERE tenant_id = $1 AND session_id = $2 AND person_id = $3");
    db.optional(&sql, args![tenant, session, person]).await
}

/// Where somebody is checked in and not out.
pub async fn open_of(db: &impl Read, tenant: TenantId, person: PersonId) -> Result<Option<Attendance>> {
    let sql =
        format!("SELECT {COLUMNS} FROM attendance WHERE tenant_id = $1 AND person_id = $2 AND out_at IS NULL LIMIT 1");
    db.optional(&sql, args![tenant, person]).await
}

/// Writes an arrival; `false` when another device wrote one for this person a moment before.
pub async fn insert(tx: &mut Tx<'_>, tenant: TenantId, new: &Attendance, region: &str, by: &str) -> Result<bool> {
    let sql = "INSERT INTO attendance (tenant_id, id, session_id, activity_id, person_id, organisation_id, region_code, day, in_at,
                 in_method, in_by, in_via, forgotten)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, FALSE)
               ON CONFLICT (tenant_id, session_id, person_id) DO NOTHING";
    let day = kernel::time::day(new.in_at);
    let cells = args![
        tenant,
        new.id,
        new.session_id,
        new.activity_id,
        new.person_id,
        new.organisation_id,
        region,
        day,
        new.in_at,
        new.in_method,
        by,
        new.in_via
    ];
    Ok(tx.execute(sql, cells).await? == 1)
}

/// How a stay ends.
pub struct Leaving<'l> {
    /// When.
    pub at: DateTime<Utc>,
    /// How it is noticed; absent when nobody noticed.
    pub via: Option<Via>,
    /// Who wrote it.
    pub by: &'l str,
}

/// Writes a leaving; `false` when somebody was quicker. A leaving that nobody noticed is flagged.
pub async fn close(tx: &mut Tx<'_>, tenant: TenantId, id: AttendanceId, how: &Leaving<'_>) -> Result<bool> {
    let sql = "UPDATE attendance SET out_at = $1, out_method = $2, out_by = $3, out_via = $4, forgotten = $5
               WHERE tenant_id = $6 AND id = $7 AND out_at IS NULL";
    let method = how.via.map_or(hours::Method::Staff, Via::method);
    let cells = args![how.at, method, how.by, how.via, how.via.is_none(), tenant, id];
    Ok(tx.execute(sql, cells).await? == 1)
}

/// Writes when somebody left whose leaving was forgotten; `false` once it is settled.
pub async fn settle(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    id: AttendanceId,
    (at, by): (DateTime<Utc>, &str),
) -> Result<bool> {
    let sql = "UPDATE attendance SET out_at = $1, out_by = $2, out_via = 'list' WHERE tenant_id = $3 AND id = $4 AND forgotten
                 AND entry_id IS NULL";
    Ok(tx.execute(sql, args![at, by, tenant, id]).await? == 1)
}

/// Remembers the row in the ledger.
pub async fn credited(tx: &mut Tx<'_>, tenant: TenantId, id: AttendanceId, entry: hours::EntryId) -> Result<()> {
    let sql = "UPDATE attendance SET entry_id = $1, forgotten = FALSE WHERE tenant_id = $2 AND id = $3";
    tx.execute(sql, args![entry, tenant, id]).await?;
    Ok(())
}

row! {
    /// An attendance that nobody closed.
    pub struct Late {
        /// The attendance.
        pub id: AttendanceId,
        /// The session.
        pub session_id: SessionId,
        /// Who.
        pub person_id: PersonId,
        /// The session's planned end.
        pub ends_at: DateTime<Utc>,
    }
}

/// Attendances whose session ended before a moment and that nobody closed.
pub async fn late(db: &impl Read, tenant: TenantId, before: DateTime<Utc>) -> Result<Vec<Late>> {
    let sql = "SELECT t.id, t.session_id, t.person_id, s.ends_at FROM attendance t
               JOIN activity_session s ON s.tenant_id = t.tenant_id AND s.id = t.session_id
               WHERE t.tenant_id = $1 AND t.out_at IS NULL AND s.ends_at < $2 LIMIT 500";
    db.all(sql, args![tenant, before]).await
}

row! { struct Came { n: i64 } }

/// How many came to a session.
pub async fn came(db: &impl Read, tenant: TenantId, session: SessionId) -> Result<i64> {
    let sql = "SELECT COUNT(*) AS n FROM attendance WHERE tenant_id = $1 AND session_id = $2";
    let row: Came = db.one(sql, args![tenant, session]).await?;
    Ok(row.n)
}
