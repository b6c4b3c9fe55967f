//! Paper: a small writer of pages with headings, paragraphs, tables and QR codes, for what is printed or shared. One layout, two
//! ways out: PDF (krilla) and PNG (tiny-skia, from the same outlines). Lengths are points, 1/72 inch.
//!
//! No font is shipped: a Chinese one is found on the system, and what it has no glyph for is refused instead of drawn as a box.

mod fonts;
mod layout;
mod picture;
#[cfg(test)]
mod tests;

pub use fonts::Fonts;

use crate::error::{Error, Result};
use fonts::{Glyph, Pair};
use krilla::color::rgb;
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::Metadata;
use krilla::page::PageSettings;
use krilla::paint::Fill;
use krilla::text::{GlyphId, KrillaGlyph};

/// The size of a page and its margin.
#[derive(Clone, Copy, Debug)]
pub struct Paper {
    /// Its width.
    pub width: f32,
    /// Its height.
    pub height: f32,
    /// What stays free on each side.
    pub margin: f32,
}

impl Paper {
    /// 210 x 297 mm.
    pub const A4: Self = Self { width: 595.28, height: 841.89, margin: 56.7 };
}

/// Red, green, blue.
pub type Color = [u8; 3];

/// 墨, the colour of text.
pub const INK: Color = [21, 24, 28];
/// What is said beside it.
pub const FAINT: Color = [92, 99, 110];
/// 朱, once a page at most.
pub const RED: Color = [181, 38, 30];
/// A hairline.
pub const LINE: Color = [214, 217, 222];

/// How a text looks.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Its height.
    pub size: f32,
    /// Bold, where the system has a bold font.
    pub bold: bool,
    /// Its colour.
    pub color: Color,
    /// In the middle instead of at the left.
    pub centred: bool,
}

impl Style {
    /// Running text of a size.
    #[must_use]
    pub const fn plain(size: f32) -> Self {
        Self { size, bold: false, color: INK, centred: false }
    }

    /// The same, bold.
    #[must_use]
    pub const fn bold(self) -> Self {
        Self { bold: true, ..self }
    }

    /// The same in a colour.
    #[must_use]
    pub const fn color(self, color: Color) -> Self {
        Self { color, ..self }
    }

    /// The same in the middle.
    #[must_use]
    pub const fn centred(self) -> Self {
        Self { centred: true, ..self }
    }
}

/// A thing on a page.
#[derive(Debug)]
enum Mark {
    /// A line of text; `x` and `y` are where its baseline begins.
    Text { x: f32, y: f32, style: Style, text: String, glyphs: Vec<Glyph> },
    /// A filled rectangle.
    Box { x: f32, y: f32, width: f32, height: f32, color: Color },
    /// A QR code: its dark squares, row by row.
    Code { x: f32, y: f32, size: f32, width: usize, dark: Vec<bool> },
}

/// A document that is being written, from top to bottom; a new page begins where one is full.
pub struct Sheet {
    fonts: Pair,
    paper: Paper,
    title: String,
    pages: Vec<Vec<Mark>>,
    /// Where the next thing begins, from the top.
    y: f32,
}

impl Sheet {
    /// An empty document.
    ///
    /// # Errors
    /// `Refused` with what to install when the system has no Chinese font.
    pub fn new(fonts: &Fonts, paper: Paper, title: &str) -> Result<Self> {
        let fonts = fonts.pair().ok_or_else(|| Error::refused("pdf.refused.font"))?;
        Ok(Self { fonts, paper, title: title.to_owned(), pages: vec![Vec::new()], y: paper.margin })
    }

    /// The document as PDF, its text to be found and copied.
    ///
    /// # Errors
    /// Only when the writer itself fails.
    pub fn pdf(&self) -> Result<Vec<u8>> {
        let mut document = krilla::Document::new();
        let metadata =
            Metadata::new().title(self.title.clone()).language("zh-CN".to_owned()).creator("qiyi".to_owned());
        document.set_metadata(metadata);
        for marks in &self.pages {
            let size = PageSettings::from_wh(self.paper.width, self.paper.height);
            let mut page = document.start_page_with(size.ok_or_else(|| failed("a page without a size"))?);
            let mut surface = page.surface();
            for mark in marks {
                self.put(&mut surface, mark);
            }
            surface.finish();
            page.finish();
        }
        document.finish().map_err(|e| failed(&format!("{e:?}")))
    }

    fn put(&self, surface: &mut krilla::surface::Surface<'_>, mark: &Mark) {
        match mark {
            Mark::Text { x, y, style, text, glyphs } => {
                surface.set_fill(Some(fill(style.color)));
                let glyphs: Vec<KrillaGlyph> = glyphs.iter().map(Glyph::for_krilla).collect();
                let font = self.fonts.face(style.bold).krilla.clone();
                surface.draw_glyphs(Point::from_xy(*x, *y), &glyphs, font, text, style.size, false);
            }
            Mark::Box { x, y, width, height, color } => {
                surface.set_fill(Some(fill(*color)));
                boxes(surface, std::iter::once((*x, *y, *width, *height)));
            }
            Mark::Code { x, y, size, width, dark } => {
                surface.set_fill(Some(fill([0, 0, 0])));
                boxes(surface, squares((*x, *y, *size), *width, dark));
            }
        }
    }
}

impl Glyph {
    fn for_krilla(&self) -> KrillaGlyph {
        KrillaGlyph::new(GlyphId::new(self.id), self.advance, 0.0, 0.0, 0.0, self.text.clone(), None)
    }
}

/// The dark squares of a code as rectangles.
fn squares(
    (x, y, size): (f32, f32, f32),
    width: usize,
    dark: &[bool],
) -> impl Iterator<Item = (f32, f32, f32, f32)> + '_ {
    let of = |n: usize| u16::try_from(n).map_or(0.0, f32::from);
    let one = size / of(width).max(1.0);
    let at = move |(n, _): (usize, &bool)| (x + one * of(n % width), y + one * of(n / width), one, one);
    dark.iter().enumerate().filter(|(_, dark)| **dark).map(at)
}

fn boxes(surface: &mut krilla::surface::Surface<'_>, all: impl Iterator<Item = (f32, f32, f32, f32)>) {
    let mut path = PathBuilder::new();
    for (x, y, width, height) in all {
        if let Some(rect) = Rect::from_xywh(x, y, width, height) {
            path.push_rect(rect);
        }
    }
    if let Some(path) = path.finish() {
        surface.draw_path(&path);
    }
}

fn fill([red, green, blue]: Color) -> Fill {
    Fill { paint: rgb::Color::new(red, green, blue).into(), ..Fill::default() }
}

fn failed(what: &str) -> Error {
    Error::internal(format!("writing a page: {what}"))
}
