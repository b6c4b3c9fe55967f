//! The SQL of a session's list: who joined, who came without, the members of a back-entry, who is in.

use crate::model::{Accuracy, Distance, Via};
use activities::model::SignupState;
use activities::{ATTEND, SessionId, SignupId};
use chrono::{DateTime, Utc};
use hours::Method;
use kernel::{Conditions, Cx, Read, Result, TenantId, args, row};
use organisations::model::OrganisationId;
use people::model::PersonId;

row! {
    /// A line of the roster.
    pub struct RosterLine {
        /// Their sign-up; absent for members of a back-entry and for those who came without.
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
        /// The post; empty for those who came without.
        pub post: String,
        /// When they said that they come, where hours are free.
        pub plan_from: Option<DateTime<Utc>>,
        /// Until when.
        pub plan_to: Option<DateTime<Utc>>,
        /// Where their sign-up stands.
        pub state: SignupState,
        /// Came at.
        pub in_at: Option<DateTime<Utc>>,
        /// How that was noticed.
        pub in_via: Option<Via>,
        /// Left at.
        pub out_at: Option<DateTime<Utc>>,
        /// Closed because nobody checked out.
        pub forgotten: Option<bool>,
        /// How far away their phone said it was when they came, for thirty days.
        pub distance: Option<Distance>,
        /// How sure it was.
        pub accuracy: Option<Accuracy>,
        /// Minutes in the ledger for this session.
        pub minutes: i64,
        /// The evidence behind them.
        pub grade: Option<Method>,
    }
}

/// Attendance `t` of person `p` in session `$2`, with the hours that follow.
const STAY: &str = "t.in_at, t.in_via, t.out_at, t.forgotten, d.distance, d.accuracy,
  CAST(COALESCE((SELECT SUM(h.minutes) FROM hours_entry h WHERE h.tenant_id = p.tenant_id AND h.session_id = $2
    AND h.person_id = p.id), 0) AS BIGINT) AS minutes,
  (SELECT h.method FROM hours_entry h WHERE h.tenant_id = p.tenant_id AND h.session_id = $2 AND h.person_id = p.id
    AND h.reverses_id IS NULL ORDER BY h.id DESC LIMIT 1) AS grade";

const CAME: &str = "LEFT JOIN attendance t ON t.tenant_id = p.tenant_id AND t.session_id = $2 AND t.person_id = p.id
  LEFT JOIN attendance_distance d ON d.tenant_id = t.tenant_id AND d.attendance_id = t.id AND d.deed = 'in'";

/// Everybody who joined, or waits and did not come, the joined first, by name.
pub async fn roster(db: &impl Read, tenant: TenantId, session: SessionId) -> Result<Vec<RosterLine>> {
    let sql = format!(
        "SELECT g.id AS signup_id, (g.handover_at IS NOT NULL) AS handover, k.name AS taker, g.person_id, p.name,
           substr(p.phone, 8, 4) AS phone_tail, o.name AS post, g.state,
           CASE WHEN x.flexible AND NOT g.loose THEN g.starts_at END AS plan_from,
           CASE WHEN x.flexible AND NOT g.loose THEN g.ends_at END AS plan_to, {STAY}
         FROM signup g
         JOIN person p ON p.tenant_id = g.tenant_id AND p.id = g.person_id
         JOIN post o ON o.tenant_id = g.tenant_id AND o.id = g.post_id
         JOIN activity_session x ON x.tenant_id = g.tenant_id AND x.id = g.session_id
         LEFT JOIN person k ON k.tenant_id = g.tenant_id AND k.id = g.handover_to
         {CAME}
         WHERE g.tenant_id = $1 AND g.session_id = $2 AND (g.state = 'joined' OR g.state = 'waiting' AND t.id IS NULL)
         ORDER BY g.state, p.sort_key, p.id LIMIT 2000"
    );
    db.all(&sql, args![tenant, session]).await
}

