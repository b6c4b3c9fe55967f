//! The SQL of the published draw.

use super::signup::COLUMNS;
use crate::model::{Activity, ActivityId, PostId, Signup, SignupId, SignupState};
use chrono::{DateTime, Utc};
use kernel::{Cx, Read, Result, TenantId, Tx, args, row};
use organisations::model::OrganisationId;

/// Keeps the seed, sealed, and what is published of it.
pub async fn commit(tx: &mut Tx<'_>, cx: &Cx, id: ActivityId, (hash, sealed): (String, Vec<u8>)) -> Result<()> {
    let sql =
        "UPDATE activity SET draw_hash = $1, draw_sealed = $2 WHERE tenant_id = $3 AND id = $4 AND draw_hash IS NULL";
    tx.execute(sql, args![hash, sealed, cx.tenant, id]).await?;
    Ok(())
}

row! { struct Due { id: ActivityId } }

/// Activities whose wishes ended and whose draw was not held.
pub async fn due(db: &impl Read, tenant: TenantId, now: DateTime<Utc>) -> Result<Vec<ActivityId>> {
    let sql = "SELECT id FROM activity WHERE tenant_id = $1 AND way = 'draw' AND drawn_at IS NULL AND closes_at < $2
                 AND state IN ('open', 'running') ORDER BY closes_at LIMIT 50";
    let due: Vec<Due> = db.all(sql, args![tenant, now]).await?;
    Ok(due.into_iter().map(|d| d.id).collect())
}

/// Everybody who wished for a post.
pub async fn wishes(tx: &Tx<'_>, tenant: TenantId, post: PostId) -> Result<Vec<Signup>> {
    let sql =
        format!("SELECT {COLUMNS} FROM signup WHERE tenant_id = $1 AND post_id = $2 AND state = 'waiting' ORDER BY id");
    tx.all(&sql, args![tenant, post]).await
}

/// Writes what the draw made of a wish.
pub async fn place(
    tx: &mut Tx<'_>,
    cx: &Cx,
    id: SignupId,
    (state, quota, position): (SignupState, Option<OrganisationId>, i64),
) -> Result<()> {
    let sql =
        "UPDATE signup SET state = $1, quota = $2, position = $3, changed_at = $4 WHERE tenant_id = $5 AND id = $6";
    tx.execute(sql, args![state, quota, position, cx.now, cx.tenant, id]).await?;
    Ok(())
}

/// Publishes the seed; `false` when somebody was quicker.
pub async fn reveal(tx: &mut Tx<'_>, cx: &Cx, activity: &Activity, seed: &str) -> Result<bool> {
    let sql = "UPDATE activity SET draw_seed = $1, drawn_at = $2 WHERE tenant_id = $3 AND id = $4 AND drawn_at IS NULL";
    Ok(tx.execute(sql, args![seed, cx.now, cx.tenant, activity.id]).await? == 1)
}

row! {
    /// What the draw made of a ticket.
    pub struct Ticket {
        /// The sign-up; it is not published.
        pub signup_id: SignupId,
        /// The post.
        pub post_id: PostId,
        /// Its name.
        pub post: String,
        /// When its session begins.
        pub starts_at: DateTime<Utc>,
        /// The number that stands for the sign-up.
        pub ticket: String,
        /// Its key.
        pub digest: String,
        /// The place in the order, from 1.
        pub position: i64,
        /// `joined`, `reserved`, `line` or `passed` (not eligible any more).
        pub outcome: String,
    }
}

/// Writes all tickets of a draw.
pub async fn insert(tx: &mut Tx<'_>, tenant: TenantId, activity: ActivityId, all: &[Ticket]) -> Result<()> {
    let row = |t: &Ticket| {
        args![tenant, t.signup_id, activity, t.post_id, t.post, t.starts_at, t.ticket, t.digest, t.position, t.outcome]
            .to_vec()
    };
    let rows: Vec<_> = all.iter().map(row).collect();
    let head = "INSERT INTO draw_ticket (tenant_id, signup_id, activity_id, post_id, post, starts_at, ticket, digest, position, outcome)";
    tx.insert_many(head, "", &rows).await?;
    Ok(())
}

/// The published tickets of an activity, in order.
pub async fn tickets(db: &impl Read, tenant: TenantId, activity: ActivityId) -> Result<Vec<Ticket>> {
    let sql = "SELECT signup_id, post_id, post, starts_at, ticket, digest, position, outcome FROM draw_ticket
               WHERE tenant_id = $1 AND activity_id = $2 ORDER BY starts_at, post_id, position LIMIT 20000";
    db.all(sql, args![tenant, activity]).await
}
