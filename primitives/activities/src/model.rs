//! The nouns: activity, session, post, sign-up.

mod flexible;
mod recruitment;
mod swap;

pub use flexible::in_hours;
pub use recruitment::{Asked, Exclusive, Invited, PartnerState, Quota, Recruitment, Scope, Way};
pub use swap::{Swap, SwapId, SwapState};

use chrono::{DateTime, NaiveDate, Utc};
use kernel::{AccountId, Json, row, text_enum};
use organisations::model::OrganisationId;
use people::model::PersonId;
use places::model::SiteId;

kernel::id! {
    /// An activity.
    ActivityId
}
kernel::id! {
    /// A time at which an activity is held.
    SessionId
}
kernel::id! {
    /// A post of a session, for which people sign up.
    PostId
}
kernel::id! {
    /// A sign-up.
    SignupId
}
text_enum! {
    /// Domain 1.4 (project states). The way: draft -> review -> open -> running -> ended; review -> draft when returned;
    /// open and running -> disabled; everything that is not ended -> void. One entered after the fact: review -> backfill -> ended.
    pub enum State {
        /// 待发布
        Draft = "draft",
        /// 待审核
        Review = "review",
        /// 待启动: published, sign-up open, no hours yet
        Open = "open",
        /// 运行中
        Running = "running",
        /// 已结项
        Ended = "ended",
        /// 补录项目
        Backfill = "backfill",
        /// 停用
        Disabled = "disabled",
        /// 无效
        Void = "void",
    }
}

impl State {
    /// Whether strangers see it.
    #[must_use]
    pub const fn is_public(self) -> bool {
        matches!(self, Self::Open | Self::Running | Self::Ended | Self::Backfill)
    }

    /// Whether hours can be earned in it (domain 1.6 rule 7).
    #[must_use]
    pub const fn earns(self) -> bool {
        matches!(self, Self::Running | Self::Ended | Self::Backfill)
    }
}

row! {
    /// An activity as it is stored.
    pub struct Activity {
        /// Its id.
        pub id: ActivityId,
        /// Its public number.
        pub number: String,
        /// Its title.
        pub title: String,
        /// What will be done.
        pub summary: String,
        /// Who holds it.
        pub organisation_id: OrganisationId,
        /// Their name.
        pub organisation_name: String,
        /// Their path.
        pub organisation_path: String,
        /// What kind of team they are.
        pub kind: String,
        /// Where.
        pub region_code: String,
        /// At which site.
        pub site_id: Option<SiteId>,
        /// The meeting place in words.
        pub place: String,
        /// Where it stands.
        pub state: State,
        /// `auto` or `hand`, once ended.
        pub ended_how: Option<String>,
        /// First day.
        pub starts_on: NaiveDate,
        /// Last day.
        pub ends_on: NaiveDate,
        /// Up to four category codes (domain 1.8).
        pub categories: Json<Vec<String>>,
        /// The first of them.
        pub category: String,
        /// Whom it serves.
        pub beneficiaries: String,
        /// Insurance, meals, transport …
        pub guarantees: String,
        /// Possible risks, always told (条例 12).
        pub risk_notice: String,
        /// Whether persons may come to harm, so that insurance comes first (条例 17).
        pub risky: bool,
        /// The policy's number.
        pub insurance_no: Option<String>,
        /// In working time?
        pub working_time: bool,
        /// One's own duty?
        pub own_duty: bool,
        /// Whether one chooses one's hours within its sessions.
        pub flexible: bool,
        /// Who may sign up.
        pub scope: Scope,
        /// The teams that are invited.
        pub invited: Json<Vec<Invited>>,
        /// The pass code of scope `pass_code`, sealed.
        pub pass_sealed: Option<Vec<u8>>,
        /// How places are given.
        pub way: Way,
        /// What is published of the draw's seed beforehand.
        pub draw_hash: Option<String>,
        /// The seed, sealed until then.
        pub draw_sealed: Option<Vec<u8>>,
        /// The seed, once the draw was held.
        pub draw_seed: Option<String>,
        /// When it was held.
        pub drawn_at: Option<DateTime<Utc>>,
        /// Whether the leader says yes before a place is handed over.
        pub handover_asks: bool,
        /// What one has to be able to do, each word to be found among a person's skills.
        pub skills: Json<Vec<String>>,
        /// Which certificates have to be valid on the day of a session.
        pub certificates: Json<Vec<Asked>>,
        /// Only for those who live here: the beginning of a region's code, or nothing.
        pub residents: String,
        /// Activities that one cannot join beside this one.
        pub exclusive: Json<Vec<Exclusive>>,
        /// The teams that hold it together with its own.
        pub partners: Json<Vec<Invited>>,
        /// The scan that proves a back-entry project.
        pub proof_id: Option<kernel::FileId>,
        /// Who stated that it is true.
        pub truth_name: Option<String>,
        /// When.
        pub truth_at: Option<DateTime<Utc>>,
        /// Sign-up from.
        pub opens_at: DateTime<Utc>,
        /// Sign-up until.
        pub closes_at: DateTime<Utc>,
        /// Years on the day of the session.
        pub min_age: Option<i64>,
        /// Years on the day of the session.
        pub max_age: Option<i64>,
        /// Minutes that one must have served before.
        pub min_minutes: i64,
        /// Only members of the holding team.
        pub only_team: bool,
        /// Who answers questions.
        pub contact_name: String,
        /// At which phone.
        pub contact_phone: String,
        /// Whether strangers see the phone.
        pub contact_public: bool,
        /// Who handed it in.
        pub submitted_by: Option<AccountId>,
        /// Their name.
        pub submitted_name: String,
        /// When.
        pub submitted_at: Option<DateTime<Utc>>,
        /// When it should be decided.
        pub due_at: Option<DateTime<Utc>>,
        /// Who decided.
        pub reviewed_name: Option<String>,
        /// When.
        pub reviewed_at: Option<DateTime<Utc>>,
        /// What they said.
        pub opinion: Option<String>,
    }
}

