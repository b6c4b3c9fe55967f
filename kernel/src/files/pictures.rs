//! Pictures as they are kept: without what cameras write into them (place, time, owner, thumbnail of what was cut off) and
//! without what hangs behind their end. Pixels are not touched; of a photo's EXIF only which way is up remains.

use crate::error::{Error, Result};
use crate::words::Word;
use img_parts::Bytes;
use img_parts::jpeg::{Jpeg, JpegSegment, markers};
use img_parts::png::Png;
use img_parts::riff::RiffContent;
use img_parts::webp::WebP;

/// More pixels than this are a bomb, not a photo.
const MOST_PIXELS: u64 = 40_000_000;

/// Whether these bytes begin as a picture that we keep; names and headers are not asked.
#[must_use]
pub fn kind_of(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [0x89, b'P', b'N', b'G', ..] => Some("image/png"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("image/webp"),
        _ => None,
    }
}

/// The picture without its metadata; other files as they are. One that is cut off or not what it begins as is refused, and
/// so is one with too many pixels.
pub(super) fn clean(kind: &str, bytes: Vec<u8>) -> Result<Vec<u8>> {
    let broken = || Error::refused("files.picture_broken");
    let cleaned = match kind_of(&bytes) {
        Some("image/jpeg") => jpeg(bytes.into()),
        Some("image/png") => png(bytes.into()),
        Some(_) => webp(bytes.into()),
        None if kind.starts_with("image/") => return Err(broken()),
        None => return Ok(bytes),
    };
    let ((width, height), bytes) = cleaned.ok_or_else(broken)?;
    if u64::from(width) * u64::from(height) > MOST_PIXELS {
        return Err(Error::Refused(Word::new("files.picture_large").with("most", MOST_PIXELS / 1_000_000)));
    }
    Ok(bytes)
}

type Cleaned = Option<((u32, u32), Vec<u8>)>;

fn jpeg(bytes: Bytes) -> Cleaned {
    let mut picture = Jpeg::from_bytes(bytes).ok()?;
    let (width, height) = picture.dimensions()?;
    let exif = picture.segments_by_marker(markers::APP1).find_map(|segment| turn(segment.contents()));
    let last = picture.segments_mut().pop().filter(|segment| segment.marker() == markers::SOS)?;
    // The crate gives the scans out only behind their segment's head.
    let head = last.len();
    let scans = scans(last.clone().encoder().bytes().get(head..)?)?;
    let segments = picture.segments_mut();
    segments.retain(|segment| is_kept(segment.marker(), segment.contents()));
    for segment in segments.iter_mut().filter(|segment| segment.marker() == markers::APP0) {
        *segment = JpegSegment::new_with_contents(markers::APP0, without_thumbnail(segment.contents()));
    }
    if let Some(turn) = exif {
        let at = segments.iter().take_while(|segment| segment.marker() == markers::APP0).count();
        segments.insert(at, JpegSegment::new_with_contents(markers::APP1, upright(turn)));
    }
    segments.push(JpegSegment::new_with_entropy(markers::SOS, last.contents().clone(), scans.into()));
    Some(((u32::from(width), u32::from(height)), picture.encoder().bytes().to_vec()))
}

/// What a viewer needs to show the pixels as they are meant: the JFIF head, colours, and how they were packed.
fn is_kept(marker: u8, contents: &[u8]) -> bool {
    match marker {
        markers::APP0 => contents.starts_with(b"JFIF\0"),
        markers::APP2 => contents.starts_with(b"ICC_PROFILE\0"),
        markers::APP14 => contents.starts_with(b"Adobe"),
        markers::APP1..=markers::APP15 | markers::COM => false,
        _ => true,
    }
}

fn without_thumbnail(contents: &Bytes) -> Bytes {
    match contents.get(..12) {
        Some(head) => [head, &[0, 0]].concat().into(),
        None => contents.clone(),
    }
}

