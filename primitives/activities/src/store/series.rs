//! The SQL of series, and of sessions that are added, called off or moved alone.

use crate::model::{ActivityId, NewSession, Session, SessionId, Signup};
use crate::rules::series::Series;
use chrono::{DateTime, NaiveDate, Utc};
use kernel::{Cx, Json, Read, Result, TenantId, Tx, args, row};

row! { struct Stored { begins_on: NaiveDate, rule: Json<Series> } }

/// The rule of an activity with the day on which it begins.
pub async fn find(db: &impl Read, tenant: TenantId, activity: ActivityId) -> Result<Option<(NaiveDate, Series)>> {
    let sql = "SELECT begins_on, rule FROM activity_series WHERE tenant_id = $1 AND activity_id = $2";
    let stored: Option<Stored> = db.optional(sql, args![tenant, activity]).await?;
    Ok(stored.map(|s| (s.begins_on, s.rule.0)))
}

/// Keeps the rule of an activity.
pub async fn keep(tx: &mut Tx<'_>, cx: &Cx, activity: ActivityId, (from, rule): (NaiveDate, &Series)) -> Result<()> {
    let sql = "INSERT INTO activity_series (tenant_id, activity_id, begins_on, rule) VALUES ($1, $2, $3, $4)
               ON CONFLICT (tenant_id, activity_id) DO UPDATE SET begins_on = excluded.begins_on, rule = excluded.rule";
    tx.execute(sql, args![cx.tenant, activity, from, Json(rule)]).await?;
    Ok(())
}

/// Forgets it: the activity is held once.
pub async fn forget(tx: &mut Tx<'_>, cx: &Cx, activity: ActivityId) -> Result<()> {
    let sql = "DELETE FROM activity_series WHERE tenant_id = $1 AND activity_id = $2";
    tx.execute(sql, args![cx.tenant, activity]).await?;
    Ok(())
}

/// Takes all sessions of a draft off, for others in their place.
pub async fn clear(tx: &mut Tx<'_>, cx: &Cx, activity: ActivityId) -> Result<()> {
    tx.execute("DELETE FROM post WHERE tenant_id = $1 AND activity_id = $2", args![cx.tenant, activity]).await?;
    tx.execute("DELETE FROM activity_session WHERE tenant_id = $1 AND activity_id = $2", args![cx.tenant, activity])
        .await?;
    Ok(())
}

/// Adds sessions with their posts.
pub async fn add(tx: &mut Tx<'_>, cx: &Cx, activity: ActivityId, sessions: &[NewSession]) -> Result<()> {
    for session in sessions {
        super::insert_session(tx, cx, activity, session).await?;
    }
    Ok(())
}

row! { struct Span { first: Option<NaiveDate>, last: Option<NaiveDate>, latest: Option<DateTime<Utc>> } }

/// Lets an activity reach over its sessions, at least over what it reached over before. Sign-up that ended with the session that
/// was the last (`ended`) ends with the one that is the last now; a day that somebody chose stays.
pub async fn stretch(tx: &mut Tx<'_>, cx: &Cx, activity: ActivityId, ended: Option<DateTime<Utc>>) -> Result<()> {
    let sql =
        "SELECT MIN(day) AS first, MAX(day) AS last, MAX(CASE WHEN flexible THEN ends_at ELSE starts_at END) AS latest
               FROM activity_session
               WHERE tenant_id = $1 AND activity_id = $2 AND cancelled_at IS NULL";
    let span: Span = tx.one(sql, args![cx.tenant, activity]).await?;
    let (Some(first), Some(last)) = (span.first, span.last) else { return Ok(()) };
    let sql = "UPDATE activity SET updated_at = $1, starts_on = CASE WHEN $2 < starts_on OR state = 'draft' THEN $2 ELSE starts_on END,
                 ends_on = CASE WHEN $3 > ends_on OR state = 'draft' THEN $3 ELSE ends_on END WHERE tenant_id = $4 AND id = $5";
    tx.execute(sql, args![cx.now, first, last, cx.tenant, activity]).await?;
    let sql = "UPDATE activity SET closes_at = $1 WHERE tenant_id = $2 AND id = $3 AND closes_at = $4";
    tx.execute(sql, args![span.latest, cx.tenant, activity, ended]).await?;
    super::next::note(tx, cx.tenant, activity, cx.now).await
}

