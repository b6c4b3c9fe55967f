//! The SQL of services to which somebody signed up and did not come.

use crate::model::{ActivityId, SessionId};
use chrono::{DateTime, Utc};
use kernel::db::ToValue as _;
use kernel::{Read, Result, TenantId, args, row};
use people::model::PersonId;

row! {
    /// A service that somebody missed.
    pub(crate) struct Absence {
        /// The session.
        pub session_id: SessionId,
        /// Its activity.
        pub activity_id: ActivityId,
        /// The title.
        pub title: String,
        /// The post.
        pub post: String,
        /// From.
        pub starts_at: DateTime<Utc>,
        /// To.
        pub ends_at: DateTime<Utc>,
        /// Whether they said that they were there, and nobody decided about it yet: then it does not count.
        pub claimed: bool,
    }
}

/// Sign-ups `s` of sessions `x` within `$2` and `$3` that somebody missed: others were taken down there, and they neither came nor
/// have hours of it.
const MISSED: &str = "FROM signup s
    JOIN activity_session x ON x.tenant_id = s.tenant_id AND x.id = s.session_id AND x.cancelled_at IS NULL
    JOIN activity a ON a.tenant_id = s.tenant_id AND a.id = s.activity_id AND a.state IN ('running', 'ended')
    WHERE s.tenant_id = $1 AND s.state = 'joined' AND x.ends_at > $2 AND x.ends_at < $3
      AND EXISTS (SELECT 1 FROM attendance o WHERE o.tenant_id = s.tenant_id AND o.session_id = s.session_id)
      AND NOT EXISTS (SELECT 1 FROM attendance t WHERE t.tenant_id = s.tenant_id AND t.session_id = s.session_id
        AND t.person_id = s.person_id)
      AND NOT EXISTS (SELECT 1 FROM hours_entry h WHERE h.tenant_id = s.tenant_id AND h.session_id = s.session_id
        AND h.person_id = s.person_id AND h.reverses_id IS NULL)";

/// Whether they said that they were there: their own report, or the leader's claim, that nobody decided about yet.
const CLAIMED: &str = "(EXISTS (SELECT 1 FROM hours_pending q WHERE q.tenant_id = s.tenant_id AND q.session_id = s.session_id
      AND q.person_id = s.person_id AND q.state IN ('waiting', 'held', 'posted', 'objected'))
    OR EXISTS (SELECT 1 FROM hours_claim c JOIN hours_claim_line l ON l.tenant_id = c.tenant_id AND l.claim_id = c.id
      WHERE c.tenant_id = s.tenant_id AND c.session_id = s.session_id AND l.person_id = s.person_id AND c.state = 'waiting'))";

/// What one person missed, the last first.
pub(crate) async fn of_person(
    db: &impl Read,
    tenant: TenantId,
    person: PersonId,
    (from, to): (DateTime<Utc>, DateTime<Utc>),
) -> Result<Vec<Absence>> {
    let sql = format!(
        "SELECT s.session_id, s.activity_id, a.title, (SELECT p.name FROM post p WHERE p.tenant_id = s.tenant_id AND p.id = s.post_id)
           AS post, x.starts_at, x.ends_at, {CLAIMED} AS claimed
         {MISSED} AND s.person_id = $4 ORDER BY x.ends_at DESC, s.id LIMIT 50"
    );
    db.all(&sql, args![tenant, from, to, person]).await
}

row! {
    /// How often somebody missed a service.
    pub(crate) struct Times {
        /// Who.
        pub person_id: PersonId,
        /// How often.
        pub times: i64,
        /// When the last one ended.
        pub last: Option<DateTime<Utc>>,
    }
}

/// The same counted, of several people who missed one at least.
pub(crate) async fn times(
    db: &impl Read,
    tenant: TenantId,
    people: &[PersonId],
    (from, to): (DateTime<Utc>, DateTime<Utc>),
) -> Result<Vec<Times>> {
    let mut found = Vec::new();
    for part in people.chunks(500) {
        let mut args = args![tenant, from, to].to_vec();
        args.extend(part.iter().map(|person| person.to_value()));
        let list = kernel::db::in_list(4, part.len());
        let sql = format!(
            "SELECT s.person_id, COUNT(*) AS times, MAX(x.ends_at) AS last
             {MISSED} AND s.person_id IN {list} AND NOT {CLAIMED} GROUP BY s.person_id"
        );
        found.extend(db.all::<Times>(&sql, &args).await?);
    }
    Ok(found)
}
