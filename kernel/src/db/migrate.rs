//! Migrations: one list for both engines, each file in its room, run in the order of their names.

use super::{Db, LaneKey, Read as _};
use crate::error::{Error, Result};
use sha2::{Digest as _, Sha256};

/// One landed file; it never changes.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    /// The file's name without its ending, e.g. `20261124_01_hours`.
    pub name: &'static str,
    /// The text for SQLite.
    pub sqlite: &'static str,
    /// The text for PostgreSQL; mostly the same one.
    pub postgres: &'static str,
}

/// `migrations!["20261124_01_hours"]` reads the files of this crate's `migrations/`.
#[macro_export]
macro_rules! migrations {
    ($($name:literal),* $(,)?) => {{
        const LIST: &[$crate::db::Migration] = &[$({
            const TEXT: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/", $name, ".sql"));
            $crate::db::Migration { name: $name, sqlite: TEXT, postgres: TEXT }
        }),*];
        LIST
    }};
}

crate::row! { struct Landed { name: String, checksum: String } }

/// Held in one place, so that two processes that start together do not both migrate.
const LANE: LaneKey = LaneKey(0);

pub(super) async fn run(db: &Db, mut migrations: Vec<Migration>) -> Result<Vec<&'static str>> {
    migrations.sort_by_key(|m| m.name);
    let server = db.is_server();
    db.write(LANE, async move |tx| {
        if server {
            tx.script("SELECT pg_advisory_xact_lock(716172)").await?;
        }
        tx.script("CREATE TABLE IF NOT EXISTS migration (name TEXT PRIMARY KEY, checksum TEXT NOT NULL)").await?;
        let landed: Vec<Landed> = tx.all("SELECT name, checksum FROM migration ORDER BY name", &[]).await?;
        if let Some(newer) = landed.iter().find(|l| !migrations.iter().any(|m| m.name == l.name)) {
            return Err(Error::internal(format!(
                "this data was made by a newer qiyi (it has {}): use that one",
                newer.name
            )));
        }
        let mut applied = Vec::new();
        for migration in &migrations {
            let text = if server { migration.postgres } else { migration.sqlite };
            let checksum = hex::encode(Sha256::digest(text.as_bytes()));
            match landed.iter().find(|l| l.name == migration.name) {
                Some(found) if found.checksum == checksum => {}
                Some(_) => {
                    return Err(Error::internal(format!(
                        "the migration {} changed after it had landed",
                        migration.name
                    )));
                }
                None => {
                    tx.script(text).await?;
                    let sql = "INSERT INTO migration (name, checksum) VALUES ($1, $2)";
                    tx.execute(sql, crate::args![migration.name, checksum]).await?;
                    applied.push(migration.name);
                }
            }
        }
        Ok(applied)
    })
    .await
}
