//! The nouns of back-entry.

use crate::model::Window;
use chrono::{DateTime, Utc};
use kernel::ids::Raw;
use kernel::{AccountId, FileId, row, text_enum};
use organisations::model::OrganisationId;
use people::model::PersonId;

kernel::id! {
    /// A claim.
    ClaimId
}

text_enum! {
    /// waiting -> approved | returned; nothing leaves the last two.
    pub enum ClaimState {
        /// Nobody decided yet; no hours count.
        Waiting = "waiting",
        /// The rows are in the ledger.
        Approved = "approved",
        /// With a reason; may be entered anew.
        Returned = "returned",
    }
}

impl ClaimState {
    /// The word of the state.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Waiting => "hours.claim.state.waiting",
            Self::Approved => "hours.claim.state.approved",
            Self::Returned => "hours.claim.state.returned",
        }
    }
}

row! {
    /// A claim as it is stored.
    pub struct Claim {
        /// Its id.
        pub id: ClaimId,
        /// The activity.
        pub activity_id: Raw,
        /// The session.
        pub session_id: Raw,
        /// The activity's title.
        pub title: String,
        /// The kind of team.
        pub kind: String,
        /// The first category.
        pub category: String,
        /// The activity's first moment.
        pub window_from: DateTime<Utc>,
        /// Its last.
        pub window_to: DateTime<Utc>,
        /// The team.
        pub organisation_id: OrganisationId,
        /// Its path.
        pub organisation_path: String,
        /// The region.
        pub region_code: String,
        /// Why it was not taken on the spot.
        pub reason: String,
        /// The photographed sheet.
        pub evidence_id: Option<FileId>,
        /// Where it stands.
        pub state: ClaimState,
        /// Who entered it.
        pub entered_by: AccountId,
        /// Their name.
        pub entered_name: String,
        /// When.
        pub made_at: DateTime<Utc>,
        /// When it should be decided.
        pub due_at: DateTime<Utc>,
        /// Who decided.
        pub decided_name: Option<String>,
        /// When.
        pub decided_at: Option<DateTime<Utc>>,
        /// What they said.
        pub opinion: Option<String>,
    }
}

row! {
    /// One person of a claim.
    pub struct ClaimLine {
        /// Who.
        pub person_id: PersonId,
        /// Their name.
        pub name: String,
        /// From.
        pub started_at: DateTime<Utc>,
        /// To.
        pub ended_at: DateTime<Utc>,
    }
}

impl ClaimLine {
    /// Its length.
    pub(crate) fn minutes(&self) -> i64 {
        (self.ended_at - self.started_at).num_minutes()
    }
}

/// What a claim is made of.
#[derive(Clone, Debug)]
pub struct NewClaim {
    /// The activity.
    pub activity: Raw,
    /// The session.
    pub session: Raw,
    /// Its title.
    pub title: String,
    /// The kind of team.
    pub kind: String,
    /// The first category.
    pub category: String,
    /// The activity's window.
    pub window: Window,
    /// The team.
    pub organisation: OrganisationId,
    /// Its path.
    pub organisation_path: String,
    /// The region.
    pub region: String,
    /// Why.
    pub reason: String,
    /// The photographed sheet.
    pub evidence: Option<FileId>,
    /// Who served, from when to when.
    pub lines: Vec<(PersonId, DateTime<Utc>, DateTime<Utc>)>,
}
