//! The nouns: somebody's coming and going at a session, and how it was noticed.

use activities::{ActivityId, SessionId};
use chrono::{DateTime, Utc};
use hours::Method;
use kernel::{row, text_enum};
use organisations::model::OrganisationId;
use people::model::PersonId;

kernel::id! {
    /// Somebody's coming and going at a session.
    AttendanceId
}

text_enum! {
    /// How a coming or a going was noticed.
    pub enum Via {
        /// One's own phone scanned the place's turning code.
        Code = "code",
        /// One typed the code that was spoken at the place.
        Spoken = "spoken",
        /// The leader ticked one person on the list.
        List = "list",
        /// The leader ticked many at once.
        Bulk = "bulk",
        /// At the desk of the place, without a sign-up or an account.
        Desk = "desk",
    }
}

impl Via {
    /// The grade of the evidence, as the ledger keeps it.
    #[must_use]
    pub const fn method(self) -> Method {
        match self {
            Self::Code | Self::Spoken => Method::Scan,
            Self::List | Self::Bulk | Self::Desk => Method::Staff,
        }
    }
}

text_enum! {
    /// How far from its site a phone said it was; a class, never a point.
    pub enum Distance {
        /// Within 200 metres.
        Near = "near",
        /// Within a kilometre.
        Around = "around",
        /// Farther.
        Far = "far",
        /// It could not tell.
        Unknown = "unknown",
    }
}

text_enum! {
    /// How sure the phone was of where it was.
    pub enum Accuracy {
        /// Within 100 metres.
        Fine = "fine",
        /// Less sure.
        Coarse = "coarse",
        /// It did not say.
        None = "none",
    }
}

/// What a phone offered of where it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offered {
    /// How far from the site.
    pub distance: Distance,
    /// How sure.
    pub accuracy: Accuracy,
}

/// How somebody comes or goes.
#[derive(Clone, Copy, Debug)]
pub struct How {
    /// How it is noticed.
    pub via: Via,
    /// What their phone offered; evidence, never a gate.
    pub offered: Option<Offered>,
}

impl From<Via> for How {
    fn from(via: Via) -> Self {
        Self { via, offered: None }
    }
}

row! {
    /// A coming and going as it is stored.
    #[derive(PartialEq, Eq)]
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
        pub in_method: Method,
        /// How that was noticed; absent of what was kept before this was asked.
        pub in_via: Option<Via>,
        /// Left at.
        pub out_at: Option<DateTime<Utc>>,
        /// `scan` or `staff`.
        pub out_method: Option<Method>,
        /// How that was noticed.
        pub out_via: Option<Via>,
        /// Closed at the planned end because nobody checked out; no hours until the leader says so.
        pub forgotten: bool,
        /// The row in the ledger.
        pub entry_id: Option<hours::EntryId>,
    }
}
