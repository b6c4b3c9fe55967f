//! A region tree from a table: `code, name, level, parent_code`. Regions are shared by all districts of an installation, so
//! this is for the keeper at the command line alone.

use std::collections::{BTreeSet, HashMap};

use kernel::ids::Raw;
use kernel::tables::Workbook;
use kernel::{Cx, Deed, LaneKey, Result, Tx};
use places::{Level, Region};
use serde::Serialize;

use super::command::{Outcome, Said};
use super::model::{Counts, Notes};

#[derive(Serialize)]
struct Loaded {
    counts: Counts,
}

impl Deed for Loaded {
    const KIND: &'static str = "import.regions_loaded";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("region", None)
    }
}

struct Line {
    sheet: String,
    row: u32,
    cells: [String; 4],
}

/// Reads, compares and, unless it is a rehearsal, writes.
pub(super) async fn import(cx: &Cx, book: &Workbook, dry_run: bool) -> Result<Outcome> {
    let lines = lines(book);
    let mut known: HashMap<String, Region> = HashMap::new();
    for head in lines.iter().map(|line| line.cells[0].get(..6).unwrap_or_default()).collect::<BTreeSet<_>>() {
        if !head.is_empty() {
            known.extend(places::regions(&cx.db, head).await?.into_iter().map(|region| (region.code.clone(), region)));
        }
    }
    let listed: BTreeSet<&str> = lines.iter().map(|line| line.cells[0].as_str()).collect();
    let (mut counts, mut refused, mut csv) =
        (Counts::default(), Vec::new(), String::from("code,name,level,parent_code\n"));
    for line in &lines {
        if let Some((field, reason)) = wrong(&line.cells, &listed, &known) {
            counts.refused += 1;
            let (sheet, word) = (line.sheet.clone(), format!("import.field.{field}"));
            refused.push(Said { sheet, row: line.row, field: field.to_owned(), word, reason: cx.t(reason).to_owned() });
            continue;
        }
        let [code, name, level, parent] = &line.cells;
        match known.get(code) {
            None => counts.created += 1,
            Some(held)
                if held.name == *name
                    && Some(held.level) == level_of(level)
                    && held.parent_code.as_deref().unwrap_or_default() == parent =>
            {
                counts.skipped += 1;
                continue;
            }
            Some(_) => counts.updated += 1,
        }
        csv.push_str(&format!("{code},{name},{level},{parent}\n"));
    }
    let at = cx.clone();
    if !dry_run && counts.writing() > 0 {
        cx.write(LaneKey(2), async move |tx: &mut Tx<'_>| {
            places::load_regions(tx, &csv).await?;
            tx.record(&at, &Loaded { counts });
            Ok(())
        })
        .await?;
    }
    Ok(Outcome { run: None, counts, notes: Notes::new(), refused, skipped: Vec::new() })
}

fn lines(book: &Workbook) -> Vec<Line> {
    let mut lines = Vec::new();
    for sheet in &book.sheets {
        for (at, row) in sheet.rows.iter().enumerate() {
            let cell = |column: usize| row.get(column).map(|cell| cell.shown().replace(',', "，")).unwrap_or_default();
            let cells = [cell(0), cell(1), cell(2), cell(3)];
            let heading = cells[0].eq_ignore_ascii_case("code");
            if !heading && cells.iter().any(|text| !text.is_empty()) {
                lines.push(Line { sheet: sheet.name.clone(), row: sheet.row_number(at), cells });
            }
        }
    }
    lines
}

fn level_of(word: &str) -> Option<Level> {
    match word {
        "district" => Some(Level::District),
        "town" | "street" => Some(Level::Town),
        "community" | "village" => Some(Level::Community),
        _ => None,
    }
}

fn wrong(
    [code, name, level, parent]: &[String; 4],
    listed: &BTreeSet<&str>,
    known: &HashMap<String, Region>,
) -> Option<(&'static str, &'static str)> {
    if ![6, 9, 12].contains(&code.len()) || !code.bytes().all(|b| b.is_ascii_digit()) {
        return Some(("code", "import.refused.region_code"));
    }
    if name.is_empty() {
        return Some(("name", "import.refused.region_name"));
    }
    if level_of(level).is_none() {
        return Some(("level", "import.refused.region_level"));
    }
    let hangs = parent.is_empty() || listed.contains(parent.as_str()) || known.contains_key(parent);
    (!hangs).then_some(("parent_code", "import.refused.region_parent"))
}
