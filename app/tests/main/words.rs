//! Words: every key that is used is defined, every key that is defined is used, and no sentence stands in code.

use crate::{files, literals, rooms, root};
use std::collections::BTreeSet;

/// Beginnings of keys whose last part is made at run time: `"role.{}"` in a template, `format!("deed.{kind}")` in code.
fn families() -> BTreeSet<String> {
    let mut found: BTreeSet<String> = ["people.", "tables.", "import.", "metric."].map(str::to_owned).into();
    for path in files(&root(), &[".rs", ".html"]) {
        let text = std::fs::read_to_string(&path).expect("a source file is text");
        let all = if path.extension().is_some_and(|e| e == "rs") {
            literals(&text)
        } else {
            text.split('"').map(str::to_owned).collect()
        };
        for literal in all {
            let Some((head, _)) = literal.split_once('{') else { continue };
            let head = head.trim_end_matches('_');
            if head.contains('.') && is_key(&format!("{head}x")) {
                found.insert(head.to_owned());
            }
        }
    }
    found
}

fn is_key(text: &str) -> bool {
    text.contains('.')
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '.')
}

/// The literals of all templates that go through a word filter.
fn in_templates() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for path in files(&root(), &[".html"]) {
        let text = std::fs::read_to_string(&path).expect("a template is text");
        for part in text.split("{{").chain(text.split("{%")) {
            let code = part.split(['}', '%']).next().unwrap_or_default();
            for (at, piece) in code.split('"').enumerate().filter(|(at, _)| at % 2 == 1) {
                let after = code.split('"').nth(at + 1).unwrap_or_default();
                if is_key(piece) && (after.starts_with("|t") || after.starts_with([',', ')']) || after.is_empty()) {
                    found.insert(piece.to_owned());
                }
            }
        }
    }
    found
}

fn in_code() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for path in files(&root(), &[".rs"]) {
        let text = std::fs::read_to_string(&path).expect("a source file is text");
        found.extend(literals(&text).into_iter().filter(|l| is_key(l)));
    }
    found
}

#[test]
fn every_word_is_used_and_every_used_word_is_defined() {
    let defined: BTreeSet<String> =
        rooms::all().iter().flat_map(kernel::Module::word_keys).chain(kernel::desk_words()).collect();
    let (templates, code) = (in_templates(), in_code());
    let unknown: Vec<_> = templates.iter().filter(|k| !defined.contains(*k)).collect();
    assert!(unknown.is_empty(), "templates use words that no locale has: {unknown:#?}");
    let families = families();
    let family = |key: &str| families.iter().any(|f| key.starts_with(f.as_str()));
    let idle: Vec<_> = defined
        .iter()
        .filter(|k| {
            !k.ends_with(".one")
                && !templates.contains(*k)
                && !code.contains(*k)
                && !family(k)
                && !["yes", "no"].contains(&k.as_str())
        })
        .collect();
    assert!(idle.is_empty(), "words that nobody says: {idle:#?}");
}

#[test]
fn no_chinese_sentence_stands_in_a_template() {
    let chinese = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
    for path in files(&root(), &[".html"]) {
        let text = std::fs::read_to_string(&path).expect("a template is text");
        let line = text.lines().find(|l| l.chars().any(chinese) && !l.contains("lang=zh-CN"));
        assert!(line.is_none(), "{}: {:?}", path.display(), line);
    }
}

#[test]
fn what_a_message_says_leaves_room_for_its_facts() {
    // A message has 70 characters: its facts are cut to fit, its own words are not.
    let app = rooms::all();
    let files: Vec<String> = app.iter().flat_map(kernel::Module::word_keys).chain(kernel::desk_words()).collect();
    let messages = |key: &&String| key.contains("message.") && !key.ends_with(".one") && *key != "message.foot";
    let words = kernel::words_of(&app);
    let mut seen = 0;
    for key in files.iter().filter(messages) {
        seen += 1;
        let said: String =
            words.text(kernel::Lang::Zh, key).split('{').map(|part| part.rsplit('}').next().unwrap_or(part)).collect();
        assert!(said.chars().count() <= 52, "{key}: {said}");
    }
    assert!(seen > 10, "only {seen} messages");
}
