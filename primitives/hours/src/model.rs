//! The nouns of the ledger.

use chrono::{DateTime, NaiveDate, Utc};
use kernel::ids::Raw;
use kernel::{row, text_enum};
use organisations::model::OrganisationId;
use people::model::PersonId;

kernel::id! {
    /// A row of the ledger.
    EntryId
}

text_enum! {
    /// The evidence behind a row, the strongest first (features 3: hours are evidence, not presumption).
    pub enum Method {
        /// The volunteer scanned the place's turning code at arrival and leaving.
        Scan = "scan",
        /// The leader ticked the list on the spot.
        Staff = "staff",
        /// A paper sheet, entered later and approved by a second person.
        Paper = "paper",
        /// The volunteer's own word, approved by a second person.
        Own = "self",
    }
}

row! {
    /// A row of the ledger as it is stored.
    pub struct Entry {
        /// Its id.
        pub id: EntryId,
        /// Who served.
        pub person_id: PersonId,
        /// In which activity.
        pub activity_id: Raw,
        /// In which session.
        pub session_id: Raw,
        /// The activity's title at that time.
        pub title: String,
        /// For which team.
        pub organisation_id: OrganisationId,
        /// The team's path, for access.
        pub organisation_path: String,
        /// The activity's region.
        pub region_code: String,
        /// The first of the activity's categories.
        pub category: String,
        /// The Beijing day on which it is booked: that of the service, or a later one where its month was closed.
        pub day: NaiveDate,
        /// From.
        pub started_at: DateTime<Utc>,
        /// To, on the same day.
        pub ended_at: DateTime<Utc>,
        /// Computed from the two; negative in a reversal.
        pub minutes: i64,
        /// The evidence.
        pub method: Method,
        /// The row that this one takes back.
        pub reverses_id: Option<EntryId>,
        /// Why, in a reversal or back-entry.
        pub reason: Option<String>,
        /// Who entered it.
        pub entered_by: String,
        /// Who approved a back-entry.
        pub approved_by: Option<String>,
        /// When it was written.
        pub made_at: DateTime<Utc>,
        /// The day of the service, where it is booked on a later one because its month was closed.
        pub service_day: Option<NaiveDate>,
    }
}

/// When an activity may earn hours: nothing outside counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// The activity's first moment.
    pub from: DateTime<Utc>,
    /// Its last moment.
    pub to: DateTime<Utc>,
}

/// What a row is made of; its length is computed, never given.
#[derive(Clone, Debug)]
pub struct NewEntry {
    /// Who served.
    pub person: PersonId,
    /// The activity.
    pub activity: Raw,
    /// The session.
    pub session: Raw,
    /// The activity's title.
    pub title: String,
    /// The team.
    pub organisation: OrganisationId,
    /// Its path.
    pub organisation_path: String,
    /// The activity's region.
    pub region: String,
    /// The kind of team: organ, village, enterprise, institution …
    pub kind: String,
    /// The first category of the activity.
    pub category: String,
    /// From.
    pub started_at: DateTime<Utc>,
    /// To.
    pub ended_at: DateTime<Utc>,
    /// The activity's window.
    pub window: Window,
    /// The evidence.
    pub method: Method,
    /// Why it is entered after the fact.
    pub reason: Option<String>,
    /// Who entered it.
    pub entered_by: String,
    /// Who approved it, for back-entries.
    pub approved_by: Option<String>,
}
