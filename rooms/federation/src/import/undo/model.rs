//! The nouns of taking back.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use kernel::ids::Raw;
use kernel::{AccountId, Cx, JobId, Json, row};
use serde::{Deserialize, Serialize};

/// What a run did to one object: `fields` with what stood there and what was put, memberships begun.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Detail {
    #[serde(default)]
    pub fields: BTreeMap<String, (serde_json::Value, serde_json::Value)>,
    #[serde(default)]
    pub memberships: Vec<(String, String)>,
    #[serde(default)]
    pub guardians: Vec<String>,
}

row! {
    /// The same as it is stored.
    pub(super) struct Changed {
        pub object_id: Raw,
        pub deed: String,
        pub detail: Json<Detail>,
    }
}

/// What taking back came to, or would.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UndoCounts {
    /// People off the record.
    pub people_gone: i64,
    /// People whose fields returned or whose memberships went.
    pub people_returned: i64,
    /// People who stay, whole or in a field, because of what came later.
    pub people_kept: i64,
    /// Bodies off the record.
    pub teams_gone: i64,
    /// Bodies whose fields returned.
    pub teams_returned: i64,
    /// Bodies that stay.
    pub teams_kept: i64,
    /// Fields that returned.
    pub fields: i64,
    /// Memberships that went or ended, of people who stay.
    pub memberships: i64,
}

impl UndoCounts {
    pub(super) const fn add(&mut self, more: &Self) {
        self.people_gone += more.people_gone;
        self.people_returned += more.people_returned;
        self.people_kept += more.people_kept;
        self.teams_gone += more.teams_gone;
        self.teams_returned += more.teams_returned;
        self.teams_kept += more.teams_kept;
        self.fields += more.fields;
        self.memberships += more.memberships;
    }
}

/// An object that stays, with the words of the reasons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stay {
    pub person: bool,
    pub id: Raw,
    pub reasons: Vec<String>,
}

/// The same with its name.
pub struct Kept {
    pub stay: Stay,
    pub name: String,
}

impl Kept {
    /// Its record at the desk.
    pub(super) fn url(&self) -> String {
        let room = if self.stay.person { "people" } else { "teams" };
        format!("/desk/{room}/{}", self.stay.id)
    }
}

/// What becomes of one object, counted.
pub(super) type Tally = (UndoCounts, Option<Stay>);

/// What taking back would come to.
#[derive(Default)]
pub struct Effect {
    pub counts: UndoCounts,
    /// Everything that stays.
    pub stays: Vec<Stay>,
    /// The first of them by name.
    pub named: Vec<Kept>,
}

impl Effect {
    pub(super) fn add(&mut self, tallies: impl Iterator<Item = Tally>) {
        for (counts, stay) in tallies {
            self.counts.add(&counts);
            self.stays.extend(stay);
        }
    }
}

row! {
    /// An undoing as stored.
    pub(super) struct Undoing {
        pub job_id: Option<JobId>,
        pub counts: Json<UndoCounts>,
        pub made_by: Option<AccountId>,
        pub made_by_name: String,
        pub made_at: DateTime<Utc>,
        pub done_at: Option<DateTime<Utc>>,
    }
}

impl Undoing {
    /// One that begins now.
    pub(super) fn by(cx: &Cx, job_id: Option<JobId>) -> Self {
        Self {
            job_id,
            counts: Json(UndoCounts::default()),
            made_by: cx.actor.account,
            made_by_name: cx.actor.name.clone(),
            made_at: cx.now,
            done_at: None,
        }
    }
}
