//! Where rows of one room name objects of another. Who takes an object away asks here whether it is in use; no room below
//! has to know the rooms above it.

use crate::app::App;
use crate::args;
use crate::db::{Read, Value, in_list};
use crate::error::Result;
use crate::ids::{Raw, TenantId};
use crate::row;
use std::collections::{BTreeSet, HashMap};

/// A column that names an object of another room.
#[derive(Clone, Copy, Debug)]
pub struct Pointer {
    /// The kind of the object, e.g. `person`.
    pub object: &'static str,
    /// The table, which has a `tenant_id`.
    pub table: &'static str,
    /// The column.
    pub column: &'static str,
    /// What such a row is, as the word of a reason to keep the object; empty where the row goes with it.
    pub word: &'static str,
}

impl Pointer {
    /// A column of a table, with the kind of the objects in it and the word of such a row.
    #[must_use]
    pub const fn of(object: &'static str, (table, column): (&'static str, &'static str), word: &'static str) -> Self {
        Self { object, table, column, word }
    }
}

/// Ids of one statement.
const PART: usize = 1_000;

row! { struct Found { id: Raw } }

/// Which of these objects are in use, each with the words of what uses them; tables in `besides` are not asked.
pub async fn uses(
    app: &App,
    db: &impl Read,
    (tenant, object): (TenantId, &str),
    ids: &[Raw],
    besides: &[&str],
) -> Result<HashMap<Raw, BTreeSet<&'static str>>> {
    let mut uses: HashMap<Raw, BTreeSet<&'static str>> = HashMap::new();
    let asked =
        |pointer: &&Pointer| pointer.object == object && !pointer.word.is_empty() && !besides.contains(&pointer.table);
    for Pointer { table, column, word, .. } in app.pointers.iter().filter(asked) {
        for part in ids.chunks(PART) {
            let list = in_list(2, part.len());
            let sql =
                format!("SELECT DISTINCT {column} AS id FROM {table} WHERE tenant_id = $1 AND {column} IN {list}");
            for found in db.all::<Found>(&sql, &with(tenant, part)).await? {
                uses.entry(found.id).or_default().insert(word);
            }
        }
    }
    Ok(uses)
}

/// Removes the rows that go with these objects.
pub async fn sweep(
    app: &App,
    tx: &mut crate::db::Tx<'_>,
    (tenant, object): (TenantId, &str),
    ids: &[Raw],
) -> Result<()> {
    for Pointer { table, column, .. } in app.pointers.iter().filter(|p| p.object == object && p.word.is_empty()) {
        for part in ids.chunks(PART) {
            let sql = format!("DELETE FROM {table} WHERE tenant_id = $1 AND {column} IN {}", in_list(2, part.len()));
            tx.execute(&sql, &with(tenant, part)).await?;
        }
    }
    Ok(())
}

fn with(tenant: TenantId, ids: &[Raw]) -> Vec<Value> {
    args![tenant].iter().cloned().chain(ids.iter().map(|id| Value::Uuid(*id))).collect()
}