impl Activity {
    /// Where it stands, for the evaluator.
    #[must_use]
    pub fn target(&self) -> kernel::Target<'_> {
        kernel::Target { region: &self.region_code, organisation: &self.organisation_path, person: None }
    }

    /// Its public page.
    #[must_use]
    pub fn url(&self) -> String {
        format!("/activities/{}", self.id)
    }

    /// Whether it is entered after the fact.
    #[must_use]
    pub fn is_backfill(&self) -> bool {
        self.scope == Scope::Backfill
    }

    /// Whether wishes are collected for a draw that was not held yet.
    #[must_use]
    pub fn is_collecting(&self) -> bool {
        self.way == Way::Draw && self.drawn_at.is_none()
    }

    /// What proves it: a scan and a signed statement of truth.
    #[must_use]
    pub fn is_proved(&self) -> bool {
        self.proof_id.is_some() && self.truth_at.is_some()
    }

    /// When it may earn hours: its first day's first moment to its last day's last.
    #[must_use]
    pub fn window(&self) -> hours::Window {
        let after = self.ends_on.succ_opt().unwrap_or(self.ends_on);
        hours::Window { from: kernel::time::day_start(self.starts_on), to: kernel::time::day_start(after) }
    }
}

row! {
    /// A session as it is stored.
    pub struct Session {
        /// Its id.
        pub id: SessionId,
        /// Of which activity.
        pub activity_id: ActivityId,
        /// From.
        pub starts_at: DateTime<Utc>,
        /// To.
        pub ends_at: DateTime<Utc>,
        /// The Beijing day.
        pub day: NaiveDate,
        /// People served (person-times), once counted.
        pub served: Option<i64>,
        /// When it was called off.
        pub cancelled_at: Option<DateTime<Utc>>,
        /// Whether one chooses one's hours between its beginning and its end.
        pub flexible: bool,
        /// Minutes of a visit that count at most, where one chooses one's hours.
        pub visit_minutes: Option<i64>,
    }
}

row! {
    /// A post as it is stored.
    pub struct Post {
        /// Its id.
        pub id: PostId,
        /// Of which session.
        pub session_id: SessionId,
        /// Of which activity.
        pub activity_id: ActivityId,
        /// What one does there.
        pub name: String,
        /// What one needs for it.
        pub conditions: String,
        /// How many can join.
        pub places: i64,
        /// How many joined.
        pub taken: i64,
        /// How many wait.
        pub waiting: i64,
        /// The place in line that the next one gets.
        pub next_position: i64,
        /// Places that are kept for teams.
        pub quotas: Json<Vec<Quota>>,
        /// Until when they are kept.
        pub free_at: Option<DateTime<Utc>>,
    }
}

impl Post {
    /// Places left.
    #[must_use]
    pub fn left(&self) -> i64 {
        self.places - self.taken
    }

    /// The kept places that nobody has yet, while they are kept.
    #[must_use]
    pub fn kept(&self, now: DateTime<Utc>) -> &[Quota] {
        if self.free_at.is_some_and(|at| now < at) { &self.quotas.0 } else { &[] }
    }
}

text_enum! {
    /// joined <- waiting when a place comes free; withdrawn by oneself, removed by the leader.
    pub enum SignupState {
        /// Has a place.
        Joined = "joined",
        /// Stands in line.
        Waiting = "waiting",
        /// Said in time that they cannot come (条例 22).
        Withdrawn = "withdrawn",
        /// Taken off by the leader.
        Removed = "removed",
    }
}

