//! What a district may set: whole numbers with a default and bounds, each registered by the room that reads it.

use crate::db::{Read, Tx};
use crate::error::Result;
use crate::ids::TenantId;
use crate::{args, row};

/// A number that the district may set; its words are `setting.KEY` and `setting.hint.KEY`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setting {
    /// `room.what`.
    pub key: &'static str,
    /// What holds until somebody sets another.
    pub default: i64,
    /// The smallest that may be set.
    pub least: i64,
    /// The largest.
    pub most: i64,
}

row! { struct Kept { value: String } }

impl Setting {
    /// A setting of a room's table.
    #[must_use]
    pub const fn new(key: &'static str, default: i64, (least, most): (i64, i64)) -> Self {
        Self { key, default, least, most }
    }

    /// What holds in a district now.
    pub async fn read(self, db: &impl Read, tenant: TenantId) -> Result<i64> {
        let sql = "SELECT value FROM setting WHERE tenant_id = $1 AND key = $2";
        let kept: Option<Kept> = db.optional(sql, args![tenant, self.key]).await?;
        Ok(kept.and_then(|kept| kept.value.parse().ok()).unwrap_or(self.default))
    }

    /// Sets another, or the default again.
    pub(crate) async fn write(self, tx: &mut Tx<'_>, tenant: TenantId, value: Option<i64>) -> Result<()> {
        let Some(value) = value else {
            tx.execute("DELETE FROM setting WHERE tenant_id = $1 AND key = $2", args![tenant, self.key]).await?;
            return Ok(());
        };
        let sql = "INSERT INTO setting (tenant_id, key, value) VALUES ($1, $2, $3)
                   ON CONFLICT (tenant_id, key) DO UPDATE SET value = excluded.value";
        tx.execute(sql, args![tenant, self.key, value.to_string()]).await?;
        Ok(())
    }
}
