//! The SQL that asks who came, for those who plan; coming and going itself is written above.

use crate::model::{ActivityId, SessionId};
use kernel::{Read, Result, TenantId, args, row};
use people::model::PersonId;

row! {
    /// How many came to a session, and how many of them are still there.
    pub struct Presence {
        /// The session.
        pub session_id: SessionId,
        /// Came.
        pub came: i64,
        /// Are there now.
        pub inside: i64,
    }
}

/// Who came to each session of an activity, counted.
pub async fn presence(db: &impl Read, tenant: TenantId, activity: ActivityId) -> Result<Vec<Presence>> {
    let sql =
        "SELECT t.session_id, COUNT(*) AS came, CAST(COUNT(*) FILTER (WHERE t.out_at IS NULL) AS BIGINT) AS inside
               FROM activity_session s JOIN attendance t ON t.tenant_id = s.tenant_id AND t.session_id = s.id
               WHERE s.tenant_id = $1 AND s.activity_id = $2 GROUP BY t.session_id";
    db.all(sql, args![tenant, activity]).await
}

row! { struct Yes { yes: bool } }

/// Whether somebody came to a session.
pub async fn is_there(db: &impl Read, tenant: TenantId, session: SessionId, person: PersonId) -> Result<bool> {
    let sql =
        "SELECT EXISTS (SELECT 1 FROM attendance WHERE tenant_id = $1 AND session_id = $2 AND person_id = $3) AS yes";
    let row: Yes = db.one(sql, args![tenant, session, person]).await?;
    Ok(row.yes)
}
