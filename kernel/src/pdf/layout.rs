//! What stands where: lines are broken as Chinese is set, pages where they are full.

use super::fonts::Glyph;
use super::{Color, LINE, Mark, Sheet, Style};
use crate::error::Result;

/// The height of a line, in heights of its text.
const LEADING: f32 = 1.55;
/// Where the baseline lies in that line.
const BASELINE: f32 = 1.18;
/// No line begins with one of these.
const NOT_FIRST: &str = "，。！？、；：”’）》〉】」』…—·％%,.!?;:)]}";
/// No line ends with one of these.
const NOT_LAST: &str = "“‘（《〈【「『([{";

/// A line of text: its words and its width.
struct Line {
    text: String,
    glyphs: Vec<Glyph>,
    width: f32,
}

impl Sheet {
    /// A paragraph, or several: each line of the text is one.
    ///
    /// # Errors
    /// `Refused` with a character that the font does not have.
    pub fn text(&mut self, text: &str, style: Style) -> Result<()> {
        let (left, width) = (self.paper.margin, self.inner());
        for line in self.lines(text, style, width)? {
            self.room(style.size * LEADING);
            let x = if style.centred { left + (width - line.width) / 2.0 } else { left };
            self.line(x, self.y, style, line);
            self.y += style.size * LEADING;
        }
        Ok(())
    }

    /// Rows of cells, each column as wide as its share says; a hairline below each row, the first row bold when it is a head.
    ///
    /// # Errors
    /// As `text`.
    pub fn table(&mut self, shares: &[f32], rows: &[Vec<String>], (style, head): (Style, bool)) -> Result<()> {
        let whole: f32 = shares.iter().sum();
        let (inner, gap) = (self.inner(), style.size * 0.8);
        for (n, row) in rows.iter().enumerate() {
            let style = if head && n == 0 { style.bold() } else { style };
            let mut cells = Vec::with_capacity(row.len());
            for (cell, share) in row.iter().zip(shares) {
                cells.push(self.lines(cell, style, inner * share / whole - gap)?);
            }
            let most = cells.iter().map(Vec::len).max().unwrap_or(1);
            let height = style.size * LEADING * f32::from(u16::try_from(most).unwrap_or(u16::MAX)) + gap;
            self.room(height);
            let (mut x, top) = (self.paper.margin, self.y + gap / 2.0);
            for (lines, share) in cells.into_iter().zip(shares) {
                let mut y = top;
                for line in lines {
                    self.line(x, y, style, line);
                    y += style.size * LEADING;
                }
                x += inner * share / whole;
            }
            self.y += height;
            self.mark(Mark::Box { x: self.paper.margin, y: self.y, width: inner, height: 0.5, color: LINE });
        }
        Ok(())
    }

    /// A QR code with its quiet zone, `size` wide, in the middle or at the left.
    ///
    /// # Errors
    /// Only for an address that no code can hold.
    pub fn qr(&mut self, text: &str, size: f32, centred: bool) -> Result<()> {
        let code = qrcode::QrCode::with_error_correction_level(text, qrcode::EcLevel::M);
        let code = code.map_err(|e| super::failed(&e.to_string()))?;
        let (width, dark) = (code.width(), code.to_colors().into_iter().map(|c| c == qrcode::Color::Dark).collect());
        self.room(size);
        // Four squares stay free around it.
        let quiet = size * 4.0 / f32::from(u16::try_from(width + 8).unwrap_or(u16::MAX));
        let left = if centred { (self.paper.width - size) / 2.0 } else { self.paper.margin - quiet };
        self.mark(Mark::Code { x: left + quiet, y: self.y + quiet, size: size - 2.0 * quiet, width, dark });
        self.y += size;
        Ok(())
    }

    /// A line across, or a part of it, with a thickness.
    pub fn rule(&mut self, width: f32, thickness: f32, color: Color) {
        self.mark(Mark::Box {
            x: self.paper.margin,
            y: self.y,
            width: width.min(self.inner()),
            height: thickness,
            color,
        });
        self.y += thickness;
    }

    /// The tick, our mark: twelve strokes of which one is higher and red.
    pub fn ticks(&mut self, color: Color) {
        for n in 0..12_u8 {
            let (high, red) = if n == 7 { (18.0, true) } else { (10.0, false) };
            let color = if red { color } else { super::INK };
            let x = self.paper.margin + f32::from(n) * 7.0;
            self.mark(Mark::Box { x, y: self.y + 18.0 - high, width: 2.0, height: high, color });
        }
        self.y += 18.0;
    }

    /// Free space.
    pub fn gap(&mut self, height: f32) {
        self.y += height;
    }

    /// Goes on at a height from the top of the page: for what stands at its foot.
    pub fn down_to(&mut self, y: f32) {
        self.y = self.y.max(y);
    }

