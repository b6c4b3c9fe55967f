//! The SQL of blanks.

use chrono::{DateTime, Utc};
use kernel::{Cx, FileId, Read, Result, Tx, args, row};

kernel::id! {
    /// A blank.
    BlankId
}

row! {
    /// A blank as it is stored.
    pub(crate) struct Blank {
        /// Its id.
        pub id: BlankId,
        /// What it is called.
        pub name: String,
        /// The file as it came.
        pub file_id: FileId,
        /// The table of bindings as it was typed.
        pub bindings: String,
        /// When it was put in.
        pub made_at: DateTime<Utc>,
        /// By whom.
        pub made_name: String,
    }
}

const COLUMNS: &str = "id, name, file_id, bindings, made_at, made_name";

/// Those that are used, by name.
pub(crate) async fn list(db: &impl Read, cx: &Cx, query: &str) -> Result<Vec<Blank>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM statistics_blank WHERE tenant_id = $1 AND ended_at IS NULL
           AND lower(name) LIKE '%' || lower($2) || '%' ORDER BY name, id LIMIT 200"
    );
    db.all(&sql, args![cx.tenant, query]).await
}

/// One that is used.
pub(crate) async fn find(db: &impl Read, cx: &Cx, id: BlankId) -> Result<Blank> {
    let sql = format!("SELECT {COLUMNS} FROM statistics_blank WHERE tenant_id = $1 AND id = $2 AND ended_at IS NULL");
    db.one(&sql, args![cx.tenant, id]).await
}

/// Puts one in.
pub(crate) async fn insert(tx: &mut Tx<'_>, cx: &Cx, name: &str, file: FileId, bindings: &str) -> Result<BlankId> {
    let id = BlankId::fresh();
    let sql = "INSERT INTO statistics_blank (tenant_id, id, name, file_id, bindings, made_at, made_name, changed_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $6)";
    tx.execute(sql, args![cx.tenant, id, name, file, bindings, cx.now, cx.actor.name]).await?;
    Ok(id)
}

/// Changes its table of bindings.
pub(crate) async fn bind(tx: &mut Tx<'_>, cx: &Cx, id: BlankId, bindings: &str) -> Result<u64> {
    let sql = "UPDATE statistics_blank SET bindings = $1, changed_at = $2
               WHERE tenant_id = $3 AND id = $4 AND ended_at IS NULL";
    tx.execute(sql, args![bindings, cx.now, cx.tenant, id]).await
}

/// Takes one out of use; the file stays for the trace.
pub(crate) async fn end(tx: &mut Tx<'_>, cx: &Cx, id: BlankId) -> Result<u64> {
    let sql = "UPDATE statistics_blank SET ended_at = $1 WHERE tenant_id = $2 AND id = $3 AND ended_at IS NULL";
    tx.execute(sql, args![cx.now, cx.tenant, id]).await
}
