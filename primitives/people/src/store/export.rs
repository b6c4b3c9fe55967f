//! The SQL of wishes to take many people out in full.

use crate::pages::Wanted;
use chrono::{DateTime, Utc};
use kernel::ids::Raw;
use kernel::{AccountId, Cx, Error, Json, Read, Result, TenantId, Tx, args, row, text_enum};

text_enum! {
    /// Where a wish stands.
    pub(crate) enum ExportState {
        /// Nobody decided yet.
        Waiting = "waiting",
        /// The file may be fetched, once, within a day.
        Approved = "approved",
        /// It may not.
        Refused = "refused",
        /// It was.
        Fetched = "fetched",
    }
}

row! {
    /// A wish as stored.
    pub(crate) struct ExportWish {
        /// Its id.
        pub id: Raw,
        /// Which people.
        pub filter: Json<Wanted>,
        /// The region that whoever decides must hold whole.
        pub scope: String,
        /// `csv` or `xlsx`.
        pub format: String,
        /// What for.
        pub reason: String,
        /// How many there were.
        pub row_count: i64,
        /// Where it stands.
        pub state: ExportState,
        /// When it was made.
        pub made_at: DateTime<Utc>,
        /// Whose account.
        pub made_by: AccountId,
        /// The person behind it.
        pub made_person: Option<Raw>,
        /// Their name.
        pub made_name: String,
        /// When it should be decided.
        pub due_at: DateTime<Utc>,
        /// Who decided.
        pub decided_name: Option<String>,
        /// What they said.
        pub opinion: Option<String>,
        /// Until when the file may be fetched.
        pub ends_at: Option<DateTime<Utc>>,
    }
}

const COLUMNS: &str = "id, filter, scope, format, reason, row_count, state, made_at, made_by, made_person, made_name, due_at, \
     decided_name, opinion, ends_at";

/// Files a wish.
pub(crate) async fn insert(tx: &mut Tx<'_>, tenant: TenantId, new: &ExportWish) -> Result<()> {
    let sql =
        "INSERT INTO people_export (tenant_id, id, filter, scope, format, reason, row_count, state, made_at, made_by,
                 made_person, made_name, due_at) VALUES ($1, $2, $3, $4, $5, $6, $7, 'waiting', $8, $9, $10, $11, $12)";
    let args = args![
        tenant,
        new.id,
        new.filter,
        new.scope,
        new.format,
        new.reason,
        new.row_count,
        new.made_at,
        new.made_by,
        new.made_person,
        new.made_name,
        new.due_at
    ];
    tx.execute(sql, args).await?;
    Ok(())
}

/// One wish.
pub(crate) async fn find(db: &impl Read, tenant: TenantId, id: Raw) -> Result<ExportWish> {
    db.one(&format!("SELECT {COLUMNS} FROM people_export WHERE tenant_id = $1 AND id = $2"), args![tenant, id]).await
}

/// Those that wait for somebody, and those whose file may be fetched now.
pub(crate) async fn pending(cx: &Cx, limit: i64) -> Result<Vec<ExportWish>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM people_export
         WHERE tenant_id = $1 AND (state = 'waiting' OR (state = 'approved' AND ends_at > $2)) ORDER BY due_at, id LIMIT $3"
    );
    cx.db.all(&sql, args![cx.tenant, cx.now, limit]).await
}

/// Decides; a wish that somebody else decided meanwhile is refused.
pub(crate) async fn decide(
    tx: &mut Tx<'_>,
    cx: &Cx,
    id: Raw,
    (state, opinion, ends_at): (ExportState, &str, Option<DateTime<Utc>>),
) -> Result<()> {
    let sql = "UPDATE people_export SET state = $3, opinion = $4, ends_at = $5, decided_at = $6, decided_by = $7, decided_name = $8
               WHERE tenant_id = $1 AND id = $2 AND state = 'waiting'";
    let by = cx.actor.account;
    let args = args![cx.tenant, id, state, opinion, ends_at, cx.now, by, cx.actor.name];
    if tx.execute(sql, args).await? == 1 { Ok(()) } else { Err(Error::refused("people.export_decided")) }
}

/// Uses the approval up; it is refused when that happened already or its day is over.
pub(crate) async fn fetch(tx: &mut Tx<'_>, cx: &Cx, id: Raw) -> Result<()> {
    let sql = "UPDATE people_export SET state = 'fetched', fetched_at = $3
               WHERE tenant_id = $1 AND id = $2 AND made_by = $4 AND state = 'approved' AND ends_at > $3";
    let args = args![cx.tenant, id, cx.now, cx.actor.account];
    if tx.execute(sql, args).await? == 1 { Ok(()) } else { Err(Error::refused("people.export_over")) }
}
