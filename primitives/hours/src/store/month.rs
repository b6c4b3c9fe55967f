//! The SQL of months: which are closed, and on which day something is booked.

use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use kernel::{Conditions, Cx, Read, Result, TenantId, Tx, args, row};

row! { struct Kept { closed_at: Option<DateTime<Utc>> } }

/// `2026-11`
pub(crate) fn name(day: NaiveDate) -> String {
    format!("{:04}-{:02}", day.year(), day.month())
}

/// The day on which something of this day is booked: today when its month was closed.
///
/// Of a past month the row is taken, so that who closes it waits for who writes into it; the present month is never closed, and
/// nothing is asked for it.
pub(crate) async fn book(tx: &mut Tx<'_>, cx: &Cx, day: NaiveDate) -> Result<NaiveDate> {
    let (month, today) = (name(day), cx.today());
    if month >= name(today) {
        return Ok(day);
    }
    let sql = "INSERT INTO hours_month (tenant_id, month) VALUES ($1, $2)
               ON CONFLICT (tenant_id, month) DO UPDATE SET month = excluded.month RETURNING closed_at";
    let kept: Kept = tx.one(sql, args![cx.tenant, month]).await?;
    Ok(if kept.closed_at.is_some() { today } else { day })
}

row! {
    /// A month of the ledger of a district.
    pub(crate) struct Month {
        /// `2026-11`
        pub month: String,
        /// Rows that are booked in it.
        pub entries: i64,
        /// Minutes that they come to.
        pub minutes: i64,
        /// Since when it takes no rows.
        pub closed_at: Option<DateTime<Utc>>,
        /// Who closed it.
        pub closed_name: Option<String>,
    }
}

/// The months that have rows, the newest first, before another.
pub(crate) async fn list(db: &impl Read, tenant: TenantId, (before, limit): (&str, i64)) -> Result<Vec<Month>> {
    let mut wanted = Conditions::new("e.tenant_id = ?", args![tenant]);
    if !before.is_empty() {
        wanted.and("substr(CAST(e.day AS TEXT), 1, 7) < ?", args![before]);
    }
    let tail = wanted.tail(
        " GROUP BY substr(CAST(e.day AS TEXT), 1, 7), m.closed_at, m.closed_name ORDER BY 1 DESC LIMIT ?",
        args![limit],
    );
    let sql = format!(
        "SELECT substr(CAST(e.day AS TEXT), 1, 7) AS month, COUNT(*) AS entries, CAST(SUM(e.minutes) AS BIGINT) AS minutes,
                m.closed_at, m.closed_name
         FROM hours_entry e
         LEFT JOIN hours_month m ON m.tenant_id = e.tenant_id AND m.month = substr(CAST(e.day AS TEXT), 1, 7)
         WHERE {tail}"
    );
    db.all(&sql, wanted.args()).await
}

row! {
    /// What a month holds.
    pub(crate) struct Held {
        /// Rows.
        pub entries: i64,
        /// Minutes.
        pub minutes: i64,
    }
}

/// What is booked in a month.
pub(crate) async fn held(db: &impl Read, tenant: TenantId, (first, after): (NaiveDate, NaiveDate)) -> Result<Held> {
    let sql = "SELECT COUNT(*) AS entries, CAST(COALESCE(SUM(minutes), 0) AS BIGINT) AS minutes FROM hours_entry
               WHERE tenant_id = $1 AND day >= $2 AND day < $3";
    db.one(sql, args![tenant, first, after]).await
}

/// How many entries of a month do not count yet: they will be booked later.
pub(crate) async fn pending(db: &impl Read, tenant: TenantId, (first, after): (NaiveDate, NaiveDate)) -> Result<i64> {
    row! { struct Count { n: i64 } }
    let sql = "SELECT COUNT(*) AS n FROM hours_pending WHERE tenant_id = $1 AND day >= $2 AND day < $3
                 AND state IN ('waiting', 'held', 'posted', 'objected')";
    let row: Count = db.one(sql, args![tenant, first, after]).await?;
    Ok(row.n)
}

/// Since when a month takes no rows, and by whom.
pub(crate) async fn closed(db: &impl Read, tenant: TenantId, month: &str) -> Result<Option<(DateTime<Utc>, String)>> {
    row! { struct Closed { closed_at: Option<DateTime<Utc>>, closed_name: Option<String> } }
    let sql = "SELECT closed_at, closed_name FROM hours_month WHERE tenant_id = $1 AND month = $2";
    let row: Option<Closed> = db.optional(sql, args![tenant, month]).await?;
    Ok(row.and_then(|row| row.closed_at.map(|at| (at, row.closed_name.unwrap_or_default()))))
}

/// Takes the month's row; whoever writes into it is waited for.
pub(crate) async fn take(tx: &mut Tx<'_>, tenant: TenantId, month: &str) -> Result<bool> {
    let sql = "INSERT INTO hours_month (tenant_id, month) VALUES ($1, $2)
               ON CONFLICT (tenant_id, month) DO UPDATE SET month = excluded.month RETURNING closed_at";
    let kept: Kept = tx.one(sql, args![tenant, month]).await?;
    Ok(kept.closed_at.is_none())
}

/// Closes it with what it holds.
pub(crate) async fn close(tx: &mut Tx<'_>, cx: &Cx, month: &str, held: &Held) -> Result<()> {
    let sql = "UPDATE hours_month SET closed_at = $1, closed_by = $2, closed_name = $3, entries = $4, minutes = $5
               WHERE tenant_id = $6 AND month = $7";
    let cells = args![cx.now, cx.actor.account, cx.actor.name, held.entries, held.minutes, cx.tenant, month];
    tx.execute(sql, cells).await?;
    Ok(())
}
