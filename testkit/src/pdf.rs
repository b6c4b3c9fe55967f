//! A PDF as its reader copies it: the text of a page by the maps from glyphs to characters that the file brings along.

#![expect(clippy::unwrap_used, reason = "a test ends where the file is none")]

use lopdf::content::Content;
use lopdf::{Document, Object};
use std::collections::{BTreeMap, HashMap};

/// How many pages a file has.
///
/// # Panics
/// When it is no PDF.
#[must_use]
pub fn pages(file: &[u8]) -> usize {
    Document::load_mem(file).unwrap().get_pages().len()
}

/// The text of a page, from 1, without its spaces.
///
/// # Panics
/// When it is no PDF, has no such page, or shows a glyph without a character.
#[must_use]
pub fn text(file: &[u8], page: u32) -> String {
    let document = Document::load_mem(file).unwrap();
    let page = document.get_pages()[&page];
    let fonts = document.get_page_fonts(page).unwrap();
    let map = |font: &lopdf::Dictionary| {
        let at = font.get(b"ToUnicode").unwrap().as_reference().unwrap();
        let stream = document.get_object(at).unwrap().as_stream().unwrap();
        characters(&String::from_utf8_lossy(&stream.decompressed_content().unwrap()))
    };
    let maps: BTreeMap<Vec<u8>, HashMap<u32, String>> =
        fonts.into_iter().map(|(name, font)| (name, map(font))).collect();
    let (mut text, mut font) = (String::new(), Vec::new());
    for operation in Content::decode(&document.get_page_content(page).unwrap()).unwrap().operations {
        match operation.operator.as_str() {
            "Tf" => font = operation.operands[0].as_name().unwrap().to_vec(),
            "Tj" | "TJ" => operation.operands.iter().for_each(|shown| show(shown, &maps[&font], &mut text)),
            _ => {}
        }
    }
    text.split_whitespace().collect()
}

fn show(shown: &Object, map: &HashMap<u32, String>, text: &mut String) {
    match shown {
        Object::Array(parts) => parts.iter().for_each(|part| show(part, map, text)),
        Object::String(bytes, _) => {
            for glyph in bytes.chunks(2) {
                let glyph = glyph.iter().fold(0, |n, b| n * 256 + u32::from(*b));
                text.push_str(map.get(&glyph).unwrap_or_else(|| panic!("glyph {glyph} has no character")));
            }
        }
        _ => {}
    }
}

/// What a map says: single glyphs and runs of them.
fn characters(map: &str) -> HashMap<u32, String> {
    let number = |hex: &str| u32::from_str_radix(hex, 16).unwrap_or_default();
    let spelt = |hex: &str| {
        let units: Vec<u16> = hex
            .as_bytes()
            .chunks(4)
            .filter_map(|c| u16::from_str_radix(std::str::from_utf8(c).ok()?, 16).ok())
            .collect();
        String::from_utf16_lossy(&units)
    };
    let hexes = |part: &str| -> Vec<String> {
        part.split('<').skip(1).filter_map(|p| p.split('>').next()).map(|h| h.split_whitespace().collect()).collect()
    };
    let mut found = HashMap::new();
    for part in map.split("beginbfchar").skip(1) {
        for pair in hexes(part.split("endbfchar").next().unwrap_or_default()).chunks_exact(2) {
            found.insert(number(&pair[0]), spelt(&pair[1]));
        }
    }
    for part in map.split("beginbfrange").skip(1) {
        for run in hexes(part.split("endbfrange").next().unwrap_or_default()).chunks_exact(3) {
            for (n, glyph) in (number(&run[0])..=number(&run[1])).enumerate() {
                let first = number(&run[2]);
                let character = u32::try_from(n).ok().and_then(|n| char::from_u32(first + n));
                found.insert(glyph, character.map(String::from).unwrap_or_default());
            }
        }
    }
    found
}
