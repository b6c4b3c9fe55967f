//! The nouns of awards: domain 1.7.

use chrono::{DateTime, NaiveDate, Utc};
use kernel::{row, text_enum};
use organisations::OrganisationId;
use people::PersonId;

kernel::id! {
    /// An award.
    AwardId
}

text_enum! {
    /// Who gives it: 表彰类型.
    pub enum Kind {
        /// 国家级
        National = "national",
        /// 省级
        Province = "province",
        /// 市级
        City = "city",
        /// 区级
        District = "district",
        /// 镇街级
        Town = "town",
        /// 单位或队伍
        Unit = "unit",
        /// 其他
        Other = "other",
    }
}

/// For whom an award is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// A person.
    Person(PersonId),
    /// A team.
    Team(OrganisationId),
}

/// What an award is made of.
#[derive(Clone, Debug)]
pub struct NewAward {
    /// For whom.
    pub whose: Whose,
    /// Where the person lives or the team is.
    pub region: String,
    /// What it is called.
    pub title: String,
    /// The day of the award.
    pub on: NaiveDate,
    /// Who gives it.
    pub issuer: String,
    /// The document's name.
    pub document: String,
    /// Its number.
    pub number: String,
    /// Of which level.
    pub kind: Kind,
    /// For what.
    pub content: String,
}

row! {
    /// An award as it is stored, with the name of whom it is for.
    pub struct Award {
        /// Its id.
        pub id: AwardId,
        /// For this person.
        pub person_id: Option<PersonId>,
        /// Or for this team.
        pub organisation_id: Option<OrganisationId>,
        /// Their name.
        pub name: String,
        /// The volunteer's or the team's number.
        pub own_number: Option<String>,
        /// Where they are.
        pub region_code: String,
        /// What it is called.
        pub title: String,
        /// The day of the award.
        pub awarded_on: NaiveDate,
        /// Who gives it.
        pub issuer: String,
        /// The document's name.
        pub document: String,
        /// Its number.
        pub number: String,
        /// Of which level.
        pub kind: Kind,
        /// For what.
        pub content: String,
        /// Who put it on record.
        pub entered_name: String,
        /// When.
        pub made_at: DateTime<Utc>,
        /// When it was withdrawn.
        pub withdrawn_at: Option<DateTime<Utc>>,
        /// By whom.
        pub withdrawn_name: Option<String>,
        /// Why.
        pub withdrawn_reason: Option<String>,
    }
}

impl Award {
    /// For whom it is.
    #[must_use]
    pub fn whose(&self) -> Whose {
        match (self.person_id, self.organisation_id) {
            (Some(person), _) => Whose::Person(person),
            // The table holds one of the two.
            (None, team) => Whose::Team(team.unwrap_or(OrganisationId(kernel::ids::Raw::default()))),
        }
    }

    /// Its page at the desk.
    #[must_use]
    pub fn url(&self) -> String {
        format!("/desk/awards/{}", self.id)
    }

    /// The record of whom it is for.
    #[must_use]
    pub fn whose_url(&self) -> String {
        match self.whose() {
            Whose::Person(person) => format!("/desk/people/{person}"),
            Whose::Team(team) => format!("/desk/teams/{team}"),
        }
    }

    /// Whether it was withdrawn.
    #[must_use]
    pub fn is_withdrawn(&self) -> bool {
        self.withdrawn_at.is_some()
    }
}
