//! The sealer: takes the rows that the ledger has not rolled up yet and adds them to the figures, each once. A batch is one
//! transaction: the figures and the list of what waits change together or not at all.
//!
//! A batch is marked before it is read, so that what comes in meanwhile is left for the next one.

use kernel::ids::Raw;
use kernel::{Cx, LaneKey, Read as _, Result, TenantId, Tx, args, row};

/// How many rows one transaction takes; others on the same lane wait that long.
const MOST: i64 = 20_000;

/// Rolls up everything that waits in a district. Safe to run twice, at once and after a crash.
pub async fn roll_up(cx: Cx) -> Result<()> {
    let tenant = cx.tenant;
    // A cheap look first: most of the time nothing waits, and the lane is left alone.
    while waiting(&cx.db, tenant).await? {
        cx.db.write(LaneKey::of(tenant.0), async move |tx: &mut Tx<'_>| roll_up_batch(tx, tenant, MOST).await).await?;
    }
    Ok(())
}

row! { struct Found { id: Raw } }

async fn waiting(db: &kernel::Db, tenant: TenantId) -> Result<bool> {
    let found: Option<Found> =
        db.optional("SELECT id FROM hours_unsealed WHERE tenant_id = $1 LIMIT 1", args![tenant]).await?;
    Ok(found.is_some())
}

/// Says that the people served of a session were counted or corrected; the figure follows with the next roll-up.
pub async fn served_changed(tx: &mut Tx<'_>, tenant: TenantId, session: Raw) -> Result<()> {
    // DO UPDATE and not DO NOTHING: it takes the row, so that a sealer which is reading the old number comes after us.
    let sql = "INSERT INTO hours_unsealed (tenant_id, id, source) VALUES ($1, $2, 'served')
               ON CONFLICT (tenant_id, id) DO UPDATE SET source = excluded.source";
    tx.execute(sql, args![tenant, session]).await?;
    Ok(())
}

/// Rolls up at most `most` rows inside the caller's transaction; answers how many.
pub async fn roll_up_batch(tx: &mut Tx<'_>, tenant: TenantId, most: i64) -> Result<u64> {
    let entries = take(tx, tenant, "entry", "taken", most).await?;
    if entries > 0 {
        for sql in OF_ENTRIES {
            tx.execute(sql, args![tenant]).await?;
        }
    }
    let sessions = take(tx, tenant, "served", "served-taken", most).await?;
    if sessions > 0 {
        // The sums first: the last statement forgets what was counted before.
        for sql in [SERVED, SUMS.changed, TEAM_SUMS.changed, COUNTED] {
            tx.execute(sql, args![tenant]).await?;
        }
    }
    let sql = "DELETE FROM hours_unsealed WHERE tenant_id = $1 AND source IN ('taken', 'served-taken')";
    tx.execute(sql, args![tenant]).await?;
    Ok(entries + sessions)
}

/// Makes all figures of a district anew from the ledger and the sessions: what a load of many entries ends with, and what
/// mends figures that were lost, in a district at rest: an entry written meanwhile could count twice.
pub async fn roll_up_anew(tx: &mut Tx<'_>, tenant: TenantId) -> Result<()> {
    const FIGURES: [&str; 10] = [
        "DELETE FROM person_month_total WHERE tenant_id = $1",
        "DELETE FROM metric_month WHERE tenant_id = $1",
        "DELETE FROM metric_team WHERE tenant_id = $1",
        "DELETE FROM metric_day WHERE tenant_id = $1",
        "DELETE FROM person_month WHERE tenant_id = $1",
        "DELETE FROM person_year WHERE tenant_id = $1",
        "DELETE FROM person_year_part WHERE tenant_id = $1",
        "DELETE FROM person_year_team WHERE tenant_id = $1",
        "DELETE FROM session_served WHERE tenant_id = $1",
        "DELETE FROM hours_unsealed WHERE tenant_id = $1",
    ];
    for sql in FIGURES {
        tx.execute(sql, args![tenant]).await?;
    }
    for sql in OF_ENTRIES {
        tx.execute(&sql.replace(BATCH_ENTRIES, "hours_entry e").replace(BATCH, "e.tenant_id = $1"), args![tenant])
            .await?;
    }
    for sql in [SERVED_ANEW, SUMS.served, TEAM_SUMS.served, COUNTED] {
        let whole = sql
            .replace(BATCH_SESSIONS, "activity_session s")
            .replace(BATCH, "s.tenant_id = $1 AND s.served IS NOT NULL");
        tx.execute(&whole, args![tenant]).await?;
    }
    Ok(())
}

async fn take(tx: &mut Tx<'_>, tenant: TenantId, from: &str, to: &str, most: i64) -> Result<u64> {
    let sql = "UPDATE hours_unsealed SET source = $1 WHERE tenant_id = $2 AND source = $3 AND id IN (
                 SELECT id FROM hours_unsealed WHERE tenant_id = $2 AND source = $3 ORDER BY id LIMIT $4)";
    tx.execute(sql, args![to, tenant, from, most]).await
}