row! {
    /// A sign-up as it is stored.
    #[derive(serde::Serialize, serde::Deserialize, PartialEq, Eq)]
    pub struct Signup {
        /// Its id.
        pub id: SignupId,
        /// The activity.
        pub activity_id: ActivityId,
        /// The session.
        pub session_id: SessionId,
        /// The post.
        pub post_id: PostId,
        /// Who.
        pub person_id: PersonId,
        /// For which team the hours count.
        pub organisation_id: OrganisationId,
        /// Where it stands.
        pub state: SignupState,
        /// The order of commits at this post, or of the draw, from 1.
        pub position: i64,
        /// When.
        pub made_at: DateTime<Utc>,
        /// The team whose kept place it is.
        pub quota: Option<OrganisationId>,
        /// While it waits: until when the place that is offered has to be confirmed. On a withdrawn one: what was let pass.
        pub offered_until: Option<DateTime<Utc>>,
        /// Those with whom it stands or falls.
        pub group_id: Option<kernel::ids::Raw>,
        /// Since when its person looks for somebody who takes it over.
        pub handover_at: Option<DateTime<Utc>>,
        /// The session's beginning; of free hours the beginning that one said.
        pub starts_at: DateTime<Utc>,
        /// Its end; of free hours the end that one said.
        pub ends_at: DateTime<Utc>,
        /// Whether one did not say when one comes: no hour of one's day is taken.
        pub loose: bool,
    }
}

/// What a new activity is made of.
#[derive(Clone, Debug)]
pub struct NewActivity {
    /// The title.
    pub title: String,
    /// What will be done.
    pub summary: String,
    /// Who holds it.
    pub organisation: OrganisationId,
    /// Where.
    pub region: String,
    /// At which site.
    pub site: Option<SiteId>,
    /// The meeting place in words.
    pub place: String,
    /// First day.
    pub starts_on: NaiveDate,
    /// Last day.
    pub ends_on: NaiveDate,
    /// One to four category codes.
    pub categories: Vec<String>,
    /// Whom it serves.
    pub beneficiaries: String,
    /// Insurance, meals, transport …
    pub guarantees: String,
    /// Possible risks.
    pub risk_notice: String,
    /// Whether persons may come to harm.
    pub risky: bool,
    /// The policy's number, needed when risky.
    pub insurance_no: Option<String>,
    /// In working time?
    pub working_time: bool,
    /// One's own duty?
    pub own_duty: bool,
    /// Who may sign up.
    pub scope: Scope,
    /// The rest of whom it takes on.
    pub recruitment: Recruitment,
    /// Sign-up from.
    pub opens_at: DateTime<Utc>,
    /// Sign-up until.
    pub closes_at: DateTime<Utc>,
    /// Youngest age.
    pub min_age: Option<i64>,
    /// Oldest age.
    pub max_age: Option<i64>,
    /// Minutes served before.
    pub min_minutes: i64,
    /// Only members of the holding team.
    pub only_team: bool,
    /// Who answers questions.
    pub contact_name: String,
    /// At which phone.
    pub contact_phone: String,
    /// Whether strangers see it.
    pub contact_public: bool,
    /// When it is held, and with which posts.
    pub sessions: Vec<NewSession>,
}

/// A session with its posts.
#[derive(Clone, Debug, Default)]
pub struct NewSession {
    /// From.
    pub starts_at: DateTime<Utc>,
    /// To, on the same Beijing day.
    pub ends_at: DateTime<Utc>,
    /// Name, conditions and places of each post.
    pub posts: Vec<NewPost>,
    /// Whether one chooses one's hours between its beginning and its end.
    pub flexible: bool,
    /// Minutes of a visit that count at most, where one chooses one's hours.
    pub visit_minutes: Option<i64>,
}

/// A post.
#[derive(Clone, Debug, Default)]
pub struct NewPost {
    /// What one does there.
    pub name: String,
    /// What one needs for it.
    pub conditions: String,
    /// How many can join.
    pub places: i64,
    /// Places that are kept for teams.
    pub quotas: Vec<Quota>,
    /// Until when.
    pub free_at: Option<DateTime<Utc>>,
}

/// The categories of domain 1.8 with the character of their seal and its colour class.
pub const CATEGORIES: &[(&str, &str, &str)] = &[
    ("01", "社", "seal-b"),
    ("02", "老", "seal-r"),
    ("03", "童", "seal-a"),
    ("04", "扶", "seal-b"),
    ("05", "暖", "seal-r"),
    ("06", "文", "seal-a"),
    ("07", "绿", "seal-g"),
    ("08", "法", "seal-b"),
    ("09", "医", "seal-a"),
    ("10", "急", "seal-r"),
    ("11", "安", "seal-b"),
    ("12", "学", "seal-b"),
    ("13", "心", "seal-g"),
    ("14", "业", ""),
    ("15", "便", "seal-g"),
    ("16", "党", "seal-r"),
    ("17", "会", "seal-a"),
    ("99", "志", ""),
];

/// Character and colour class of a category's seal.
#[must_use]
pub fn seal(category: &str) -> (&'static str, &'static str) {
    CATEGORIES.iter().find(|(code, _, _)| *code == category).map_or(("志", ""), |(_, letter, class)| (letter, class))
}
