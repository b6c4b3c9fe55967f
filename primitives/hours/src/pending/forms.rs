//! What the browser sends: the filter of the desk's list, that of the public notice, an objection.

use super::model::PendingState;
use crate::EntryId;
use crate::forms::{encode, read};
use crate::model::Method;
use crate::policy::REVIEW;
use crate::store::list::{self, Wanted};
use chrono::{DateTime, NaiveDate, Utc};
use kernel::http::Cursor;
use kernel::policy::after;
use kernel::{Conditions, Cx, FieldErrors, Result, args};
use serde::Deserialize;
use utoipa::ToSchema;

/// The filter of the desk's list; empty fields are not asked for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct PendingFilter {
    /// Part of a name, pinyin, initials, number or the phone's tail.
    pub q: String,
    /// A team's number or part of its name.
    pub team: String,
    /// A region's code.
    pub town: String,
    /// One state, or `all`; what something can still come of unless told.
    pub state: String,
    /// One kind of evidence.
    pub method: String,
    /// Services from this day.
    pub from: String,
    /// To the end of this day.
    pub to: String,
    /// Where the page begins.
    pub cursor: String,
    /// `xlsx` or `csv`, of the export alone.
    pub format: String,
}

impl PendingFilter {
    /// The rows that the reader may see and asked for, without the cursor.
    ///
    /// # Errors
    /// `Malformed` when a day, a state or a method cannot be read.
    pub(crate) async fn wanted(&self, cx: &Cx) -> Result<Wanted> {
        let mut wanted = Conditions::new("e.entry_tenant = ?", args![cx.tenant]);
        wanted.within(&cx.reach(REVIEW), "e.region_code", "e.organisation_path");
        let town = self.town.trim();
        if !town.is_empty() {
            wanted.and("e.region_code >= ? AND e.region_code < ?", args![town, after(town)]);
        }
        match self.state.trim() {
            "" => wanted.and("e.state IN ('waiting', 'held', 'posted', 'objected')", args![]),
            "all" => {}
            state => wanted.and("e.state = ?", args![read::<PendingState>(state)?]),
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
        if let Some((made_at, id)) = cursor {
            wanted.conditions.and("(e.made_at, e.entry_id) < (?, ?)", args![made_at, id]);
        }
        Ok(wanted)
    }

    /// The query of the same list somewhere else: its pages and its export.
    pub(crate) fn query(&self) -> String {
        let fields = [
            ("q", &self.q),
            ("team", &self.team),
            ("town", &self.town),
            ("state", &self.state),
            ("method", &self.method),
            ("from", &self.from),
            ("to", &self.to),
        ];
        fields.iter().filter(|(_, v)| !v.trim().is_empty()).map(|(k, v)| format!("{k}={}&", encode(v.trim()))).collect()
    }
}

/// The moment and id after which a page begins.
pub(crate) fn read_cursor(text: &str) -> Result<Option<(DateTime<Utc>, EntryId)>> {
    match Cursor::read(Some(text), 2)? {
        Some(cursor) => Ok(Some((cursor.get(0)?, cursor.get(1)?))),
        None => Ok(None),
    }
}

/// The filter of the public notice.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct NoticeFilter {
    /// Part of a team's name or of an activity's.
    pub q: String,
    /// A region's code.
    pub town: String,
    /// Where the page begins.
    pub cursor: String,
}

impl NoticeFilter {
    /// What of the district's notice was asked for; names are not searched, they are masked.
    ///
    /// # Errors
    /// `Malformed` when the cursor is none of ours.
    pub(crate) fn wanted(&self, cx: &Cx) -> Result<Conditions> {
        let mut wanted = Conditions::new("e.entry_tenant = ?", args![cx.tenant]);
        wanted.and("e.state IN ('posted', 'objected')", args![]);
        let (query, town) = (self.q.trim(), self.town.trim());
        if !query.is_empty() {
            wanted.and("(o.team_name LIKE '%' || ? || '%' OR e.title LIKE '%' || ? || '%')", args![query, query]);
        }
        if !town.is_empty() {
            wanted.and("e.region_code >= ? AND e.region_code < ?", args![town, after(town)]);
        }
        if let Some((until, id)) = read_cursor(&self.cursor)? {
            wanted.and("(e.posted_until, e.entry_id) > (?, ?)", args![until, id]);
        }
        Ok(wanted)
    }

    /// The query of the same list's next page.
    pub(crate) fn query(&self) -> String {
        let fields = [("q", &self.q), ("town", &self.town)];
        fields.iter().filter(|(_, v)| !v.trim().is_empty()).map(|(k, v)| format!("{k}={}&", encode(v.trim()))).collect()
    }
}

/// What somebody says against a posted entry.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ObjectionForm {
    /// What is not right, up to 200 characters; the officer reads it.
    pub reason: String,
}

impl ObjectionForm {
    pub(crate) fn check(&self) -> std::result::Result<String, FieldErrors> {
        let mut errors = FieldErrors::none();
        let reason = errors.text("reason", &self.reason, 200);
        if errors.is_empty() { Ok(reason) } else { Err(errors) }
    }
}