/// How the statements name the batch at hand; `roll_up_anew` puts all rows in its place.
const BATCH: &str = "u.tenant_id = $1 AND u.source IN ('taken', 'served-taken')";
const BATCH_ENTRIES: &str = "hours_unsealed u JOIN hours_entry e ON e.tenant_id = u.tenant_id AND e.id = u.id";
const BATCH_SESSIONS: &str = "hours_unsealed u JOIN activity_session s ON s.tenant_id = u.tenant_id AND s.id = u.id";

/// What is made of entries.
const OF_ENTRIES: [&str; 10] =
    [DAYS, SUMS.entries, TEAM_SUMS.entries, MONTHS, MONTH_TOTALS, YEARS, TOWNS, TEAMS, KINDS, CATEGORIES];

/// Minutes and person-times a day. The kind follows from the team, so it is no part of the key.
const DAYS: &str = "
INSERT INTO metric_day (tenant_id, day, region_code, organisation_id, kind, category, minutes, services, served)
SELECT e.tenant_id, e.day, e.region_code, e.organisation_id, MAX(e.kind), e.category, CAST(SUM(e.minutes) AS BIGINT),
       CAST(SUM(CASE WHEN e.reverses_id IS NULL THEN 1 ELSE -1 END) AS BIGINT), 0
FROM hours_unsealed u JOIN hours_entry e ON e.tenant_id = u.tenant_id AND e.id = u.id
WHERE u.tenant_id = $1 AND u.source IN ('taken', 'served-taken')
GROUP BY e.tenant_id, e.day, e.organisation_id, e.category, e.region_code
ON CONFLICT (tenant_id, day, organisation_id, category, region_code) DO UPDATE
  SET minutes = metric_day.minutes + excluded.minutes, services = metric_day.services + excluded.services";

/// A table of sums a month, and how it is kept: from entries, from people served counted anew, and from all of them at once.
struct Monthly {
    entries: &'static str,
    changed: &'static str,
    served: &'static str,
}

/// `$keys` name the table's groups; `$entry` tells them of an entry `e`, `$change` of what was and is counted, `$session` of a
/// session `s` of an activity `a`.
macro_rules! monthly {
    ($table:literal, $keys:literal, $entry:literal, $change:literal, $session:literal) => {
        Monthly {
            entries: concat!(
                "INSERT INTO ", $table, " (tenant_id, month, ", $keys, ", minutes, services, served)
                 SELECT e.tenant_id, substr(CAST(e.day AS TEXT), 1, 7), ", $entry, ", CAST(SUM(e.minutes) AS BIGINT),
                        CAST(SUM(CASE WHEN e.reverses_id IS NULL THEN 1 ELSE -1 END) AS BIGINT), 0
                 FROM hours_unsealed u JOIN hours_entry e ON e.tenant_id = u.tenant_id AND e.id = u.id
                 WHERE u.tenant_id = $1 AND u.source IN ('taken', 'served-taken')
                 GROUP BY e.tenant_id, substr(CAST(e.day AS TEXT), 1, 7), ", $entry, "
                 ON CONFLICT (tenant_id, month, ", $keys, ") DO UPDATE
                   SET minutes = ", $table, ".minutes + excluded.minutes, services = ", $table, ".services + excluded.services"
            ),
            changed: concat!(
                "INSERT INTO ", $table, " (tenant_id, month, ", $keys, ", minutes, services, served)
                 SELECT tenant_id, substr(CAST(day AS TEXT), 1, 7), ", $change, ", 0, 0, CAST(SUM(served) AS BIGINT)
                 FROM (
                   SELECT k.tenant_id, k.day, k.region_code, k.organisation_id, k.kind, k.category, -k.served AS served
                   FROM hours_unsealed u JOIN session_served k ON k.tenant_id = u.tenant_id AND k.session_id = u.id
                   WHERE u.tenant_id = $1 AND u.source IN ('taken', 'served-taken')
                   UNION ALL
                   SELECT s.tenant_id, s.day, a.region_code, a.organisation_id, a.kind, a.category, COALESCE(s.served, 0) AS served
                   FROM hours_unsealed u JOIN activity_session s ON s.tenant_id = u.tenant_id AND s.id = u.id
                   JOIN activity a ON a.tenant_id = s.tenant_id AND a.id = s.activity_id
                   WHERE u.tenant_id = $1 AND u.source IN ('taken', 'served-taken')
                 ) AS change
                 GROUP BY tenant_id, substr(CAST(day AS TEXT), 1, 7), ", $change, "
                 ON CONFLICT (tenant_id, month, ", $keys, ") DO UPDATE SET served = ", $table, ".served + excluded.served"
            ),
            served: concat!(
                "INSERT INTO ", $table, " (tenant_id, month, ", $keys, ", minutes, services, served)
                 SELECT s.tenant_id, substr(CAST(s.day AS TEXT), 1, 7), ", $session, ", 0, 0, CAST(SUM(s.served) AS BIGINT)
                 FROM hours_unsealed u JOIN activity_session s ON s.tenant_id = u.tenant_id AND s.id = u.id
                 JOIN activity a ON a.tenant_id = s.tenant_id AND a.id = s.activity_id
                 WHERE u.tenant_id = $1 AND u.source IN ('taken', 'served-taken')
                 GROUP BY s.tenant_id, substr(CAST(s.day AS TEXT), 1, 7), ", $session, "
                 ON CONFLICT (tenant_id, month, ", $keys, ") DO UPDATE SET served = ", $table, ".served + excluded.served"
            ),
        }
    };
}

