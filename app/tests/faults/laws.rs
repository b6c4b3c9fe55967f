//! What holds in every state of the data, whatever was cut off in the middle.

use crate::ground::{Open, plain};
use anyhow::{Result, bail};

/// Each counts rows that may not be: in words, and as a statement.
const LAWS: &[(&str, &str)] = &[
    (
        "posts whose counter is not the number of the joined",
        "SELECT COUNT(*) AS n FROM post p WHERE p.tenant_id = $1 AND (p.taken > p.places OR p.taken <>
           (SELECT COUNT(*) FROM signup s WHERE s.tenant_id = p.tenant_id AND s.post_id = p.id AND s.state = 'joined'))",
    ),
    (
        "posts whose line is counted wrongly",
        "SELECT COUNT(*) AS n FROM post p WHERE p.tenant_id = $1 AND p.waiting <>
           (SELECT COUNT(*) FROM signup s WHERE s.tenant_id = p.tenant_id AND s.post_id = p.id AND s.state = 'waiting')",
    ),
    (
        "people who signed up twice for a session",
        "SELECT COUNT(*) AS n FROM (SELECT person_id FROM signup WHERE tenant_id = $1 AND state IN ('joined', 'waiting')
           GROUP BY session_id, person_id HAVING COUNT(*) > 1) twice",
    ),
    (
        "posts whose positions have a gap or a double",
        "SELECT COUNT(*) AS n FROM (SELECT post_id FROM signup WHERE tenant_id = $1
           GROUP BY post_id HAVING COUNT(DISTINCT position) <> COUNT(*) OR MAX(position) <> COUNT(*)) wrong",
    ),
    (
        "sign-ups without exactly one line in the trace",
        "SELECT COUNT(*) AS n FROM signup s WHERE s.tenant_id = $1 AND 1 <>
           (SELECT COUNT(*) FROM audit_line l WHERE l.tenant_id = s.tenant_id AND l.object_id = s.id AND l.kind = 'signup.made')",
    ),
    (
        "lines in the trace of sign-ups that are not there",
        "SELECT COUNT(*) AS n FROM audit_line l WHERE l.tenant_id = $1 AND l.kind = 'signup.made' AND NOT EXISTS
           (SELECT 1 FROM signup s WHERE s.tenant_id = l.tenant_id AND s.id = l.object_id)",
    ),
    (
        "people who came to a session twice",
        "SELECT COUNT(*) AS n FROM (SELECT person_id FROM attendance WHERE tenant_id = $1
           GROUP BY session_id, person_id HAVING COUNT(*) > 1) twice",
    ),
    (
        "people who left and whose hours are not there, or there twice",
        "SELECT COUNT(*) AS n FROM attendance a WHERE a.tenant_id = $1 AND a.entry_id IS NOT NULL AND 1 <>
           (SELECT COUNT(*) FROM hours_entry e WHERE e.tenant_id = a.tenant_id AND e.session_id = a.session_id AND e.person_id = a.person_id)",
    ),
    (
        "hours of people who did not leave",
        "SELECT COUNT(*) AS n FROM hours_entry e WHERE e.tenant_id = $1 AND NOT EXISTS
           (SELECT 1 FROM attendance a WHERE a.tenant_id = e.tenant_id AND a.entry_id = e.id AND a.out_at IS NOT NULL)",
    ),
    (
        "days whose minutes are not those of the ledger",
        "SELECT COUNT(*) AS n FROM hours_day d WHERE d.tenant_id = $1 AND d.minutes <>
           (SELECT COALESCE(SUM(e.minutes), 0) FROM hours_entry e WHERE e.tenant_id = d.tenant_id AND e.person_id = d.person_id AND e.day = d.day)",
    ),
];

/// The same for the figures, once everything is rolled up.
const FIGURES: &[(&str, &str)] = &[
    ("rows that no figure counts yet", "SELECT COUNT(*) AS n FROM hours_unsealed WHERE tenant_id = $1"),
    (
        "minutes that the figures have and the ledger has not, or the other way round",
        "SELECT CAST(ABS((SELECT COALESCE(SUM(minutes), 0) FROM metric_day WHERE tenant_id = $1)
           - (SELECT COALESCE(SUM(minutes), 0) FROM hours_entry WHERE tenant_id = $1)) AS BIGINT) AS n",
    ),
    (
        "services that the figures have and the ledger has not, or the other way round",
        "SELECT CAST(ABS((SELECT COALESCE(SUM(services), 0) FROM metric_day WHERE tenant_id = $1)
           - (SELECT COUNT(*) FROM hours_entry WHERE tenant_id = $1)) AS BIGINT) AS n",
    ),
];

/// Looks at every law and at the chain of the trace.
pub async fn hold(open: &Open) -> Result<()> {
    look(open, LAWS).await?;
    if let Err(broken) = kernel::audit::verify(&open.app.db, open.tenant).await.map_err(plain)? {
        bail!("the trace is broken at {:?}: {}", broken.at, broken.why);
    }
    Ok(())
}

/// Rolls everything up and looks at the figures.
pub async fn figures_agree(open: &Open) -> Result<()> {
    let sealer = open.app.recurring().iter().find(|r| r.name == "hours.roll_up").copied();
    let sealer = sealer.ok_or_else(|| anyhow::anyhow!("nobody rolls up"))?;
    // By itself: on a server the program that was stopped may still hold the lease.
    (sealer.run)(open.cx()).await.map_err(plain)?;
    look(open, FIGURES).await
}

async fn look(open: &Open, laws: &[(&str, &str)]) -> Result<()> {
    for (words, sql) in laws {
        let found = open.count(sql).await?;
        if found != 0 {
            bail!("{words}: {found}");
        }
    }
    Ok(())
}
