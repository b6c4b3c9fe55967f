//! What the browser sends: the filter of the list, a reversal, a decision.

use crate::model::{EntryId, Method};
use crate::policy::READ;
use crate::store::list::{self, Wanted};
use chrono::NaiveDate;
use kernel::http::Cursor;
use kernel::policy::after;
use kernel::{Conditions, Cx, Error, FieldErrors, Result, Word, args};
use serde::Deserialize;
use utoipa::ToSchema;

/// The filter of the staff's list; empty fields are not asked for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Filter {
    /// Part of a name, pinyin, initials, number or the phone's tail.
    pub q: String,
    /// A team's number or part of its name.
    pub team: String,
    /// A region's code.
    pub town: String,
    /// One kind of team; a figure that was told by kind leads here.
    pub kind: String,
    /// One category, for the same reason.
    pub category: String,
    /// One kind of evidence.
    pub method: String,
    /// From this day.
    pub from: String,
    /// To the end of this day.
    pub to: String,
    /// Where the page begins.
    pub cursor: String,
    /// `xlsx` or `csv`, of the export alone.
    pub format: String,
}

impl Filter {
    /// The rows that the reader may see and asked for, without the cursor.
    ///
    /// # Errors
    /// `Malformed` when a day or a method cannot be read.
    pub(crate) async fn wanted(&self, cx: &Cx) -> Result<Wanted> {
        let mut wanted = Conditions::new("e.entry_tenant = ?", args![cx.tenant]);
        wanted.within(&cx.reach(READ), "e.region_code", "e.organisation_path");
        let town = self.town.trim();
        if !town.is_empty() {
            wanted.and("e.region_code >= ? AND e.region_code < ?", args![town, after(town)]);
        }
        for (text, code) in [("e.kind = ?", self.kind.trim()), ("e.category = ?", self.category.trim())] {
            if !code.is_empty() {
                wanted.and(text, args![code]);
            }
        }
        if let Some(method) = read::<Method>(&self.method)? {
            wanted.and("e.method = ?", args![method]);
        }
        if let Some(from) = read::<NaiveDate>(&self.from)? {
            wanted.and("e.day >= ?", args![from]);
        }
        if let Some(to) = read::<NaiveDate>(&self.to)? {
            wanted.and("e.day <= ?", args![to]);
        }
        let mut wanted = Wanted { conditions: wanted, few: false };
        list::of_team(&cx.db, cx.tenant, &mut wanted, self.team.trim()).await?;
        list::of_person(&cx.db, cx.tenant, &mut wanted, self.q.trim()).await?;
        Ok(wanted)
    }

    /// The same from the cursor on.
    ///
    /// # Errors
    /// `Malformed` when the cursor is none of ours.
    pub(crate) async fn page(&self, cx: &Cx) -> Result<Wanted> {
        let cursor = read_cursor(&self.cursor)?;
        let mut wanted = self.wanted(cx).await?;
        if let Some((day, id)) = cursor {
            wanted.conditions.and("(e.day, e.entry_id) < (?, ?)", args![day, id]);
        }
        Ok(wanted)
    }

    /// The query of the same list somewhere else: its pages and its export.
    pub(crate) fn query(&self) -> String {
        let fields = [
            ("q", &self.q),
            ("team", &self.team),
            ("town", &self.town),
            ("kind", &self.kind),
            ("category", &self.category),
            ("method", &self.method),
            ("from", &self.from),
            ("to", &self.to),
        ];
        fields.iter().filter(|(_, v)| !v.trim().is_empty()).map(|(k, v)| format!("{k}={}&", encode(v.trim()))).collect()
    }
}

pub(crate) fn read<T: std::str::FromStr>(text: &str) -> Result<Option<T>> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| Error::Malformed(Word::new("error.query")))
}

/// The day and id after which a page begins.
pub(crate) fn read_cursor(text: &str) -> Result<Option<(NaiveDate, EntryId)>> {
    match Cursor::read(Some(text), 2)? {
        Some(cursor) => Ok(Some((cursor.get(0)?, cursor.get(1)?))),
        None => Ok(None),
    }
}

pub(crate) fn encode(text: &str) -> String {
    text.bytes()
        .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}

/// A row taken back.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReversalForm {
    /// Why; the volunteer reads it.
    pub reason: String,
}

impl ReversalForm {
    pub(crate) fn check(&self) -> std::result::Result<String, FieldErrors> {
        let mut errors = FieldErrors::none();
        let reason = errors.text("reason", &self.reason, 100);
        if errors.is_empty() { Ok(reason) } else { Err(errors) }
    }
}

/// A decision; the button says which.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DecisionForm {
    /// `approve` or `return`.
    pub decision: String,
    /// Needed when it is returned.
    #[serde(default)]
    pub opinion: String,
}

impl DecisionForm {
    /// Whether to approve, and the opinion.
    pub(crate) fn check(&self) -> std::result::Result<(bool, String), FieldErrors> {
        let mut errors = FieldErrors::none();
        let approve = match self.decision.as_str() {
            "approve" => true,
            "return" => false,
            _ => {
                errors.add("opinion", Word::new("form.choose"));
                true
            }
        };
        let opinion = if approve {
            errors.optional_text("opinion", &self.opinion, 200).unwrap_or_default()
        } else {
            errors.text("opinion", &self.opinion, 200)
        };
        if errors.is_empty() { Ok((approve, opinion)) } else { Err(errors) }
    }
}
