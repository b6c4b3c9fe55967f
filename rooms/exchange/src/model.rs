//! The nouns of announcements.

use chrono::{DateTime, NaiveDate, Utc};
use kernel::ids::Raw;
use kernel::{AccountId, JobId, Json, Target, row, text_enum};
use organisations::{Kind as TeamKind, OrganisationId};

kernel::id! {
    /// An announcement.
    AnnouncementId
}

text_enum! {
    /// How urgent it is (紧急程度).
    pub enum Urgency {
        /// Waits for the morning and for its turn.
        Normal = "normal",
        /// Goes through quiet hours.
        Urgent = "urgent",
    }
}

text_enum! {
    /// What it is about (类别).
    pub enum Topic {
        /// 工作通知.
        Work = "work",
        /// 会议通知.
        Meeting = "meeting",
        /// 培训通知.
        Training = "training",
    }
}

text_enum! {
    /// Whom of a team it is for.
    pub enum Part {
        /// Everybody.
        All = "all",
        /// Those who lead it or stand in for them.
        Leader = "leader",
        /// Those who do not.
        Member = "member",
    }
}

text_enum! {
    /// How far it is.
    pub enum State {
        /// Being written; nobody has it.
        Draft = "draft",
        /// On its way, in batches.
        Sending = "sending",
        /// Everybody has it.
        Sent = "sent",
        /// Stopped on the way; who has it has it.
        Stopped = "stopped",
        /// Taken back; nobody reads it any more.
        Withdrawn = "withdrawn",
    }
}

impl State {
    /// Whether people have it and may read it.
    #[must_use]
    pub const fn is_out(self) -> bool {
        matches!(self, Self::Sending | Self::Sent | Self::Stopped)
    }

    /// Whether it can be sent, or sent on.
    #[must_use]
    pub const fn can_go(self) -> bool {
        matches!(self, Self::Draft | Self::Stopped)
    }

    /// Whether its sending has ended, so that who has not read it can be asked again.
    #[must_use]
    pub const fn has_gone(self) -> bool {
        matches!(self, Self::Sent | Self::Stopped)
    }
}

row! {
    /// An announcement as stored.
    pub struct Announcement {
        /// Its id.
        pub id: AnnouncementId,
        /// The region in whose name it speaks; empty for the whole district.
        pub region_code: String,
        /// The team in whose name it speaks.
        pub organisation_id: Option<OrganisationId>,
        /// That team's path; empty without one.
        pub organisation_path: String,
        /// Who speaks, as people read it.
        pub sender: String,
        /// 标题.
        pub title: String,
        /// 内容: paragraphs, an empty line between them.
        pub body: String,
        /// Where to go on: a path of ours or an https address.
        pub link: Option<String>,
        /// 紧急程度.
        pub urgency: Urgency,
        /// 类别.
        pub kind: Topic,
        /// Whether its readers say that they have read it.
        pub must_read: bool,
        /// Until the end of which day, when it must be read.
        pub read_by: Option<NaiveDate>,
        /// Teams of this town or community alone; empty for all that the sender reaches.
        pub town: String,
        /// Teams of these kinds alone; empty for all.
        pub team_kinds: Json<Vec<String>>,
        /// These teams alone; empty for all.
        pub teams: Json<Vec<Raw>>,
        /// Whom of a team.
        pub role: Part,
        /// Instead of teams: whoever has a place in this activity.
        pub activity_id: Option<Raw>,
        /// How far it is.
        pub state: State,
        /// Which account wrote it.
        pub made_by: Option<AccountId>,
        /// Its name.
        pub made_name: String,
        /// When.
        pub made_at: DateTime<Utc>,
        /// How many it was for when sending began.
        pub planned: i64,
        /// How many have it.
        pub people: i64,
        /// The job that sends it, or sent it.
        pub job_id: Option<JobId>,
        /// When sending began.
        pub sent_at: Option<DateTime<Utc>>,
        /// When it ended.
        pub ended_at: Option<DateTime<Utc>>,
        /// When it was taken back.
        pub withdrawn_at: Option<DateTime<Utc>>,
    }
}

impl Announcement {
    /// Where it stands, for the evaluator: with whoever speaks.
    #[must_use]
    pub fn target(&self) -> Target<'_> {
        Target { region: &self.region_code, organisation: &self.organisation_path, person: None }
    }

    /// Its page at the desk.
    #[must_use]
    pub fn url(&self) -> String {
        format!("/desk/announcements/{}", self.id)
    }

    /// Its page for who reads it.
    #[must_use]
    pub fn own_url(&self) -> String {
        own_url(self.id)
    }

    /// The keyset's values.
    #[must_use]
    pub fn keys(&self) -> Vec<String> {
        vec![self.made_at.to_rfc3339(), self.id.to_string()]
    }

    /// Its paragraphs.
    #[must_use]
    pub fn paragraphs(&self) -> Vec<&str> {
        self.body.lines().map(str::trim).filter(|line| !line.is_empty()).collect()
    }
}

