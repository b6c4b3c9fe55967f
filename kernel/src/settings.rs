//! What a district may set: whole numbers with a default and bounds, each registered by the room that reads it.

use crate::cx::Cx;
use crate::db::{Read, Tx};
use crate::error::Result;
use crate::ids::TenantId;
use crate::{args, row};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long another process may go on with the old ones.
const GOOD_FOR: Duration = Duration::from_secs(5);

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
row! { struct Line { key: String, value: String } }

/// What a district has set, all of it at once: for what is asked so often that it may not ask the database each time.
#[derive(Clone, Debug, Default)]
pub struct Known(Arc<HashMap<String, i64>>);

impl Known {
    /// What the reader's district has set, from memory where it was read within the last five seconds; inside a
    /// transaction, `db` is that.
    pub async fn read(db: &impl Read, cx: &Cx) -> Result<Self> {
        if let Some(known) = cx.app.known_settings.find(cx.tenant) {
            return Ok(known);
        }
        let sql = "SELECT key, value FROM setting WHERE tenant_id = $1";
        let lines: Vec<Line> = db.all(sql, args![cx.tenant]).await?;
        let numbers = lines.into_iter().filter_map(|line| Some((line.key, line.value.parse().ok()?)));
        let known = Self(Arc::new(numbers.collect()));
        cx.app.known_settings.keep(cx.tenant, known.clone());
        Ok(known)
    }

    /// What holds for this one.
    #[must_use]
    pub fn of(&self, setting: Setting) -> i64 {
        self.0.get(setting.key).copied().unwrap_or(setting.default)
    }
}

/// What each district has set, with when it was read.
#[derive(Default)]
pub(crate) struct Memory(Mutex<HashMap<TenantId, (Instant, Known)>>);

impl Memory {
    fn find(&self, tenant: TenantId) -> Option<Known> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(&tenant).filter(|(at, _)| at.elapsed() < GOOD_FOR).map(|(_, known)| known.clone())
    }

    fn keep(&self, tenant: TenantId, known: Known) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(tenant, (Instant::now(), known));
    }

    /// After something was set: the next who asks reads it.
    pub(crate) fn forget(&self, tenant: TenantId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&tenant);
    }
}

impl Setting {
    /// A setting of a room's table.
    #[must_use]
    pub const fn new(key: &'static str, default: i64, (least, most): (i64, i64)) -> Self {
        Self { key, default, least, most }
    }

    /// The room whose rule it is, for the heading `setting.room.ROOM`.
    #[must_use]
    pub fn room(self) -> &'static str {
        self.key.split_once('.').map_or(self.key, |(room, _)| room)
    }

    /// Whether it only says yes (1) or no (0).
    #[must_use]
    pub fn is_switch(self) -> bool {
        (self.least, self.most) == (0, 1)
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
