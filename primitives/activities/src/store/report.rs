//! The SQL of sessions for which somebody may report their own hours.

use crate::model::{ActivityId, SessionId};
use chrono::{DateTime, Utc};
use kernel::{Conditions, Cx, Read, Result, TenantId, args, row};
use people::model::PersonId;

row! {
    /// A session that is over, in which a person may have served.
    pub struct Reportable {
        /// The session.
        pub id: SessionId,
        /// Its activity.
        pub activity_id: ActivityId,
        /// From.
        pub starts_at: DateTime<Utc>,
        /// To.
        pub ends_at: DateTime<Utc>,
        /// The activity's title.
        pub title: String,
        /// The team that holds it.
        pub organisation_name: String,
        /// The first category.
        pub category: String,
    }
}

/// Sessions since a moment that are over and earn, of a team that the person is in or for which they signed up, without a row
/// of theirs that counts and without one that is on its way; the newest first.
pub async fn reportable(
    cx: &Cx,
    person: PersonId,
    (query, since): (&str, DateTime<Utc>),
    limit: i64,
) -> Result<Vec<Reportable>> {
    let mut wanted = Conditions::new("s.tenant_id = ?", args![cx.tenant]);
    wanted.and("s.day >= ? AND s.cancelled_at IS NULL", args![kernel::time::day(since)]);
    wanted.and("(s.ends_at <= ? OR s.flexible AND s.starts_at <= ?)", args![cx.now, cx.now]);
    wanted.and("a.state IN ('running', 'ended', 'backfill')", args![]);
    if !query.is_empty() {
        wanted.and("(a.title LIKE '%' || ? || '%' OR a.organisation_name LIKE '%' || ? || '%')", args![query, query]);
    }
    wanted.and(
        "(EXISTS (SELECT 1 FROM signup g WHERE g.tenant_id = s.tenant_id AND g.session_id = s.id AND g.person_id = ? AND g.state = 'joined')
          OR EXISTS (SELECT 1 FROM membership m WHERE m.tenant_id = a.tenant_id AND m.organisation_id = a.organisation_id
                       AND m.person_id = ? AND m.to_on IS NULL))",
        args![person, person],
    );
    wanted.and(
        "NOT EXISTS (SELECT 1 FROM hours_entry h WHERE h.tenant_id = s.tenant_id AND h.session_id = s.id AND h.person_id = ?
           AND h.reverses_id IS NULL
           AND NOT EXISTS (SELECT 1 FROM hours_entry r WHERE r.tenant_id = h.tenant_id AND r.reverses_id = h.id))
         AND NOT EXISTS (SELECT 1 FROM hours_pending q WHERE q.tenant_id = s.tenant_id AND q.session_id = s.id AND q.person_id = ?
           AND q.state IN ('waiting', 'held', 'posted', 'objected'))",
        args![person, person],
    );
    let tail = wanted.tail(" ORDER BY s.starts_at DESC, s.id DESC LIMIT ?", args![limit]);
    let sql = format!(
        "SELECT s.id, s.activity_id, s.starts_at, s.ends_at, a.title, a.organisation_name, a.category FROM activity_session s
         JOIN activity a ON a.tenant_id = s.tenant_id AND a.id = s.activity_id WHERE {tail}"
    );
    cx.db.all(&sql, wanted.args()).await
}

row! { struct Yes { yes: bool } }

/// Whether a person may have served in a session: signed up for it, or of the team that holds it.
pub async fn may_have_served(
    db: &impl Read,
    tenant: TenantId,
    (session, activity): (SessionId, ActivityId),
    person: PersonId,
) -> Result<bool> {
    let sql = "SELECT (EXISTS (SELECT 1 FROM signup WHERE tenant_id = $1 AND session_id = $2 AND person_id = $3 AND state = 'joined')
                 OR EXISTS (SELECT 1 FROM membership m JOIN activity a ON a.tenant_id = m.tenant_id AND a.organisation_id = m.organisation_id
                   WHERE m.tenant_id = $1 AND m.person_id = $3 AND a.id = $4 AND m.to_on IS NULL)) AS yes";
    let row: Yes = db.one(sql, args![tenant, session, person, activity]).await?;
    Ok(row.yes)
}

/// Whether somebody is checked in and not out since before a moment.
pub async fn is_inside(db: &impl Read, tenant: TenantId, person: PersonId, before: DateTime<Utc>) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM attendance WHERE tenant_id = $1 AND person_id = $2 AND out_at IS NULL AND in_at < $3) AS yes";
    let row: Yes = db.one(sql, args![tenant, person, before]).await?;
    Ok(row.yes)
}