/// The page of an announcement for who reads it.
#[must_use]
pub fn own_url(id: AnnouncementId) -> String {
    format!("/me/announcements/{id}")
}

/// In whose name somebody speaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sender {
    /// `district`, `region:440605125` or `team:…`, as the form says it.
    pub code: String,
    /// As people read it.
    pub name: String,
    /// Empty for the whole district.
    pub region: String,
    /// The team.
    pub team: Option<OrganisationId>,
    /// Its path.
    pub path: String,
}

impl Sender {
    /// Where it stands, for the evaluator.
    #[must_use]
    pub fn target(&self) -> Target<'_> {
        Target { region: &self.region, organisation: &self.path, person: None }
    }
}

/// Whom an announcement is for: a question, asked anew whenever it is counted or sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audience {
    /// Teams at or below this region; empty for all that the sender reaches.
    pub town: String,
    /// Teams of these kinds; empty for all.
    pub kinds: Vec<TeamKind>,
    /// These teams; empty for all.
    pub teams: Vec<OrganisationId>,
    /// Whom of a team.
    pub role: Part,
    /// Instead of all that: whoever has a place in this activity.
    pub activity: Option<Raw>,
}

/// An announcement that may exist.
#[derive(Clone, Debug)]
pub struct NewAnnouncement {
    /// In whose name.
    pub sender: Sender,
    /// 1 to 60 characters.
    pub title: String,
    /// 1 to 4,000 characters.
    pub body: String,
    /// A path of ours or an https address.
    pub link: Option<String>,
    /// 紧急程度.
    pub urgency: Urgency,
    /// 类别.
    pub kind: Topic,
    /// Until when it must be read; nothing where it need not be.
    pub read_by: Option<NaiveDate>,
    /// Whom it is for.
    pub audience: Audience,
}

row! {
    /// How many it reaches.
    pub struct Reached {
        /// People, each once.
        pub people: i64,
        /// Their teams.
        pub teams: i64,
    }
}

row! {
    /// A team with how many of it have an announcement and have read it.
    pub struct TeamRate {
        /// The team.
        pub id: OrganisationId,
        /// Its name.
        pub name: String,
        /// What lists sort by.
        pub sort_key: String,
        /// How many have it.
        pub people: i64,
        /// How many of them said that they read it.
        pub seen: i64,
        /// Thousandths of them.
        pub permille: i64,
    }
}

impl TeamRate {
    /// The keyset's values: the lowest rate first.
    #[must_use]
    pub fn keys(&self) -> Vec<String> {
        vec![self.permille.to_string(), self.sort_key.clone(), self.id.to_string()]
    }

    /// How many have not.
    #[must_use]
    pub const fn unseen(&self) -> i64 {
        self.people - self.seen
    }
}

row! {
    /// Somebody who has an announcement.
    pub struct Reader {
        /// Who.
        pub id: Raw,
        /// Their name.
        pub name: String,
        /// What lists sort by.
        pub sort_key: String,
        /// The teams by which they were reached.
        pub teams: Option<String>,
        /// When they said that they read it.
        pub read_at: Option<DateTime<Utc>>,
        /// The last day on which they were asked again.
        pub chased_on: Option<NaiveDate>,
    }
}

impl Reader {
    /// The keyset's values.
    #[must_use]
    pub fn keys(&self) -> Vec<String> {
        vec![self.sort_key.clone(), self.id.to_string()]
    }
}

row! {
    /// An announcement as one of those who have it sees it in their list.
    pub struct Own {
        /// The announcement.
        pub id: AnnouncementId,
        /// Who speaks.
        pub sender: String,
        /// 标题.
        pub title: String,
        /// 紧急程度.
        pub urgency: Urgency,
        /// 类别.
        pub kind: Topic,
        /// Whether one says that one read it.
        pub must_read: bool,
        /// Until when.
        pub read_by: Option<NaiveDate>,
        /// How far it is.
        pub state: State,
        /// When one got it.
        pub got_at: DateTime<Utc>,
        /// When one said that one read it.
        pub read_at: Option<DateTime<Utc>>,
    }
}

impl Own {
    /// The keyset's values.
    #[must_use]
    pub fn keys(&self) -> Vec<String> {
        vec![self.got_at.to_rfc3339(), self.id.to_string()]
    }

    /// Whether it still waits for its reader.
    #[must_use]
    pub fn waits(&self) -> bool {
        self.must_read && self.read_at.is_none() && self.state.is_out()
    }
}

row! {
    /// That those who had not read it were asked again.
    pub struct Chase {
        /// On which day.
        pub day: NaiveDate,
        /// How many.
        pub people: i64,
        /// Whether by itself.
        pub automatic: bool,
        /// Who.
        pub made_name: String,
        /// When.
        pub made_at: DateTime<Utc>,
    }
}
