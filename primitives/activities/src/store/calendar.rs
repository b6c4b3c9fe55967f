//! The SQL of calendars: whose an address is, and what stands in it.

use crate::model::{ActivityId, SessionId, SignupState, State};
use chrono::{DateTime, Utc};
use kernel::{Cx, Read, Result, TenantId, Tx, args, row};
use people::model::PersonId;

row! { struct Owner { person_id: PersonId } }

/// Whose calendar an address is, by its hash; nobody's once their account is gone or disabled.
pub async fn owner(db: &impl Read, tenant: TenantId, hash: &str) -> Result<Option<PersonId>> {
    let sql = "SELECT f.person_id FROM calendar_feed f
               JOIN account a ON a.tenant_id = f.tenant_id AND a.person_id = f.person_id AND a.state = 'active'
               WHERE f.tenant_id = $1 AND f.token_hash = $2";
    let owner: Option<Owner> = db.optional(sql, args![tenant, hash]).await?;
    Ok(owner.map(|o| o.person_id))
}

row! { struct Made { made_at: DateTime<Utc> } }

/// When a person's address was made; none where there is none.
pub async fn made_at(db: &impl Read, tenant: TenantId, person: PersonId) -> Result<Option<DateTime<Utc>>> {
    let sql = "SELECT made_at FROM calendar_feed WHERE tenant_id = $1 AND person_id = $2 ORDER BY made_at DESC LIMIT 1";
    let made: Option<Made> = db.optional(sql, args![tenant, person]).await?;
    Ok(made.map(|m| m.made_at))
}

/// Ends every address of a person; answers how many there were.
pub async fn end(tx: &mut Tx<'_>, tenant: TenantId, person: PersonId) -> Result<u64> {
    tx.execute("DELETE FROM calendar_feed WHERE tenant_id = $1 AND person_id = $2", args![tenant, person]).await
}

/// Keeps the hash of a new address.
pub async fn insert(tx: &mut Tx<'_>, cx: &Cx, person: PersonId, hash: &str) -> Result<()> {
    let sql = "INSERT INTO calendar_feed (tenant_id, id, person_id, token_hash, made_at) VALUES ($1, $2, $3, $4, $5)";
    tx.execute(sql, args![cx.tenant, kernel::ids::fresh(), person, hash, cx.now]).await?;
    Ok(())
}

row! {
    /// A sign-up of whatever state, as a calendar shows it.
    pub struct Service {
        /// The session.
        pub session_id: SessionId,
        /// The activity.
        pub activity_id: ActivityId,
        /// Where the sign-up stands.
        pub state: SignupState,
        /// Where the activity stands.
        pub activity_state: State,
        /// The activity's title.
        pub title: String,
        /// The post.
        pub post: String,
        /// The meeting place.
        pub place: String,
        /// The team that holds it.
        pub organisation_name: String,
        /// From.
        pub starts_at: DateTime<Utc>,
        /// To.
        pub ends_at: DateTime<Utc>,
        /// Whether one chooses one's hours and did not say them: the two times are the window's.
        pub loose: bool,
        /// When the sign-up changed last.
        pub changed_at: DateTime<Utc>,
        /// When the session was called off.
        pub cancelled_at: Option<DateTime<Utc>>,
        /// When it was moved.
        pub moved_at: Option<DateTime<Utc>>,
        /// When the activity changed last.
        pub updated_at: DateTime<Utc>,
    }
}

/// A person's sign-ups whose session ends after a moment; of each session the one that counts first, else the last.
pub async fn services(
    db: &impl Read,
    tenant: TenantId,
    person: PersonId,
    since: DateTime<Utc>,
) -> Result<Vec<Service>> {
    let sql =
        "SELECT s.session_id, s.activity_id, s.state, a.state AS activity_state, a.title, p.name AS post, a.place,
                 a.organisation_name, CASE WHEN x.flexible AND NOT s.loose THEN s.starts_at ELSE x.starts_at END AS starts_at,
                 CASE WHEN x.flexible AND NOT s.loose THEN s.ends_at ELSE x.ends_at END AS ends_at, s.loose, s.changed_at, x.cancelled_at, x.moved_at, a.updated_at
               FROM signup s
               JOIN activity a ON a.tenant_id = s.tenant_id AND a.id = s.activity_id
               JOIN activity_session x ON x.tenant_id = s.tenant_id AND x.id = s.session_id
               JOIN post p ON p.tenant_id = s.tenant_id AND p.id = s.post_id
               WHERE s.tenant_id = $1 AND s.person_id = $2 AND x.ends_at > $3
               ORDER BY x.starts_at, s.session_id, CASE s.state WHEN 'joined' THEN 0 WHEN 'waiting' THEN 1 ELSE 2 END,
                 s.changed_at DESC, s.id LIMIT 500";
    let mut all: Vec<Service> = db.all(sql, args![tenant, person, since]).await?;
    all.dedup_by_key(|one| one.session_id);
    Ok(all)
}
