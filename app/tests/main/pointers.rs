//! Every column that names a person or an organisation is told to the kernel, so that nobody is taken off the record, or made
//! one with another, while a table that was forgotten still names them.

use crate::rooms;
use kernel::{Read as _, args, row};

/// Sums that the sealer makes of the ledger, and the ledger's own lock: who stands there stands in `hours_entry`.
const SUMS: &[&str] = &[
    "hours_day",
    "metric_day",
    "metric_team",
    "metric_served",
    "person_month",
    "person_month_total",
    "person_year",
    "person_year_part",
    "person_year_team",
    "session_served",
];

#[tokio::test]
async fn every_column_that_names_a_person_or_an_organisation_is_told() {
    let app = testkit::TestApp::embedded(rooms::all).await;
    row! { struct Named { name: String } }
    let sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name";
    let mut untold = Vec::new();
    for Named { name: table } in app.db().all::<Named>(sql, &[]).await.expect("the catalogue answers") {
        let columns = app.db().all::<Named>("SELECT name FROM pragma_table_info($1)", args![table]).await;
        for Named { name: column } in columns.expect("the catalogue answers") {
            let names = matches!(column.as_str(), "person_id" | "organisation_id" | "parent_id");
            let told = app.app.pointers.iter().any(|p| p.table == table && p.column == column);
            if names && !told && !SUMS.contains(&table.as_str()) && table != "region" {
                untold.push(format!("{table}.{column}"));
            }
        }
    }
    assert!(untold.is_empty(), "`Module::points` does not tell of {untold:?}");
    for pointer in app.app.pointers.iter().filter(|p| !p.word.is_empty()) {
        assert!(app.app.words.has(pointer.word), "{} has no word", pointer.word);
    }
}