/// Moves a session to another time, with its posts' kept places and everybody who signed up; `shift` is in seconds.
pub async fn move_to(
    tx: &mut Tx<'_>,
    cx: &Cx,
    session: &Session,
    (starts_at, ends_at): (DateTime<Utc>, DateTime<Utc>),
) -> Result<()> {
    let sql = "UPDATE activity_session SET starts_at = $1, ends_at = $2, day = $3, moved_at = $4 WHERE tenant_id = $5 AND id = $6";
    let day = kernel::time::day(starts_at);
    tx.execute(sql, args![starts_at, ends_at, day, cx.now, cx.tenant, session.id]).await?;
    // Hours that somebody chose were those of the old time.
    let sql = "UPDATE signup SET starts_at = $1, ends_at = $2, changed_at = $3, loose = $4,
                 offered_until = CASE WHEN offered_until > $1 THEN $1 ELSE offered_until END
               WHERE tenant_id = $5 AND session_id = $6 AND state IN ('joined', 'waiting')";
    tx.execute(sql, args![starts_at, ends_at, cx.now, session.flexible, cx.tenant, session.id]).await?;
    // Whoever was reminded of the old time, or said that they come to it, knows nothing of the new one.
    tx.execute("DELETE FROM reminder WHERE tenant_id = $1 AND session_id = $2", args![cx.tenant, session.id]).await?;
    let sql = "DELETE FROM reminder_round WHERE tenant_id = $1 AND session_id = $2";
    tx.execute(sql, args![cx.tenant, session.id]).await?;
    let sql = "UPDATE signup SET answer = NULL, answered_at = NULL
               WHERE tenant_id = $1 AND session_id = $2 AND state IN ('joined', 'waiting')";
    tx.execute(sql, args![cx.tenant, session.id]).await?;
    for post in super::posts(tx, cx.tenant, session.activity_id).await?.iter().filter(|p| p.session_id == session.id) {
        if let Some(at) = post.free_at {
            let at = (at + (starts_at - session.starts_at)).min(starts_at);
            let sql = "UPDATE post SET free_at = $1 WHERE tenant_id = $2 AND id = $3";
            tx.execute(sql, args![at, cx.tenant, post.id]).await?;
        }
    }
    Ok(())
}

/// Everybody who is expected at a session or waits for it.
pub async fn expected(db: &impl Read, tenant: TenantId, session: SessionId) -> Result<Vec<Signup>> {
    let columns = super::signup::COLUMNS;
    let sql = format!(
        "SELECT {columns} FROM signup WHERE tenant_id = $1 AND session_id = $2 AND state IN ('joined', 'waiting') ORDER BY position"
    );
    db.all(&sql, args![tenant, session]).await
}

row! { struct Count { n: i64 } }

/// How many came to a session.
pub async fn came(db: &impl Read, tenant: TenantId, session: SessionId) -> Result<i64> {
    let sql = "SELECT COUNT(*) AS n FROM attendance WHERE tenant_id = $1 AND session_id = $2";
    let count: Count = db.one(sql, args![tenant, session]).await?;
    Ok(count.n)
}

/// Calls a session off; its sign-ups end and its places are nobody's.
pub async fn cancel(tx: &mut Tx<'_>, cx: &Cx, session: SessionId, why: &str) -> Result<()> {
    let sql = "UPDATE activity_session SET cancelled_at = $1, cancelled_why = $2 WHERE tenant_id = $3 AND id = $4";
    tx.execute(sql, args![cx.now, why, cx.tenant, session]).await?;
    let sql = "UPDATE signup SET state = 'removed', changed_at = $1, offered_until = NULL, handover_at = NULL, handover_to = NULL
               WHERE tenant_id = $2 AND session_id = $3 AND state IN ('joined', 'waiting')";
    tx.execute(sql, args![cx.now, cx.tenant, session]).await?;
    let sql = "UPDATE post SET taken = 0, waiting = 0, quotas = '[]', free_at = NULL WHERE tenant_id = $1 AND session_id = $2";
    tx.execute(sql, args![cx.tenant, session]).await?;
    Ok(())
}
