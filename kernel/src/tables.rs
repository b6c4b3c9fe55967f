//! Tables: spreadsheets in (xlsx, xls, csv, by content and not by name), out (xlsx, csv) and filled in place (xlsx). What the columns mean is the
//! business of the room that asks.

mod fill;
mod limits;
mod read;
mod text;
mod write;
mod xls;

use chrono::NaiveDateTime;

pub use fill::{Values, fill};
pub use limits::Limits;
pub use read::read;
pub use write::{Column, Out, write_csv, write_xlsx};

/// A file that was read: its sheets in the order of their tabs. A csv is one sheet without a name.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Workbook {
    /// The sheets that hold cells, hidden ones included; charts and macros are left out.
    pub sheets: Vec<Sheet>,
}

/// One sheet. Rows are as long as their last filled cell; empty rows between filled ones are kept, so that
/// `first_row + index` is the row number that the clerk sees.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sheet {
    /// The name on the tab; empty for a csv.
    pub name: String,
    /// The cells, without the empty rows above the first filled one and below the last.
    pub rows: Vec<Vec<Cell>>,
    /// The spreadsheet's number (from 1) of `rows[0]`.
    pub first_row: u32,
    /// True when the tab is hidden, as the lists behind drop-downs mostly are.
    pub hidden: bool,
    /// Merged blocks. A merged block's value is in its upper left cell alone.
    pub merges: Vec<Merge>,
}

impl Sheet {
    /// The spreadsheet's row number (from 1) of `rows[index]`.
    pub fn row_number(&self, index: usize) -> u32 {
        self.first_row.saturating_add(u32::try_from(index).unwrap_or(u32::MAX))
    }
}

/// A merged block: all four edges are inside it; rows are the spreadsheet's (from 1), columns count from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Merge {
    /// Upper edge, spreadsheet row.
    pub top: u32,
    /// Lower edge, spreadsheet row.
    pub bottom: u32,
    /// Left column, from 0.
    pub left: usize,
    /// Right column, from 0.
    pub right: usize,
}

/// What a cell holds, as the file says it: a number stays a number, so that an identity number which the spreadsheet
/// rounded is not taken for what was typed.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Cell {
    /// Nothing, or only white space.
    #[default]
    Empty,
    /// Text as stored, outer white space included.
    Text(String),
    /// A number, with the 15 significant digits that a spreadsheet keeps.
    Number(f64),
    /// A number shown as a date, in no time zone.
    Date(NaiveDateTime),
    /// TRUE or FALSE.
    Bool(bool),
    /// A formula's error, such as `#N/A`.
    Error(String),
}

impl Cell {
    /// A text cell; white space alone is `Empty`.
    pub fn text(value: impl Into<String>) -> Self {
        let value = value.into();
        if value.trim().is_empty() { Self::Empty } else { Self::Text(value) }
    }

    /// True for nothing and for white space.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Text(text) => text.trim().is_empty(),
            _ => false,
        }
    }

    /// What a reader would see, trimmed: whole numbers without a point, dates as 2026-11-23 (with the time if there is one).
    pub fn shown(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) => text.trim().to_owned(),
            Self::Number(number) => format!("{number}"),
            Self::Date(at) if at.time() == chrono::NaiveTime::MIN => at.date().to_string(),
            Self::Date(at) => at.format("%Y-%m-%d %H:%M:%S").to_string(),
            Self::Bool(true) => "TRUE".to_owned(),
            Self::Bool(false) => "FALSE".to_owned(),
            Self::Error(error) => error.clone(),
        }
    }
}

/// Why a file was not read or not written. None of them carries what was in the file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    /// The file has no bytes, or no sheet with a filled cell.
    #[error("the file is empty")]
    Empty,
    /// The file is larger than may be uploaded; both in bytes.
    #[error("the file has {bytes} bytes, {allowed} are allowed")]
    TooLarge {
        /// Bytes of the file.
        bytes: u64,
        /// Bytes allowed.
        allowed: u64,
    },
    /// Unpacked it passes the limit of bytes, of cells or of the ratio to its packed size: a bomb, or a roster too large.
    #[error("the file unpacks to more than is allowed")]
    Swollen,
    /// More files inside the package than a workbook has.
    #[error("the package has too many members")]
    TooManyMembers,
    /// A sheet has filled cells below the last row allowed.
    #[error("a sheet has more than {allowed} rows")]
    TooManyRows {
        /// Rows allowed in a sheet.
        allowed: u32,
    },
    /// A sheet has filled cells to the right of the last column allowed.
    #[error("a sheet has more than {allowed} columns")]
    TooManyColumns {
        /// Columns allowed in a sheet.
        allowed: usize,
    },
    /// The package declares a document type or entities, which no spreadsheet program writes.
    #[error("the package declares entities")]
    Entities,
    /// It is a workbook, but asks for a password.
    #[error("the workbook is protected by a password")]
    Password,
    /// It is a web page or an XML text under a spreadsheet's name, as some systems export.
    #[error("the file is a web page")]
    WebPage,
    /// It is a text in an encoding that is neither UTF-8, UTF-16 with its mark, nor GB18030.
    #[error("the text's encoding is not known")]
    Encoding,
    /// It is something else: a picture, a document, a program.
    #[error("the file is not a table")]
    NotATable,
    /// It begins as a workbook but cannot be read to its end.
    #[error("the workbook is damaged")]
    Broken,
    /// The workbook could not be made; the text is the writer's.
    #[error("the workbook could not be written: {0}")]
    Write(String),
}

impl TableError {
    /// The key of the sentence that tells the reader what happened and what to do.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Empty => "tables.empty",
            Self::TooLarge { .. } => "tables.too_large",
            Self::Swollen => "tables.swollen",
            Self::TooManyMembers => "tables.too_many_members",
            Self::TooManyRows { .. } => "tables.too_many_rows",
            Self::TooManyColumns { .. } => "tables.too_many_columns",
            Self::Entities => "tables.entities",
            Self::Password => "tables.password",
            Self::WebPage => "tables.web_page",
            Self::Encoding => "tables.encoding",
            Self::NotATable => "tables.not_a_table",
            Self::Broken => "tables.broken",
            Self::Write(_) => "tables.write",
        }
    }
}

#[cfg(test)]
mod tests;
