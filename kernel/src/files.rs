//! Files: uploads and results, kept in the database so that a backup holds them. Names are only labels.

mod pictures;

pub use pictures::kind_of as picture_kind;

use crate::cx::Cx;
use crate::db::{Read, Tx};
use crate::error::Result;
use crate::ids::FileId;
use crate::secret::Secret;
use crate::{args, row};
use sha2::{Digest as _, Sha256};

row! {
    /// A stored file.
    pub struct File {
        /// What it was called; shown, never used as a path.
        pub name: String,
        /// Its type as we made or recognised it.
        pub kind: String,
        /// The bytes.
        pub content: Vec<u8>,
    }
}

/// Keeps a file. A picture is kept without its metadata (place, time, camera); a broken one is refused.
pub async fn insert(tx: &mut Tx<'_>, cx: &Cx, name: &str, kind: &str, content: Vec<u8>) -> Result<FileId> {
    put(tx, cx, (FileId::fresh(), name, kind), pictures::clean(kind, content)?).await
}

async fn put(tx: &mut Tx<'_>, cx: &Cx, (id, name, kind): (FileId, &str, &str), content: Vec<u8>) -> Result<FileId> {
    let size = i64::try_from(content.len()).unwrap_or(i64::MAX);
    let sum = hex::encode(Sha256::digest(&content));
    let label: String = name.chars().filter(|c| !c.is_control()).take(120).collect();
    let sql = "INSERT INTO file (tenant_id, id, name, kind, size, sha256, content, made_at, made_by)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    tx.execute(sql, args![cx.tenant, id, label, kind, size, sum, content, cx.now, cx.actor.account]).await?;
    Ok(id)
}

/// Keeps a file that holds S4 data: sealed, so that neither the database nor its backup shows it. The name stays readable.
pub async fn insert_sealed(tx: &mut Tx<'_>, cx: &Cx, name: &str, kind: &str, content: &[u8]) -> Result<FileId> {
    let id = FileId::fresh();
    let sealed = cx.app.keys.seal_bytes(&place(id), content)?;
    put(tx, cx, (id, name, kind), sealed).await
}

/// Opens a file that was kept sealed (S4: the caller leaves the trace).
pub async fn open_sealed(db: &impl Read, cx: &Cx, id: FileId) -> Result<Secret<File>> {
    let file = find(db, cx, id).await?;
    let content = cx.app.keys.open_bytes(&place(id), &file.content)?;
    Ok(Secret::new(File { content: content.expose().clone(), ..file }))
}

fn place(id: FileId) -> String {
    format!("file:{id}")
}

/// One file of the district.
pub async fn find(db: &impl Read, cx: &Cx, id: FileId) -> Result<File> {
    db.one("SELECT name, kind, content FROM file WHERE tenant_id = $1 AND id = $2", args![cx.tenant, id]).await
}

/// Removes a file that nobody needs any more.
pub async fn remove(tx: &mut Tx<'_>, cx: &Cx, id: FileId) -> Result<()> {
    tx.execute("DELETE FROM file WHERE tenant_id = $1 AND id = $2", args![cx.tenant, id]).await?;
    Ok(())
}
