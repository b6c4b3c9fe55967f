//! The SQL of calls for a replacement: who could be asked, and that they were.

use crate::model::{Activity, Session, Signup, SignupId};
use chrono::{DateTime, Utc};
use kernel::{Cx, Read, Result, TenantId, Tx, args, row};
use people::model::PersonId;

row! {
    /// A call that was made.
    pub struct Call {
        /// How many people were told.
        pub told: i64,
        /// When.
        pub made_at: DateTime<Utc>,
    }
}

/// The call for a place; none where nobody was told yet.
pub async fn find(db: &impl Read, tenant: TenantId, signup: SignupId) -> Result<Option<Call>> {
    let sql = "SELECT told, made_at FROM replacement_call WHERE tenant_id = $1 AND signup_id = $2";
    db.optional(sql, args![tenant, signup]).await
}

/// Remembers a call.
pub async fn insert(tx: &mut Tx<'_>, cx: &Cx, of: &Signup, (told, why): (i64, &str)) -> Result<()> {
    let sql = "INSERT INTO replacement_call (tenant_id, id, signup_id, activity_id, told, why, made_at, made_name)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let cells = args![cx.tenant, kernel::ids::fresh(), of.id, of.activity_id, told, why, cx.now, cx.actor.name];
    tx.execute(sql, cells).await?;
    Ok(())
}

row! { struct Candidate { person_id: PersonId } }

/// Who could be asked, those first who stand in line for the session, then whoever served most lately: members of the team that
/// holds it and of the team for which the place counts, without those who joined or were told of calls twice since a moment.
pub async fn candidates(
    tx: &Tx<'_>,
    tenant: TenantId,
    (activity, session, of): (&Activity, &Session, &Signup),
    (since, limit): (DateTime<Utc>, i64),
) -> Result<Vec<PersonId>> {
    let sql = "SELECT p.id AS person_id FROM person p
               LEFT JOIN signup w ON w.tenant_id = p.tenant_id AND w.person_id = p.id AND w.session_id = $2
                 AND w.state IN ('joined', 'waiting')
               WHERE p.tenant_id = $1 AND p.state IN ('active', 'dormant') AND p.id <> $3 AND COALESCE(w.state, '') <> 'joined'
                 AND (w.state = 'waiting' OR EXISTS (SELECT 1 FROM membership m WHERE m.tenant_id = p.tenant_id AND m.person_id = p.id
                   AND m.to_on IS NULL AND m.organisation_id IN ($4, $5)))
                 AND (SELECT COUNT(*) FROM message g WHERE g.tenant_id = p.tenant_id AND g.person_id = p.id
                   AND g.word = 'call.message.wanted' AND g.made_at > $6) < 2
               ORDER BY CASE WHEN w.state = 'waiting' THEN 0 ELSE 1 END, w.position,
                 (SELECT MAX(t.in_at) FROM attendance t WHERE t.tenant_id = p.tenant_id AND t.person_id = p.id) DESC NULLS LAST, p.id
               LIMIT $7";
    let cells = args![tenant, session.id, of.person_id, activity.organisation_id, of.organisation_id, since, limit];
    let found: Vec<Candidate> = tx.all(sql, cells).await?;
    Ok(found.into_iter().map(|one| one.person_id).collect())
}
