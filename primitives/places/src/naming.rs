//! Names of regions: the present one stands in the tree, those of before are kept with their last days.

use crate::model::{Level, Region};
use crate::regions::COLUMNS;
use chrono::NaiveDate;
use kernel::{Error, Read, Result, Tx, args, row};

row! {
    /// What a region was called.
    pub struct Former {
        /// Its code.
        pub code: String,
        /// The name of then.
        pub name: String,
        /// The last day of that name.
        pub valid_to: NaiveDate,
    }
}

/// The former names of everything at and below a code, the earliest first.
pub async fn former_names(db: &impl Read, within: &str) -> Result<Vec<Former>> {
    let sql = "SELECT code, name, valid_to FROM region_name WHERE code >= $1 AND code < $2 ORDER BY valid_to, code";
    db.all(sql, args![within, kernel::policy::after(within)]).await
}

/// Calls a town otherwise from a day on; answers its name of before.
///
/// # Errors
/// `NotFound` unless it stands; `Refused` when it is called so, another town is, or it was renamed on that day or later.
pub async fn rename_town(tx: &mut Tx<'_>, (code, name): (&str, &str), on: NaiveDate) -> Result<String> {
    let sql = format!("SELECT {COLUMNS} FROM region WHERE code = $1 AND level = $2 AND valid_to IS NULL");
    let town: Region = tx.one(&sql, args![code, Level::Town]).await?;
    let sql = format!("SELECT {COLUMNS} FROM region WHERE parent_code = $1 AND name = $2 AND valid_to IS NULL");
    if let Some(same) = tx.optional::<Region>(&sql, args![town.parent_code, name]).await? {
        return Err(Error::refused(if same.code == code { "places.name_same" } else { "places.name_taken" }));
    }
    let last = on.pred_opt().unwrap_or(on);
    let sql = "SELECT code, name, valid_to FROM region_name WHERE code = $1 AND valid_to >= $2 LIMIT 1";
    if tx.optional::<Former>(sql, args![code, last]).await?.is_some() {
        return Err(Error::refused("places.renamed_since"));
    }
    let keep = "INSERT INTO region_name (code, valid_to, name) VALUES ($1, $2, $3)";
    tx.execute(keep, args![code, last, town.name]).await?;
    tx.execute("UPDATE region SET name = $2 WHERE code = $1", args![code, name]).await?;
    Ok(town.name)
}