/// The scans up to the end of the picture; what stands between them is held to the same rule. `None` when there is no end.
fn scans(entropy: &[u8]) -> Option<Vec<u8>> {
    let mut kept = Vec::with_capacity(entropy.len());
    let mut at = 0;
    loop {
        let rest = entropy.get(at..)?;
        let is_marker = |pair: &[u8]| pair[0] == 0xff && !matches!(pair[1], 0x00 | 0xff | 0xd0..=0xd7);
        let next = at + rest.windows(2).position(is_marker)?;
        kept.extend_from_slice(&entropy[at..next]);
        let marker = entropy[next + 1];
        if marker == markers::EOI {
            kept.extend_from_slice(&[0xff, markers::EOI]);
            return Some(kept);
        }
        let length = usize::from(u16::from_be_bytes([*entropy.get(next + 2)?, *entropy.get(next + 3)?]));
        let segment = entropy.get(next..next + 2 + length.max(2))?;
        if is_kept(marker, segment.get(4..).unwrap_or_default()) {
            kept.extend_from_slice(segment);
        }
        at = next + segment.len();
    }
}

/// Which way is up (2 to 8), if the EXIF says so.
fn turn(contents: &[u8]) -> Option<u8> {
    let tiff = contents.strip_prefix(b"Exif\0\0")?;
    let big = match tiff.get(..4)? {
        b"MM\0*" => true,
        b"II*\0" => false,
        _ => return None,
    };
    let short = |at: usize| {
        let pair = [*tiff.get(at)?, *tiff.get(at + 1)?];
        Some(if big { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) })
    };
    let (high, low) = (usize::from(short(4)?), usize::from(short(6)?));
    let list = if big { (high << 16) | low } else { (low << 16) | high };
    let count = usize::from(short(list)?);
    let entry = (0..count).map(|n| list + 2 + n * 12).find(|at| short(*at) == Some(0x0112))?;
    u8::try_from(short(entry + 8)?).ok().filter(|turn| (2..=8).contains(turn))
}

/// An EXIF that says which way is up and nothing else.
fn upright(turn: u8) -> Bytes {
    let mut exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    exif.extend_from_slice(&[turn, 0, 0, 0, 0, 0, 0]);
    exif.into()
}

fn png(bytes: Bytes) -> Cleaned {
    let mut picture = Png::from_bytes(bytes).ok()?;
    let size = picture.dimensions()?;
    let has = |picture: &Png, kind: &[u8; 4]| picture.chunk_by_type(*kind).is_some();
    if !has(&picture, b"IDAT") || !has(&picture, b"IEND") {
        return None;
    }
    const SHOWN: [&[u8; 4]; 14] = [
        b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"pHYs", b"acTL",
        b"fcTL", b"fdAT",
    ];
    picture.chunks_mut().retain(|chunk| SHOWN.contains(&&chunk.kind()));
    Some((size, picture.encoder().bytes().to_vec()))
}

fn webp(bytes: Bytes) -> Cleaned {
    let mut picture = WebP::from_bytes(bytes).ok()?;
    let size = picture.dimensions()?;
    const SHOWN: [&[u8; 4]; 7] = [b"VP8X", b"ICCP", b"ANIM", b"ANMF", b"ALPH", b"VP8 ", b"VP8L"];
    picture.chunks_mut().retain(|chunk| SHOWN.contains(&&chunk.id()));
    if !picture.chunks().iter().any(|chunk| matches!(&chunk.id(), b"VP8 " | b"VP8L" | b"ANMF")) {
        return None;
    }
    for chunk in picture.chunks_mut().iter_mut().filter(|chunk| chunk.id() == *b"VP8X") {
        if let RiffContent::Data(data) = chunk.content_mut()
            && let Some(flags) = data.first()
        {
            // The bits that promise EXIF and XMP go with them.
            *data = [&[flags & !0b1100], &data[1..]].concat().into();
        }
    }
    Some((size, picture.encoder().bytes().to_vec()))
}

#[cfg(test)]
mod tests;
