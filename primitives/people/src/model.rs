//! The nouns of people.

use crate::life::Stage;
use crate::rules::identity::Identity;
use chrono::{DateTime, NaiveDate, Utc};
use kernel::{row, text_enum};

kernel::id! {
    /// A person: once, whatever they do in the complex.
    PersonId
}

text_enum! {
    /// GB/T 2261.1.
    pub enum Sex {
        /// Not known.
        Unknown = "0",
        /// Male.
        Male = "1",
        /// Female.
        Female = "2",
        /// Not told.
        Unstated = "9",
    }
}

text_enum! {
    /// Where a person stands with the federation.
    pub enum PersonState {
        /// Asked to join, not yet accepted.
        Candidate = "candidate",
        /// A volunteer.
        Active = "active",
        /// A volunteer who has not served for long.
        Dormant = "dormant",
        /// Left; their past stays.
        Left = "left",
        /// Kept only because the law asks for it.
        Archived = "archived",
    }
}

text_enum! {
    /// Political status, GB/T 4762 (S3).
    pub enum PoliticalCode {
        /// Member of the Communist Party of China.
        Party = "01",
        /// Probationary member.
        Probationary = "02",
        /// Member of the Communist Youth League.
        League = "03",
        /// Revolutionary Committee of the Kuomintang.
        Mingge = "04",
        /// China Democratic League.
        Minmeng = "05",
        /// China National Democratic Construction Association.
        Minjian = "06",
        /// China Association for Promoting Democracy.
        Minjin = "07",
        /// Chinese Peasants' and Workers' Democratic Party.
        Nonggong = "08",
        /// China Zhi Gong Party.
        Zhigong = "09",
        /// Jiusan Society.
        Jiusan = "10",
        /// Taiwan Democratic Self-Government League.
        Taimeng = "11",
        /// Personage without party affiliation.
        Independent = "12",
        /// The masses.
        Masses = "13",
    }
}

row! {
    /// A person as stored. Phone, birth date, e-mail, address (S3) and the sealed number (S4) are for those who may.
    pub struct Person {
        /// The id.
        pub id: PersonId,
        /// As on the document.
        pub name: String,
        /// What lists sort by: pinyin and name.
        pub sort_key: String,
        /// GB/T 2261.1.
        pub sex: Sex,
        /// S3.
        pub birth_date: Option<NaiveDate>,
        /// Eleven digits, or a landline with its area code (S3).
        pub phone: Option<String>,
        /// S3.
        pub email: Option<String>,
        /// The code of the document's type.
        pub id_kind: Option<String>,
        /// The last four characters of the document's number.
        pub id_tail: Option<String>,
        /// GB/T 3304, two digits.
        pub ethnicity: Option<String>,
        /// GB/T 4658, two digits.
        pub education: Option<String>,
        /// Where they work.
        pub employer: Option<String>,
        /// What they can do, in their words.
        pub skills: Option<String>,
        /// Where they live, by code.
        pub region_code: String,
        /// Street and number (S3).
        pub address: Option<String>,
        /// Given once, kept for ever.
        pub volunteer_no: Option<String>,
        /// The day of registration as a volunteer.
        pub registered_on: Option<NaiveDate>,
        /// Where they stand.
        pub state: PersonState,
        /// The record that this one was given up for.
        pub merged_into_id: Option<PersonId>,
        /// When everything went that told who it was.
        pub erased_at: Option<DateTime<Utc>>,
        /// When the record was made.
        pub created_at: DateTime<Utc>,
        /// When it was last changed.
        pub updated_at: DateTime<Utc>,
    }
}

impl Person {
    /// The record at the desk.
    #[must_use]
    pub fn url(&self) -> String {
        format!("/desk/people/{}", self.id)
    }

    /// Where they stand in the life cycle.
    #[must_use]
    pub fn stage(&self) -> Stage {
        match self.state {
            _ if self.erased_at.is_some() => Stage::Erased,
            PersonState::Candidate => Stage::Candidate,
            PersonState::Active => Stage::Active,
            PersonState::Dormant => Stage::Dormant,
            PersonState::Left => Stage::Left,
            PersonState::Archived => Stage::Archived,
        }
    }

    /// The keyset's values.
    #[must_use]
    pub fn keys(&self) -> Vec<String> {
        vec![self.sort_key.clone(), self.id.to_string()]
    }

    /// Whole years on a day; absent when the birth date is.
    #[must_use]
    pub fn age_on(&self, day: NaiveDate) -> Option<u32> {
        self.birth_date.and_then(|born| day.years_since(born))
    }
}

row! {
    /// A political status with its days.
    pub struct PoliticalRow {
        /// What.
        pub code: PoliticalCode,
        /// From this day; absent when nobody knows.
        pub from_on: Option<NaiveDate>,
        /// Until the end of this day; absent while it holds.
        pub to_on: Option<NaiveDate>,
    }
}

/// What a person is made of. `NewPerson::named` fills what need not be known.
#[derive(Clone, Debug)]
pub struct NewPerson {
    /// Chosen before, so that memberships can be made in the same transaction.
    pub id: PersonId,
    /// As on the document, cleaned by `rules::name`.
    pub name: String,
    /// GB/T 2261.1.
    pub sex: Sex,
    /// S3.
    pub birth_date: Option<NaiveDate>,
    /// Checked by `rules::phone`.
    pub phone: Option<String>,
    /// S3.
    pub email: Option<String>,
    /// The checked document; sealed when it is stored.
    pub identity: Option<Identity>,
    /// GB/T 3304, two digits.
    pub ethnicity: Option<String>,
    /// GB/T 4658, two digits.
    pub education: Option<String>,
    /// Where they work.
    pub employer: Option<String>,
    /// What they can do.
    pub skills: Option<String>,
    /// Where they live: a code in the tree.
    pub region_code: String,
    /// Street and number (S3).
    pub address: Option<String>,
    /// A number from another system of ours; a volunteer without one is given the next.
    pub volunteer_no: Option<String>,
    /// The day of registration; with it the person is given a volunteer's number.
    pub registered_on: Option<NaiveDate>,
    /// Where they stand.
    pub state: PersonState,
    /// Political status, and since when (S3).
    pub political: Option<(PoliticalCode, Option<NaiveDate>)>,
}

impl NewPerson {
    /// An active volunteer registered on a day of whom only the name and region are known.
    #[must_use]
    pub fn named(name: &str, region_code: &str, registered_on: NaiveDate) -> Self {
        Self {
            id: PersonId::fresh(),
            name: name.to_owned(),
            sex: Sex::Unknown,
            birth_date: None,
            phone: None,
            email: None,
            identity: None,
            ethnicity: None,
            education: None,
            employer: None,
            skills: None,
            region_code: region_code.to_owned(),
            address: None,
            volunteer_no: None,
            registered_on: Some(registered_on),
            state: PersonState::Active,
            political: None,
        }
    }
}
