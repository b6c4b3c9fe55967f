//! The SQL of coming and going.

use crate::model::{Attendance, AttendanceId};
use activities::model::SignupState;
use activities::{SessionId, SignupId};
use chrono::{DateTime, Utc};
use hours::Method;
use kernel::{Read, Result, TenantId, Tx, args, row};
use organisations::model::OrganisationId;
use people::model::PersonId;

const COLUMNS: &str = "id, session_id, activity_id, person_id, organisation_id, in_at, in_method, out_at, out_method, forgotten, entry_id";

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

/// Writes an arrival.
pub async fn insert(tx: &mut Tx<'_>, tenant: TenantId, new: &Attendance, region: &str, by: &str) -> Result<()> {
    let sql = "INSERT INTO attendance (tenant_id, id, session_id, activity_id, person_id, organisation_id, region_code, day, in_at,
                 in_method, in_by, forgotten)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, FALSE)";
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
        by
    ];
    tx.execute(sql, cells).await?;
    Ok(())
}

/// Writes a leaving; `false` when somebody was quicker.
pub async fn close(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    id: AttendanceId,
    out_at: DateTime<Utc>,
    method: Method,
    by: &str,
    forgotten: bool,
) -> Result<bool> {
    let sql = "UPDATE attendance SET out_at = $1, out_method = $2, out_by = $3, forgotten = $4
               WHERE tenant_id = $5 AND id = $6 AND out_at IS NULL";
    Ok(tx.execute(sql, args![out_at, method, by, forgotten, tenant, id]).await? == 1)
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

row! {
    /// A line of the roster.
    pub struct RosterLine {
        /// Their sign-up; absent for members of a back-entry.
        pub signup_id: Option<SignupId>,
        /// Whether they look for somebody who takes their place over.
        pub handover: bool,
        /// The name of who asked for it.
        pub taker: Option<String>,
        /// Who.
        pub person_id: PersonId,
        /// Their name.
        pub name: String,
        /// The last four digits of their phone.
        pub phone_tail: Option<String>,
        /// The post.
        pub post: String,
        /// Where their sign-up stands; absent for those who came without.
        pub state: SignupState,
        /// Came at.
        pub in_at: Option<DateTime<Utc>>,
        /// Left at.
        pub out_at: Option<DateTime<Utc>>,
        /// Closed because nobody checked out.
        pub forgotten: Option<bool>,
        /// Minutes in the ledger for this session.
        pub minutes: i64,
    }
}

/// Everybody who joined or waits, the joined first, by name.
pub async fn roster(db: &impl Read, tenant: TenantId, session: SessionId) -> Result<Vec<RosterLine>> {
    let sql = "SELECT g.id AS signup_id, (g.handover_at IS NOT NULL) AS handover, k.name AS taker, g.person_id, p.name, substr(p.phone, 8, 4) AS phone_tail, o.name AS post, g.state, t.in_at, t.out_at, t.forgotten,
                 CAST(COALESCE((SELECT SUM(h.minutes) FROM hours_entry h WHERE h.tenant_id = g.tenant_id AND h.session_id = g.session_id
                   AND h.person_id = g.person_id), 0) AS BIGINT) AS minutes
               FROM signup g
               JOIN person p ON p.tenant_id = g.tenant_id AND p.id = g.person_id
               JOIN post o ON o.tenant_id = g.tenant_id AND o.id = g.post_id
               LEFT JOIN person k ON k.tenant_id = g.tenant_id AND k.id = g.handover_to
               LEFT JOIN attendance t ON t.tenant_id = g.tenant_id AND t.session_id = g.session_id AND t.person_id = g.person_id
               WHERE g.tenant_id = $1 AND g.session_id = $2 AND g.state IN ('joined', 'waiting')
               ORDER BY g.state, p.sort_key, p.id LIMIT 2000";
    db.all(sql, args![tenant, session]).await
}

/// The members of the holding team as lines of a roster, for a back-entry project that nobody signed up for.
pub async fn members(
    db: &impl Read,
    tenant: TenantId,
    session: SessionId,
    team: OrganisationId,
) -> Result<Vec<RosterLine>> {
    let sql = "SELECT CAST(NULL AS UUID) AS signup_id, FALSE AS handover, CAST(NULL AS TEXT) AS taker, p.id AS person_id, p.name, substr(p.phone, 8, 4) AS phone_tail, '' AS post, 'joined' AS state, t.in_at, t.out_at,
                 t.forgotten, CAST(COALESCE((SELECT SUM(h.minutes) FROM hours_entry h WHERE h.tenant_id = p.tenant_id
                   AND h.session_id = $2 AND h.person_id = p.id), 0) AS BIGINT) AS minutes
               FROM membership m
               JOIN person p ON p.tenant_id = m.tenant_id AND p.id = m.person_id AND p.state IN ('active', 'dormant')
               LEFT JOIN attendance t ON t.tenant_id = p.tenant_id AND t.session_id = $2 AND t.person_id = p.id
               WHERE m.tenant_id = $1 AND m.organisation_id = $3 AND m.to_on IS NULL
               ORDER BY p.sort_key, p.id LIMIT 1000";
    let mut found: Vec<RosterLine> = db.all(sql, args![tenant, session, team]).await?;
    // Whoever has two roles in the team stands there once.
    found.dedup_by_key(|line| line.person_id);
    Ok(found)
}

row! { struct Came { n: i64 } }

/// How many came to a session.
pub async fn came(db: &impl Read, tenant: TenantId, session: SessionId) -> Result<i64> {
    let sql = "SELECT COUNT(*) AS n FROM attendance WHERE tenant_id = $1 AND session_id = $2";
    let row: Came = db.one(sql, args![tenant, session]).await?;
    Ok(row.n)
}
