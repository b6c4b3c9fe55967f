//! The SQL of the line: who stands in it, what is offered to whom, and what came of that.

use super::signup::COLUMNS;
use crate::model::{ActivityId, PostId, SessionId, Signup, SignupId};
use chrono::{DateTime, Utc};
use kernel::{Read, Result, TenantId, Tx, args, row};
use organisations::model::OrganisationId;

/// Those who wait and have no offer, in order.
pub async fn list(tx: &Tx<'_>, tenant: TenantId, post: PostId, limit: i64) -> Result<Vec<Signup>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM signup WHERE tenant_id = $1 AND post_id = $2 AND state = 'waiting' AND offered_until IS NULL
         ORDER BY position LIMIT $3"
    );
    tx.all(&sql, args![tenant, post, limit]).await
}

/// Gives somebody in line a place, or until a moment the choice of it; `false` when they do not wait any more.
pub async fn give(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    id: SignupId,
    (until, quota): (Option<DateTime<Utc>>, Option<OrganisationId>),
    now: DateTime<Utc>,
) -> Result<bool> {
    let state = if until.is_some() { "waiting" } else { "joined" };
    let sql = "UPDATE signup SET state = $1, offered_until = $2, quota = $3, changed_at = $4
               WHERE tenant_id = $5 AND id = $6 AND state = 'waiting' AND offered_until IS NULL";
    Ok(tx.execute(sql, args![state, until, quota, now, tenant, id]).await? == 1)
}

/// An offer that nobody confirmed in time ends its sign-up; the time stays on it. `false` when it was answered meanwhile.
pub async fn lapse(tx: &mut Tx<'_>, tenant: TenantId, id: SignupId, now: DateTime<Utc>) -> Result<bool> {
    let sql = "UPDATE signup SET state = 'withdrawn', changed_at = $1
               WHERE tenant_id = $2 AND id = $3 AND state = 'waiting' AND offered_until < $1";
    Ok(tx.execute(sql, args![now, tenant, id]).await? == 1)
}

row! {
    /// An offer whose time is over.
    pub struct Lapsed {
        /// The sign-up.
        pub id: SignupId,
        /// Its activity.
        pub activity_id: ActivityId,
    }
}

/// Offers whose time is over.
pub async fn lapsed(db: &impl Read, tenant: TenantId, now: DateTime<Utc>) -> Result<Vec<Lapsed>> {
    let sql = "SELECT id, activity_id FROM signup WHERE tenant_id = $1 AND state = 'waiting' AND offered_until < $2
               ORDER BY offered_until LIMIT 200";
    db.all(sql, args![tenant, now]).await
}

row! {
    /// A post with a line and free places: somebody became eligible, or kept places came free.
    pub struct Unserved {
        /// The post.
        pub id: PostId,
        /// Its session.
        pub session_id: SessionId,
        /// Its activity.
        pub activity_id: ActivityId,
    }
}

/// Posts at which somebody waits although a place is free, of sessions to come.
pub async fn unserved(db: &impl Read, tenant: TenantId, now: DateTime<Utc>) -> Result<Vec<Unserved>> {
    let sql = "SELECT p.id, p.session_id, p.activity_id FROM post p
               JOIN activity_session s ON s.tenant_id = p.tenant_id AND s.id = p.session_id AND s.ends_at > $2
               JOIN activity a ON a.tenant_id = p.tenant_id AND a.id = p.activity_id AND a.state IN ('open', 'running')
                 AND (a.way <> 'draw' OR a.drawn_at IS NOT NULL)
               WHERE p.tenant_id = $1 AND p.waiting > 0 AND p.taken < p.places ORDER BY p.id LIMIT 200";
    db.all(sql, args![tenant, now]).await
}
