//! Every SQL literal of every store prepares on both engines.

use crate::{files, literals, rooms, root};

fn statements() -> Vec<(String, String)> {
    let mut found = Vec::new();
    for folder in ["primitives", "rooms", "kernel"] {
        for path in files(&root().join(folder), &[".rs"]) {
            let text = std::fs::read_to_string(&path).expect("a source file is text");
            for literal in literals(&text) {
                let verb = literal.split_whitespace().next().unwrap_or_default().to_owned();
                let whole = match verb.as_str() {
                    "SELECT" | "WITH" => literal.contains(" FROM ") || literal.contains("\nFROM "),
                    "INSERT" => literal.contains("VALUES") || literal.contains("SELECT"),
                    "UPDATE" => literal.contains(" SET "),
                    "DELETE" => literal.contains(" FROM "),
                    _ => false,
                };
                // Texts with a place for Rust or with `?`, or cut in their middle, are only parts; their stores' own tests run them.
                let cut = literal.trim_end().ends_with("WHERE") || !literal.matches('\'').count().is_multiple_of(2);
                if whole && !cut && !literal.contains('{') && !literal.contains('?') {
                    found.push((path.display().to_string(), literal));
                }
            }
        }
    }
    found
}

#[tokio::test]
async fn every_statement_prepares_on_both_engines() {
    let statements = statements();
    assert!(statements.len() > 60, "only {} statements were found: the search is broken", statements.len());
    testkit::on_both(rooms::all, async |app| {
        let mut wrong = Vec::new();
        for (path, sql) in &statements {
            if let Err(error) = app.db().prepare(sql).await {
                wrong.push(format!("{path}: {error}\n{sql}"));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    })
    .await;
}
