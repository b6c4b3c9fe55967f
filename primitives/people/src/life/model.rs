//! The nouns of the life cycle.

use crate::model::PersonId;
use chrono::{DateTime, NaiveDate, Utc};
use kernel::ids::Raw;
use kernel::{AccountId, row, text_enum};

text_enum! {
    /// Where a person stands.
    pub enum Stage {
        /// Asked to join, not yet accepted.
        Candidate = "candidate",
        /// A volunteer.
        Active = "active",
        /// A volunteer who has not served for long.
        Dormant = "dormant",
        /// Left; their past stays.
        Left = "left",
        /// Kept only because the law asks for it: in no list and no search.
        Archived = "archived",
        /// Nothing tells who it was; hours and figures stay.
        Erased = "erased",
    }
}

text_enum! {
    /// The legal basis of a step: articles of the personal information law (个人信息保护法).
    pub enum Basis {
        /// Article 13 (1): the person agrees.
        Consent = "consent",
        /// Article 13 (3): a duty of the federation by law.
        Duty = "duty",
        /// Article 15: the person takes the consent back.
        Withdrawal = "withdrawal",
        /// Article 47 (1): the purpose is reached, or the service ended.
        Purpose = "purpose",
        /// Article 47, last paragraph: the law asks to keep it, so it is only stored and protected.
        Retention = "retention",
        /// Article 47: the person, or the law, asks to delete.
        Deletion = "deletion",
        /// Article 49: relatives of somebody who died ask.
        Relatives = "relatives",
    }
}

row! {
    /// Where a person stood from a day to a day.
    pub struct StageRow {
        /// Where.
        pub stage: Stage,
        /// From this day.
        pub from_on: NaiveDate,
        /// Until the end of this day; absent while it holds.
        pub to_on: Option<NaiveDate>,
        /// On which basis.
        pub basis: Basis,
        /// Why, in somebody's words; may be empty.
        pub reason: String,
        /// Who said so; empty for the first, which is read from the record.
        pub made_name: String,
    }
}

text_enum! {
    /// How far an erasing is.
    pub(crate) enum ErasureState {
        /// Waits for the second person.
        Asked = "asked",
        /// Agreed to: happens when it is due.
        Agreed = "agreed",
        /// Not agreed to.
        Refused = "refused",
        /// Taken back.
        Withdrawn = "withdrawn",
        /// Nothing tells who it was.
        Done = "done",
    }
}

row! {
    /// An erasing as stored.
    pub(crate) struct Erasure {
        /// Its id.
        pub id: Raw,
        /// Whom.
        pub person_id: PersonId,
        /// How far.
        pub state: ErasureState,
        /// Whether the person asked.
        pub own: bool,
        /// Why.
        pub reason: String,
        /// Whose account asked.
        pub asked_by: AccountId,
        /// The person behind it.
        pub asked_person: Option<Raw>,
        /// Their name.
        pub asked_name: String,
        /// When.
        pub asked_at: DateTime<Utc>,
        /// Who agreed or did not.
        pub decided_name: Option<String>,
        /// When it happens.
        pub due_at: Option<DateTime<Utc>>,
    }
}

impl Erasure {
    /// Whether it waits for somebody or for its day.
    pub(crate) fn is_open(&self) -> bool {
        matches!(self.state, ErasureState::Asked | ErasureState::Agreed)
    }
}
