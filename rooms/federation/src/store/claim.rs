//! The SQL of claims to a record that somebody else made.

use chrono::{DateTime, Utc};
use kernel::ids::Raw;
use kernel::policy::Reach;
use kernel::{Conditions, Cx, Error, Read, Result, TenantId, Tx, args, row, search};
use organisations::OrganisationId;
use people::PersonId;

/// Whom somebody says to be.
pub(crate) struct Said<'s> {
    pub name: &'s str,
    pub tail: &'s str,
    pub phone: &'s str,
}

row! {
    /// Somebody whom it fits.
    pub(crate) struct Fitting {
        /// Who.
        pub id: PersonId,
        /// On record; without one the phone proves nothing.
        pub phone: Option<String>,
    }
}

/// The only person without an account whom name, document and phone fit; of whom no document is on record, the phone must be.
/// One statement, whoever is on record.
pub(crate) async fn fitting(db: &impl Read, tenant: TenantId, said: &Said<'_>) -> Result<Option<Fitting>> {
    let sql = "SELECT p.id, p.phone FROM person p
               WHERE p.tenant_id = $1 AND p.sort_key = $2 AND p.name = $3 AND p.state NOT IN ('left', 'archived')
                 AND (p.id_tail = $4 AND (p.phone IS NULL OR p.phone = $5) OR p.id_tail IS NULL AND p.phone = $5)
                 AND NOT EXISTS (SELECT 1 FROM account a WHERE a.tenant_id = p.tenant_id AND a.person_id = p.id)
               ORDER BY p.id LIMIT 2";
    let args = args![tenant, search::sort_key(said.name), said.name, said.tail, said.phone];
    let mut found: Vec<Fitting> = db.all(sql, args).await?;
    let last = found.pop();
    Ok(last.filter(|_| found.is_empty()))
}

/// Keeps a claim, whether or not it fits somebody.
pub(crate) async fn insert(
    tx: &mut Tx<'_>,
    cx: &Cx,
    (id, token_hash): (Raw, &str),
    of: Option<&Fitting>,
    (due_at, ends_at): (DateTime<Utc>, DateTime<Utc>),
) -> Result<()> {
    let forget = "DELETE FROM record_claim WHERE tenant_id = $1 AND person_id IS NULL AND ends_at < $2";
    tx.execute(forget, args![cx.tenant, cx.now - chrono::Duration::days(30)]).await?;
    let sql =
        "INSERT INTO record_claim (tenant_id, id, token_hash, person_id, by_phone, state, made_at, due_at, ends_at)
               VALUES ($1, $2, $3, $4, $5, 'waiting', $6, $7, $8)";
    let by_phone = of.is_some_and(|fitting| fitting.phone.is_some());
    let args = args![cx.tenant, id, token_hash, of.map(|f| f.id), by_phone, cx.now, due_at, ends_at];
    tx.execute(sql, args).await?;
    Ok(())
}

row! {
    /// A claim that waits.
    pub(crate) struct Claim {
        /// Its id.
        pub id: Raw,
        /// Whose record.
        pub person_id: PersonId,
        /// Their name.
        pub person_name: String,
        /// Whether the phone is the one on record; otherwise there is none on record.
        pub by_phone: bool,
        /// Whether no document is on record: the phone alone speaks for them.
        pub no_paper: bool,
        /// What is kept of the link.
        pub token_hash: String,
        /// When it was made.
        pub made_at: DateTime<Utc>,
        /// When it should be decided.
        pub due_at: DateTime<Utc>,
        /// Until when its link waits.
        pub ends_at: DateTime<Utc>,
    }
}

