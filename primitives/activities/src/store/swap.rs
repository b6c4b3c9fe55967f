//! The SQL of swaps.

use crate::model::{ActivityId, SessionId, SignupId, Swap, SwapId, SwapState};
use chrono::{DateTime, Utc};
use kernel::{Cx, Read, Result, TenantId, Tx, args, row};
use people::model::PersonId;

const COLUMNS: &str = "id, wanted_id, given_id, state, wanted_ok, given_ok";

/// One swap.
pub async fn find(db: &impl Read, tenant: TenantId, id: SwapId) -> Result<Swap> {
    db.one(&format!("SELECT {COLUMNS} FROM signup_swap WHERE tenant_id = $1 AND id = $2"), args![tenant, id]).await
}

row! { struct Count { n: i64 } }

/// Whether these two places wait to be swapped already.
pub async fn is_asked(db: &impl Read, tenant: TenantId, wanted: SignupId, given: SignupId) -> Result<bool> {
    let sql = "SELECT COUNT(*) AS n FROM signup_swap WHERE tenant_id = $1 AND wanted_id = $2 AND given_id = $3
                 AND state IN ('asked', 'agreed')";
    Ok(db.one::<Count>(sql, args![tenant, wanted, given]).await?.n > 0)
}

/// Writes a new one.
pub async fn insert(tx: &mut Tx<'_>, cx: &Cx, wanted: SignupId, given: SignupId) -> Result<SwapId> {
    let id = SwapId::fresh();
    let sql =
        "INSERT INTO signup_swap (tenant_id, id, wanted_id, given_id, state, wanted_ok, given_ok, made_at, changed_at)
               VALUES ($1, $2, $3, $4, 'asked', FALSE, FALSE, $5, $5)";
    tx.execute(sql, args![cx.tenant, id, wanted, given, cx.now]).await?;
    Ok(id)
}

/// Writes what somebody said; `false` when another was quicker.
pub async fn change(tx: &mut Tx<'_>, cx: &Cx, of: &Swap, to: SwapState, (wanted, given): (bool, bool)) -> Result<bool> {
    let sql = "UPDATE signup_swap SET state = $1, wanted_ok = $2, given_ok = $3, changed_at = $4
               WHERE tenant_id = $5 AND id = $6 AND state = $7 AND wanted_ok = $8 AND given_ok = $9";
    let cells = args![to, wanted, given, cx.now, cx.tenant, of.id, of.state, of.wanted_ok, of.given_ok];
    Ok(tx.execute(sql, cells).await? == 1)
}

row! {
    /// A swap as its two people see it: neither is told who the other is.
    pub struct Shown {
        /// Its id.
        pub id: SwapId,
        /// Where it stands.
        pub state: SwapState,
        /// Whether the reader asked for it.
        pub asked_by_me: bool,
        /// The activity of the place that the reader has.
        pub mine_activity: ActivityId,
        /// Its title.
        pub mine_title: String,
        /// Its post.
        pub mine_post: String,
        /// From.
        pub mine_starts_at: DateTime<Utc>,
        /// To.
        pub mine_ends_at: DateTime<Utc>,
        /// The activity of the place that they would get.
        pub other_activity: ActivityId,
        /// Its title.
        pub other_title: String,
        /// Its post.
        pub other_post: String,
        /// Where one meets.
        pub other_place: String,
        /// From.
        pub other_starts_at: DateTime<Utc>,
        /// To.
        pub other_ends_at: DateTime<Utc>,
    }
}

/// A person's swaps that wait for somebody, of places that have not begun: those that they have to answer first.
pub async fn of_person(db: &impl Read, tenant: TenantId, person: PersonId, now: DateTime<Utc>) -> Result<Vec<Shown>> {
    let sql = "SELECT w.id, w.state, (g.person_id = $2) AS asked_by_me, m.activity_id AS mine_activity, ma.title AS mine_title,
                 mp.name AS mine_post, m.starts_at AS mine_starts_at, m.ends_at AS mine_ends_at, o.activity_id AS other_activity,
                 oa.title AS other_title, op.name AS other_post, oa.place AS other_place, o.starts_at AS other_starts_at,
                 o.ends_at AS other_ends_at
               FROM signup m
               JOIN signup_swap w ON w.tenant_id = m.tenant_id AND (w.wanted_id = m.id OR w.given_id = m.id)
               JOIN signup g ON g.tenant_id = w.tenant_id AND g.id = w.given_id
               JOIN signup o ON o.tenant_id = w.tenant_id AND o.id = CASE WHEN w.given_id = m.id THEN w.wanted_id ELSE w.given_id END
               JOIN activity ma ON ma.tenant_id = m.tenant_id AND ma.id = m.activity_id
               JOIN activity oa ON oa.tenant_id = o.tenant_id AND oa.id = o.activity_id
               JOIN post mp ON mp.tenant_id = m.tenant_id AND mp.id = m.post_id
               JOIN post op ON op.tenant_id = o.tenant_id AND op.id = o.post_id
               WHERE m.tenant_id = $1 AND m.person_id = $2 AND m.ends_at > $3 AND o.ends_at > $3 AND m.state = 'joined'
                 AND o.state = 'joined' AND w.state IN ('asked', 'agreed')
               ORDER BY CASE WHEN g.person_id <> $2 AND w.state = 'asked' THEN 0 ELSE 1 END, m.starts_at, w.id LIMIT 100";
    db.all(sql, args![tenant, person, now]).await
}

row! {
    /// A swap that waits for the leader of a session.
    pub struct Waiting {
        /// Its id.
        pub id: SwapId,
        /// Who would leave this session.
        pub leaves: String,
        /// Who would come instead.
        pub comes: String,
        /// The post.
        pub post: String,
    }
}

/// The swaps that wait for a session's leader.
pub async fn waiting(db: &impl Read, tenant: TenantId, session: SessionId, now: DateTime<Utc>) -> Result<Vec<Waiting>> {
    let sql = "SELECT w.id, lp.name AS leaves, cp.name AS comes, p.name AS post
               FROM signup l
               JOIN signup_swap w ON w.tenant_id = l.tenant_id AND w.state = 'agreed'
                 AND (w.wanted_id = l.id AND NOT w.wanted_ok OR w.given_id = l.id AND NOT w.given_ok)
               JOIN signup c ON c.tenant_id = w.tenant_id AND c.id = CASE WHEN w.given_id = l.id THEN w.wanted_id ELSE w.given_id END
               JOIN person lp ON lp.tenant_id = l.tenant_id AND lp.id = l.person_id
               JOIN person cp ON cp.tenant_id = c.tenant_id AND cp.id = c.person_id
               JOIN post p ON p.tenant_id = l.tenant_id AND p.id = l.post_id
               WHERE l.tenant_id = $1 AND l.session_id = $2 AND l.state = 'joined' AND c.state = 'joined' AND l.ends_at > $3
                 AND c.ends_at > $3
               ORDER BY w.id, l.id LIMIT 100";
    db.all(sql, args![tenant, session, now]).await
}
