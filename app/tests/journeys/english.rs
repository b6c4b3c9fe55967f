//! The Chinese sentences of every room, by which a page in English is read: what people wrote may be Chinese there, a word of
//! the interface may not.

use anyhow::{Context, Result};
use std::path::Path;

/// What the keys begin with whose sentences are written into the records: there they are a name as people gave it.
const NAMES: &str = "import.federation_name";

/// A sentence: its key and the texts between its placeholders.
struct Phrase {
    key: String,
    parts: Vec<String>,
}

/// All of them.
pub struct Phrases(Vec<Phrase>);

impl Phrases {
    /// Reads the locale files of every room.
    pub fn read() -> Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let mut folders = vec![root.join("kernel/locales")];
        for storey in ["primitives", "rooms"] {
            let rooms = std::fs::read_dir(root.join(storey))?.collect::<std::io::Result<Vec<_>>>()?;
            folders.extend(rooms.iter().map(|room| room.path().join("locales")));
        }
        let mut phrases = Vec::new();
        for folder in folders {
            for file in std::fs::read_dir(&folder)?.collect::<std::io::Result<Vec<_>>>()? {
                read_file(&file.path(), &mut phrases)?;
            }
        }
        anyhow::ensure!(phrases.len() > 1_000, "only {} Chinese sentences were found", phrases.len());
        Ok(Self(phrases))
    }

    /// The key of the sentence that a text on a page is, if it is one; of a text in several pieces the first such piece.
    pub fn of(&self, text: &str) -> Option<&str> {
        let pieces = || std::iter::once(text).chain(text.split(" · "));
        self.0.iter().find(|phrase| pieces().any(|piece| phrase.is(piece))).map(|phrase| phrase.key.as_str())
    }
}

fn read_file(path: &Path, into: &mut Vec<Phrase>) -> Result<()> {
    if !path.to_string_lossy().ends_with("zh-CN.toml") {
        return Ok(());
    }
    let text = std::fs::read_to_string(path)?;
    let table: toml::Table = text.parse().with_context(|| path.display().to_string())?;
    for (key, value) in table.into_iter().filter(|(key, _)| !key.starts_with(NAMES)) {
        let said = match value {
            toml::Value::Table(forms) => forms.values().filter_map(|form| form.as_str().map(str::to_owned)).collect(),
            other => vec![other.as_str().unwrap_or_default().to_owned()],
        };
        into.extend(said.iter().map(|said| Phrase { key: key.clone(), parts: parts(said) }));
    }
    Ok(())
}

/// `到 {came} 人` is `到 ` and ` 人`.
fn parts(said: &str) -> Vec<String> {
    let mut parts = Vec::new();
    let mut rest = said;
    while let Some((before, after)) = rest.split_once('{') {
        parts.push(before.to_owned());
        rest = after.split_once('}').map_or("", |(_, after)| after);
    }
    parts.push(rest.to_owned());
    parts
}

impl Phrase {
    /// Whether a text is this sentence. Where something was put into it, its own words have to be four characters at least:
    /// fewer may well be a part of somebody's name for something.
    fn is(&self, text: &str) -> bool {
        let (Some(first), Some(last)) = (self.parts.first(), self.parts.last()) else { return false };
        let own: usize = self.parts.iter().flat_map(|part| part.chars()).filter(|c| *c > '\u{33ff}').count();
        if self.parts.len() == 1 {
            return own > 1 && text == first.trim();
        }
        let Some(mut rest) = text.strip_prefix(first.trim_start()) else { return false };
        for part in &self.parts[1..] {
            let Some((_, after)) = rest.split_once(part.as_str()) else { return false };
            rest = after;
        }
        own >= 4 && text.ends_with(last.trim_end())
    }
}

#[test]
fn a_sentence_is_known_by_its_own_words() {
    let phrases = Phrases(vec![
        Phrase { key: "a".to_owned(), parts: parts("到 {came} 人，还有 {absent} 人没到") },
        Phrase { key: "b".to_owned(), parts: parts("没到") },
        Phrase { key: "c".to_owned(), parts: parts("{team}队") },
    ]);
    assert_eq!(phrases.of("到 3 人，还有 0 人没到"), Some("a"));
    assert_eq!(phrases.of("陈慧敏 · 没到"), Some("b"));
    assert_eq!(phrases.of("护河队"), None);
    assert_eq!(phrases.of("还没到"), None);
}
