//! Sweeping: what was kept for a while and has had its while. Never the trace, never anybody's record.

use crate::args;
use crate::cx::Cx;
use crate::db::{LaneKey, Tx};
use crate::error::Result;
use chrono::Duration;

/// Removes one-time keys after two days, ended sessions and links, forgotten tries, jobs done a month ago, and what left Qiyi
/// three months ago.
pub(crate) async fn sweep(cx: Cx) -> Result<()> {
    let now = cx.now;
    cx.write(LaneKey(3), async move |tx: &mut Tx<'_>| {
        tx.execute("DELETE FROM once WHERE made_at < $1", args![now - Duration::days(2)]).await?;
        tx.execute("DELETE FROM session WHERE ends_at < $1", args![now]).await?;
        tx.execute("DELETE FROM link WHERE ends_at < $1", args![now]).await?;
        tx.execute("DELETE FROM sign_in_try WHERE last_at < $1", args![now - Duration::days(2)]).await?;
        let sql = "DELETE FROM job WHERE state IN ('done', 'cancelled') AND run_at < $1";
        tx.execute(sql, args![now - Duration::days(30)]).await?;
        tx.execute("DELETE FROM outbox WHERE done_at < $1", args![now - Duration::days(90)]).await?;
        Ok(())
    })
    .await
}
