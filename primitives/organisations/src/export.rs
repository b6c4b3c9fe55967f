//! The list of teams as a table to keep: what the list shows, by the same filter and within the same reach.

use crate::model::{Organisation, OrganisationId, Tree};
use crate::pages::{Wanted, district};
use crate::{policy, store};
use kernel::ids::Raw;
use kernel::tables::{Column, Out};
use kernel::{Answer, Cx, Deed, LaneKey, Query, Result, Tx};
use serde::Serialize;
use std::collections::HashMap;

/// Rows of a file.
const MOST: i64 = 20_000;

/// A table of organisations left.
#[derive(Serialize)]
struct Exported {
    tree: Tree,
    rows: usize,
    format: &'static str,
}

impl Deed for Exported {
    const KIND: &'static str = "organisations.exported";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("organisation", None)
    }
}

const COLUMNS: [(&str, u8); 9] = [
    ("organisations.number", 14),
    ("organisations.name", 36),
    ("organisations.kind", 12),
    ("organisations.town", 14),
    ("organisations.region", 24),
    ("organisations.state", 10),
    ("organisations.founded_on", 12),
    ("organisations.role.leader", 24),
    ("organisations.members", 8),
];

pub(crate) async fn export(cx: Cx, Query(wanted): Query<Wanted>) -> Result<Answer> {
    let tree = wanted.tree();
    let permission = policy::reading(tree);
    cx.may_somewhere(permission)?;
    let teams = store::list(&cx.db, cx.tenant, &wanted.filter(), &cx.reach(permission), (None, MOST)).await?;
    let rows = rows(&cx, teams, tree).await?;
    let format = if wanted.format == "csv" { "csv" } else { "xlsx" };
    let (at, count) = (cx.clone(), rows.len());
    cx.write(LaneKey::of(cx.tenant.0), async move |tx: &mut Tx<'_>| {
        tx.record(&at, &Exported { tree, rows: count, format });
        Ok(())
    })
    .await?;
    let columns: Vec<Column> = COLUMNS.iter().map(|(key, width)| Column::new(cx.t(key), *width)).collect();
    let name = cx.t(if tree == Tree::Branch { "organisations.branches" } else { "organisations.title" });
    cx.sheet(name, format, columns, rows).await
}

async fn rows(cx: &Cx, teams: Vec<Organisation>, tree: Tree) -> Result<Vec<Vec<Out>>> {
    let ids: Vec<OrganisationId> = teams.iter().map(|t| t.id).collect();
    let counts = store::count_members(&cx.db, cx.tenant, &ids).await?;
    // Who leads a branch is membership of a branch: it does not leave with a list.
    let leaders = match tree {
        Tree::Team => store::leaders_of(&cx.db, cx.tenant, &ids).await?,
        Tree::Branch => HashMap::new(),
    };
    let regions = places::regions(&cx.db, district(cx)).await?;
    let names: HashMap<&str, &str> = regions.iter().map(|r| (r.code.as_str(), r.name.as_str())).collect();
    let region = |code: &str| Out::Text(names.get(code).map_or_else(|| code.to_owned(), |n| (*n).to_owned()));
    let row = |team: Organisation| {
        let led = leaders.get(&team.id).map(|l| l.iter().map(|m| m.name.as_str()).collect::<Vec<_>>().join("、"));
        let said = |word: String| Out::Text(cx.t(&word).to_owned());
        vec![
            Out::Text(team.number),
            Out::Text(team.name),
            said(format!("organisations.kind.{}", team.kind)),
            region(places::town_of(&team.region_code)),
            region(&team.region_code),
            said(format!("organisations.state.{}", team.state)),
            team.founded_on.map_or(Out::Empty, Out::Date),
            Out::maybe(led),
            Out::Int(counts.get(&team.id).copied().unwrap_or(0)),
        ]
    };
    Ok(teams.into_iter().map(row).collect())
}
