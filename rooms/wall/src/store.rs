//! What is happening now, as SQL. Every read is narrowed to the region of the screen.

use chrono::{DateTime, NaiveDate, Utc};
use kernel::ids::Raw;
use kernel::{Conditions, Db, Read as _, Result, TenantId, args, row};

row! {
    /// The people of one team at one session who are there now.
    pub(crate) struct Serving {
        pub organisation_id: Raw,
        pub town: String,
        pub place: String,
        pub people: i64,
        pub latest: DateTime<Utc>,
    }
}

row! {
    /// A team that has a lamp.
    pub(crate) struct Lamp {
        pub id: Raw,
        pub town: String,
    }
}

row! {
    /// People who came to one session a moment ago.
    pub(crate) struct Arrival {
        pub title: String,
        pub region_code: String,
        pub latest: DateTime<Utc>,
        pub people: i64,
        pub person: Option<String>,
    }
}

row! {
    /// A session that comes next.
    pub(crate) struct Coming {
        pub title: String,
        pub region_code: String,
        pub starts_at: DateTime<Utc>,
        pub places: i64,
        pub taken: i64,
    }
}

row! {
    /// A region's name.
    pub(crate) struct Named {
        pub code: String,
        pub name: String,
    }
}

row! {
    /// From when to when somebody was there.
    pub(crate) struct Stay {
        pub in_at: DateTime<Utc>,
        pub out_at: Option<DateTime<Utc>>,
    }
}

fn within(wanted: &mut Conditions, region: &str, condition: &'static str) {
    if !region.is_empty() {
        wanted.and(condition, args![region, kernel::policy::after(region)]);
    }
}

/// Who serves now: came, did not leave, and the session is not over.
pub(crate) async fn serving(db: &Db, tenant: TenantId, region: &str, now: DateTime<Utc>) -> Result<Vec<Serving>> {
    let mut wanted = Conditions::new("t.tenant_id = ? AND t.out_at IS NULL", args![tenant]);
    // Nobody's service goes over midnight, so who came more than a day ago is not there.
    wanted.and("t.in_at > ? AND t.in_at <= ? AND s.ends_at > ?", args![now - chrono::Duration::days(1), now, now]);
    within(&mut wanted, region, "t.region_code >= ? AND t.region_code < ?");
    let tail = wanted.tail(" GROUP BY t.organisation_id, substr(t.region_code, 1, 9), a.place", args![]);
    let sql = format!(
        "SELECT t.organisation_id, substr(t.region_code, 1, 9) AS town, a.place, COUNT(*) AS people, MAX(t.in_at) AS latest
         FROM attendance t JOIN activity_session s ON s.tenant_id = t.tenant_id AND s.id = t.session_id
         JOIN activity a ON a.tenant_id = t.tenant_id AND a.id = t.activity_id WHERE {tail}"
    );
    db.all(&sql, wanted.args()).await
}

/// The teams with a lamp, in the order of their numbers: a team keeps its lamp.
pub(crate) async fn lamps(db: &Db, tenant: TenantId, region: &str) -> Result<Vec<Lamp>> {
    let mut wanted = Conditions::new(
        "tenant_id = ? AND tree = 'team' AND state = 'active' AND kind NOT IN ('federation', 'town')",
        args![tenant],
    );
    within(&mut wanted, region, "region_code >= ? AND region_code < ?");
    let tail = wanted.tail(" ORDER BY number", args![]);
    let sql = format!("SELECT id, substr(region_code, 1, 9) AS town FROM organisation WHERE {tail}");
    db.all(&sql, wanted.args()).await
}

/// The sessions at which people arrived last; the name is that of one who arrived, to be masked.
pub(crate) async fn arrivals(db: &Db, tenant: TenantId, region: &str, now: DateTime<Utc>) -> Result<Vec<Arrival>> {
    let mut wanted = Conditions::new("t.tenant_id = ? AND t.out_at IS NULL", args![tenant]);
    wanted.and("t.in_at > ? AND t.in_at <= ?", args![now - chrono::Duration::hours(6), now]);
    within(&mut wanted, region, "t.region_code >= ? AND t.region_code < ?");
    let tail =
        wanted.tail(" GROUP BY t.session_id, a.title, a.region_code ORDER BY latest DESC, a.title LIMIT 3", args![]);
    let sql = format!(
        "SELECT a.title, a.region_code, MAX(t.in_at) AS latest, COUNT(*) AS people, MIN(p.name) AS person
         FROM attendance t JOIN activity a ON a.tenant_id = t.tenant_id AND a.id = t.activity_id
         JOIN person p ON p.tenant_id = t.tenant_id AND p.id = t.person_id WHERE {tail}"
    );
    db.all(&sql, wanted.args()).await
}

/// The sessions that begin next.
pub(crate) async fn coming(db: &Db, tenant: TenantId, region: &str, now: DateTime<Utc>) -> Result<Vec<Coming>> {
    let today = kernel::time::day(now);
    let mut wanted = Conditions::new("s.tenant_id = ?", args![tenant]);
    wanted.and("s.day >= ? AND s.day <= ?", args![today, today + chrono::Duration::days(2)]);
    wanted.and(
        "s.cancelled_at IS NULL AND s.starts_at > ? AND a.state IN ('open', 'running') AND a.scope <> 'hidden'",
        args![now],
    );
    within(&mut wanted, region, "a.region_code >= ? AND a.region_code < ?");
    let tail = wanted
        .tail(" GROUP BY s.id, s.starts_at, a.title, a.region_code ORDER BY s.starts_at, a.title LIMIT 3", args![]);
    let sql = format!(
        "SELECT a.title, a.region_code, s.starts_at, CAST(SUM(p.places) AS BIGINT) AS places, CAST(SUM(p.taken) AS BIGINT) AS taken
         FROM activity_session s JOIN activity a ON a.tenant_id = s.tenant_id AND a.id = s.activity_id
         JOIN post p ON p.tenant_id = s.tenant_id AND p.session_id = s.id WHERE {tail}"
    );
    db.all(&sql, wanted.args()).await
}

/// The names of the towns.
pub(crate) async fn towns(db: &Db, tenant: TenantId) -> Result<Vec<Named>> {
    let sql = "SELECT r.code, r.name FROM region r JOIN tenant t ON r.parent_code = t.code
               WHERE t.id = $1 AND r.level = 'town' ORDER BY r.code";
    db.all(sql, args![tenant]).await
}

/// When people came and left on a day.
pub(crate) async fn stays(db: &Db, tenant: TenantId, region: &str, day: NaiveDate) -> Result<Vec<Stay>> {
    let mut wanted = Conditions::new("tenant_id = ? AND day = ?", args![tenant, day]);
    within(&mut wanted, region, "region_code >= ? AND region_code < ?");
    let tail = wanted.tail("", args![]);
    db.all(&format!("SELECT in_at, out_at FROM attendance WHERE {tail}"), wanted.args()).await
}
