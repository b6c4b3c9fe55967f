//! The nouns of certificates.

use crate::model::PersonId;
use chrono::{DateTime, Days, NaiveDate, Utc};
use kernel::row;

kernel::id! {
    /// A kind of certificate or training.
    CertificateKindId
}
kernel::id! {
    /// A certificate that somebody holds.
    CertificateId
}

row! {
    /// A kind of certificate or training that a district knows.
    pub struct CertificateKind {
        /// Its id.
        pub id: CertificateKindId,
        /// What people call it.
        pub name: String,
        /// For how many months it is valid, where it says so itself.
        pub months: Option<i64>,
        /// Since when nobody gets it any more.
        pub ended_at: Option<DateTime<Utc>>,
    }
}

row! {
    /// A certificate that somebody holds or held.
    pub struct Certificate {
        /// Its id.
        pub id: CertificateId,
        /// Of whom.
        pub person_id: PersonId,
        /// Of which kind.
        pub kind_id: CertificateKindId,
        /// The kind's name.
        pub kind: String,
        /// What stands on it; may be empty.
        pub number: String,
        /// Who issued it; may be empty.
        pub issuer: String,
        /// Since when it is valid.
        pub issued_on: NaiveDate,
        /// Its last day; without one it does not end.
        pub valid_until: Option<NaiveDate>,
        /// When somebody looked at the paper.
        pub checked_at: DateTime<Utc>,
        /// Who.
        pub checked_name: String,
        /// When it was taken back.
        pub ended_at: Option<DateTime<Utc>>,
        /// By whom.
        pub ended_name: Option<String>,
        /// Why.
        pub ended_why: Option<String>,
    }
}

/// Days before its end from which on one is told to renew it.
const SOON: u64 = 30;

impl Certificate {
    /// `ended`, `over`, `soon` or `valid`, on a day.
    #[must_use]
    pub fn standing(&self, today: NaiveDate) -> &'static str {
        let soon = today.checked_add_days(Days::new(SOON)).unwrap_or(today);
        match self.valid_until {
            _ if self.ended_at.is_some() => "ended",
            Some(until) if until < today => "over",
            Some(until) if until < soon => "soon",
            _ => "valid",
        }
    }
}

row! {
    /// What somebody holds, as the rules of activities ask for it.
    pub struct Held {
        /// Who.
        pub person_id: PersonId,
        /// Of which kind.
        pub kind_id: CertificateKindId,
        /// Since when it is valid.
        pub issued_on: NaiveDate,
        /// Its last day; without one it does not end.
        pub valid_until: Option<NaiveDate>,
    }
}

impl Held {
    /// Whether it is valid on a day.
    #[must_use]
    pub fn is_valid(&self, day: NaiveDate) -> bool {
        self.issued_on <= day && self.valid_until.is_none_or(|until| day <= until)
    }
}
