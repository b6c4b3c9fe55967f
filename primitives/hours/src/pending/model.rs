//! The nouns of what does not count yet.

use crate::model::{EntryId, Method, NewEntry, Window};
use chrono::{DateTime, NaiveDate, Utc};
use kernel::ids::Raw;
use kernel::{AccountId, FileId, row, text_enum};
use organisations::model::OrganisationId;
use people::model::PersonId;

text_enum! {
    /// waiting -> held | posted | returned | withdrawn; held -> posted | entered | returned; posted -> objected | entered | held;
    /// objected -> posted | returned. Nothing leaves the last three (domain 1.6: 申请中, 未生效, 已生效, 已拒绝, 已删除).
    pub enum PendingState {
        /// The team's leader has not looked at it.
        Waiting = "waiting",
        /// Over the day's limit: a second person has to say yes.
        Held = "held",
        /// On the public notice.
        Posted = "posted",
        /// Somebody objected; an officer decides.
        Objected = "objected",
        /// In the ledger.
        Entered = "entered",
        /// With a reason.
        Returned = "returned",
        /// By the volunteer.
        Withdrawn = "withdrawn",
    }
}

impl PendingState {
    /// The word of the state.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Waiting => "hours.pending.state.waiting",
            Self::Held => "hours.pending.state.held",
            Self::Posted => "hours.pending.state.posted",
            Self::Objected => "hours.pending.state.objected",
            Self::Entered => "hours.pending.state.entered",
            Self::Returned => "hours.pending.state.returned",
            Self::Withdrawn => "hours.pending.state.withdrawn",
        }
    }

    /// The colour of its tag.
    pub(crate) const fn tint(self) -> &'static str {
        match self {
            Self::Waiting | Self::Held => "tag-a",
            Self::Posted => "tag-b",
            Self::Objected => "tag-r",
            Self::Entered => "tag-g",
            Self::Returned | Self::Withdrawn => "",
        }
    }

    /// Whether something can still come of it.
    pub(crate) const fn is_live(self) -> bool {
        matches!(self, Self::Waiting | Self::Held | Self::Posted | Self::Objected)
    }
}

row! {
    /// An entry that does not count yet, as it is stored.
    pub struct Pending {
        /// Its id, and the row's in the ledger once it counts.
        pub id: EntryId,
        /// Who served.
        pub person_id: PersonId,
        /// In which activity.
        pub activity_id: Raw,
        /// In which session.
        pub session_id: Raw,
        /// The activity's title.
        pub title: String,
        /// For which team.
        pub organisation_id: OrganisationId,
        /// The team's path, for access.
        pub organisation_path: String,
        /// The activity's region.
        pub region_code: String,
        /// The kind of team.
        pub kind: String,
        /// The first category.
        pub category: String,
        /// The activity's first moment.
        pub window_from: DateTime<Utc>,
        /// Its last.
        pub window_to: DateTime<Utc>,
        /// The Beijing day.
        pub day: NaiveDate,
        /// From.
        pub started_at: DateTime<Utc>,
        /// To.
        pub ended_at: DateTime<Utc>,
        /// Computed from the two.
        pub minutes: i64,
        /// The evidence.
        pub method: Method,
        /// The remark.
        pub reason: Option<String>,
        /// Where it stands.
        pub state: PendingState,
        /// Whether it stands on the public notice before it counts.
        pub notice: bool,
        /// Whose account entered it; absent where the house did.
        pub entered_by: Option<AccountId>,
        /// The person behind that account.
        pub entered_person: Option<Raw>,
        /// Their name.
        pub entered_name: String,
        /// When.
        pub made_at: DateTime<Utc>,
        /// When it should be decided.
        pub due_at: DateTime<Utc>,
        /// Who said yes first.
        pub first_by: Option<AccountId>,
        /// The person behind that account.
        pub first_person: Option<Raw>,
        /// Their name.
        pub first_name: Option<String>,
        /// When.
        pub first_at: Option<DateTime<Utc>>,
        /// Who said yes to a day over the limit.
        pub second_by: Option<AccountId>,
        /// The person behind that account.
        pub second_person: Option<Raw>,
        /// Their name.
        pub second_name: Option<String>,
        /// When.
        pub second_at: Option<DateTime<Utc>>,
        /// Since when it stands on the public notice.
        pub posted_at: Option<DateTime<Utc>>,
        /// Until when.
        pub posted_until: Option<DateTime<Utc>>,
        /// When it came to its end.
        pub closed_at: Option<DateTime<Utc>>,
        /// Who ended it.
        pub closed_name: Option<String>,
        /// Why it was returned.
        pub opinion: Option<String>,
    }
}

impl Pending {
    /// Its page at the desk.
    pub(crate) fn url(&self) -> String {
        format!("/desk/hours/pending/{}", self.id)
    }

    /// Its page for the volunteer.
    pub(crate) fn own_url(&self) -> String {
        format!("/me/hours/applications/{}", self.id)
    }

    /// What it becomes in the ledger.
    pub(crate) fn entry(&self) -> NewEntry {
        let names = [&self.first_name, &self.second_name];
        let names: Vec<&str> = names.into_iter().filter_map(|name| name.as_deref()).collect();
        NewEntry {
            person: self.person_id,
            activity: self.activity_id,
            session: self.session_id,
            title: self.title.clone(),
            organisation: self.organisation_id,
            organisation_path: self.organisation_path.clone(),
            region: self.region_code.clone(),
            kind: self.kind.clone(),
            category: self.category.clone(),
            started_at: self.started_at,
            ended_at: self.ended_at,
            window: Window { from: self.window_from, to: self.window_to },
            method: self.method,
            reason: self.reason.clone(),
            entered_by: self.entered_name.clone(),
            approved_by: (!names.is_empty()).then(|| names.join("、")),
        }
    }
}

/// Who said yes to an entry before it is held or posted.
#[derive(Clone, Debug)]
pub(crate) struct First {
    pub account: AccountId,
    pub person: Option<Raw>,
    pub name: String,
}

/// What a volunteer applies for: their own hours, with the remark as the reason, and what they show for it.
#[derive(Clone, Debug)]
pub struct Application {
    /// The row that it should become.
    pub entry: NewEntry,
    /// What they show.
    pub proofs: Vec<super::Proof>,
}

row! {
    /// A file that a volunteer showed.
    pub(crate) struct Shown {
        /// The proof.
        pub id: Raw,
        /// The file.
        pub file_id: FileId,
        /// What it was called.
        pub name: String,
    }
}

row! {
    /// What somebody said against a posted entry.
    pub(crate) struct Objection {
        /// Whose account.
        pub account_id: AccountId,
        /// The person behind it.
        pub person: Option<Raw>,
        /// Their name.
        pub name: String,
        /// What they said.
        pub reason: String,
        /// When.
        pub made_at: DateTime<Utc>,
        /// Whether they were right, once decided.
        pub upheld: Option<bool>,
        /// Who decided.
        pub decided_name: Option<String>,
        /// What they said.
        pub opinion: Option<String>,
    }
}