/// The same a month, a town, a kind and a category.
const SUMS: Monthly = monthly!(
    "metric_month",
    "town, kind, category",
    "substr(e.region_code, 1, 9), e.kind, e.category",
    "substr(region_code, 1, 9), kind, category",
    "substr(a.region_code, 1, 9), a.kind, a.category"
);

/// The same a month and a team.
const TEAM_SUMS: Monthly =
    monthly!("metric_team", "organisation_id", "e.organisation_id", "organisation_id", "a.organisation_id");

/// Who served in which month, for which team, where and in what.
const MONTHS: &str = "
INSERT INTO person_month (tenant_id, month, person_id, organisation_id, region_code, kind, category, minutes, services)
SELECT e.tenant_id, substr(CAST(e.day AS TEXT), 1, 7), e.person_id, e.organisation_id, e.region_code, MAX(e.kind), e.category,
       CAST(SUM(e.minutes) AS BIGINT), CAST(SUM(CASE WHEN e.reverses_id IS NULL THEN 1 ELSE -1 END) AS BIGINT)
FROM hours_unsealed u JOIN hours_entry e ON e.tenant_id = u.tenant_id AND e.id = u.id
WHERE u.tenant_id = $1 AND u.source IN ('taken', 'served-taken')
GROUP BY e.tenant_id, substr(CAST(e.day AS TEXT), 1, 7), e.person_id, e.organisation_id, e.category, e.region_code
ON CONFLICT (tenant_id, month, person_id, organisation_id, category, region_code) DO UPDATE
  SET minutes = person_month.minutes + excluded.minutes, services = person_month.services + excluded.services";

/// Totals of a person and month.
const MONTH_TOTALS: &str = "
INSERT INTO person_month_total (tenant_id, month, person_id, minutes)
SELECT e.tenant_id, substr(CAST(e.day AS TEXT), 1, 7), e.person_id, CAST(SUM(e.minutes) AS BIGINT)
FROM hours_unsealed u JOIN hours_entry e ON e.tenant_id = u.tenant_id AND e.id = u.id
WHERE u.tenant_id = $1 AND u.source IN ('taken', 'served-taken')
GROUP BY e.tenant_id, substr(CAST(e.day AS TEXT), 1, 7), e.person_id
ON CONFLICT (tenant_id, month, person_id) DO UPDATE SET minutes = person_month_total.minutes + excluded.minutes";

/// Totals of a person and year.
const YEARS: &str = "
INSERT INTO person_year (tenant_id, year, person_id, minutes, services)
SELECT e.tenant_id, CAST(substr(CAST(e.day AS TEXT), 1, 4) AS BIGINT), e.person_id, CAST(SUM(e.minutes) AS BIGINT),
       CAST(SUM(CASE WHEN e.reverses_id IS NULL THEN 1 ELSE -1 END) AS BIGINT)
FROM hours_unsealed u JOIN hours_entry e ON e.tenant_id = u.tenant_id AND e.id = u.id
WHERE u.tenant_id = $1 AND u.source IN ('taken', 'served-taken')
GROUP BY e.tenant_id, substr(CAST(e.day AS TEXT), 1, 4), e.person_id
ON CONFLICT (tenant_id, year, person_id) DO UPDATE
  SET minutes = person_year.minutes + excluded.minutes, services = person_year.services + excluded.services";

