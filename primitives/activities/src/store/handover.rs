//! The SQL of places that change hands or posts.

use crate::model::{ActivityId, PostId, Session, SessionId, SignupId};
use chrono::{DateTime, NaiveDate, Utc};
use kernel::{Conditions, Cx, Read, Result, TenantId, Tx, args, row};
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
        "SELECT s.id, s.session_id, s.person_id, s.handover_to, t.name AS taker, p.name AS post, x.starts_at, x.ends_at
               FROM signup s JOIN post p ON p.tenant_id = s.tenant_id AND p.id = s.post_id
               JOIN activity_session x ON x.tenant_id = s.tenant_id AND x.id = s.session_id
               LEFT JOIN person t ON t.tenant_id = s.tenant_id AND t.id = s.handover_to
               WHERE s.tenant_id = $1 AND s.activity_id = $2 AND s.state = 'joined' AND s.handover_at IS NOT NULL
                 AND (x.starts_at > $3 OR x.flexible AND x.ends_at > $3) ORDER BY x.starts_at, s.id LIMIT 100";
    db.all(sql, args![tenant, activity, now]).await
}

row! {
    /// A place that somebody offers, with what is done there and when.
    pub struct Opening {
        /// The sign-up.
        pub id: SignupId,
        /// Its activity.
        pub activity_id: ActivityId,
        /// Its session.
        pub session_id: SessionId,
        /// Its post.
        pub post_id: PostId,
        /// Whose place it is; nobody else is told.
        pub person_id: PersonId,
        /// Who asked for it.
        pub handover_to: Option<PersonId>,
        /// Whether the leader says yes before it changes hands.
        pub asks: bool,
        /// The activity's title.
        pub title: String,
        /// The first category.
        pub category: String,
        /// The team that holds it.
        pub organisation_name: String,
        /// The name of its town.
        pub town: String,
        /// The meeting place.
        pub place: String,
        /// The post's name.
        pub post: String,
        /// The day.
        pub day: NaiveDate,
        /// From.
        pub starts_at: DateTime<Utc>,
        /// To.
        pub ends_at: DateTime<Utc>,
        /// Whether one chooses one's hours between the two.
        pub flexible: bool,
        /// 0 in the reader's own community, 1 in their town, 2 farther away.
        pub far: i64,
    }
}

impl Opening {
    /// Its session, as the rules ask for it.
    #[must_use]
    pub fn session(&self) -> Session {
        Session {
            id: self.session_id,
            activity_id: self.activity_id,
            starts_at: self.starts_at,
            ends_at: self.ends_at,
            day: self.day,
            served: None,
            cancelled_at: None,
            flexible: self.flexible,
            visit_minutes: None,
        }
    }

    /// Where it stands in the list.
    #[must_use]
    pub fn keys(&self) -> Vec<String> {
        vec![self.far.to_string(), self.starts_at.to_rfc3339(), self.id.to_string()]
    }

    /// The character and the class of its seal.
    #[must_use]
    pub fn seal(&self) -> (&'static str, &'static str) {
        crate::model::seal(&self.category)
    }
}

/// What somebody looks for among the places that are offered; what is empty does not narrow.
#[derive(Clone, Debug, Default)]
pub struct Looking {
    /// A region's code; everything below it.
    pub town: String,
    /// Part of the title, the post or the meeting place.
    pub query: String,
    /// From this day.
    pub from: Option<NaiveDate>,
    /// Until this day.
    pub to: Option<NaiveDate>,
}

/// The places that others offer and that nobody else asked for, those of somebody's own community and town first.
pub async fn openings(cx: &Cx, person: PersonId, looking: &Looking, limit: i64) -> Result<Vec<Opening>> {
    let mut wanted = Conditions::new("s.tenant_id = ?", args![cx.tenant]);
    wanted.and("s.state = 'joined' AND s.handover_at IS NOT NULL AND s.group_id IS NULL", args![]);
    wanted.and("(x.starts_at > ? OR x.flexible AND x.ends_at > ?)", args![cx.now, cx.now]);
    wanted.and("s.person_id <> ?", args![person]);
    wanted.and("me.tenant_id = s.tenant_id AND me.id = ?", args![person]);
    wanted.and("(s.handover_to IS NULL OR s.handover_to = ?)", args![person]);
    wanted.and("a.state IN ('open', 'running') AND x.cancelled_at IS NULL", args![]);
    if !looking.town.is_empty() {
        let after = kernel::policy::after(&looking.town);
        wanted.and("a.region_code >= ? AND a.region_code < ?", args![looking.town, after]);
    }
    if !looking.query.is_empty() {
        let query = &looking.query;
        let like = "(a.title LIKE '%' || ? || '%' OR p.name LIKE '%' || ? || '%' OR a.place LIKE '%' || ? || '%')";
        wanted.and(like, args![query, query, query]);
    }
    if let Some(from) = looking.from {
        wanted.and("x.day >= ?", args![from]);
    }
    if let Some(to) = looking.to {
        wanted.and("x.day <= ?", args![to]);
    }
    let tail = wanted.tail(" ORDER BY far, x.starts_at, s.id LIMIT ?", args![limit]);
    let sql = format!(
        "SELECT s.id, s.activity_id, s.session_id, s.post_id, s.person_id, s.handover_to, a.handover_asks AS asks, a.title, a.category,
           a.organisation_name, COALESCE(t.name, '') AS town, a.place, p.name AS post, x.day, x.starts_at, x.ends_at,
           x.flexible, CAST(CASE WHEN a.region_code = me.region_code THEN 0
             WHEN substr(a.region_code, 1, 9) = substr(me.region_code, 1, 9) THEN 1 ELSE 2 END AS BIGINT) AS far
         FROM signup s
         CROSS JOIN person me
         JOIN activity a ON a.tenant_id = s.tenant_id AND a.id = s.activity_id
         JOIN activity_session x ON x.tenant_id = s.tenant_id AND x.id = s.session_id
         JOIN post p ON p.tenant_id = s.tenant_id AND p.id = s.post_id
         LEFT JOIN region t ON t.code = substr(a.region_code, 1, 9)
         WHERE {tail}"
    );
    cx.db.all(&sql, wanted.args()).await
}