    fn inner(&self) -> f32 {
        self.paper.width - 2.0 * self.paper.margin
    }

    /// Begins a new page when this much does not fit any more.
    fn room(&mut self, height: f32) {
        if self.y + height > self.paper.height - self.paper.margin && self.y > self.paper.margin {
            self.pages.push(Vec::new());
            self.y = self.paper.margin;
        }
    }

    fn mark(&mut self, mark: Mark) {
        if let Some(page) = self.pages.last_mut() {
            page.push(mark);
        }
    }

    fn line(&mut self, x: f32, top: f32, style: Style, line: Line) {
        let y = top + style.size * BASELINE;
        self.mark(Mark::Text { x, y, style, text: line.text, glyphs: line.glyphs });
    }

    fn lines(&self, text: &str, style: Style, width: f32) -> Result<Vec<Line>> {
        let mut all = Vec::new();
        for paragraph in text.lines() {
            let (clean, glyphs) = self.fonts.face(style.bold).glyphs(paragraph)?;
            let cuts = broken(&clean, &glyphs, width / style.size);
            all.extend(cuts.into_iter().map(|cut| cut_out(&clean, &glyphs[cut], style.size)));
        }
        Ok(all)
    }
}

/// A part of a paragraph as a line of its own, without space at its ends.
fn cut_out(text: &str, glyphs: &[Glyph], size: f32) -> Line {
    let blank = |g: &&Glyph| text[g.text.clone()].trim().is_empty();
    let from = glyphs.iter().take_while(blank).count();
    let to = glyphs.len() - glyphs[from..].iter().rev().take_while(blank).count();
    let glyphs = &glyphs[from..to];
    let (Some(first), Some(last)) = (glyphs.first(), glyphs.last()) else {
        return Line { text: String::new(), glyphs: Vec::new(), width: 0.0 };
    };
    let at = first.text.start;
    let moved = |g: &Glyph| Glyph { text: g.text.start - at..g.text.end - at, ..g.clone() };
    Line {
        text: text[at..last.text.end].to_owned(),
        width: glyphs.iter().map(|g| g.advance).sum::<f32>() * size,
        glyphs: glyphs.iter().map(moved).collect(),
    }
}

/// Where a paragraph is broken so that no line is wider: ranges of its glyphs. A word longer than a line is cut.
fn broken(text: &str, glyphs: &[Glyph], width: f32) -> Vec<std::ops::Range<usize>> {
    let char_of = |n: usize| text[glyphs[n].text.clone()].chars().next().unwrap_or(' ');
    let (mut lines, mut start, mut at, mut wide, mut best) = (Vec::new(), 0, 0, 0.0, None);
    while at < glyphs.len() {
        if at > start && may_break(char_of(at - 1), char_of(at)) {
            best = Some(at);
        }
        wide += glyphs[at].advance;
        if wide > width && at > start && char_of(at) != ' ' {
            let cut = best.filter(|cut| *cut > start).unwrap_or(at);
            lines.push(start..cut);
            (start, at, wide, best) = (cut, cut, 0.0, None);
            continue;
        }
        at += 1;
    }
    lines.push(start..glyphs.len());
    lines
}

/// Whether a line may end between two characters.
fn may_break(before: char, after: char) -> bool {
    if NOT_FIRST.contains(after) || NOT_LAST.contains(before) {
        return false;
    }
    let wide = |c: char| c >= '\u{2e80}';
    before == ' ' || wide(before) || wide(after)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every character one wide, Latin half.
    fn set(text: &str, width: f32) -> Vec<String> {
        let advance = |c: char| if c >= '\u{2e80}' || NOT_FIRST.contains(c) && !c.is_ascii() { 1.0 } else { 0.5 };
        let glyphs: Vec<Glyph> = text
            .char_indices()
            .map(|(at, c)| Glyph { id: 1, advance: advance(c), text: at..at + c.len_utf8() })
            .collect();
        broken(text, &glyphs, width).into_iter().map(|cut| cut_out(text, &glyphs[cut], 1.0).text).collect()
    }

    #[test]
    fn a_line_begins_with_no_full_stop_and_ends_with_no_opening_bracket() {
        assert_eq!(set("把热饭送到长者家中。", 9.0), ["把热饭送到长者家", "中。"]);
        assert_eq!(set("请到北门（沥雄）集合", 5.0), ["请到北门", "（沥雄）集", "合"]);
        assert_eq!(set("见 Qiyi Manual 第三页", 5.0), ["见 Qiyi", "Manual 第", "三页"]);
        assert_eq!(set("abcdefghijkl", 3.0), ["abcdef", "ghijkl"], "a word longer than a line is cut");
        assert_eq!(set("", 3.0), [""]);
    }
}
