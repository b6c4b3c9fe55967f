//! What the browser sends: the filter of the list, an award, a withdrawal.

use super::model::{AwardId, Kind, NewAward, Whose};
use super::store;
use crate::policy::AWARDS;
use chrono::NaiveDate;
use kernel::http::{Cursor, query_string};
use kernel::policy::after;
use kernel::{Conditions, Cx, Error, FieldErrors, Result, Word, args};
use organisations::OrganisationId;
use people::PersonId;
use serde::Deserialize;
use utoipa::ToSchema;

/// The filter of the list; empty fields are not asked for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct AwardFilter {
    /// Part of a name, a number, a title, an issuer or a document's number.
    pub q: String,
    /// A region's code.
    pub town: String,
    /// One level.
    pub kind: String,
    /// `person` or `team`.
    pub holder: String,
    /// A year of four digits.
    pub year: String,
    /// `withdrawn` for those; what stands unless told.
    pub state: String,
    /// Where the page begins.
    pub cursor: String,
    /// `xlsx` or `csv`, of the export alone.
    pub format: String,
}

fn wrong() -> Error {
    Error::Malformed(Word::new("error.query"))
}

impl AwardFilter {
    /// What the reader may see and asked for, without the cursor.
    ///
    /// # Errors
    /// `Malformed` when a level or a year cannot be read.
    pub(crate) fn wanted(&self, cx: &Cx) -> Result<Conditions> {
        let mut wanted = store::reached(cx.tenant, &cx.reach(AWARDS));
        let (query, town) = (self.q.trim(), self.town.trim());
        if !query.is_empty() {
            let part = format!("%{query}%");
            wanted.and(
                "(p.name LIKE ? OR p.volunteer_no = ? OR o.name LIKE ? OR o.number = ? OR a.title LIKE ? OR a.issuer LIKE ? OR a.number = ?)",
                args![part, query, part, query, part, part, query],
            );
        }
        if !town.is_empty() {
            wanted.and("a.region_code >= ? AND a.region_code < ?", args![town, after(town)]);
        }
        if !self.kind.trim().is_empty() {
            let kind: Kind = self.kind.trim().parse().map_err(|_| wrong())?;
            wanted.and("a.kind = ?", args![kind]);
        }
        match self.holder.trim() {
            "" => {}
            "person" => wanted.and("a.person_id IS NOT NULL", args![]),
            "team" => wanted.and("a.organisation_id IS NOT NULL", args![]),
            _ => return Err(wrong()),
        }
        if !self.year.trim().is_empty() {
            let (first, last) =
                crate::statements::days(self.year.trim().parse().map_err(|_| wrong())?).ok_or_else(wrong)?;
            wanted.and("a.awarded_on >= ? AND a.awarded_on <= ?", args![first, last]);
        }
        match self.state.trim() {
            "" => wanted.and("a.withdrawn_at IS NULL", args![]),
            "withdrawn" => wanted.and("a.withdrawn_at IS NOT NULL", args![]),
            _ => return Err(wrong()),
        }
        Ok(wanted)
    }

    /// The same from the cursor on.
    ///
    /// # Errors
    /// `Malformed` when the cursor is none of ours.
    pub(crate) fn page(&self, cx: &Cx) -> Result<Conditions> {
        let mut wanted = self.wanted(cx)?;
        if let Some(cursor) = Cursor::read(Some(self.cursor.as_str()), 2)? {
            let (on, id): (NaiveDate, AwardId) = (cursor.get(0)?, cursor.get(1)?);
            wanted.and("(a.awarded_on, a.id) < (?, ?)", args![on, id]);
        }
        Ok(wanted)
    }

    /// The query of the same list somewhere else; `more` is a format or a cursor.
    pub(crate) fn query(&self, more: &[(&str, &str)]) -> String {
        let mut fields = vec![
            ("q", self.q.trim()),
            ("town", self.town.trim()),
            ("kind", self.kind.trim()),
            ("holder", self.holder.trim()),
            ("year", self.year.trim()),
            ("state", self.state.trim()),
        ];
        fields.extend(more);
        query_string(&fields, "")
    }
}

/// An award as it is typed.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AwardForm {
    /// For this person's id, or for a team.
    #[serde(default)]
    pub person: String,
    /// For this team's id.
    #[serde(default)]
    pub team: String,
    /// What it is called, up to 60 characters.
    pub title: String,
    /// The day of the award, `2026-11-23`, not in the future.
    pub on: String,
    /// Who gives it, up to 60 characters.
    pub issuer: String,
    /// The document's name, up to 100 characters.
    pub document: String,
    /// The document's number, up to 60 characters.
    pub number: String,
    /// `national`, `province`, `city`, `district`, `town`, `unit` or `other`.
    pub kind: String,
    /// For what, up to 300 characters.
    pub content: String,
}

impl AwardForm {
    /// For whom it is, and where they are.
    ///
    /// # Errors
    /// `Malformed` unless it names one person or one team; `NotFound` when they are not there.
    pub(crate) async fn whose(&self, cx: &Cx) -> Result<(Whose, String, String)> {
        let wrong = || Error::Malformed(Word::new("error.form"));
        match (self.person.trim(), self.team.trim()) {
            (person, "") if !person.is_empty() => {
                let id: PersonId = person.parse().map_err(|_| wrong())?;
                let person = people::find(&cx.db, cx.tenant, id).await?;
                Ok((Whose::Person(id), person.region_code, person.name))
            }
            ("", team) if !team.is_empty() => {
                let id: OrganisationId = team.parse().map_err(|_| wrong())?;
                let team = organisations::find(&cx.db, cx.tenant, id).await?;
                Ok((Whose::Team(id), team.region_code, team.name))
            }
            _ => Err(wrong()),
        }
    }

    /// The award for whom it was found to be.
    ///
    /// # Errors
    /// Every problem, by field.
    pub(crate) async fn check(&self, cx: &Cx, whose: Whose, region: String) -> Result<NewAward> {
        let mut errors = FieldErrors::none();
        let title = errors.text("title", &self.title, 60);
        let on = errors.date("on", &self.on);
        if on.is_some_and(|on| on > cx.today()) {
            errors.add("on", Word::new("records.award.future"));
        }
        let issuer = errors.text("issuer", &self.issuer, 60);
        let document = errors.text("document", &self.document, 100);
        let number = errors.text("number", &self.number, 60);
        let kind = errors.choice::<Kind>("kind", &self.kind);
        let content = errors.text("content", &self.content, 300);
        let (Some(on), Some(kind)) = (on, kind) else { return Err(Error::Invalid(errors)) };
        if errors.is_empty() && store::is_there(&cx.db, cx.tenant, whose, (&title, on)).await? {
            errors.add("title", Word::new("records.award.twice"));
        }
        if !errors.is_empty() {
            return Err(Error::Invalid(errors));
        }
        Ok(NewAward { whose, region, title, on, issuer, document, number, kind, content })
    }
}

/// A withdrawal as it is typed.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AwardWithdrawalForm {
    /// Why, up to 100 characters; whoever had it reads it.
    pub reason: String,
}

impl AwardWithdrawalForm {
    pub(crate) fn check(&self) -> Result<String> {
        let mut errors = FieldErrors::none();
        let reason = errors.text("reason", &self.reason, 100);
        if errors.is_empty() { Ok(reason) } else { Err(Error::Invalid(errors)) }
    }
}
