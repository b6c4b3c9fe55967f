//! What somebody answered so far, sealed between two pages with a key that is not in the page.

use chrono::{DateTime, Duration, Utc};
use kernel::{Cx, Result};
use organisations::OrganisationId;
use serde::{Deserialize, Serialize};

/// The questions in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Step {
    /// What are you called?
    #[default]
    Name,
    /// Document and phone.
    Identity,
    /// Which town?
    Town,
    /// Which community?
    Community,
    /// Which team, if any?
    Team,
    /// A password.
    Password,
    /// All of it again, and the notice.
    Check,
}

impl Step {
    /// All of them, in order.
    pub(crate) const ALL: [Self; 7] =
        [Self::Name, Self::Identity, Self::Town, Self::Community, Self::Team, Self::Password, Self::Check];

    /// Its place from 1.
    pub(crate) fn number(self) -> usize {
        Self::ALL.iter().position(|step| *step == self).unwrap_or(0) + 1
    }

    /// The one after; the last stays.
    pub(crate) fn next(self) -> Self {
        Self::ALL.get(self.number()).copied().unwrap_or(Self::Check)
    }

    /// The one before; the first stays.
    pub(crate) fn back(self) -> Self {
        self.number().checked_sub(2).and_then(|at| Self::ALL.get(at)).copied().unwrap_or(Self::Name)
    }

    /// What forms and the trace call it.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Identity => "identity",
            Self::Town => "town",
            Self::Community => "community",
            Self::Team => "team",
            Self::Password => "password",
            Self::Check => "check",
        }
    }

    /// The step that a form names.
    pub(crate) fn read(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.as_str() == text)
    }
}

/// The answers; never printed, never in an address.
#[derive(Clone, Serialize, Deserialize, Default)]
pub(crate) struct Answers {
    /// When the first was given.
    pub begun: DateTime<Utc>,
    /// As on the document.
    pub name: String,
    /// Checked (S4).
    pub id_number: String,
    /// Eleven digits (S3).
    pub phone: String,
    /// A town's code, or the district's.
    pub region: String,
    /// The team that they would like to join.
    pub team: Option<OrganisationId>,
    /// argon2id; the password itself is not kept.
    pub password_hash: Option<String>,
}

const PLACE: &str = "federation.join";

impl Answers {
    /// Sealed, for a hidden field.
    pub(crate) fn seal(&self, cx: &Cx) -> Result<String> {
        let text = serde_json::to_string(self).map_err(|e| kernel::Error::internal(e.to_string()))?;
        let sealed = cx.app.keys.seal(PLACE, &text)?;
        Ok(hex::encode(sealed))
    }

    /// Opened again; nothing when it is not ours or older than two hours.
    pub(crate) fn open(cx: &Cx, text: &str) -> Option<Self> {
        if text.len() > 8_192 {
            return None;
        }
        let sealed = hex::decode(text).ok()?;
        let opened = cx.app.keys.open(PLACE, &sealed).ok()?;
        let answers: Self = serde_json::from_str(opened.expose()).ok()?;
        (cx.now - answers.begun < Duration::hours(2)).then_some(answers)
    }

    /// The first question that is not answered before `wanted`: nobody jumps over one.
    pub(crate) fn reached(&self, wanted: Step) -> Step {
        let missing = [
            (Step::Name, self.name.is_empty()),
            (Step::Identity, self.id_number.is_empty() || self.phone.is_empty()),
            (Step::Town, self.region.is_empty()),
            (Step::Password, self.password_hash.is_none()),
        ];
        let first = missing.into_iter().find(|(step, missing)| *missing && step.number() < wanted.number());
        first.map_or(wanted, |(step, _)| step)
    }
}
