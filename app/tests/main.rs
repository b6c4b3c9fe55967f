//! What must hold for the whole house: storeys, words, SQL on both engines, the permission matrix, the routes.

#[path = "main/api.rs"]
mod api;
#[path = "main/district.rs"]
mod district;
#[path = "main/matrix.rs"]
mod matrix;
#[path = "main/permissions.rs"]
mod permissions;
#[path = "main/pointers.rs"]
mod pointers;
#[path = "main/search.rs"]
mod search;
#[path = "main/sql.rs"]
mod sql;
#[path = "main/statement.rs"]
mod statement;
#[path = "main/storeys.rs"]
mod storeys;
#[path = "main/threats.rs"]
mod threats;
#[path = "main/trace_walk.rs"]
mod trace_walk;
#[path = "main/words.rs"]
mod words;

#[path = "../src/rooms.rs"]
mod rooms;

use std::path::{Path, PathBuf};

/// The root of the workspace.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("app lies in the workspace").to_owned()
}

/// Every file below a folder with one of these endings, except tests and build output.
fn files(folder: &Path, endings: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let Ok(entries) = std::fs::read_dir(folder) else { return found };
    for entry in entries.filter_map(Result::ok) {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if path.is_dir() && !matches!(name.as_str(), "target" | "tests" | "node_modules" | ".git") {
            found.extend(files(&path, endings));
        } else if endings.iter().any(|e| name.ends_with(e)) && !name.starts_with("tests") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The string literals of a Rust file; escapes that join lines are undone as the compiler does.
fn literals(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut letters = text.chars().peekable();
    let mut before = ' ';
    while let Some(letter) = letters.next() {
        match letter {
            '/' if letters.peek() == Some(&'/') => while letters.next().is_some_and(|l| l != '\n') {},
            '\'' if before != 'b' => skip_char(&mut letters),
            '"' => found.push(literal(&mut letters)),
            _ => {}
        }
        before = letter;
    }
    found
}

/// A quote is a character or a lifetime; only a character may hide a double quote.
fn skip_char(letters: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    if letters.peek() == Some(&'\\') {
        letters.next();
        letters.next();
    } else if letters.peek() == Some(&'"') {
        letters.next();
    }
}

fn literal(letters: &mut std::iter::Peekable<std::str::Chars<'_>>) -> String {
    let mut out = String::new();
    while let Some(letter) = letters.next() {
        match letter {
            '"' => break,
            '\\' => match letters.next() {
                Some('n') => out.push('\n'),
                Some('\n') => {
                    while letters.peek().is_some_and(|l| l.is_whitespace()) {
                        letters.next();
                    }
                }
                Some(other) => out.push(other),
                None => {}
            },
            other => out.push(other),
        }
    }
    out
}

#[test]
fn literals_are_read_as_the_compiler_reads_them() {
    assert_eq!(literals(r#"let a = "x\"y"; let b = '"'; // "no""#), ["x\"y"]);
}
