//! The first page as a picture: the same outlines, filled by tiny-skia.

use super::{Color, Mark, Sheet, failed, squares};
use crate::error::Result;
use skrifa::instance::{LocationRef, Size};
use skrifa::outline::{DrawSettings, OutlinePen};
use skrifa::{GlyphId, MetadataProvider as _};
use tiny_skia::{FillRule, Paint, PathBuilder, Pixmap, Rect, Transform};

impl Sheet {
    /// The first page as PNG, so many pixels a point.
    ///
    /// # Errors
    /// Only when the painter itself fails.
    pub fn png(&self, scale: f32) -> Result<Vec<u8>> {
        let mut pixmap = Pixmap::new(pixels(self.paper.width * scale), pixels(self.paper.height * scale))
            .ok_or_else(|| failed("a picture without a size"))?;
        pixmap.fill(tiny_skia::Color::WHITE);
        for mark in self.pages.first().into_iter().flatten() {
            self.paint(&mut pixmap, mark, scale)?;
        }
        pixmap.encode_png().map_err(|e| failed(&e.to_string()))
    }

    fn paint(&self, pixmap: &mut Pixmap, mark: &Mark, scale: f32) -> Result<()> {
        match mark {
            Mark::Text { x, y, style, glyphs, .. } => {
                let font = self.fonts.face(style.bold).font()?;
                let (outlines, mut left) = (font.outline_glyphs(), *x);
                for glyph in glyphs {
                    if let Some(outline) = outlines.get(GlyphId::new(glyph.id)) {
                        let mut pen = Pen(PathBuilder::new());
                        let settings = DrawSettings::unhinted(Size::new(style.size), LocationRef::default());
                        outline.draw(settings, &mut pen).map_err(|e| failed(&e.to_string()))?;
                        let place = Transform::from_row(scale, 0.0, 0.0, -scale, left * scale, y * scale);
                        if let Some(path) = pen.0.finish() {
                            pixmap.fill_path(&path, &paint(style.color, true), FillRule::Winding, place, None);
                        }
                    }
                    left += glyph.advance * style.size;
                }
            }
            Mark::Box { x, y, width, height, color } => {
                boxes(pixmap, std::iter::once((*x, *y, *width, *height)), (*color, scale));
            }
            Mark::Code { x, y, size, width, dark } => {
                boxes(pixmap, squares((*x, *y, *size), *width, dark), ([0, 0, 0], scale));
            }
        }
        Ok(())
    }
}

/// A length in whole pixels.
#[expect(clippy::cast_possible_truncation, reason = "a page is some thousand pixels wide")]
fn pixels(length: f32) -> u32 {
    length.round() as u32
}

/// Fills rectangles without softening their edges: squares that meet show no seam.
fn boxes(pixmap: &mut Pixmap, all: impl Iterator<Item = (f32, f32, f32, f32)>, (color, scale): (Color, f32)) {
    for (x, y, width, height) in all {
        if let Some(rect) = Rect::from_xywh(x, y, width, height) {
            pixmap.fill_rect(rect, &paint(color, false), Transform::from_scale(scale, scale), None);
        }
    }
}

fn paint([red, green, blue]: Color, soft: bool) -> Paint<'static> {
    let mut paint = Paint { anti_alias: soft, ..Paint::default() };
    paint.set_color_rgba8(red, green, blue, 255);
    paint
}

/// An outline on its way into a path.
struct Pen(PathBuilder);

impl OutlinePen for Pen {
    fn move_to(&mut self, x: f32, y: f32) {
        self.0.move_to(x, y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.0.line_to(x, y);
    }

    fn quad_to(&mut self, cx0: f32, cy0: f32, x: f32, y: f32) {
        self.0.quad_to(cx0, cy0, x, y);
    }

    fn curve_to(&mut self, cx0: f32, cy0: f32, cx1: f32, cy1: f32, x: f32, y: f32) {
        self.0.cubic_to(cx0, cy0, cx1, cy1, x, y);
    }

    fn close(&mut self) {
        self.0.close();
    }
}
