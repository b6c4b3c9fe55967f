//! The nouns of organisations.

use chrono::{DateTime, NaiveDate, Utc};
use kernel::{row, text_enum};
use people::PersonId;

kernel::id! {
    /// An organisation of any tree.
    OrganisationId
}
kernel::id! {
    /// A membership.
    MembershipId
}

text_enum! {
    /// The trees in which organisations stand. Not every volunteer is in a branch.
    pub enum Tree {
        /// Volunteers' teams.
        Team = "team",
        /// Party branches; who is in one is S3.
        Branch = "branch",
    }
}

text_enum! {
    /// What kind of body an organisation is.
    pub enum Kind {
        /// The federation itself.
        Federation = "federation",
        /// A town's.
        Town = "town",
        /// Of an organ of the state.
        Organ = "organ",
        /// Of a community or village.
        Village = "village",
        /// Of an enterprise.
        Enterprise = "enterprise",
        /// Of a social institution.
        Institution = "institution",
    }
}

impl Kind {
    /// Whether people join such a body: the federation's own only hold others.
    #[must_use]
    pub const fn is_joined(self) -> bool {
        !matches!(self, Self::Federation | Self::Town)
    }
}

text_enum! {
    /// What somebody is in an organisation.
    pub enum MembershipRole {
        /// One of its members.
        Member = "member",
        /// Leads it.
        Leader = "leader",
        /// Stands in for the leader.
        Deputy = "deputy",
        /// Keeps a branch's affairs.
        Secretary = "secretary",
    }
}

impl MembershipRole {
    /// Whether this role lets an account manage the organisation.
    #[must_use]
    pub const fn leads(self) -> bool {
        matches!(self, Self::Leader | Self::Deputy)
    }
}

text_enum! {
    /// Whether an organisation works.
    pub enum State {
        /// Asked for, not yet reviewed.
        Applied = "applied",
        /// At work.
        Active = "active",
        /// Stopped for a while.
        Suspended = "suspended",
        /// Ended; its past stays.
        Ended = "ended",
    }
}

row! {
    /// An organisation.
    pub struct Organisation {
        /// The id.
        pub id: OrganisationId,
        /// Where it stands.
        pub tree: Tree,
        /// The one above.
        pub parent_id: Option<OrganisationId>,
        /// The numbers of all above and its own, each ended by `/`.
        pub path: String,
        /// Unique in its tree, never changed.
        pub number: String,
        /// What it is called.
        pub name: String,
        /// What lists sort by.
        pub sort_key: String,
        /// What kind of body.
        pub kind: Kind,
        /// Where, by code.
        pub region_code: String,
        /// When it was founded.
        pub founded_on: Option<NaiveDate>,
        /// Whom to ask.
        pub contact_name: Option<String>,
        /// S3.
        pub contact_phone: Option<String>,
        /// What it is for.
        pub purpose: Option<String>,
        /// Whether it works.
        pub state: State,
        /// Since when it has done nothing; absent while it works.
        pub quiet_since: Option<NaiveDate>,
        /// When the record was made.
        pub created_at: DateTime<Utc>,
        /// When it was last changed.
        pub updated_at: DateTime<Utc>,
    }
}

impl Organisation {
    /// The record at the desk.
    #[must_use]
    pub fn url(&self) -> String {
        format!("/desk/teams/{}", self.id)
    }

    /// The keyset's values.
    #[must_use]
    pub fn keys(&self) -> Vec<String> {
        vec![self.sort_key.clone(), self.id.to_string()]
    }
}

