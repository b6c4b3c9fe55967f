//! The old binary workbook, looked at before it is parsed: its parser makes room for the whole rectangle between the first
//! and the last cell of a sheet, so two cells in far corners would cost gigabytes.

use super::{Limits, TableError};

/// How a compound file begins.
pub(super) const MARK: [u8; 8] = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];

const LAST_SECTOR: u32 = 0xffff_fffa;
const ENTRY: usize = 128;
/// Tabs of one workbook that are still read.
const SHEETS: usize = 255;

/// Refuses what is protected, what is not a workbook, and sheets whose rectangles have more cells than allowed.
pub(super) fn weigh(bytes: &[u8], limits: &Limits) -> Result<(), TableError> {
    let compound = Compound::open(bytes).ok_or(TableError::Broken)?;
    if compound.stream("EncryptedPackage").is_some() {
        return Err(TableError::Password);
    }
    let stream = compound.stream("Workbook").or_else(|| compound.stream("Book")).ok_or(TableError::NotATable)?;
    if rectangles(&stream) > limits.cells as u64 { Err(TableError::Swollen) } else { Ok(()) }
}

/// Cells in the rectangles of all sheets together. Every sheet is walked from where the list of sheets says that it begins,
/// as the parser will do, for two tabs may share one body.
fn rectangles(stream: &[u8]) -> u64 {
    const BEGINS: u64 = 0x0085;
    let starts: Vec<usize> = records(stream, 0)
        .filter(|(kind, _, _)| *kind == BEGINS)
        .filter_map(|(_, body, _)| Some(long(stream, body)? as usize))
        .collect();
    if starts.len() > SHEETS {
        return u64::MAX;
    }
    starts.into_iter().map(|start| rectangle(stream, start)).fold(0, u64::saturating_add)
}

fn rectangle(stream: &[u8], start: usize) -> u64 {
    let mut corners: Option<[u64; 4]> = None;
    let mut depth = 0_u32;
    for (kind, body, end) in records(stream, start) {
        match kind {
            0x0809 => depth += 1,
            0x000a if depth <= 1 => break,
            0x000a => depth -= 1,
            0x0006 | 0x00bd | 0x00d6 | 0x00fd | 0x0203..=0x0205 | 0x027e => {
                let (Some(row), Some(left)) = (word(stream, body), word(stream, body + 2)) else { break };
                let right = if kind == 0x00bd { word(stream, end.saturating_sub(2)).unwrap_or(left) } else { left };
                let [top, bottom, first, last] = corners.unwrap_or([row, row, left, right]);
                corners = Some([top.min(row), bottom.max(row), first.min(left), last.max(right)]);
            }
            _ => {}
        }
    }
    corners.map_or(0, area)
}

/// Kind, first byte of the body and end of each record from `start` on.
fn records(stream: &[u8], start: usize) -> impl Iterator<Item = (u64, usize, usize)> {
    let mut at = start;
    std::iter::from_fn(move || {
        let (kind, length) = (word(stream, at)?, word(stream, at.checked_add(2)?)?);
        let body = at + 4;
        at = body + usize::try_from(length).ok()?;
        Some((kind, body, at))
    })
}

fn area([top, bottom, left, right]: [u64; 4]) -> u64 {
    (bottom - top + 1) * (right.saturating_sub(left) + 1)
}

fn word(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?)))
}

fn long(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

/// A compound file (MS-CFB): a small file system of 512- or 4096-byte sectors.
struct Compound<'a> {
    bytes: &'a [u8],
    sector: usize,
    fat: Vec<u32>,
    directory: Vec<u8>,
}

impl<'a> Compound<'a> {
    fn open(bytes: &'a [u8]) -> Option<Self> {
        let sector = match word(bytes, 0x1e)? {
            9 => 512,
            12 => 4096,
            _ => return None,
        };
        let mut this = Self { bytes, sector, fat: Vec::new(), directory: Vec::new() };
        let mut tables: Vec<u32> = (0..109).filter_map(|n| long(bytes, 0x4c + 4 * n)).collect();
        let mut next = long(bytes, 0x44)?;
        for _ in 0..bytes.len() / sector {
            let Some(part) = this.at(next) else { break };
            tables.extend((0..sector / 4 - 1).filter_map(|n| long(part, 4 * n)));
            next = long(part, sector - 4)?;
        }
        for part in tables.into_iter().filter_map(|number| this.at(number)).collect::<Vec<_>>() {
            this.fat.extend((0..part.len() / 4).filter_map(|n| long(part, 4 * n)));
        }
        this.directory = this.chain(long(bytes, 0x30)?);
        Some(this)
    }

    fn at(&self, number: u32) -> Option<&'a [u8]> {
        if number >= LAST_SECTOR {
            return None;
        }
        let start = (number as usize + 1).checked_mul(self.sector)?;
        let end = (start + self.sector).min(self.bytes.len());
        self.bytes.get(start..end)
    }

    /// The sectors from `first` on; a ring ends when the file would be passed.
    fn chain(&self, first: u32) -> Vec<u8> {
        let mut whole = Vec::new();
        let mut number = first;
        while let Some(part) = self.at(number) {
            whole.extend_from_slice(part);
            if whole.len() > self.bytes.len() {
                break;
            }
            number = self.fat.get(number as usize).copied().unwrap_or(u32::MAX);
        }
        whole
    }

    fn stream(&self, name: &str) -> Option<Vec<u8>> {
        let wanted: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let entry = self.directory.chunks_exact(ENTRY).find(|entry| {
            // The length counts the two zero bytes that end the name.
            word(entry, 64) == Some(wanted.len() as u64 + 2) && entry.starts_with(&wanted)
        })?;
        let (first, size) = (long(entry, 0x74)?, long(entry, 0x78)? as usize);
        let mut stream =
            if size < long(self.bytes, 0x38)? as usize { self.small(first, size)? } else { self.chain(first) };
        stream.truncate(size);
        Some(stream)
    }

    /// Streams under 4096 bytes live in 64-byte pieces inside the root's stream.
    fn small(&self, first: u32, size: usize) -> Option<Vec<u8>> {
        let root = self.chain(long(self.directory.get(..ENTRY)?, 0x74)?);
        let next = self.chain(long(self.bytes, 0x3c)?);
        let mut whole = Vec::new();
        let mut number = first;
        while whole.len() < size && number < LAST_SECTOR {
            let start = number as usize * 64;
            whole.extend_from_slice(root.get(start..(start + 64).min(root.len()))?);
            number = long(&next, number as usize * 4)?;
        }
        Some(whole)
    }
}
