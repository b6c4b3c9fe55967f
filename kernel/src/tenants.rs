//! Tenants: the districts whose data this installation holds. Most installations hold one.

use crate::db::{Db, Read as _, Tx};
use crate::error::Result;
use crate::ids::TenantId;
use crate::{args, row};
use chrono::{DateTime, Utc};

row! {
    /// A district.
    pub struct Tenant {
        /// Its id.
        pub id: TenantId,
        /// The code of its region, e.g. `440605`.
        pub code: String,
        /// Its name as pages show it.
        pub name: String,
    }
}

/// All of them, the oldest first.
pub async fn all(db: &Db) -> Result<Vec<Tenant>> {
    db.all("SELECT id, code, name FROM tenant ORDER BY created_at, id", args![]).await
}

/// Makes a district.
pub async fn insert(tx: &mut Tx<'_>, code: &str, name: &str, now: DateTime<Utc>) -> Result<TenantId> {
    let id = TenantId::fresh();
    let sql = "INSERT INTO tenant (id, code, name, created_at) VALUES ($1, $2, $3, $4)";
    tx.execute(sql, args![id, code, name, now]).await?;
    Ok(id)
}
