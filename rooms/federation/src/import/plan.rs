//! What a checked roster comes to against what is on record: who is new, who differs, who joins. Reads and writes nothing.

mod compare;
pub(super) mod doubles;
mod record;
pub(super) mod teams;
pub(super) mod volunteers;

use organisations::{NewMembership, NewOrganisation, OrganisationId};
use people::{NewPerson, PersonId};

use super::cells::Refusal;
use super::guardian::GuardianRow;
use super::model::{Counts, Double, Notes};

/// Everything that a commit does, and what is told before it.
#[derive(Default)]
pub(super) struct Plan {
    /// Rows by what becomes of them.
    pub counts: Counts,
    /// Why the others are not taken.
    pub refused: Vec<Refusal>,
    /// What the clerk should know.
    pub notes: Notes,
    /// Rows that may be people who are on record already.
    pub doubles: Vec<Double>,
    /// Bodies that are made first, parents before children, with whether a row of the file asked for it.
    pub organisations: Vec<(NewOrganisation, bool)>,
    /// Teams whose record differs.
    pub changes: Vec<OrganisationStep>,
    /// People with what is done to each.
    pub people: Vec<PersonStep>,
}

impl Plan {
    pub(super) fn note(&mut self, word: &str) {
        *self.notes.entry(word.to_owned()).or_default() += 1;
    }
}

/// A team's record that is changed.
pub(super) struct OrganisationStep {
    pub id: OrganisationId,
    /// As it will be.
    pub new: NewOrganisation,
    /// Each field with what stood there and what is put.
    pub detail: serde_json::Value,
}

/// What is done to one person.
pub(super) struct PersonStep {
    pub id: PersonId,
    /// Their first row in the roster.
    pub at: usize,
    pub deed: PersonDeed,
    /// Memberships that begin.
    pub joins: Vec<NewMembership>,
    /// Roles that a member is given.
    pub appoints: Vec<NewMembership>,
    /// Who is named to stand for them.
    pub guardian: Option<GuardianRow>,
    /// What the rows of this person count as.
    pub counts: Counts,
}

/// What is done to the record itself.
pub(super) enum PersonDeed {
    /// It is made.
    Create(Box<NewPerson>),
    /// Fields change: those to be put, and each with what stood there.
    Change(Box<NewPerson>, serde_json::Value),
    /// It stays.
    Keep,
}
