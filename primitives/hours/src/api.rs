//! JSON: one's own rows; below, the ledger and the claims of the desk.

pub(crate) mod claims;
pub(crate) mod ledger;

use crate::forms::read_cursor;
use crate::model::{Entry, EntryId};
use crate::store;
use axum::Json;
use chrono::{DateTime, NaiveDate, Utc};
use kernel::http::{Paged, Problem};
use kernel::{Cx, Query, Result};
use people::model::PersonId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

const PAGE: usize = 100;

/// A row of the ledger.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EntryJson {
    /// Its id.
    id: String,
    /// The activity's title at that time.
    title: String,
    /// The Beijing day.
    day: NaiveDate,
    /// From.
    started_at: DateTime<Utc>,
    /// To, on the same day.
    ended_at: DateTime<Utc>,
    /// Minutes; negative where the row takes another one back.
    minutes: i64,
    /// The evidence: `scan`, `staff`, `paper` or `self`.
    method: String,
    /// The first of the activity's categories.
    category: String,
    /// The row that this one takes back.
    reverses: Option<String>,
    /// Why, in a reversal or back-entry.
    reason: Option<String>,
    /// Who approved a back-entry.
    approved_by: Option<String>,
}

impl From<Entry> for EntryJson {
    fn from(entry: Entry) -> Self {
        Self {
            id: entry.id.to_string(),
            title: entry.title,
            day: entry.day,
            started_at: entry.started_at,
            ended_at: entry.ended_at,
            minutes: entry.minutes,
            method: entry.method.to_string(),
            category: entry.category,
            reverses: entry.reverses_id.map(|id: EntryId| id.to_string()),
            reason: entry.reason,
            approved_by: entry.approved_by,
        }
    }
}

/// Where a page begins.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Place {
    /// `next` of the page before.
    cursor: String,
}

/// One's own service hours, the newest day first, 100 rows a page. Rows are never changed: a correction is a row of its own.
#[utoipa::path(get, path = "/api/v1/me/hours", tag = "hours",
    params(("cursor" = Option<String>, Query, description = "`next` of the page before")),
    responses((status = 200, body = Paged<EntryJson>), (status = 400, body = Problem), (status = 401, body = Problem)))]
pub(crate) async fn list_own(cx: Cx, Query(place): Query<Place>) -> Result<Json<Paged<EntryJson>>> {
    let person = PersonId(cx.person()?);
    let before = read_cursor(&place.cursor)?;
    let rows = store::list_of_person(&cx.db, cx.tenant, person, before, 101).await?;
    let page = Paged::cut(rows, PAGE, |e| vec![e.day.to_string(), e.id.to_string()]);
    Ok(Json(page.map(EntryJson::from)))
}
