//! The SQL of places in activities that ask for certificates.

use crate::model::{ActivityId, SessionId, SignupId};
use chrono::{DateTime, NaiveDate, Utc};
use kernel::{Cx, Read, Result, TenantId, Tx, args, row};
use organisations::model::OrganisationId;
use people::model::PersonId;

row! {
    /// Somebody who has a place in an activity that asks for certificates, and was not told yet that one is lacking.
    pub(crate) struct Joined {
        pub id: SignupId,
        pub activity_id: ActivityId,
        pub session_id: SessionId,
        pub person_id: PersonId,
        pub person: String,
        pub organisation_id: OrganisationId,
        pub title: String,
        pub day: NaiveDate,
        pub starts_at: DateTime<Utc>,
    }
}

/// Those of sessions to come, the nearest first.
pub(crate) async fn joined(db: &impl Read, tenant: TenantId, now: DateTime<Utc>) -> Result<Vec<Joined>> {
    let sql = "SELECT s.id, s.activity_id, s.session_id, s.person_id, p.name AS person, a.organisation_id, a.title, x.day, x.starts_at
               FROM activity a
               JOIN activity_session x ON x.tenant_id = a.tenant_id AND x.activity_id = a.id AND x.starts_at > $2
               JOIN signup s ON s.tenant_id = x.tenant_id AND s.session_id = x.id AND s.state IN ('joined', 'waiting')
                 AND s.state = 'joined' AND s.certificate_told_at IS NULL
               JOIN person p ON p.tenant_id = s.tenant_id AND p.id = s.person_id
               WHERE a.tenant_id = $1 AND a.state IN ('open', 'running') AND CAST(a.certificates AS TEXT) <> '[]'
               ORDER BY x.starts_at, s.id LIMIT 1000";
    db.all(sql, args![tenant, now]).await
}

/// Notes that somebody is told; `false` when another process was first.
pub(crate) async fn note(tx: &mut Tx<'_>, cx: &Cx, id: SignupId) -> Result<bool> {
    let sql =
        "UPDATE signup SET certificate_told_at = $1 WHERE tenant_id = $2 AND id = $3 AND certificate_told_at IS NULL";
    Ok(tx.execute(sql, args![cx.now, cx.tenant, id]).await? == 1)
}