/// What an organisation is made of. `NewOrganisation::team` fills what need not be known.
#[derive(Clone, Debug)]
pub struct NewOrganisation {
    /// Chosen before, so that memberships can be made in the same transaction.
    pub id: OrganisationId,
    /// Where it stands.
    pub tree: Tree,
    /// The one above, of the same tree: on record, or earlier in the same list.
    pub parent: Option<OrganisationId>,
    /// Unique in its tree; the next one is given without it.
    pub number: Option<String>,
    /// What it is called.
    pub name: String,
    /// What kind of body.
    pub kind: Kind,
    /// Where, by code.
    pub region_code: String,
    /// When it was founded.
    pub founded_on: Option<NaiveDate>,
    /// Whom to ask.
    pub contact_name: Option<String>,
    /// S3.
    pub contact_phone: Option<String>,
    /// What it is for.
    pub purpose: Option<String>,
    /// Whether it works.
    pub state: State,
}

impl NewOrganisation {
    /// A working team of which only the name, kind and region are known.
    #[must_use]
    pub fn team(name: &str, kind: Kind, region_code: &str, parent: Option<OrganisationId>) -> Self {
        Self {
            id: OrganisationId::fresh(),
            tree: Tree::Team,
            parent,
            number: None,
            name: name.to_owned(),
            kind,
            region_code: region_code.to_owned(),
            founded_on: None,
            contact_name: None,
            contact_phone: None,
            purpose: None,
            state: State::Active,
        }
    }
}

row! {
    /// Who belonged where, as what, from when to when.
    pub struct Membership {
        /// The id.
        pub id: MembershipId,
        /// Where.
        pub organisation_id: OrganisationId,
        /// Who.
        pub person_id: PersonId,
        /// As what.
        pub role: MembershipRole,
        /// From this day.
        pub from_on: NaiveDate,
        /// Until the end of this day; absent while it goes on.
        pub to_on: Option<NaiveDate>,
        /// Why it ended, or began.
        pub reason: Option<String>,
    }
}

/// A membership to be put on record as it is, from an import or a seed.
#[derive(Clone, Debug)]
pub struct NewMembership {
    /// Where.
    pub organisation: OrganisationId,
    /// Who.
    pub person: PersonId,
    /// As what.
    pub role: MembershipRole,
    /// From this day.
    pub from_on: NaiveDate,
    /// Until the end of this day.
    pub to_on: Option<NaiveDate>,
}

row! {
    /// A member in the list of an organisation.
    pub struct Member {
        /// The membership.
        pub id: MembershipId,
        /// Who.
        pub person_id: PersonId,
        /// Their name.
        pub name: String,
        /// What lists sort by.
        pub sort_key: String,
        /// Their volunteer's number.
        pub volunteer_no: Option<String>,
        /// As what.
        pub role: MembershipRole,
        /// From this day.
        pub from_on: NaiveDate,
        /// Until the end of this day; absent while it goes on.
        pub to_on: Option<NaiveDate>,
    }
}

impl Member {
    /// The keyset's values.
    #[must_use]
    pub fn keys(&self) -> Vec<String> {
        vec![self.sort_key.clone(), self.id.to_string()]
    }
}

row! {
    /// A team in which a person is now.
    pub struct TeamOf {
        /// The team.
        pub organisation_id: OrganisationId,
        /// Its name.
        pub name: String,
        /// Its path.
        pub path: String,
        /// Where, by code.
        pub region_code: String,
        /// What kind of body.
        pub kind: Kind,
        /// As what.
        pub role: MembershipRole,
    }
}

row! {
    /// A membership in the history of a person.
    pub struct MembershipOf {
        /// Where.
        pub organisation_id: OrganisationId,
        /// Its name.
        pub name: String,
        /// As what.
        pub role: MembershipRole,
        /// From this day.
        pub from_on: NaiveDate,
        /// Until the end of this day; absent while it goes on.
        pub to_on: Option<NaiveDate>,
    }
}

row! {
    /// A change of an organisation's record.
    pub struct Change {
        /// When.
        pub at: DateTime<Utc>,
        /// Who.
        pub actor: String,
        /// Which field.
        pub field: String,
        /// What stood there.
        pub old: String,
        /// What stands there.
        pub new: String,
        /// Why.
        pub reason: Option<String>,
    }
}