/// Those who came without a sign-up, by name.
pub async fn guests(db: &impl Read, tenant: TenantId, session: SessionId) -> Result<Vec<RosterLine>> {
    let sql = format!(
        "SELECT CAST(NULL AS UUID) AS signup_id, FALSE AS handover, CAST(NULL AS TEXT) AS taker, p.id AS person_id, p.name,
           substr(p.phone, 8, 4) AS phone_tail, '' AS post, 'joined' AS state,
           CAST(NULL AS TIMESTAMPTZ) AS plan_from, CAST(NULL AS TIMESTAMPTZ) AS plan_to, {STAY}
         FROM attendance t
         JOIN person p ON p.tenant_id = t.tenant_id AND p.id = t.person_id
         LEFT JOIN attendance_distance d ON d.tenant_id = t.tenant_id AND d.attendance_id = t.id AND d.deed = 'in'
         WHERE t.tenant_id = $1 AND t.session_id = $2
           AND NOT EXISTS (SELECT 1 FROM signup g WHERE g.tenant_id = t.tenant_id AND g.session_id = t.session_id
             AND g.person_id = t.person_id AND g.state = 'joined')
         ORDER BY p.sort_key, p.id LIMIT 2000"
    );
    db.all(&sql, args![tenant, session]).await
}

/// The members of the holding team as lines of a roster, for a back-entry project that nobody signed up for.
pub async fn members(
    db: &impl Read,
    tenant: TenantId,
    session: SessionId,
    team: OrganisationId,
) -> Result<Vec<RosterLine>> {
    let sql = format!(
        "SELECT CAST(NULL AS UUID) AS signup_id, FALSE AS handover, CAST(NULL AS TEXT) AS taker, p.id AS person_id, p.name,
           substr(p.phone, 8, 4) AS phone_tail, '' AS post, 'joined' AS state,
           CAST(NULL AS TIMESTAMPTZ) AS plan_from, CAST(NULL AS TIMESTAMPTZ) AS plan_to, {STAY}
         FROM membership m
         JOIN person p ON p.tenant_id = m.tenant_id AND p.id = m.person_id AND p.state IN ('active', 'dormant')
         {CAME}
         WHERE m.tenant_id = $1 AND m.organisation_id = $3 AND m.to_on IS NULL
         ORDER BY p.sort_key, p.id LIMIT 1000"
    );
    let mut found: Vec<RosterLine> = db.all(&sql, args![tenant, session, team]).await?;
    // Whoever has two roles in the team stands there once.
    found.dedup_by_key(|line| line.person_id);
    Ok(found)
}

row! {
    /// Somebody's stay as a live list needs it, without a name.
    pub struct Stay {
        /// Who.
        pub person_id: PersonId,
        /// Came at.
        pub in_at: DateTime<Utc>,
        /// Left at.
        pub out_at: Option<DateTime<Utc>>,
        /// Whether nobody checked them out.
        pub forgotten: bool,
    }
}

/// Who came to a session, in the order of coming.
pub async fn stays(db: &impl Read, tenant: TenantId, session: SessionId) -> Result<Vec<Stay>> {
    let sql = "SELECT person_id, in_at, out_at, forgotten FROM attendance WHERE tenant_id = $1 AND session_id = $2
               ORDER BY in_at, id";
    db.all(sql, args![tenant, session]).await
}

row! {
    /// A session that somebody forgot to check out of.
    pub(crate) struct Forgotten {
        /// The session.
        pub session_id: SessionId,
        /// Its activity.
        pub title: String,
        /// The team.
        pub organisation_name: String,
        /// When it ended.
        pub ends_at: DateTime<Utc>,
        /// How many.
        pub n: i64,
    }
}

/// The sessions that an actor takes attendance of, in which somebody has no hours because they forgot to check out; the oldest
/// first, 100 at most.
pub(crate) async fn forgotten(cx: &Cx) -> Result<Vec<Forgotten>> {
    let mut wanted = Conditions::new("t.tenant_id = ? AND t.forgotten", args![cx.tenant]);
    wanted.within(&cx.reach(ATTEND), "a.region_code", "a.organisation_path");
    let tail =
        wanted.tail(" GROUP BY s.id, a.title, a.organisation_name, s.ends_at ORDER BY s.ends_at, s.id LIMIT 100", &[]);
    let sql = format!(
        "SELECT s.id AS session_id, a.title, a.organisation_name, s.ends_at, COUNT(*) AS n FROM attendance t
         JOIN activity_session s ON s.tenant_id = t.tenant_id AND s.id = t.session_id
         JOIN activity a ON a.tenant_id = s.tenant_id AND a.id = s.activity_id WHERE {tail}"
    );
    cx.db.all(&sql, wanted.args()).await
}
