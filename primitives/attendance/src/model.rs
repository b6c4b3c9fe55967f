//! The nouns: somebody's coming and going at a session.

use activities::{ActivityId, SessionId};
use chrono::{DateTime, Utc};
use kernel::row;
use organisations::model::OrganisationId;
use people::model::PersonId;

kernel::id! {
    /// Somebody's coming and going at a session.
    AttendanceId
}

row! {
    /// A coming and going as it is stored.
    pub struct Attendance {
        /// Its id.
        pub id: AttendanceId,
        /// The session.
        pub session_id: SessionId,
        /// The activity.
        pub activity_id: ActivityId,
        /// Who.
        pub person_id: PersonId,
        /// For which team.
        pub organisation_id: OrganisationId,
        /// Came at.
        pub in_at: DateTime<Utc>,
        /// `scan` or `staff`.
        pub in_method: hours::Method,
        /// Left at.
        pub out_at: Option<DateTime<Utc>>,
        /// `scan` or `staff`.
        pub out_method: Option<hours::Method>,
        /// Closed at the planned end because nobody checked out; no hours until the leader says so.
        pub forgotten: bool,
        /// The row in the ledger.
        pub entry_id: Option<hours::EntryId>,
    }
}
