//! The nouns of evaluations.

use activities::ActivityId;
use chrono::{DateTime, NaiveDate, Utc};
use kernel::{row, text_enum};
use people::PersonId;

text_enum! {
    /// Of whom it is.
    pub(crate) enum About {
        /// The team says it of a volunteer: 守时程度, 服务态度, 专业水平.
        Volunteer = "volunteer",
        /// A volunteer says it of the team: 培训满意度, 合作满意度, 项目执行与计划满意度.
        Team = "team",
    }
}

impl About {
    /// The words of its three marks.
    pub(crate) const fn words(self) -> [&'static str; 3] {
        match self {
            Self::Volunteer => {
                ["records.evaluation.punctual", "records.evaluation.attitude", "records.evaluation.skill"]
            }
            Self::Team => ["records.evaluation.training", "records.evaluation.together", "records.evaluation.plan"],
        }
    }
}

/// Three marks from 1 to 5 and what is said beside them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Marks {
    pub marks: [i64; 3],
    pub words: String,
}

row! {
    /// An evaluation as it is stored, with its activity.
    pub(crate) struct Evaluation {
        pub activity_id: ActivityId,
        pub title: String,
        pub organisation_name: String,
        pub person_id: PersonId,
        pub first: i64,
        pub second: i64,
        pub third: i64,
        pub words: String,
        pub made_name: String,
        pub made_at: DateTime<Utc>,
        pub changed_at: DateTime<Utc>,
    }
}

impl Evaluation {
    pub(crate) fn marks(&self) -> [i64; 3] {
        [self.first, self.second, self.third]
    }
}

row! {
    /// Somebody with hours in an activity, and what the team said of them.
    pub(crate) struct Served {
        pub person_id: PersonId,
        pub name: String,
        pub minutes: i64,
        pub first: Option<i64>,
        pub second: Option<i64>,
        pub third: Option<i64>,
        pub words: Option<String>,
        pub made_at: Option<DateTime<Utc>>,
    }
}

row! {
    /// A closed activity with how many served, were evaluated and answered.
    pub(crate) struct Closed {
        pub id: ActivityId,
        pub title: String,
        pub organisation_name: String,
        pub ends_on: NaiveDate,
        pub served: i64,
        pub evaluated: i64,
        pub answered: i64,
    }
}

row! {
    /// A closed activity in which somebody has hours, for them to answer about.
    pub(crate) struct Asked {
        pub id: ActivityId,
        pub title: String,
        pub organisation_name: String,
        pub ends_on: NaiveDate,
        pub minutes: i64,
    }
}
