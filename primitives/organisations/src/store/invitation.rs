//! The SQL of invitations into a team.

use crate::model::OrganisationId;
use chrono::{DateTime, Duration, Utc};
use kernel::ids::Raw;
use kernel::{Cx, Error, Read, Result, TenantId, Tx, args, row};
use people::PersonId;

row! {
    /// An invitation that waits for the answer of its person.
    pub struct Invitation {
        /// Its id.
        pub id: Raw,
        /// The team.
        pub organisation_id: OrganisationId,
        /// Its name.
        pub organisation_name: String,
        /// Until when it can be answered.
        pub ends_at: DateTime<Utc>,
        /// The person of whoever asked.
        pub made_person: Option<Raw>,
    }
}

const SELECT: &str = "SELECT i.id, i.organisation_id, o.name AS organisation_name, i.ends_at, i.made_person
     FROM invitation i JOIN organisation o ON o.tenant_id = i.tenant_id AND o.id = i.organisation_id
     WHERE i.tenant_id = $1 AND i.person_id = $2 AND i.state = 'open' AND i.ends_at > $3";

/// The invitations that a person can answer now, the oldest first; teams that they joined meanwhile are left out.
pub async fn invitations_of(
    db: &impl Read,
    tenant: TenantId,
    person: PersonId,
    now: DateTime<Utc>,
) -> Result<Vec<Invitation>> {
    let sql = format!(
        "{SELECT} AND NOT EXISTS (SELECT 1 FROM membership m WHERE m.tenant_id = i.tenant_id AND m.person_id = i.person_id
           AND m.organisation_id = i.organisation_id AND m.to_on IS NULL) ORDER BY i.made_at, i.id"
    );
    db.all(&sql, args![tenant, person, now]).await
}

/// One that a person can answer now; another's is not there.
pub(crate) async fn find_invitation(
    db: &impl Read,
    tenant: TenantId,
    (id, person): (Raw, PersonId),
    now: DateTime<Utc>,
) -> Result<Invitation> {
    db.one(&format!("{SELECT} AND i.id = $4"), args![tenant, person, now, id]).await
}

row! { struct Any { id: Raw } }

/// Whether somebody was asked into a team and the time to answer is not over, whatever they said: a no is not asked again.
pub(crate) async fn was_invited(
    db: &impl Read,
    cx: &Cx,
    (organisation, person): (OrganisationId, PersonId),
) -> Result<bool> {
    let sql = "SELECT id FROM invitation WHERE tenant_id = $1 AND person_id = $2 AND organisation_id = $3
               AND state <> 'accepted' AND ends_at > $4 LIMIT 1";
    Ok(db.optional::<Any>(sql, args![cx.tenant, person, organisation, cx.now]).await?.is_some())
}

row! { struct Asked { n: i64, first: Option<DateTime<Utc>> } }

/// Refuses more than `most` asks of an account in a day, with the seconds to wait; forgets old asks that reached nobody.
pub(crate) async fn throttle(tx: &mut Tx<'_>, cx: &Cx, most: i64) -> Result<()> {
    let forget = "DELETE FROM invitation WHERE tenant_id = $1 AND person_id IS NULL AND ends_at < $2";
    tx.execute(forget, args![cx.tenant, cx.now]).await?;
    let since = cx.now - Duration::days(1);
    let sql = "SELECT COUNT(*) AS n, MIN(made_at) AS first FROM invitation
               WHERE tenant_id = $1 AND made_by = $2 AND made_at > $3";
    let asked: Asked = tx.one(sql, args![cx.tenant, cx.actor.account.map(|a| a.0), since]).await?;
    match asked.first {
        Some(first) if asked.n >= most => Err(Error::TooMany((first - since).num_seconds().max(1))),
        _ => Ok(()),
    }
}

/// Keeps an ask, whether or not it reaches somebody.
pub(crate) async fn invite(
    tx: &mut Tx<'_>,
    cx: &Cx,
    (organisation, person): (OrganisationId, Option<PersonId>),
    ends_at: DateTime<Utc>,
) -> Result<Raw> {
    let id = kernel::ids::fresh();
    let sql = "INSERT INTO invitation (tenant_id, id, organisation_id, person_id, state, made_at, ends_at, made_by, made_person)
               VALUES ($1, $2, $3, $4, 'open', $5, $6, $7, $8)";
    let account = cx.actor.account.map(|a| a.0);
    tx.execute(sql, args![cx.tenant, id, organisation, person, cx.now, ends_at, account, cx.actor.person]).await?;
    Ok(id)
}

/// Keeps the answer; one that was given before is not there.
pub(crate) async fn answer(tx: &mut Tx<'_>, cx: &Cx, id: Raw, accepted: bool) -> Result<()> {
    let state = if accepted { "accepted" } else { "declined" };
    let sql = "UPDATE invitation SET state = $1, answered_at = $2 WHERE tenant_id = $3 AND id = $4 AND state = 'open'";
    let done = tx.execute(sql, args![state, cx.now, cx.tenant, id]).await?;
    if done == 1 { Ok(()) } else { Err(Error::NotFound) }
}

/// Takes a person's invitations off the record.
pub(crate) async fn forget_invitations(tx: &mut Tx<'_>, tenant: TenantId, person: PersonId) -> Result<()> {
    tx.execute("DELETE FROM invitation WHERE tenant_id = $1 AND person_id = $2", args![tenant, person]).await?;
    Ok(())
}