/// A person is reached by home or by team, as everywhere; who was only taken down at a place, by the team that did it.
const SELECT: &str =
    "SELECT DISTINCT c.id, c.person_id, p.name AS person_name, c.by_phone, (p.id_tail IS NULL) AS no_paper, c.token_hash, c.made_at,
       c.due_at, c.ends_at
     FROM record_claim c
     JOIN person p ON p.tenant_id = c.tenant_id AND p.id = c.person_id
     LEFT JOIN membership m ON m.tenant_id = c.tenant_id AND m.person_id = c.person_id AND m.to_on IS NULL
     LEFT JOIN attendance t ON t.tenant_id = c.tenant_id AND t.person_id = c.person_id AND p.registered_on IS NULL
     LEFT JOIN organisation o ON o.tenant_id = c.tenant_id AND o.id = COALESCE(m.organisation_id, t.organisation_id) AND o.tree = 'team'
     WHERE ";

fn waits(cx: &Cx, reach: &Reach) -> Conditions {
    let mut wanted =
        Conditions::new("c.tenant_id = ? AND c.state = 'waiting' AND c.ends_at > ?", args![cx.tenant, cx.now]);
    wanted.within(reach, "p.region_code", "o.path");
    wanted
}

/// The claims that wait within a reach, the earliest due first.
pub(crate) async fn waiting(cx: &Cx, reach: &Reach, limit: i64) -> Result<Vec<Claim>> {
    let mut wanted = waits(cx, reach);
    let tail = wanted.tail(" ORDER BY c.due_at, c.id LIMIT ?", args![limit]);
    cx.db.all(&format!("{SELECT}{tail}"), wanted.args()).await
}

/// One claim that waits within a reach; others are not there.
pub(crate) async fn find(db: &impl Read, cx: &Cx, reach: &Reach, id: Raw) -> Result<Claim> {
    let mut wanted = waits(cx, reach);
    wanted.and("c.id = ?", args![id]);
    let tail = wanted.tail("", args![]);
    db.one(&format!("{SELECT}{tail}"), wanted.args()).await
}

/// Keeps the decision; one that somebody else took meanwhile is not there.
pub(crate) async fn decide(tx: &mut Tx<'_>, cx: &Cx, id: Raw, approved: bool) -> Result<()> {
    let state = if approved { "approved" } else { "declined" };
    let sql = "UPDATE record_claim SET state = $3, decided_at = $4, decided_by = $5, decided_name = $6
               WHERE tenant_id = $1 AND id = $2 AND state = 'waiting'";
    let args = args![cx.tenant, id, state, cx.now, cx.actor.account, cx.actor.name];
    if tx.execute(sql, args).await? == 1 { Ok(()) } else { Err(Error::NotFound) }
}

row! {
    /// What whoever holds the link may know: until when to wait.
    pub(crate) struct Ticket {
        /// Until then.
        pub ends_at: DateTime<Utc>,
    }
}

/// The claim of a link; of what was decided nothing is told.
pub(crate) async fn ticket(db: &impl Read, tenant: TenantId, token_hash: &str) -> Result<Ticket> {
    let sql = "SELECT ends_at FROM record_claim WHERE tenant_id = $1 AND token_hash = $2";
    db.one(sql, args![tenant, token_hash]).await
}

row! { struct Team { id: OrganisationId } }

/// The teams where somebody who never registered was taken down.
pub(crate) async fn teams_of_guest(db: &impl Read, tenant: TenantId, person: PersonId) -> Result<Vec<OrganisationId>> {
    let sql = "SELECT DISTINCT t.organisation_id AS id FROM attendance t
               JOIN person p ON p.tenant_id = t.tenant_id AND p.id = t.person_id AND p.registered_on IS NULL
               WHERE t.tenant_id = $1 AND t.person_id = $2";
    Ok(db.all::<Team>(sql, args![tenant, person]).await?.into_iter().map(|team| team.id).collect())
}

/// The person of a claim, for whoever tells their leaders.
pub(crate) async fn person_of(db: &impl Read, tenant: TenantId, id: Raw) -> Result<Option<PersonId>> {
    row! { struct Of { person_id: Option<PersonId> } }
    let sql = "SELECT person_id FROM record_claim WHERE tenant_id = $1 AND id = $2";
    Ok(db.optional::<Of>(sql, args![tenant, id]).await?.and_then(|row| row.person_id))
}
