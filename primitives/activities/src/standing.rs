//! What activities say of the team that offers them: what it has not finished, and whether it does anything at all.

use chrono::NaiveDate;
use kernel::{Cx, Read as _, Result, Tx, args, row};
use organisations::life::Unfinished;
use organisations::{OrganisationId, rules};
use std::collections::HashMap;

row! { struct Count { n: i64 } }

/// How many sessions of a team people may still come to.
pub(crate) fn unfinished() -> Unfinished {
    Unfinished {
        count: |cx, team| {
            Box::pin(async move {
                let sql = "SELECT COUNT(*) AS n FROM activity a
                       JOIN activity_session s ON s.tenant_id = a.tenant_id AND s.activity_id = a.id
                       WHERE a.tenant_id = $1 AND a.organisation_id = $2 AND a.state IN ('review', 'open', 'running') AND s.ends_at > $3
                         AND s.cancelled_at IS NULL";
                let count: Count = cx.db.one(sql, args![cx.tenant, team, cx.now]).await?;
                Ok(count.n)
            })
        },
        pass: |tx, cx, of| Box::pin(pass(tx, cx, of)),
    }
}

/// What is not over goes on under another team; what was, stays under the one that did it.
async fn pass(tx: &mut Tx<'_>, cx: Cx, (from, to): (OrganisationId, OrganisationId)) -> Result<()> {
    let team = organisations::find(tx, cx.tenant, to).await?;
    crate::store::moved::move_team(tx, &cx, from, &team).await
}

row! { struct Last { organisation_id: OrganisationId, day: NaiveDate } }

/// Marks the teams that did nothing for a year, and takes the mark off those that began again; every ten minutes.
pub(crate) async fn mark_quiet(cx: Cx) -> Result<()> {
    let sql = "SELECT organisation_id, MAX(ends_on) AS day FROM activity
               WHERE tenant_id = $1 AND state IN ('open', 'running', 'ended', 'backfill') GROUP BY organisation_id";
    let last: Vec<Last> = cx.db.all(sql, args![cx.tenant]).await?;
    let last: HashMap<OrganisationId, NaiveDate> = last.into_iter().map(|l| (l.organisation_id, l.day)).collect();
    for team in organisations::standing(&cx.db, cx.tenant).await? {
        let recorded = kernel::time::day(team.created_at);
        let begun = team.founded_on.map_or(recorded, |founded| founded.max(recorded));
        let since = rules::quiet_since(last.get(&team.id).copied(), begun, cx.today());
        if since != team.quiet_since {
            let (tenant, id) = (cx.tenant, team.id);
            cx.write(id.lane(), async move |tx: &mut Tx<'_>| organisations::mark_quiet(tx, tenant, id, since).await)
                .await?;
        }
    }
    Ok(())
}
