//! The SQL of places that change hands or posts.

use crate::model::{ActivityId, PostId, SessionId, SignupId};
use chrono::{DateTime, Utc};
use kernel::{Read, Result, TenantId, Tx, args, row};
use people::model::PersonId;

row! { struct Taker { handover_to: Option<PersonId> } }

/// Who asked to take a place over.
pub async fn taker(db: &impl Read, tenant: TenantId, id: SignupId) -> Result<Option<PersonId>> {
    let row: Taker =
        db.one("SELECT handover_to FROM signup WHERE tenant_id = $1 AND id = $2", args![tenant, id]).await?;
    Ok(row.handover_to)
}

/// Offers a place, or not any more, and notes who asked for it.
pub async fn set(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    id: SignupId,
    offered: Option<DateTime<Utc>>,
    to: Option<PersonId>,
) -> Result<()> {
    let sql = "UPDATE signup SET handover_at = $1, handover_to = $2 WHERE tenant_id = $3 AND id = $4";
    tx.execute(sql, args![offered, to, tenant, id]).await?;
    Ok(())
}

/// Moves a sign-up to another post.
pub async fn move_to(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    id: SignupId,
    (post, position): (PostId, i64),
    now: DateTime<Utc>,
) -> Result<()> {
    let sql =
        "UPDATE signup SET post_id = $1, position = $2, quota = NULL, changed_at = $3 WHERE tenant_id = $4 AND id = $5";
    tx.execute(sql, args![post, position, now, tenant, id]).await?;
    Ok(())
}

row! {
    /// A place that somebody offers.
    pub struct Offered {
        /// The sign-up.
        pub id: SignupId,
        /// Its session.
        pub session_id: SessionId,
        /// Whose place it is.
        pub person_id: PersonId,
        /// Who asked for it.
        pub handover_to: Option<PersonId>,
        /// The name of who asked.
        pub taker: Option<String>,
        /// The post.
        pub post: String,
        /// From.
        pub starts_at: DateTime<Utc>,
        /// To.
        pub ends_at: DateTime<Utc>,
    }
}

/// The places that are offered in an activity, of sessions to come.
pub async fn list(db: &impl Read, tenant: TenantId, activity: ActivityId, now: DateTime<Utc>) -> Result<Vec<Offered>> {
    let sql =
        "SELECT s.id, s.session_id, s.person_id, s.handover_to, t.name AS taker, p.name AS post, s.starts_at, s.ends_at
               FROM signup s JOIN post p ON p.tenant_id = s.tenant_id AND p.id = s.post_id
               LEFT JOIN person t ON t.tenant_id = s.tenant_id AND t.id = s.handover_to
               WHERE s.tenant_id = $1 AND s.activity_id = $2 AND s.state = 'joined' AND s.handover_at IS NOT NULL
                 AND s.starts_at > $3 ORDER BY s.starts_at, s.id LIMIT 100";
    db.all(sql, args![tenant, activity, now]).await
}