/// One statement of `person_year_part`: the part's name and the column that tells its code.
macro_rules! part {
    ($part:literal, $code:literal) => {
        concat!(
            "INSERT INTO person_year_part (tenant_id, year, part, code, person_id, minutes)
             SELECT e.tenant_id, CAST(substr(CAST(e.day AS TEXT), 1, 4) AS BIGINT), '",
            $part,
            "', ",
            $code,
            ", e.person_id, CAST(SUM(e.minutes) AS BIGINT)
             FROM hours_unsealed u JOIN hours_entry e ON e.tenant_id = u.tenant_id AND e.id = u.id
             WHERE u.tenant_id = $1 AND u.source IN ('taken', 'served-taken')
             GROUP BY e.tenant_id, substr(CAST(e.day AS TEXT), 1, 4), ",
            $code,
            ", e.person_id
             ON CONFLICT (tenant_id, year, part, code, person_id) DO UPDATE
               SET minutes = person_year_part.minutes + excluded.minutes"
        )
    };
}

const TOWNS: &str = part!("town", "substr(e.region_code, 1, 9)");
const KINDS: &str = part!("kind", "e.kind");
const CATEGORIES: &str = part!("category", "e.category");

/// Who served for which team in a year.
const TEAMS: &str = "
INSERT INTO person_year_team (tenant_id, year, organisation_id, person_id, minutes)
SELECT e.tenant_id, CAST(substr(CAST(e.day AS TEXT), 1, 4) AS BIGINT), e.organisation_id, e.person_id, CAST(SUM(e.minutes) AS BIGINT)
FROM hours_unsealed u JOIN hours_entry e ON e.tenant_id = u.tenant_id AND e.id = u.id
WHERE u.tenant_id = $1 AND u.source IN ('taken', 'served-taken')
GROUP BY e.tenant_id, substr(CAST(e.day AS TEXT), 1, 4), e.organisation_id, e.person_id
ON CONFLICT (tenant_id, year, organisation_id, person_id) DO UPDATE
  SET minutes = person_year_team.minutes + excluded.minutes";

/// What was counted of a session goes out under its old key, what it says now comes in under its present one.
const SERVED: &str = "
INSERT INTO metric_day (tenant_id, day, region_code, organisation_id, kind, category, minutes, services, served)
SELECT tenant_id, day, region_code, organisation_id, MAX(kind), category, 0, 0, CAST(SUM(served) AS BIGINT)
FROM (
  SELECT k.tenant_id, k.day, k.region_code, k.organisation_id, k.kind, k.category, -k.served AS served
  FROM hours_unsealed u JOIN session_served k ON k.tenant_id = u.tenant_id AND k.session_id = u.id
  WHERE u.tenant_id = $1 AND u.source IN ('taken', 'served-taken')
  UNION ALL
  SELECT s.tenant_id, s.day, a.region_code, a.organisation_id, a.kind, a.category, COALESCE(s.served, 0) AS served
  FROM hours_unsealed u JOIN activity_session s ON s.tenant_id = u.tenant_id AND s.id = u.id
  JOIN activity a ON a.tenant_id = s.tenant_id AND a.id = s.activity_id
  WHERE u.tenant_id = $1 AND u.source IN ('taken', 'served-taken')
) AS change
GROUP BY tenant_id, day, organisation_id, category, region_code
ON CONFLICT (tenant_id, day, organisation_id, category, region_code) DO UPDATE
  SET served = metric_day.served + excluded.served";

/// People served, when nothing was counted before.
const SERVED_ANEW: &str = "
INSERT INTO metric_day (tenant_id, day, region_code, organisation_id, kind, category, minutes, services, served)
SELECT s.tenant_id, s.day, a.region_code, a.organisation_id, MAX(a.kind), a.category, 0, 0, CAST(SUM(s.served) AS BIGINT)
FROM hours_unsealed u JOIN activity_session s ON s.tenant_id = u.tenant_id AND s.id = u.id
JOIN activity a ON a.tenant_id = s.tenant_id AND a.id = s.activity_id
WHERE u.tenant_id = $1 AND u.source IN ('taken', 'served-taken')
GROUP BY s.tenant_id, s.day, a.organisation_id, a.category, a.region_code
ON CONFLICT (tenant_id, day, organisation_id, category, region_code) DO UPDATE
  SET served = metric_day.served + excluded.served";

/// Remembers what stands in the figures now.
const COUNTED: &str = "
INSERT INTO session_served (tenant_id, session_id, day, region_code, organisation_id, kind, category, served)
SELECT s.tenant_id, s.id, s.day, a.region_code, a.organisation_id, a.kind, a.category, COALESCE(s.served, 0)
FROM hours_unsealed u JOIN activity_session s ON s.tenant_id = u.tenant_id AND s.id = u.id
JOIN activity a ON a.tenant_id = s.tenant_id AND a.id = s.activity_id
WHERE u.tenant_id = $1 AND u.source IN ('taken', 'served-taken')
ON CONFLICT (tenant_id, session_id) DO UPDATE
  SET day = excluded.day, region_code = excluded.region_code, organisation_id = excluded.organisation_id,
      kind = excluded.kind, category = excluded.category, served = excluded.served";

#[cfg(test)]
mod tests;
