//! The sessions behind the figure of people served: as the sealer counted them, so that the list sums to the figure.

use super::Slice;
use super::behind::Whose;
use chrono::{DateTime, NaiveDate, Utc};
use kernel::ids::Raw;
use kernel::{Conditions, Read, Result, TenantId, args, row, search};

row! {
    /// A session with the people served in it.
    pub(crate) struct Session {
        /// Its id.
        pub id: Raw,
        /// Its day.
        pub day: NaiveDate,
        /// From.
        pub starts_at: DateTime<Utc>,
        /// To.
        pub ends_at: DateTime<Utc>,
        /// The activity.
        pub activity_id: Raw,
        /// What it is called.
        pub title: String,
        /// The team.
        pub team: String,
        /// People served.
        pub served: i64,
    }
}

row! {
    /// What all sessions of a question come to.
    pub(crate) struct Sum {
        /// Sessions.
        pub sessions: i64,
        /// People served, person-times.
        pub served: i64,
    }
}

/// The question over `session_served m` with its team `o`.
fn wanted(tenant: TenantId, whose: &Whose<'_>) -> Conditions {
    let query = whose.query;
    let mut wanted = Slice::of(tenant, query).wanted;
    wanted.and("m.day >= ? AND m.day <= ? AND m.served > 0", args![query.from.first(), query.to.last()]);
    if whose.own {
        wanted.and("o.path = ?", args![query.organisation]);
    }
    wanted
}

const FROM: &str = "session_served m JOIN organisation o ON o.tenant_id = m.tenant_id AND o.id = m.organisation_id";

/// How many sessions there are and how many people were served in them: the figure itself.
pub(crate) async fn sum(db: &impl Read, tenant: TenantId, whose: &Whose<'_>) -> Result<Sum> {
    let mut wanted = wanted(tenant, whose);
    let tail = wanted.tail("", args![]);
    let sql = format!(
        "SELECT COUNT(*) AS sessions, CAST(COALESCE(SUM(m.served), 0) AS BIGINT) AS served FROM {FROM} WHERE {tail}"
    );
    db.one(&sql, wanted.args()).await
}

/// The sessions whose activity the search finds, the newest first; `after` is the day and the id of the last one seen.
pub(crate) async fn list(
    db: &impl Read,
    tenant: TenantId,
    (whose, q): (&Whose<'_>, &str),
    (after, limit): (Option<(NaiveDate, Raw)>, i64),
) -> Result<Vec<Session>> {
    let mut wanted = wanted(tenant, whose);
    search::narrow_by(&mut wanted, "a.id", tenant, "activity", q);
    if let Some((day, id)) = after {
        wanted.and("(m.day, m.session_id) < (?, ?)", args![day, id]);
    }
    let tail = wanted.tail(" ORDER BY m.day DESC, m.session_id DESC LIMIT ?", args![limit]);
    let sql = format!(
        "SELECT m.session_id AS id, m.day, s.starts_at, s.ends_at, a.id AS activity_id, a.title, o.name AS team, m.served
         FROM {FROM}
         JOIN activity_session s ON s.tenant_id = m.tenant_id AND s.id = m.session_id
         JOIN activity a ON a.tenant_id = s.tenant_id AND a.id = s.activity_id
         WHERE {tail}"
    );
    db.all(&sql, wanted.args()).await
}
