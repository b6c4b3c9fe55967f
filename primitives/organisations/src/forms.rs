//! What a browser sends about an organisation or a membership, and what may exist.

use crate::invitations::can_be_asked;
use crate::model::{Kind, MembershipRole, NewOrganisation, Organisation, OrganisationId, State, Tree};
use crate::store;
use chrono::NaiveDate;
use kernel::{Cx, Error, FieldErrors, Result, Word};
use people::rules::{phone, volunteer_number};
use people::{Person, PersonId};
use serde::Deserialize;
use utoipa::ToSchema;

/// An organisation as typed. At a change an empty phone stays as it is.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct OrganisationForm {
    /// Up to 60 characters; needed.
    pub name: String,
    /// `federation`, `town`, `organ`, `village`, `enterprise` or `institution`; needed.
    pub kind: String,
    /// A region's code; needed.
    pub region: String,
    /// The number of the one above; empty for a root. Read for a new one alone.
    pub parent: String,
    /// `2001-05-31`, not to come.
    pub founded_on: String,
    /// Who answers questions.
    pub contact_name: String,
    /// At which phone.
    pub contact_phone: String,
    /// What it is for.
    pub purpose: String,
    /// Who will lead it, by number or phone. Read for a new one alone.
    pub leader: String,
}

impl OrganisationForm {
    pub(crate) fn of(team: &Organisation) -> Self {
        Self {
            name: team.name.clone(),
            kind: team.kind.to_string(),
            region: team.region_code.clone(),
            parent: String::new(),
            founded_on: team.founded_on.map(|d| d.to_string()).unwrap_or_default(),
            contact_name: team.contact_name.clone().unwrap_or_default(),
            contact_phone: String::new(),
            purpose: team.purpose.clone().unwrap_or_default(),
            leader: String::new(),
        }
    }

    /// What may exist; `before` is the record that is changed.
    pub(crate) async fn check(
        &self,
        cx: &Cx,
        before: Option<&Organisation>,
    ) -> Result<std::result::Result<NewOrganisation, FieldErrors>> {
        let mut errors = FieldErrors::none();
        let name = errors.text("name", &self.name, 60);
        let kind: Option<Kind> = errors.choice("kind", &self.kind);
        let founded_on = match self.founded_on.trim() {
            "" => None,
            text => errors.date("founded_on", text),
        };
        if founded_on.is_some_and(|day| day > cx.today()) {
            errors.add("founded_on", Word::new("organisations.future"));
        }
        let state = before.map_or(State::Applied, |before| before.state);
        let region = places::find_region(&cx.db, self.region.trim()).await.ok();
        if region.is_none() {
            errors.add("region", Word::new("form.choose"));
        }
        let parent = self.parent(cx, before, &mut errors).await?;
        let contact_phone = self.phone(before, &mut errors);
        let (contact_name, purpose) = (
            errors.optional_text("contact_name", &self.contact_name, 40),
            errors.optional_text("purpose", &self.purpose, 500),
        );
        let (Some(kind), Some(region)) = (kind, region) else { return Ok(Err(errors)) };
        if !errors.is_empty() {
            return Ok(Err(errors));
        }
        let parent = match parent {
            None if before.is_none() => town_body(cx, kind, &region.code).await?,
            parent => parent,
        };
        let mut new = NewOrganisation::team(&name, kind, &region.code, parent);
        new.tree = before.map_or(Tree::Team, |b| b.tree);
        Ok(Ok(NewOrganisation { founded_on, contact_name, contact_phone, purpose, state, ..new }))
    }

    /// Who is to lead a new team; nobody need be named yet.
    pub(crate) async fn leader(&self, cx: &Cx) -> Result<std::result::Result<Option<PersonId>, FieldErrors>> {
        if self.leader.trim().is_empty() {
            return Ok(Ok(None));
        }
        Ok(named(cx, &self.leader).await?.map(|person| Some(person.id)).map_err(|word| {
            let mut errors = FieldErrors::none();
            errors.add("leader", word);
            errors
        }))
    }

