//! The region tree and the working days: reference tables, filled from files.

use crate::model::{Level, Region, short};
use chrono::NaiveDate;
use kernel::db::Value;
use kernel::{Error, Read, Result, Tx, args, row};

/// Nanhai district with its towns and communities; see `seeds/README.md`.
pub const REGIONS: &str = include_str!("../seeds/regions-440605.csv");
/// The exceptions of the working calendar; see `seeds/README.md`.
pub const WORKDAYS: &str = include_str!("../seeds/workdays-cn.csv");

pub(crate) const COLUMNS: &str = "code, name, level, parent_code";

/// Puts regions (`code,name,level,parent_code`, a heading first) into the tree; known codes take the file's name.
pub async fn load_regions(tx: &mut Tx<'_>, csv: &str) -> Result<u64> {
    let rows = csv.lines().skip(1).filter(|l| !l.trim().is_empty()).map(region_cells).collect::<Result<Vec<_>>>()?;
    let tail = "ON CONFLICT (code) DO UPDATE SET name = excluded.name, level = excluded.level, parent_code = excluded.parent_code";
    tx.insert_many(&format!("INSERT INTO region ({COLUMNS})"), tail, &rows).await
}

fn region_cells(line: &str) -> Result<Vec<Value>> {
    let cells: Vec<&str> = line.trim().trim_start_matches('\u{feff}').split(',').map(str::trim).collect();
    let [code, name, level, parent] = cells[..] else { return Err(wrong(line)) };
    let level = match level {
        "district" => Level::District,
        "town" | "street" => Level::Town,
        "community" | "village" => Level::Community,
        _ => return Err(wrong(line)),
    };
    if code.is_empty() || name.is_empty() || !code.bytes().all(|b| b.is_ascii_digit()) {
        return Err(wrong(line));
    }
    let parent = (!parent.is_empty()).then_some(parent);
    Ok(args![code, name, level, parent].to_vec())
}

fn wrong(line: &str) -> Error {
    Error::Refused(kernel::Word::new("places.file_line").with("line", line))
}

/// Puts the exceptions of the working calendar into the kernel's table; known days take the file's kind.
pub async fn load_workdays(tx: &mut Tx<'_>) -> Result<u64> {
    let mut rows = Vec::new();
    for line in WORKDAYS.lines().skip(1).filter(|l| !l.trim().is_empty()) {
        let (day, kind) = line.trim().split_once(',').ok_or_else(|| wrong(line))?;
        let day: NaiveDate = day.parse().map_err(|_| wrong(line))?;
        rows.push(args![day, kind].to_vec());
    }
    let tail = "ON CONFLICT (day) DO UPDATE SET kind = excluded.kind";
    tx.insert_many("INSERT INTO work_day (day, kind)", tail, &rows).await
}

/// One region by its code; of one that ended, the one that goes on for it.
pub async fn find_region(db: &impl Read, code: &str) -> Result<Region> {
    db.one(&format!("SELECT {COLUMNS} FROM region WHERE code = $1"), args![current(db, code).await?]).await
}

row! { struct Next { successor_code: Option<String> } }

/// The code that goes on for one that ended; the same while it stands, and where nobody knows it.
pub async fn current(db: &impl Read, code: &str) -> Result<String> {
    let mut code = code.to_owned();
    // Each step leads to a later day, and nobody merges a dozen times.
    for _ in 0..12 {
        let sql = "SELECT successor_code FROM region WHERE code = $1 AND valid_to IS NOT NULL";
        match db.optional::<Next>(sql, args![code]).await?.and_then(|row| row.successor_code) {
            Some(next) => code = next,
            None => break,
        }
    }
    Ok(code)
}

/// The code of the town that a code lies in; of a district itself, the code.
#[must_use]
pub fn town_of(code: &str) -> &str {
    code.get(..9).unwrap_or(code)
}

/// The communities and villages of a town, by code.
pub async fn communities(db: &impl Read, town: &str) -> Result<Vec<Region>> {
    below(db, town, Level::Community).await
}

/// Everything at and below a code that stands now, by code: a town stands before its communities.
pub async fn regions(db: &impl Read, code: &str) -> Result<Vec<Region>> {
    let sql = format!("SELECT {COLUMNS} FROM region WHERE code >= $1 AND code < $2 AND valid_to IS NULL ORDER BY code");
    db.all(&sql, args![code, kernel::policy::after(code)]).await
}

/// The whole tree with what has ended, by code.
pub(crate) async fn all(db: &impl Read) -> Result<Vec<Region>> {
    db.all(&format!("SELECT {COLUMNS} FROM region ORDER BY code"), args![]).await
}

row! { struct Code { code: String } }

/// The codes that have ended.
pub(crate) async fn ended(db: &impl Read) -> Result<Vec<String>> {
    let codes: Vec<Code> = db.all("SELECT code FROM region WHERE valid_to IS NOT NULL ORDER BY code", args![]).await?;
    Ok(codes.into_iter().map(|row| row.code).collect())
}

pub(crate) async fn below(db: &impl Read, code: &str, level: Level) -> Result<Vec<Region>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM region WHERE parent_code = $1 AND level = $2 AND valid_to IS NULL ORDER BY code"
    );
    db.all(&sql, args![code, level]).await
}

/// The region that people call this, at or below `within`; absent when none or several are called so.
pub async fn region_by_name(db: &impl Read, name: &str, within: &str) -> Result<Option<Region>> {
    let all = regions(db, within).await?;
    Ok(by_name(&all, name).cloned())
}

/// The same in a list that was read before, for rosters of many rows.
#[must_use]
pub fn by_name<'r>(all: &'r [Region], name: &str) -> Option<&'r Region> {
    let name = name.trim();
    if let Some(exact) = all.iter().find(|r| r.name == name || r.code == name) {
        return Some(exact);
    }
    let wanted = short(name);
    let mut called = all.iter().filter(|r| !wanted.is_empty() && r.short_name() == wanted);
    let first = called.next()?;
    // One region under its present and its former name is one.
    if called.all(|other| other.code == first.code) { Some(first) } else { None }
}
