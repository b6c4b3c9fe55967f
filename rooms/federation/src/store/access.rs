//! The SQL of one-time links to an account: only their hashes are kept, at most one is open for a person.

use chrono::{DateTime, NaiveDate, Utc};
use kernel::ids::Raw;
use kernel::{Cx, Error, Json, Read, Result, TenantId, Tx, args, row};
use organisations::OrganisationId;
use people::PersonId;

/// Wrong answers after which a link is dead.
pub(crate) const TRIES: i64 = 5;

row! {
    /// A link that still works.
    pub(crate) struct Slip {
        /// Its id.
        pub id: Raw,
        /// Whom it lets in.
        pub person_id: PersonId,
        /// How often somebody answered already.
        pub tries: i64,
        /// The teams whose leading it passes on.
        pub leads: Json<Vec<OrganisationId>>,
        /// Who gave it.
        pub made_by: String,
        /// Until when it works.
        pub ends_at: DateTime<Utc>,
    }
}

/// What a new link is made of.
pub(crate) struct NewSlip {
    /// Its id.
    pub id: Raw,
    /// Whom it lets in.
    pub person: PersonId,
    /// What is kept of the link.
    pub token_hash: String,
    /// The teams whose leading it passes on.
    pub leads: Vec<OrganisationId>,
}

const COLUMNS: &str = "id, person_id, tries, leads, made_by, ends_at";

/// Keeps new links; those that were open for the same people end.
pub(crate) async fn insert_many(tx: &mut Tx<'_>, cx: &Cx, ends_at: DateTime<Utc>, list: &[NewSlip]) -> Result<()> {
    let mut rows = Vec::with_capacity(list.len());
    for new in list {
        end(tx, cx.tenant, new.person).await?;
        let leads = Json(new.leads.clone());
        rows.push(
            args![
                cx.tenant,
                new.id,
                new.person,
                new.token_hash,
                "open",
                0_i64,
                leads,
                cx.now,
                cx.actor.name,
                cx.actor.account,
                ends_at
            ]
            .to_vec(),
        );
    }
    let head = "INSERT INTO access_slip (tenant_id, id, person_id, token_hash, state, tries, leads, made_at, made_by, made_account, ends_at)";
    tx.insert_many(head, "", &rows).await?;
    Ok(())
}

/// Ends the open link of a person; `false` when there was none.
pub(crate) async fn end(tx: &mut Tx<'_>, tenant: TenantId, person: PersonId) -> Result<bool> {
    let sql = "UPDATE access_slip SET state = 'ended' WHERE tenant_id = $1 AND person_id = $2 AND state = 'open'";
    Ok(tx.execute(sql, args![tenant, person]).await? > 0)
}

/// The link that works now for a person.
pub(crate) async fn open_of(db: &impl Read, cx: &Cx, person: PersonId) -> Result<Option<Slip>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM access_slip WHERE tenant_id = $1 AND person_id = $2 AND state = 'open' AND ends_at > $3"
    );
    db.optional(&sql, args![cx.tenant, person, cx.now]).await
}

/// The link with this hash, if it works.
pub(crate) async fn find(db: &impl Read, cx: &Cx, token_hash: &str) -> Result<Option<Slip>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM access_slip
         WHERE tenant_id = $1 AND token_hash = $2 AND state = 'open' AND ends_at > $3 AND tries < $4"
    );
    db.optional(&sql, args![cx.tenant, token_hash, cx.now, TRIES]).await
}

/// Counts an answer before it is looked at, so that two at once are two; answers how many there were.
pub(crate) async fn count_try(tx: &mut Tx<'_>, cx: &Cx, slip: Raw) -> Result<i64> {
    row! { struct Tries { tries: i64 } }
    let sql = "UPDATE access_slip SET tries = tries + 1
               WHERE tenant_id = $1 AND id = $2 AND state = 'open' AND ends_at > $3 AND tries < $4 RETURNING tries";
    let row: Option<Tries> = tx.optional(sql, args![cx.tenant, slip, cx.now, TRIES]).await?;
    row.map(|row| row.tries).ok_or(Error::NotFound)
}

/// Ends a link as `used` or `dead`.
pub(crate) async fn settle(tx: &mut Tx<'_>, tenant: TenantId, slip: Raw, state: &'static str) -> Result<()> {
    let sql = "UPDATE access_slip SET state = $3 WHERE tenant_id = $1 AND id = $2 AND state = 'open'";
    if tx.execute(sql, args![tenant, slip, state]).await? == 1 { Ok(()) } else { Err(Error::NotFound) }
}

row! {
    /// A member of a team who has no account.
    pub(crate) struct Candidate {
        /// Who.
        pub id: PersonId,
        /// Their name.
        pub name: String,
        /// For those who are too young to come alone.
        pub birth_date: Option<NaiveDate>,
        /// Whether a link for them works now.
        pub held: bool,
    }
}

/// The members of a team now who have no account, by name.
pub(crate) async fn candidates(cx: &Cx, team: OrganisationId) -> Result<Vec<Candidate>> {
    let sql = "SELECT p.id, p.name, p.birth_date,
                      EXISTS (SELECT 1 FROM access_slip s WHERE s.tenant_id = p.tenant_id AND s.person_id = p.id
                              AND s.state = 'open' AND s.ends_at > $3) AS held
               FROM person p WHERE p.tenant_id = $1 AND p.state NOT IN ('left', 'archived')
                 AND EXISTS (SELECT 1 FROM membership m WHERE m.tenant_id = p.tenant_id AND m.person_id = p.id
                             AND m.organisation_id = $2 AND m.to_on IS NULL)
                 AND NOT EXISTS (SELECT 1 FROM account a WHERE a.tenant_id = p.tenant_id AND a.person_id = p.id)
               ORDER BY p.sort_key, p.id";
    cx.db.all(sql, args![cx.tenant, team, cx.now]).await
}
