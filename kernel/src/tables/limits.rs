//! How much a file may be before and while it is unpacked: asked before any parser of workbooks sees the bytes.

use std::io::{BufRead, Cursor, Read};

use zip::ZipArchive;

use super::TableError;

/// The limits of one upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the file as uploaded.
    pub packed: u64,
    /// Bytes of all its members together, counted while inflating and not believed from the directory.
    pub unpacked: u64,
    /// Members of the package.
    pub members: usize,
    /// Unpacked bytes for each packed byte; asked once more than `ratio_from` bytes have come out.
    pub ratio: u64,
    /// Unpacked bytes below which no ratio is asked: small workbooks of repeated cells pack very well.
    pub ratio_from: u64,
    /// Rows of one sheet, counted from the top of the sheet.
    pub rows: u32,
    /// Columns of one sheet.
    pub columns: usize,
    /// Cells of all sheets together, padding included; about 32 bytes each in memory.
    pub cells: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            packed: 10 * 1024 * 1024,
            unpacked: 50 * 1024 * 1024,
            members: 500,
            ratio: 100,
            ratio_from: 4 * 1024 * 1024,
            rows: 200_000,
            columns: 256,
            cells: 2_000_000,
        }
    }
}

/// Distinct texts that a workbook may list; each costs an allocation when it is read.
const SHARED_TEXTS: usize = 1_000_000;

/// Refuses by size alone.
pub(super) fn weigh(bytes: &[u8], limits: &Limits) -> Result<(), TableError> {
    let size = bytes.len() as u64;
    match size {
        0 => Err(TableError::Empty),
        _ if size > limits.packed => Err(TableError::TooLarge { bytes: size, allowed: limits.packed }),
        _ => Ok(()),
    }
}

/// Inflates every member once, keeping nothing, and refuses as soon as a limit is passed or a document type is declared.
/// Answers whether the package is a workbook of the xlsx family.
pub(super) fn sift(bytes: &[u8], limits: &Limits) -> Result<bool, TableError> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| TableError::Broken)?;
    if archive.len() > limits.members {
        return Err(TableError::TooManyMembers);
    }
    let workbook = archive.index_for_name("xl/workbook.xml").is_some()
        || archive.file_names().any(|name| name.trim_start_matches('/').eq_ignore_ascii_case("xl/workbook.xml"));
    let declared: u64 =
        (0..archive.len()).filter_map(|at| archive.by_index_raw(at).ok().map(|member| member.size())).sum();
    if declared > limits.unpacked {
        return Err(TableError::Swollen);
    }
    let mut sieve = Sieve { limits, packed: bytes.len() as u64, unpacked: 0, shared_texts: 0 };
    for at in 0..archive.len() {
        let mut member = archive.by_index(at).map_err(|error| match error {
            zip::result::ZipError::UnsupportedArchive(why) if why.to_ascii_lowercase().contains("password") => {
                TableError::Password
            }
            _ => TableError::Broken,
        })?;
        sieve.member(&mut member)?;
    }
    Ok(workbook)
}

struct Sieve<'a> {
    limits: &'a Limits,
    packed: u64,
    unpacked: u64,
    shared_texts: usize,
}

impl Sieve<'_> {
    fn member(&mut self, member: &mut impl Read) -> Result<(), TableError> {
        const KEPT: usize = 16; // longer than any mark looked for, so that none hides on the seam of two reads
        let mut buffer = vec![0_u8; 64 * 1024];
        let mut held = 0;
        loop {
            let came = member.read(&mut buffer[held..]).map_err(|_| TableError::Broken)?;
            if came == 0 {
                return Ok(());
            }
            self.unpacked += came as u64;
            self.weigh()?;
            let filled = held + came;
            self.look(&buffer[..filled], held)?;
            let keep = filled.min(KEPT);
            buffer.copy_within(filled - keep..filled, 0);
            held = keep;
        }
    }

    fn weigh(&self) -> Result<(), TableError> {
        let swollen = self.unpacked > self.limits.unpacked
            || (self.unpacked > self.limits.ratio_from && self.unpacked / self.packed.max(1) > self.limits.ratio);
        if swollen { Err(TableError::Swollen) } else { Ok(()) }
    }

    /// Looks at what begins at or reaches into the new part; `seen` bytes at the front were looked at before.
    fn look(&mut self, bytes: &[u8], seen: usize) -> Result<(), TableError> {
        let mut rest = bytes;
        loop {
            // The standard library's own search: it is quick in every build, and most of a bomb is searched in vain.
            let passed = rest.skip_until(b'<').map_err(|_| TableError::Broken)?;
            let at = bytes.len() - rest.len();
            if passed == 0 || bytes.get(at.wrapping_sub(1)) != Some(&b'<') {
                break;
            }
            if declares(rest) {
                return Err(TableError::Entities);
            }
            if at + 2 > seen && rest.starts_with(b"si") {
                self.shared_texts += 1;
            }
        }
        if self.shared_texts > SHARED_TEXTS { Err(TableError::Swollen) } else { Ok(()) }
    }
}

/// Whether `!DOCTYPE` or `!ENTITY` comes next, in one byte or two bytes a letter, in whatever case.
fn declares(rest: &[u8]) -> bool {
    match rest {
        [b'!', 0, name @ ..] | [0, b'!', 0, name @ ..] | [0, b'!', name @ ..] => {
            let narrow: Vec<u8> = name.iter().copied().take(8).filter(|byte| *byte != 0).collect();
            [&b"DOC"[..], b"ENT"].iter().any(|word| begins(&narrow, word))
        }
        [b'!', name @ ..] => [&b"DOCTYPE"[..], b"ENTITY"].iter().any(|word| begins(name, word)),
        _ => false,
    }
}

fn begins(text: &[u8], word: &[u8]) -> bool {
    text.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word))
}
