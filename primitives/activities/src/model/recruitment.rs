//! Whom an activity takes on: the six scopes, the invited teams, and what a new activity says of it.

use super::ActivityId;
use kernel::secret::Secret;
use kernel::text_enum;
use organisations::model::OrganisationId;
use people::certificates::CertificateKindId;
use serde::{Deserialize, Serialize};

text_enum! {
    /// Who may sign up (domain 1.4).
    pub enum Scope {
        /// 公开招募
        Public = "public",
        /// 指定志愿团体招募: members of the invited teams and of those below them
        Teams = "teams",
        /// 指定免审密码招募
        PassCode = "pass_code",
        /// 不公开招募: whoever belongs to the team or holds the link
        Hidden = "hidden",
        /// 时间补录招募: it is over, was proved and reviewed, and takes hours only by claims
        Backfill = "backfill",
        /// 仅招募实名志愿者
        RealName = "real_name",
    }
}

impl Scope {
    /// Whether it stands in public lists.
    #[must_use]
    pub const fn is_listed(self) -> bool {
        !matches!(self, Self::Hidden | Self::Backfill)
    }
}

/// A team that is invited, with the name it had then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invited {
    /// The team; those below it are meant too.
    pub team: OrganisationId,
    /// Its name.
    pub name: String,
}

text_enum! {
    /// What a team said that was asked to hold an activity with another.
    pub enum PartnerState {
        /// Nothing yet.
        Asked = "asked",
        /// It holds it, too.
        Accepted = "accepted",
        /// No.
        Declined = "declined",
        /// Not any more.
        Ended = "ended",
    }
}

/// A certificate that an activity asks for, with the name that it had then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// Its kind.
    pub kind: CertificateKindId,
    /// Its name.
    pub name: String,
}

/// An activity that one cannot join beside another (domain 1.4), with the title it had then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exclusive {
    /// The activity.
    pub activity: ActivityId,
    /// Its number.
    pub number: String,
    /// Its title.
    pub title: String,
}

text_enum! {
    /// How places are given.
    #[derive(Default)]
    pub enum Way {
        /// In the order of the wishes.
        #[default]
        FirstCome = "first_come",
        /// Wishes are collected until sign-up closes; then a published seed decides.
        Draw = "draw",
    }
}

/// Places of a post that are kept for a team and those below it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quota {
    /// The team.
    pub team: OrganisationId,
    /// Its name.
    pub name: String,
    /// Its path.
    pub path: String,
    /// How many are kept.
    pub places: i64,
    /// How many of them are taken.
    pub taken: i64,
}

impl Quota {
    /// Kept places that nobody has.
    #[must_use]
    pub fn left(&self) -> i64 {
        (self.places - self.taken).max(0)
    }
}

/// What a new activity says of whom it takes on, beyond its scope.
#[derive(Clone, Debug, Default)]
pub struct Recruitment {
    /// The teams of scope `teams`, or further ones that see a hidden activity.
    pub invited: Vec<Invited>,
    /// Up to six digits; on a change, none keeps the one that is there.
    pub pass_code: Option<Secret<String>>,
    /// How places are given.
    pub way: Way,
    /// Whether the leader says yes before a place is handed over.
    pub handover_asks: bool,
    /// What one has to be able to do.
    pub skills: Vec<String>,
    /// Which certificates have to be valid on the day of a session.
    pub certificates: Vec<Asked>,
    /// Only for those who live here, or nothing.
    pub residents: String,
    /// Activities that one cannot join beside this one.
    pub exclusive: Vec<Exclusive>,
}
