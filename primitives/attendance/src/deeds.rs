//! What attendance leaves in the trace.

use crate::sheets::model::{SheetId, SheetState};
use activities::SessionId;
use hours::Method;
use kernel::Deed;
use kernel::ids::Raw;
use people::PersonId;
use serde::Serialize;

/// Somebody came or left, or was found to have left without a word.
#[derive(Serialize)]
pub(crate) struct CameOrLeft {
    #[serde(skip)]
    pub session: SessionId,
    pub person: PersonId,
    pub deed: &'static str,
    pub method: Method,
    pub minutes: Option<i64>,
}

impl Deed for CameOrLeft {
    const KIND: &'static str = "attendance.taken";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("session", Some(self.session.0))
    }
}

/// The people served were counted.
#[derive(Serialize)]
pub(crate) struct ServedCounted {
    #[serde(skip)]
    pub session: SessionId,
    pub served: i64,
    pub before: Option<i64>,
}

impl Deed for ServedCounted {
    const KIND: &'static str = "attendance.served_counted";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("session", Some(self.session.0))
    }
}

/// The names of a session's people were read.
#[derive(Serialize)]
pub(crate) struct RosterRead {
    #[serde(skip)]
    pub session: SessionId,
    pub people: usize,
}

impl Deed for RosterRead {
    const KIND: &'static str = "attendance.roster_read";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("session", Some(self.session.0))
    }
}

/// Somebody typed a wrong spoken code.
#[derive(Serialize)]
pub(crate) struct SpokenWrong {
    #[serde(skip)]
    pub session: SessionId,
    pub person: PersonId,
    pub tries: i64,
}

impl Deed for SpokenWrong {
    const KIND: &'static str = "attendance.spoken_wrong";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("session", Some(self.session.0))
    }
}

/// A paper sheet was keyed.
#[derive(Serialize)]
pub(crate) struct SheetKeyed {
    #[serde(skip)]
    pub sheet: SheetId,
    pub rows: usize,
    pub sample: usize,
}

impl Deed for SheetKeyed {
    const KIND: &'static str = "sheet.keyed";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("sheet", Some(self.sheet.0))
    }
}

/// A second person keyed its sample.
#[derive(Serialize)]
pub(crate) struct SheetChecked {
    #[serde(skip)]
    pub sheet: SheetId,
    pub rows: usize,
    pub differences: usize,
}

impl Deed for SheetChecked {
    const KIND: &'static str = "sheet.checked";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("sheet", Some(self.sheet.0))
    }
}

/// An officer looked at two readings.
#[derive(Serialize)]
pub(crate) struct SheetDecided {
    #[serde(skip)]
    pub sheet: SheetId,
    pub state: SheetState,
    /// In how many rows the second reading was the true one.
    pub corrected: usize,
}

impl Deed for SheetDecided {
    const KIND: &'static str = "sheet.decided";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("sheet", Some(self.sheet.0))
    }
}

/// A sheet's scan, or both readings of it, were looked at.
#[derive(Serialize)]
pub(crate) struct SheetRead {
    #[serde(skip)]
    pub sheet: SheetId,
    pub rows: usize,
}

impl Deed for SheetRead {
    const KIND: &'static str = "sheet.read";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("sheet", Some(self.sheet.0))
    }
}