    async fn parent(
        &self,
        cx: &Cx,
        before: Option<&Organisation>,
        errors: &mut FieldErrors,
    ) -> Result<Option<OrganisationId>> {
        if before.is_some() { Ok(None) } else { above(cx, &self.parent, errors).await }
    }

    fn phone(&self, before: Option<&Organisation>, errors: &mut FieldErrors) -> Option<String> {
        match self.contact_phone.trim() {
            "" => before.and_then(|b| b.contact_phone.clone()),
            text => match phone::parse(text) {
                Ok(phone) => Some(phone.number),
                Err(e) => {
                    errors.add("contact_phone", Word::new(e.word()));
                    None
                }
            },
        }
    }
}

/// The team with this number, which must be at work; nothing for an empty text.
async fn above(cx: &Cx, number: &str, errors: &mut FieldErrors) -> Result<Option<OrganisationId>> {
    if number.trim().is_empty() {
        return Ok(None);
    }
    let found = store::find_by_number(&cx.db, cx.tenant, Tree::Team, number.trim()).await?;
    let found = found.filter(|team| team.state == State::Active);
    if found.is_none() {
        errors.add("parent", Word::new("organisations.no_parent"));
    }
    Ok(found.map(|team| team.id))
}

/// Without a number a team stands under the federation of its town.
async fn town_body(cx: &Cx, kind: Kind, region: &str) -> Result<Option<OrganisationId>> {
    match kind {
        Kind::Federation | Kind::Town => Ok(None),
        _ => store::town_body(&cx.db, cx.tenant, places::town_of(region)).await,
    }
}

/// A team as somebody asks for it who will lead it.
#[derive(Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ApplyForm {
    pub name: String,
    pub kind: String,
    pub region: String,
    /// The number of the team above; without it the town's federation.
    pub parent: String,
    pub purpose: String,
}

impl ApplyForm {
    pub(crate) async fn check(&self, cx: &Cx) -> Result<std::result::Result<NewOrganisation, FieldErrors>> {
        let mut errors = FieldErrors::none();
        let name = errors.text("name", &self.name, 60);
        let kind: Option<Kind> = errors.choice("kind", &self.kind);
        let kind = kind.filter(|kind| !matches!(kind, Kind::Federation | Kind::Town));
        if kind.is_none() && errors.of("kind").is_none() {
            errors.add("kind", Word::new("form.choose"));
        }
        let region = places::find_region(&cx.db, self.region.trim()).await.ok().filter(|r| r.code.len() > 6);
        if region.is_none() {
            errors.add("region", Word::new("form.choose"));
        }
        let parent = above(cx, &self.parent, &mut errors).await?;
        let purpose = errors.text("purpose", &self.purpose, 500);
        let (Some(kind), Some(region)) = (kind, region) else { return Ok(Err(errors)) };
        if !errors.is_empty() {
            return Ok(Err(errors));
        }
        let parent = match parent {
            None => town_body(cx, kind, &region.code).await?,
            parent => parent,
        };
        let new = NewOrganisation::team(&name, kind, &region.code, parent);
        Ok(Ok(NewOrganisation { purpose: Some(purpose), ..new }))
    }
}

/// A reason that must be given, and what it is given for.
#[derive(Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct StateForm {
    pub state: String,
    pub reason: String,
}

impl StateForm {
    pub(crate) fn check(&self) -> std::result::Result<(State, String), FieldErrors> {
        let mut errors = FieldErrors::none();
        let state = errors.choice("state", &self.state);
        let reason = errors.text("reason", &self.reason, 200);
        match state.filter(|_| errors.is_empty()) {
            Some(state) => Ok((state, reason)),
            None => Err(errors),
        }
    }
}

/// What is said to an application: a refusal has its reason.
#[derive(Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ReviewForm {
    pub decision: String,
    pub opinion: String,
}

