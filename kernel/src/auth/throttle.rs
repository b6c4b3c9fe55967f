//! Sign-in tries: after a few failures each further try waits, doubling, per name and per address. Nobody is locked out
//! for good, and one address does not lock out the owner at another: the two keys slow down together only for the pair.

use crate::db::{Db, Read as _, Tx};
use crate::error::Result;
use crate::{args, row};
use chrono::{DateTime, Duration, Utc};

row! { struct Try { failures: i64, blocked_until: DateTime<Utc> } }

fn keys(name: &str, ip: &str) -> [(String, i64); 2] {
    // Free failures before waits begin: few for the pair of name and address, more for an address behind which many sit.
    [(format!("pair {} {ip}", super::digest(name)), 4), (format!("ip {ip}"), 40)]
}

/// Seconds until the next try is heard; 0 when it may come now.
pub async fn wait(db: &Db, name: &str, ip: &str, now: DateTime<Utc>) -> Result<i64> {
    let mut longest = 0;
    for (key, _) in keys(name, ip) {
        let sql = "SELECT failures, blocked_until FROM sign_in_try WHERE key = $1";
        let found: Option<Try> = db.optional(sql, args![key]).await?;
        if let Some(row) = found
            && row.failures > 0
        {
            longest = longest.max((row.blocked_until - now).num_seconds());
        }
    }
    Ok(longest.max(0))
}

/// Notes a failure; the wait doubles from 2 s to 15 min and is forgotten after a day.
pub async fn failed(tx: &mut Tx<'_>, name: &str, ip: &str, now: DateTime<Utc>) -> Result<()> {
    for (key, free) in keys(name, ip) {
        let day_ago = now - Duration::days(1);
        let sql = "INSERT INTO sign_in_try (key, failures, blocked_until, last_at) VALUES ($1, 1, $2, $2)
                   ON CONFLICT (key) DO UPDATE SET last_at = excluded.last_at,
                     failures = CASE WHEN sign_in_try.last_at < $3 THEN 1 ELSE sign_in_try.failures + 1 END
                   RETURNING failures, blocked_until";
        use crate::db::Read as _;
        let row: Try = tx.one(sql, args![key, now, day_ago]).await?;
        let over = row.failures - free;
        if over >= 0 {
            let seconds = 2_i64.saturating_pow(u32::try_from(over.min(9)).unwrap_or(9) + 1).min(900);
            let sql = "UPDATE sign_in_try SET blocked_until = $1 WHERE key = $2";
            tx.execute(sql, args![now + Duration::seconds(seconds), key]).await?;
        }
    }
    Ok(())
}

/// Forgets the failures of a name at an address.
pub async fn succeeded(tx: &mut Tx<'_>, name: &str, ip: &str) -> Result<()> {
    let [(pair, _), _] = keys(name, ip);
    tx.execute("DELETE FROM sign_in_try WHERE key = $1", args![pair]).await?;
    Ok(())
}
