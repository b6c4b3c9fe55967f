//! The nouns of an import: a run with its state, what it counts, and within which regions it may write.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use kernel::policy::Scope;
use kernel::{AccountId, Cx, FileId, JobId, Json, row, text_enum};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::columns::{Field, Kind};
use super::policy;

kernel::id! {
    /// One upload and what came of it.
    ImportId
}

text_enum! {
    /// How far a run is.
    pub enum RunState {
        /// The file is here; nothing was looked up yet.
        Uploaded = "uploaded",
        /// What would happen is known; nothing was written.
        Previewed = "previewed",
        /// Being written, part by part.
        Running = "running",
        /// Written.
        Done = "done",
        /// Written and taken back.
        Undone = "undone",
        /// Stopped; the parts that were written stay.
        Cancelled = "cancelled",
        /// Could not be finished.
        Failed = "failed",
    }
}

/// Rows by what becomes of them; each row counts once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Counts {
    /// Put on record.
    pub created: i64,
    /// On record already, with fields that differ.
    pub updated: i64,
    /// On record already, in one more team.
    pub joined: i64,
    /// On record already, nothing new.
    pub skipped: i64,
    /// Not taken.
    pub refused: i64,
}

impl Counts {
    /// Rows that write something.
    #[must_use]
    pub const fn writing(&self) -> i64 {
        self.created + self.updated + self.joined
    }

    /// All rows.
    #[must_use]
    pub const fn all(&self) -> i64 {
        self.writing() + self.skipped + self.refused
    }

    pub(super) const fn add(&mut self, more: &Self) {
        self.created += more.created;
        self.updated += more.updated;
        self.joined += more.joined;
        self.skipped += more.skipped;
        self.refused += more.refused;
    }
}

/// Things that the clerk should know and that stop no row: the key of the sentence and how often.
pub type Notes = BTreeMap<String, i64>;

/// What the clerk says of headings: the field, or nothing for a column that is left out.
pub type Told = BTreeMap<String, Option<Field>>;

/// A heading as the page shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Column {
    /// The heading, those of two rows joined.
    pub heading: String,
    /// The key of its field; empty when it is left out.
    pub field: String,
    /// The first values, masked.
    pub samples: Vec<String>,
    /// An earlier column has this field already.
    pub doubled: bool,
}

/// The columns of one sheet.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SheetColumns {
    /// The name on the tab; empty for a csv.
    pub sheet: String,
    /// The heading's row as the spreadsheet counts it.
    pub heading_row: u32,
    /// The rows to read; 0 when the heading is not understood.
    pub rows: usize,
    /// From left to right.
    pub columns: Vec<Column>,
    /// Why the sheet is not read, by the key of its sentence.
    pub skipped: Option<String>,
}

/// Within which regions a run may write: those of the one who uploaded.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bounds {
    /// The whole district.
    pub all: bool,
    /// Codes; everything below them.
    pub regions: Vec<String>,
}

impl Bounds {
    /// The whole district: the keeper at the command line.
    #[must_use]
    pub fn everywhere() -> Self {
        Self { all: true, regions: Vec::new() }
    }

    /// Where the actor may import.
    #[must_use]
    pub fn of(cx: &Cx) -> Self {
        let held = cx.actor.grants.iter().filter(|grant| policy::RUN.roles.contains(&grant.role));
        let mut bounds = Self::default();
        for grant in held {
            match &grant.scope {
                Scope::Tenant => bounds.all = true,
                Scope::Region(code) => bounds.regions.push(code.clone()),
                Scope::Organisation(_) => {}
            }
        }
        bounds
    }

    /// Whether a region is inside.
    #[must_use]
    pub fn hold(&self, region: &str) -> bool {
        self.all || self.regions.iter().any(|code| region.starts_with(code.as_str()))
    }
}

/// A row that may be somebody who is on record already, or another row of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Double {
    /// The name on the tab; empty for a csv.
    pub sheet: String,
    /// The row as the spreadsheet counts it.
    pub row: u32,
    /// Who is on record.
    pub person: Option<people::PersonId>,
    /// The tab of the other row.
    pub other_sheet: Option<String>,
    /// The other row.
    pub other_row: Option<u32>,
    /// Codes of what speaks for it and against it.
    pub reasons: Vec<String>,
}

row! {
    /// A run as stored.
    pub struct Run {
        /// Its id.
        pub id: ImportId,
        /// `volunteers`, `teams` or `regions`.
        pub kind: String,
        /// The sealed upload, until it was written.
        pub file_id: Option<FileId>,
        /// What it was called.
        pub file_name: String,
        /// The signature of its headings.
        pub source_key: String,
        /// What the clerk said of the columns.
        pub mapping: Json<BTreeMap<String, String>>,
        /// The columns with their samples.
        pub columns: Json<Vec<SheetColumns>>,
        /// What the clerk should know.
        pub notes: Json<Notes>,
        /// Rows that may be people who are on record already.
        pub doubles: Option<Json<Vec<Double>>>,
        /// Within which regions it may write.
        pub bounds: Json<Bounds>,
        /// How far it is.
        pub state: RunState,
        /// Filled rows of the file, titles and all.
        pub row_count: i64,
        /// What the preview found.
        pub counts: Json<Counts>,
        /// What the finished parts wrote.
        pub written: Json<Counts>,
        /// The sealed error file.
        pub result_file_id: Option<FileId>,
        /// The job that looks or writes.
        pub job_id: Option<JobId>,
        /// Who uploaded.
        pub made_by: Option<AccountId>,
        /// Their name at that time.
        pub made_by_name: String,
        /// When.
        pub made_at: DateTime<Utc>,
        /// When it was written.
        pub done_at: Option<DateTime<Utc>>,
    }
}

impl Run {
    /// Its page.
    #[must_use]
    pub fn url(&self) -> String {
        url(self.id)
    }

    /// What the roster lists; teams unless it says volunteers.
    #[must_use]
    pub fn roster(&self) -> Kind {
        if self.kind == "volunteers" { Kind::Volunteers } else { Kind::Teams }
    }

    /// What the clerk said of the columns.
    #[must_use]
    pub fn told(&self) -> Told {
        self.mapping.0.iter().map(|(heading, key)| (heading.clone(), Field::from_key(key))).collect()
    }
}

/// The page of a run.
#[must_use]
pub fn url(id: ImportId) -> String {
    format!("/desk/imports/{id}")
}

/// What the clerk said, as it is stored: the field's key, or nothing.
#[must_use]
pub fn stored(told: &Told) -> BTreeMap<String, String> {
    told.iter().map(|(heading, field)| (heading.clone(), field.map_or("", Field::key).to_owned())).collect()
}

row! {
    /// A refusal as stored.
    pub struct StoredRefusal {
        /// Its place in the list, from 0.
        pub seq: i64,
        /// The name on the tab.
        pub sheet: String,
        /// The row as the spreadsheet counts it.
        pub line: i64,
        /// The field's key.
        pub field: String,
        /// The key of the sentence.
        pub reason: String,
        /// What stands in the cell, masked.
        pub shown: String,
        /// The tab of the row that it contradicts.
        pub other_sheet: Option<String>,
        /// The row that it contradicts.
        pub other_line: Option<i64>,
    }
}
