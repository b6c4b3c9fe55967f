//! Regions that go on under another code: the old one keeps its name and its days, and says which one goes on for it.

use crate::model::{Level, Region};
use crate::regions;
use chrono::NaiveDate;
use kernel::{Error, Read, Result, TenantId, Tx, args, row};

/// A code and the one that goes on for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Succession {
    /// Until yesterday.
    pub old: String,
    /// From today.
    pub new: String,
}

row! {
    /// A town that was merged.
    pub struct Ended {
        /// Its code.
        pub code: String,
        /// Its name.
        pub name: String,
        /// Its last day.
        pub valid_to: NaiveDate,
        /// The town that goes on for it.
        pub successor_name: String,
    }
}

/// The towns of a district that were merged, the latest first.
pub async fn ended_towns(db: &impl Read, district: &str) -> Result<Vec<Ended>> {
    let sql = "SELECT r.code, r.name, r.valid_to, COALESCE(s.name, '') AS successor_name
               FROM region r LEFT JOIN region s ON s.code = r.successor_code
               WHERE r.parent_code = $1 AND r.level = 'town' AND r.valid_to IS NOT NULL ORDER BY r.valid_to DESC, r.code";
    db.all(sql, args![district]).await
}

/// The towns of a district that stand now, by code, from the table itself.
pub async fn standing_towns(db: &impl Read, district: &str) -> Result<Vec<Region>> {
    regions::below(db, district, Level::Town).await
}

row! { struct Known { code: String } }

/// Ends a town yesterday: its communities go on below the other one, under the next codes there. Answers every code with the
/// one that goes on for it, the town first.
pub async fn merge_towns(tx: &mut Tx<'_>, (from, to): (&str, &str), today: NaiveDate) -> Result<Vec<Succession>> {
    let mut made = vec![Succession { old: from.to_owned(), new: to.to_owned() }];
    made.extend(renumber(tx, regions::communities(tx, from).await?, to, today).await?);
    end(tx, &made, today).await?;
    Ok(made)
}

/// Makes a new town out of some communities of another, which stands on. Answers the code of each of them with the one that goes
/// on for it.
///
/// # Errors
/// `Refused` when the new town's code or name is known, or not every code is of a community of the town, or none would stay.
pub async fn split_town(
    tx: &mut Tx<'_>,
    (from, code, name): (&Region, &str, &str),
    communities: &[String],
    today: NaiveDate,
) -> Result<Vec<Succession>> {
    let sql =
        "SELECT code FROM region WHERE code = $1 OR (parent_code = $2 AND name = $3 AND valid_to IS NULL) LIMIT 1";
    if tx.optional::<Known>(sql, args![code, from.parent_code, name]).await?.is_some() {
        return Err(Error::refused("places.town_known"));
    }
    let (go, stay): (Vec<Region>, Vec<Region>) = regions::communities(tx, &from.code)
        .await?
        .into_iter()
        .partition(|community| communities.contains(&community.code));
    if go.len() != communities.len() || go.is_empty() || stay.is_empty() {
        return Err(Error::refused("places.communities_wrong"));
    }
    let sql = "INSERT INTO region (code, name, level, parent_code, valid_from) VALUES ($1, $2, 'town', $3, $4)";
    tx.execute(sql, args![code, name, from.parent_code, today]).await?;
    let made = renumber(tx, go, code, today).await?;
    end(tx, &made, today).await?;
    Ok(made)
}

/// Puts communities below a town, under the next codes there.
async fn renumber(tx: &mut Tx<'_>, communities: Vec<Region>, to: &str, today: NaiveDate) -> Result<Vec<Succession>> {
    let sql = "SELECT code FROM region WHERE parent_code = $1 AND level = 'community' ORDER BY code";
    let known: Vec<Known> = tx.all(sql, args![to]).await?;
    let serial = |code: &str| code.get(to.len()..).and_then(|rest| rest.parse::<u32>().ok()).unwrap_or(0);
    let mut last = known.iter().map(|row| serial(&row.code)).max().unwrap_or(0);
    let mut made = Vec::with_capacity(communities.len());
    for community in communities {
        last += 1;
        if last > 999 {
            return Err(Error::refused("places.no_code_left"));
        }
        let new = format!("{to}{last:03}");
        let sql =
            "INSERT INTO region (code, name, level, parent_code, valid_from) VALUES ($1, $2, 'community', $3, $4)";
        tx.execute(sql, args![new, community.name, to, today]).await?;
        made.push(Succession { old: community.code, new });
    }
    Ok(made)
}

/// Says of each old code which one goes on for it from today.
async fn end(tx: &mut Tx<'_>, made: &[Succession], today: NaiveDate) -> Result<()> {
    let end = "UPDATE region SET valid_to = $2, successor_code = $3 WHERE code = $1 AND valid_to IS NULL";
    for one in made {
        let yesterday = today.pred_opt().unwrap_or(today);
        if tx.execute(end, args![one.old, yesterday, one.new]).await? == 0 {
            return Err(Error::refused("places.ended_before"));
        }
    }
    Ok(())
}

/// Moves the sites of a region to another.
pub async fn move_sites(tx: &mut Tx<'_>, tenant: TenantId, (old, new): (&str, &str)) -> Result<u64> {
    let sql = "UPDATE site SET region_code = $3 WHERE tenant_id = $1 AND region_code = $2";
    tx.execute(sql, args![tenant, old, new]).await
}

row! { struct Count { n: i64 } }

/// How many sites a region has, with everything below it.
pub async fn count_sites_in(db: &impl Read, tenant: TenantId, region: &str) -> Result<u64> {
    let sql = "SELECT COUNT(*) AS n FROM site WHERE tenant_id = $1 AND region_code >= $2 AND region_code < $3";
    let count: Count = db.one(sql, args![tenant, region, kernel::policy::after(region)]).await?;
    Ok(count.n.unsigned_abs())
}
