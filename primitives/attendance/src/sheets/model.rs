//! The nouns of paper sheets.

use activities::{ActivityId, SessionId};
use chrono::{DateTime, Utc};
use hours::ClaimId;
use kernel::{AccountId, FileId, row, text_enum};
use people::PersonId;

kernel::id! {
    /// A paper sheet that was keyed.
    SheetId
}

text_enum! {
    /// sample -> claimed when both agree; sample -> stopped when they do not; stopped -> claimed | returned by an officer.
    pub enum SheetState {
        /// Waits for a second person to key its sample.
        Sample = "sample",
        /// The two differ; an officer looks at both.
        Stopped = "stopped",
        /// Handed in as a claim of hours.
        Claimed = "claimed",
        /// To be keyed anew.
        Returned = "returned",
    }
}

row! {
    /// A sheet as it is stored.
    pub struct Sheet {
        /// Its id.
        pub id: SheetId,
        /// The session.
        pub session_id: SessionId,
        /// The activity.
        pub activity_id: ActivityId,
        /// For access.
        pub region_code: String,
        /// For access.
        pub organisation_path: String,
        /// The activity's title.
        pub title: String,
        /// Where it stands.
        pub state: SheetState,
        /// Why paper was used.
        pub reason: String,
        /// The scan (S3).
        pub scan_id: FileId,
        /// How many rows.
        pub people: i64,
        /// How many of them a second person keys.
        pub sampled: i64,
        /// Who keyed it.
        pub keyed_by: AccountId,
        /// The person behind that account.
        pub keyed_person_id: Option<PersonId>,
        /// Their name.
        pub keyed_name: String,
        /// When.
        pub keyed_at: DateTime<Utc>,
        /// When the next step should be taken.
        pub due_at: DateTime<Utc>,
        /// Who keyed the sample.
        pub checked_by: Option<AccountId>,
        /// Their name.
        pub checked_name: Option<String>,
        /// When.
        pub checked_at: Option<DateTime<Utc>>,
        /// Who looked at the differences.
        pub decided_name: Option<String>,
        /// What they said.
        pub opinion: Option<String>,
        /// The claim that it became.
        pub claim_id: Option<ClaimId>,
    }
}

impl Sheet {
    /// Where it stands, for the evaluator.
    #[must_use]
    pub fn target(&self) -> kernel::Target<'_> {
        kernel::Target { region: &self.region_code, organisation: &self.organisation_path, person: None }
    }
}

row! {
    /// A row of a sheet with what the second person keyed.
    pub struct SheetRow {
        /// Its number on the paper, from 1.
        pub line: i64,
        /// Who.
        pub person_id: PersonId,
        /// Their name.
        pub name: String,
        /// From.
        pub from_at: DateTime<Utc>,
        /// To.
        pub to_at: DateTime<Utc>,
        /// Whether it is of the sample.
        pub sampled: bool,
        /// Who, by the second person.
        pub second_person_id: Option<PersonId>,
        /// Their name.
        pub second_name: Option<String>,
        /// From, by the second person.
        pub second_from_at: Option<DateTime<Utc>>,
        /// To, by the second person.
        pub second_to_at: Option<DateTime<Utc>>,
    }
}

impl SheetRow {
    /// What the first person keyed.
    pub(crate) fn first(&self) -> Keyed {
        Keyed { line: self.line, person: self.person_id, from: self.from_at, to: self.to_at }
    }

    /// What the second person keyed.
    pub(crate) fn second(&self) -> Option<Keyed> {
        let (person, from, to) = (self.second_person_id?, self.second_from_at?, self.second_to_at?);
        Some(Keyed { line: self.line, person, from, to })
    }

    /// Whether the two differ by more than is let pass.
    pub(crate) fn differs(&self) -> bool {
        self.second().is_some_and(|second| super::rules::differ(&self.first(), &second))
    }
}

row! {
    /// Somebody who may stand on a session's sheet; never shown whole.
    pub(crate) struct Candidate {
        pub person_id: PersonId,
        pub name: String,
        pub phone: Option<String>,
        pub volunteer_no: Option<String>,
        /// Minutes that they have in this session already.
        pub minutes: i64,
    }
}

/// A row as it was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct TypedRow {
    /// Its number on the paper, from 1.
    pub line: i64,
    /// Name, phone's tail or number.
    pub who: String,
    /// From, `14:05` or `1405`.
    pub from: String,
    /// To.
    pub to: String,
}

impl TypedRow {
    pub(crate) fn is_empty(&self) -> bool {
        [&self.who, &self.from, &self.to].iter().all(|text| text.trim().is_empty())
    }
}

/// A row that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Keyed {
    pub line: i64,
    pub person: PersonId,
    pub from: DateTime<Utc>,
    pub to: DateTime<Utc>,
}