impl ReviewForm {
    pub(crate) fn check(&self) -> Result<std::result::Result<(bool, String), FieldErrors>> {
        let approved = match self.decision.as_str() {
            "approve" => true,
            "decline" => false,
            _ => return Err(Error::Malformed(Word::new("error.form"))),
        };
        let mut errors = FieldErrors::none();
        let opinion = match approved {
            true => errors.optional_text("opinion", &self.opinion, 200).unwrap_or_default(),
            false => errors.text("opinion", &self.opinion, 200),
        };
        Ok(if errors.is_empty() { Ok((approved, opinion)) } else { Err(errors) })
    }
}

/// Who takes a team over.
#[derive(Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct SuccessorForm {
    pub who: String,
}

impl SuccessorForm {
    /// A member of the team; of anybody else nothing is told.
    pub(crate) async fn check(
        &self,
        cx: &Cx,
        team: OrganisationId,
    ) -> Result<std::result::Result<PersonId, FieldErrors>> {
        let mut errors = FieldErrors::none();
        let word = match named(cx, &self.who).await? {
            Ok(person) if store::is_member(&cx.db, cx.tenant, person.id, team).await? => return Ok(Ok(person.id)),
            Err(word) if word.is_plain() => word,
            _ => Word::new("organisations.handover.not_member"),
        };
        errors.add("who", word);
        Ok(Err(errors))
    }
}

/// Yes or no.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AnswerForm {
    pub answer: String,
}

impl AnswerForm {
    pub(crate) fn check(&self) -> Result<bool> {
        match self.answer.as_str() {
            "accept" => Ok(true),
            "decline" => Ok(false),
            _ => Err(Error::Malformed(Word::new("error.form"))),
        }
    }
}

/// Into which team another is merged; with a name both become a new one.
#[derive(Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct MergeForm {
    pub into: String,
    pub name: String,
    pub reason: String,
}

impl MergeForm {
    pub(crate) async fn other(&self, cx: &Cx, errors: &mut FieldErrors) -> Result<Option<Organisation>> {
        let number = errors.text("into", &self.into, 40);
        if number.is_empty() {
            return Ok(None);
        }
        let found = store::find_by_number(&cx.db, cx.tenant, Tree::Team, &number).await?;
        if found.is_none() {
            errors.add("into", Word::new("organisations.no_parent"));
        }
        Ok(found)
    }

    pub(crate) fn check(&self, errors: &mut FieldErrors) -> (Option<String>, String) {
        (errors.optional_text("name", &self.name, 60), errors.text("reason", &self.reason, 200))
    }
}

/// Who goes into a new team.
#[derive(Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct SplitForm {
    pub name: String,
    pub member: Vec<String>,
    pub leader: String,
    pub reason: String,
}

/// A checked one.
pub(crate) struct Division {
    pub name: String,
    pub members: Vec<PersonId>,
    pub leader: PersonId,
    pub reason: String,
}

impl SplitForm {
    pub(crate) fn has(&self, person: &PersonId) -> bool {
        self.member.contains(&person.to_string())
    }

    pub(crate) fn is_leader(&self, person: &PersonId) -> bool {
        self.leader == person.to_string()
    }

    pub(crate) fn check(&self) -> std::result::Result<Division, FieldErrors> {
        let mut errors = FieldErrors::none();
        let name = errors.text("name", &self.name, 60);
        let mut members: Vec<PersonId> = self.member.iter().filter_map(|id| id.parse().ok()).collect();
        members.sort_unstable();
        members.dedup();
        if members.is_empty() {
            errors.add("member", Word::new("organisations.split.nobody"));
        }
        let leader: Option<PersonId> = errors.choice("leader", &self.leader);
        if leader.is_some_and(|leader| !members.contains(&leader)) {
            errors.add("leader", Word::new("organisations.split.leader_goes"));
        }
        let reason = errors.text("reason", &self.reason, 200);
        match leader.filter(|_| errors.is_empty()) {
            Some(leader) => Ok(Division { name, members, leader, reason }),
            None => Err(errors),
        }
    }
}

