//! The SQL of what takes people on: sessions to come with a place left, the soonest first.

use activities::{ActivityId, SessionId};
use chrono::{DateTime, Utc};
use kernel::{Conditions, Cx, Read as _, Result, args, row};
use organisations::OrganisationId;

row! {
    /// A session with places left.
    pub(crate) struct Row {
        /// The activity.
        pub activity_id: ActivityId,
        /// The session.
        pub session_id: SessionId,
        /// The activity's title.
        pub title: String,
        /// Who holds it.
        pub organisation_name: String,
        /// The town's name.
        pub town: String,
        /// The meeting place.
        pub place: String,
        /// The first category.
        pub category: String,
        /// From.
        pub starts_at: DateTime<Utc>,
        /// To.
        pub ends_at: DateTime<Utc>,
        /// Whether one chooses one's hours between the two.
        pub flexible: bool,
        /// Places left in all posts.
        pub places_left: i64,
    }
}

/// Whose open sessions.
#[derive(Clone, Copy)]
pub(crate) enum Whose<'a> {
    /// Of a region and all below it; everywhere when it is empty.
    Region(&'a str),
    /// Of a team, or held with it.
    Team(OrganisationId),
}

/// Open sessions with a place left.
pub(crate) async fn open(cx: &Cx, whose: Whose<'_>, limit: i64) -> Result<Vec<Row>> {
    let mut wanted = Conditions::new(
        "s.tenant_id = ? AND s.cancelled_at IS NULL AND s.day >= ? AND (s.starts_at > ? OR s.flexible AND s.ends_at > ?)",
        args![cx.tenant, cx.today(), cx.now, cx.now],
    );
    wanted.and(
        "a.state IN ('open', 'running') AND a.scope <> 'hidden' AND a.opens_at <= ? AND a.closes_at > ?",
        args![cx.now, cx.now],
    );
    wanted.and(
        "EXISTS (SELECT 1 FROM post f WHERE f.tenant_id = s.tenant_id AND f.session_id = s.id AND f.taken < f.places)",
        args![],
    );
    match whose {
        Whose::Region("") => {}
        Whose::Region(code) => {
            wanted.and("a.region_code >= ? AND a.region_code < ?", args![code, kernel::policy::after(code)]);
        }
        Whose::Team(team) => {
            let held = "(a.organisation_id = ? OR CAST(a.partners AS TEXT) LIKE ?)";
            wanted.and(held, args![team, format!("%{team}%")]);
        }
    }
    let tail = wanted.tail(" ORDER BY s.day, s.starts_at, s.id LIMIT ?", args![limit]);
    let sql = format!(
        "SELECT a.id AS activity_id, s.id AS session_id, a.title, a.organisation_name, COALESCE(r.name, '') AS town, a.place,
                a.category, s.starts_at, s.ends_at, s.flexible,
                CAST((SELECT SUM(p.places - p.taken) FROM post p WHERE p.tenant_id = s.tenant_id AND p.session_id = s.id) AS BIGINT) AS places_left
         FROM activity_session s JOIN activity a ON a.tenant_id = s.tenant_id AND a.id = s.activity_id
         LEFT JOIN region r ON r.code = substr(a.region_code, 1, 9)
         WHERE {tail}"
    );
    cx.db.all(&sql, wanted.args()).await
}
