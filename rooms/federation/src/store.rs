//! The SQL of the federation's own tables and of the few figures on its public home.

pub(crate) mod access;
pub(crate) mod claim;
pub(crate) mod export;
pub(crate) mod offer;
pub(crate) mod parting;
pub(crate) mod request;

use chrono::{DateTime, Duration, NaiveDate, Utc};
use kernel::ids::Raw;
use kernel::{Cx, Error, Read, Result, TenantId, Tx, args, row};
use people::PersonId;

row! {
    /// A month of the whole district.
    pub(crate) struct MonthSum {
        /// `2026-11`
        pub month: String,
        /// Minutes served.
        pub minutes: i64,
    }
}

/// The months of a year from its first day to its last.
pub(crate) async fn months(
    db: &impl Read,
    tenant: TenantId,
    (first, last): (NaiveDate, NaiveDate),
) -> Result<Vec<MonthSum>> {
    let sql = "SELECT substr(CAST(day AS TEXT), 1, 7) AS month, CAST(SUM(minutes) AS BIGINT) AS minutes
               FROM metric_day WHERE tenant_id = $1 AND day >= $2 AND day <= $3 GROUP BY substr(CAST(day AS TEXT), 1, 7)";
    db.all(sql, args![tenant, first, last]).await
}

row! { struct Count { n: i64 } }

/// How many activities take people on now.
pub(crate) async fn count_open(db: &impl Read, tenant: TenantId, now: DateTime<Utc>) -> Result<i64> {
    let sql =
        "SELECT COUNT(*) AS n FROM activity WHERE tenant_id = $1 AND state IN ('open', 'running') AND scope <> 'hidden'
               AND opens_at <= $2 AND closes_at > $2";
    let row: Count = db.one(sql, args![tenant, now]).await?;
    Ok(row.n)
}

row! { struct Waiting { joined: i64, waiting: i64 } }

/// How many services to come somebody joined, and in how many lines they stand.
pub(crate) async fn services(
    db: &impl Read,
    tenant: TenantId,
    person: PersonId,
    now: DateTime<Utc>,
) -> Result<(i64, i64)> {
    let sql = "SELECT COUNT(*) FILTER (WHERE s.state = 'joined') AS joined, COUNT(*) FILTER (WHERE s.state = 'waiting') AS waiting
               FROM signup s JOIN activity a ON a.tenant_id = s.tenant_id AND a.id = s.activity_id
               WHERE s.tenant_id = $1 AND s.person_id = $2 AND s.ends_at > $3 AND a.state <> 'void'";
    let row: Waiting = db.one(sql, args![tenant, person, now]).await?;
    Ok((row.joined, row.waiting))
}

row! { struct Tries { tries: i64, since: DateTime<Utc> } }

/// Counts a try of this address for a purpose; more than `most` within an hour are refused with the seconds to wait.
pub(crate) async fn throttle(tx: &mut Tx<'_>, cx: &Cx, purpose: &str, most: i64) -> Result<()> {
    let hour_ago = cx.now - Duration::hours(1);
    let address = cx.app.keys.sign("join.try", &[purpose, &cx.request.ip]);
    let forget = "DELETE FROM join_try WHERE tenant_id = $1 AND since < $2";
    tx.execute(forget, args![cx.tenant, hour_ago]).await?;
    let sql = "INSERT INTO join_try (tenant_id, address, since, tries) VALUES ($1, $2, $3, 1)
               ON CONFLICT (tenant_id, address) DO UPDATE SET tries = join_try.tries + 1 RETURNING tries, since";
    let row: Tries = tx.one(sql, args![cx.tenant, address, cx.now]).await?;
    if row.tries > most {
        return Err(Error::TooMany((row.since + Duration::hours(1) - cx.now).num_seconds().max(1)));
    }
    Ok(())
}

/// Notes to which notice somebody agreed.
pub(crate) async fn consent(tx: &mut Tx<'_>, cx: &Cx, person: Raw, notice: &str) -> Result<()> {
    let sql = "INSERT INTO join_consent (tenant_id, person_id, notice, agreed_at) VALUES ($1, $2, $3, $4)";
    tx.execute(sql, args![cx.tenant, person, notice, cx.now]).await?;
    Ok(())
}