/// A member to be: named by the volunteer's number or the phone, so that two of one name are told apart.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct MemberForm {
    /// A volunteer's number or a phone.
    pub who: String,
    /// `member`, `leader`, `deputy` or `secretary`.
    pub role: String,
    /// From this day; today without it.
    pub from_on: String,
}

impl MemberForm {
    pub(crate) async fn check(
        &self,
        cx: &Cx,
    ) -> Result<std::result::Result<(Person, MembershipRole, NaiveDate), FieldErrors>> {
        let mut errors = FieldErrors::none();
        let role = errors.choice("role", &self.role);
        let from_on = match self.from_on.trim() {
            "" => Some(cx.today()),
            text => errors.date("from_on", text),
        };
        if from_on.is_some_and(|day| day > cx.today()) {
            errors.add("from_on", Word::new("organisations.future"));
        }
        let person = match named(cx, &self.who).await? {
            Ok(person) => Some(person),
            Err(word) => {
                errors.add("who", word);
                None
            }
        };
        match (person, role, from_on) {
            (Some(person), Some(role), Some(from_on)) if errors.is_empty() => Ok(Ok((person, role, from_on))),
            _ => Ok(Err(errors)),
        }
    }

    /// Whom a leader asks, and into which role. What is wrong is said of the text alone: nothing depends on who is on record.
    pub(crate) async fn check_asked(
        &self,
        cx: &Cx,
    ) -> Result<std::result::Result<(Option<PersonId>, MembershipRole), FieldErrors>> {
        let mut errors = FieldErrors::none();
        let role = errors.choice("role", &self.role);
        let text = self.who.trim();
        if text.is_empty() {
            errors.add("who", Word::new("form.required"));
        } else if volunteer_number::parse(text).is_err() && phone::parse(text).is_err() {
            errors.add("who", Word::new("organisations.who_unreadable"));
        }
        let Some(role) = role.filter(|_| errors.is_empty()) else { return Ok(Err(errors)) };
        let found = named(cx, &self.who).await?.ok().filter(|person| can_be_asked(person.state));
        Ok(Ok((found.map(|person| person.id), role)))
    }
}

/// Whom a volunteer's number or a phone means.
async fn named(cx: &Cx, text: &str) -> Result<std::result::Result<Person, Word>> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(Err(Word::new("form.required")));
    }
    if let Ok(number) = volunteer_number::parse(text)
        && let Some(person) = people::find_by_number(&cx.db, cx.tenant, &number).await?
    {
        return Ok(Ok(person));
    }
    let Ok(phone) = phone::parse(text) else { return Ok(Err(Word::new("organisations.who_unreadable"))) };
    let mut found = people::find_by_phone(&cx.db, cx.tenant, &phone.number).await?;
    Ok(match (found.pop(), found.is_empty()) {
        (None, _) => Err(Word::new("organisations.who_nobody")),
        (Some(person), true) => Ok(person),
        (Some(_), false) => Err(Word::new("organisations.who_several")),
    })
}

/// Why and when somebody leaves.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct LeaveForm {
    /// The last day; today without it.
    pub last: String,
    /// Up to 120 characters; needed.
    pub reason: String,
}

impl LeaveForm {
    pub(crate) fn check(&self, cx: &Cx) -> Result<(NaiveDate, String)> {
        let mut errors = FieldErrors::none();
        let last = match self.last.trim() {
            "" => Some(cx.today()),
            text => errors.date("last", text),
        };
        let reason = errors.text("reason", &self.reason, 120);
        match last.filter(|_| errors.is_empty()) {
            Some(last) => Ok((last, reason)),
            None => Err(Error::Invalid(errors)),
        }
    }
}
