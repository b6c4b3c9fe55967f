//! The fonts of paper: found on the system once, kept for the process.

use crate::error::{Error, Result};
use crate::words::Word;
use skrifa::instance::{LocationRef, Size};
use skrifa::string::StringId;
use skrifa::{FontRef, MetadataProvider as _};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

/// Where systems keep fonts.
const FOLDERS: [&str; 5] =
    ["/usr/share/fonts", "/usr/local/share/fonts", "/System/Library/Fonts", "/Library/Fonts", "C:\\Windows\\Fonts"];
/// What a Chinese font's file is called, the best first, without its weight and ending.
const NAMES: [&str; 10] = [
    "NotoSansCJK",
    "NotoSansSC",
    "SourceHanSans",
    "PingFang",
    "msyh",
    "Hiragino Sans GB",
    "DroidSansFallback",
    "wqy-microhei",
    "wqy-zenhei",
    "simhei",
];

/// The fonts of this process: looked for when the first page is written.
#[derive(Clone, Default)]
pub struct Fonts(Arc<OnceLock<Option<Pair>>>);

/// A regular font and a bold one, or the regular one twice.
#[derive(Clone)]
pub(super) struct Pair {
    regular: Arc<Face>,
    bold: Arc<Face>,
}

/// One font.
pub(super) struct Face {
    data: Arc<Vec<u8>>,
    index: u32,
    /// For PDF; making one reads the whole file.
    pub krilla: krilla::text::Font,
}

/// A character as it is drawn.
#[derive(Clone, Debug)]
pub(super) struct Glyph {
    /// In the font.
    pub id: u32,
    /// How far it goes on, in heights of the text.
    pub advance: f32,
    /// Which bytes of the line it shows.
    pub text: Range<usize>,
}

impl Fonts {
    /// Whether a page can be written here.
    #[must_use]
    pub fn are_there(&self) -> bool {
        self.pair().is_some()
    }

    pub(super) fn pair(&self) -> Option<Pair> {
        self.0.get_or_init(find).clone()
    }
}

impl Pair {
    pub fn face(&self, bold: bool) -> &Face {
        if bold { &self.bold } else { &self.regular }
    }
}

fn find() -> Option<Pair> {
    let mut files = Vec::new();
    for folder in FOLDERS {
        gather(Path::new(folder), 0, &mut files);
    }
    files.sort();
    let named = |name: &str, weights: &[&str]| {
        let fits = |file: &&PathBuf| {
            let stem = file.file_stem().and_then(|s| s.to_str()).unwrap_or_default();
            stem.strip_prefix(name).is_some_and(|rest| weights.contains(&rest.trim_start_matches(['-', '_', ' '])))
        };
        files.iter().find(fits).and_then(|file| Face::read(file))
    };
    let regular = NAMES.iter().find_map(|name| Some((name, named(name, &["Regular", "", "W3", "Full", "VF"])?)));
    let (name, regular) = regular?;
    let regular = Arc::new(regular);
    let bold = named(name, &["Bold", "bd", "W6"]).map_or_else(|| Arc::clone(&regular), Arc::new);
    Some(Pair { regular, bold })
}

/// The font files below a folder; folders of fonts are not deep.
fn gather(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|e| e.path()) {
        if path.is_dir() && depth < 4 {
            gather(&path, depth + 1, files);
        } else if path.extension().and_then(|e| e.to_str()).is_some_and(|e| ["ttc", "ttf", "otf"].contains(&e)) {
            files.push(path);
        }
    }
}

impl Face {
    fn read(file: &Path) -> Option<Self> {
        let data = Arc::new(std::fs::read(file).ok()?);
        let index = simplified(&data);
        let krilla = krilla::text::Font::new(Arc::clone(&data).into(), index)?;
        Some(Self { data, index, krilla })
    }

    pub fn font(&self) -> Result<FontRef<'_>> {
        FontRef::from_index(&self.data, self.index).map_err(|e| super::failed(&e.to_string()))
    }

    /// The characters of a text as they are drawn; what cannot be seen is left out.
    ///
    /// # Errors
    /// `Refused` with the character that the font does not have.
    pub fn glyphs(&self, text: &str) -> Result<(String, Vec<Glyph>)> {
        let font = self.font()?;
        let (map, metrics) = (font.charmap(), font.glyph_metrics(Size::new(1.0), LocationRef::default()));
        let (mut clean, mut glyphs) = (String::with_capacity(text.len()), Vec::new());
        for c in
            text.chars().filter(|c| !c.is_control() && !matches!(c, '\u{200b}'..='\u{200f}' | '\u{fe00}'..='\u{fe0f}'))
        {
            let Some(id) = map.map(c).filter(|id| id.to_u32() != 0) else {
                return Err(Error::Refused(Word::new("pdf.refused.glyph").with("c", c)));
            };
            let from = clean.len();
            clean.push(c);
            let advance = metrics.advance_width(id).unwrap_or(1.0);
            glyphs.push(Glyph { id: id.to_u32(), advance, text: from..clean.len() });
        }
        Ok((clean, glyphs))
    }
}

/// Which font of a collection draws characters as they are written in the mainland.
fn simplified(data: &[u8]) -> u32 {
    let named = |index: &u32| {
        let font = FontRef::from_index(data, *index).ok()?;
        let name: String = font.localized_strings(StringId::FAMILY_NAME).english_or_first()?.chars().collect();
        (name.contains(" SC") || name.contains("GB") || name.contains("YaHei")).then_some(())
    };
    (0..12).find(|index| named(index).is_some()).unwrap_or(0)
}
