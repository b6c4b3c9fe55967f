//! The nouns of guardians.

use crate::model::PersonId;
use chrono::{DateTime, NaiveDate, Utc};
use kernel::{FileId, row, text_enum};

kernel::id! {
    /// A guardian of one minor, with their consent.
    GuardianId
}

text_enum! {
    /// What a guardian is to the minor.
    pub enum Relation {
        /// Father.
        Father = "father",
        /// Mother.
        Mother = "mother",
        /// A grandparent.
        Grandparent = "grandparent",
        /// Somebody else whom the law names.
        Other = "other",
    }
}

text_enum! {
    /// Where a consent stands.
    pub enum GuardianState {
        /// Named; nothing was agreed to yet.
        Named = "named",
        /// Agreed.
        Given = "given",
        /// Taken back.
        Withdrawn = "withdrawn",
        /// The minor is of age.
        Grown = "grown",
    }
}

text_enum! {
    /// How a guardian agreed.
    pub enum Way {
        /// On a signed paper, whose scan is kept.
        Paper = "paper",
        /// Signed in with their own account.
        Account = "account",
    }
}

row! {
    /// A guardian as stored (S3).
    pub struct Guardian {
        /// The id.
        pub id: GuardianId,
        /// Whose guardian.
        pub person_id: PersonId,
        /// As on the document.
        pub name: String,
        /// Eleven digits, or a landline; gone once the minor is of age.
        pub phone: Option<String>,
        /// What they are to the minor.
        pub relation: Relation,
        /// The guardian's own record, known once they agreed by their account.
        pub guardian_person_id: Option<PersonId>,
        /// Where the consent stands.
        pub state: GuardianState,
        /// How they agreed.
        pub way: Option<Way>,
        /// Whether they agreed to the data of a child under 14, separately.
        pub for_data: bool,
        /// The scan of the paper.
        pub file_id: Option<FileId>,
        /// When they agreed.
        pub given_at: Option<DateTime<Utc>>,
        /// Who entered it.
        pub given_name: Option<String>,
        /// When it ended.
        pub ended_at: Option<DateTime<Utc>>,
        /// Who ended it.
        pub ended_name: Option<String>,
        /// Why.
        pub ended_why: Option<String>,
        /// The day on which, as a roster says, they signed a paper whose scan is still to come.
        pub paper_on: Option<NaiveDate>,
        /// When the guardian was named.
        pub made_at: DateTime<Utc>,
        /// By whom.
        pub made_name: String,
    }
}

impl Guardian {
    /// Whether it has not ended.
    #[must_use]
    pub fn is_open(&self) -> bool {
        matches!(self.state, GuardianState::Named | GuardianState::Given)
    }
}

row! {
    /// Who stands for whom, in short.
    pub struct Standing {
        /// The id.
        pub id: GuardianId,
        /// For whom.
        pub person_id: PersonId,
        /// The guardian's own record, known once they agreed by their account.
        pub guardian_person_id: Option<PersonId>,
        /// The guardian's name.
        pub name: String,
        /// The guardian's phone (S3).
        pub phone: Option<String>,
        /// Where the consent stands.
        pub state: GuardianState,
    }
}

impl Standing {
    /// Whether it has not ended.
    #[must_use]
    pub fn is_open(&self) -> bool {
        matches!(self.state, GuardianState::Named | GuardianState::Given)
    }
}

/// A guardian as a roster names them.
#[derive(Clone, Debug)]
pub struct OnRoster {
    /// Chosen before, so that the import can take it back.
    pub id: GuardianId,
    /// As on the document.
    pub name: String,
    /// Eleven digits, or a landline.
    pub phone: Option<String>,
    /// What they are to the minor.
    pub relation: Relation,
    /// The day on which, as the roster says, they signed.
    pub paper_on: Option<NaiveDate>,
}

row! {
    /// A minor of the list, with the best that their guardians agreed to.
    pub struct Minor {
        /// Who.
        pub id: PersonId,
        /// Their name.
        pub name: String,
        /// What lists sort by.
        pub sort_key: String,
        /// For the band of age; not shown.
        pub birth_date: NaiveDate,
        /// Where they live.
        pub region_code: String,
        /// 2 with the separate consent to data, 1 without, absent when nobody agreed.
        pub consent: Option<i64>,
        /// A guardian's phone, to ask for what is missing.
        pub guardian_phone: Option<String>,
    }
}

impl Minor {
    /// The keyset's values.
    #[must_use]
    pub fn keys(&self) -> Vec<String> {
        vec![self.sort_key.clone(), self.id.to_string()]
    }
}

/// What a reader of the list of minors looks for.
#[derive(Clone, Debug, Default)]
pub struct MinorFilter {
    /// As in the list of people.
    pub query: String,
    /// Everybody who lives at or below it.
    pub region: String,
    /// One band.
    pub band: Option<super::rules::Band>,
    /// `false`: nobody agreed to all that is asked; `true`: somebody did.
    pub agreed: Option<bool>,
}
