//! Sessions: rows with a keyed name; the cookie holds the only copy of the token.

use super::account::{self, Account};
use crate::app::App;
use crate::cx::Actor;
use crate::db::{Db, LaneKey, Read as _, Tx};
use crate::error::{Error, Result};
use crate::ids::{AccountId, Raw, TenantId};
use crate::memo::Memo;
use crate::policy::{Grant, Role};
use crate::{args, row};
use chrono::{DateTime, Duration, NaiveDate, Utc};

row! {
    /// An open session.
    pub struct Session {
        /// The hash under which it is stored.
        pub id_hash: String,
        /// The district.
        pub tenant_id: TenantId,
        /// Who.
        pub account_id: AccountId,
        /// The last request that was noted; at most a minute old while in use.
        pub seen_at: DateTime<Utc>,
        /// When it ends whatever happens.
        pub ends_at: DateTime<Utc>,
        /// Whether the second factor was given.
        pub second_factor: bool,
        /// Staff sessions end after 30 idle minutes.
        pub staff: bool,
        /// How many messages wait for the person, a hundred at most: the number on the bell.
        pub unread: i64,
    }
}

/// Opens a session and answers its token; always a new one, so that none can be planted.
pub async fn open(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    account: &Account,
    second_factor: bool,
    now: DateTime<Utc>,
    ip: &str,
) -> Result<String> {
    let token = crate::ids::token();
    let roles = account::list_roles(tx, tenant, account.id, crate::time::day(now)).await?;
    let staff = roles.iter().any(|r| r.role.is_staff());
    let ends = now + if staff { Duration::hours(12) } else { Duration::days(30) };
    let sql =
        "INSERT INTO session (id_hash, tenant_id, account_id, created_at, seen_at, ends_at, second_factor, staff, ip)
               VALUES ($1, $2, $3, $4, $4, $5, $6, $7, $8)";
    tx.execute(sql, args![super::digest(&token), tenant, account.id, now, ends, second_factor, staff, ip]).await?;
    Ok(token)
}

row! {
    /// A session, whose it is, what waits for them and one of the roles that hold: everything that a request asks for, in one
    /// statement. What waits is one step into an index that holds what is unread.
    struct Line {
        id_hash: String, tenant_id: TenantId, account_id: AccountId, seen_at: DateTime<Utc>, ends_at: DateTime<Utc>,
        second_factor: bool, staff: bool, unread: i64, name: String, person_id: Option<Raw>,
        role: Option<Role>, scope_kind: Option<String>, scope: Option<String>
    }
}

const LINES: &str = "SELECT s.id_hash, s.tenant_id, s.account_id, s.seen_at, s.ends_at, s.second_factor, s.staff,
      (SELECT COUNT(*) FROM (SELECT 1 AS one FROM message m
        WHERE m.tenant_id = a.tenant_id AND m.person_id = a.person_id AND m.read_at IS NULL LIMIT 100) AS waiting) AS unread,
      a.name, a.person_id, r.role, r.scope_kind, r.scope
    FROM session s
    JOIN account a ON a.tenant_id = s.tenant_id AND a.id = s.account_id AND a.state = 'active'
    LEFT JOIN account_role r ON r.tenant_id = s.tenant_id AND r.account_id = s.account_id AND r.from_on <= $2
      AND (r.to_on IS NULL OR r.to_on >= $2)
    WHERE s.id_hash = $1";

/// Open sessions with their actors, by the token's digest and the day for which the roles were read.
pub(crate) type Known = Memo<(String, NaiveDate), (Session, Actor)>;

/// The session of a token with its actor; `None` when it ended, idled out or the account is disabled.
pub async fn read(app: &App, token: &str, now: DateTime<Utc>) -> Result<Option<(Session, Actor)>> {
    let (digest, day) = (super::digest(token), crate::time::day(now));
    let found = app.sessions.get(&app.db, (digest.clone(), day), || find(&app.db, &digest, day)).await;
    let (session, actor) = match found {
        Ok(known) => (*known).clone(),
        Err(Error::NotFound) => return Ok(None),
        Err(error) => return Err(error),
    };
    if session.ends_at <= now || (session.staff && now - session.seen_at > Duration::minutes(30)) {
        return Ok(None);
    }
    if now - session.seen_at > Duration::minutes(1) {
        note(app, &session, now);
    }
    Ok(Some((session, actor)))
}

async fn find(db: &Db, digest: &str, day: NaiveDate) -> Result<(Session, Actor)> {
    let lines: Vec<Line> = db.all(LINES, args![digest, day]).await?;
    let grant = |l: &Line| Some(Grant::stored(l.role?, l.scope_kind.as_deref()?, l.scope.clone()?));
    let grants: Vec<Grant> = lines.iter().filter_map(grant).collect();
    let line = lines.into_iter().next().ok_or(Error::NotFound)?;
    let Line {
        id_hash, tenant_id, account_id, seen_at, ends_at, second_factor, staff, unread, name, person_id, ..
    } = line;
    let session = Session { id_hash, tenant_id, account_id, seen_at, ends_at, second_factor, staff, unread };
    Ok((session, Actor::holding(account_id, person_id, name, grants, second_factor)))
}

/// Notes that the session is in use, without keeping the request waiting.
fn note(app: &App, session: &Session, now: DateTime<Utc>) {
    let (db, hash) = (app.db.clone(), session.id_hash.clone());
    tokio::spawn(async move {
        let noted = db
            .write(LaneKey(3), async move |tx: &mut Tx<'_>| {
                tx.execute("UPDATE session SET seen_at = $1 WHERE id_hash = $2", args![now, hash]).await
            })
            .await;
        if let Err(error) = noted {
            tracing::debug!(%error, "a session was not noted");
        }
    });
}

/// Ends one session.
pub async fn end(tx: &mut Tx<'_>, id_hash: &str) -> Result<()> {
    tx.execute("DELETE FROM session WHERE id_hash = $1", args![id_hash]).await?;
    Ok(())
}

/// Ends every session of an account, and an open way back into it: at a change of password or role, and at leaving.
pub async fn end_all(tx: &mut Tx<'_>, tenant: TenantId, account: AccountId) -> Result<()> {
    super::recovery::end(tx, tenant, account).await?;
    tx.execute("DELETE FROM session WHERE tenant_id = $1 AND account_id = $2", args![tenant, account]).await?;
    Ok(())
}
