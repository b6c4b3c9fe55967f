//! The ledger of the desk as JSON: the list, one row, taking it back.
#![expect(unused_qualifications, reason = "the macro that documents a route names its query once more")]

use super::EntryJson;
use crate::forms::{Filter, ReversalForm};
use crate::model::EntryId;
use crate::pages::ledger::find;
use crate::policy::{CORRECT, READ, in_reach};
use crate::store::list::{Listed, list};
use crate::{corrections, store};
use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use chrono::{DateTime, NaiveDate, Utc};
use kernel::http::{Body, Paged, Problem};
use kernel::{Cx, Query, Result, Routes, routes};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

const PAGE: usize = 100;

pub(crate) fn routes() -> Routes {
    Routes::new().api(READ, routes!(list_entries)).api(READ, routes!(show_entry)).api(CORRECT, routes!(create_reversal))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct LedgerQuery {
    /// Part of a name, pinyin, initials, number or the phone's tail.
    q: Option<String>,
    /// A team's number or part of its name.
    team: Option<String>,
    /// A region's code; everything below it.
    town: Option<String>,
    /// One kind of team.
    kind: Option<String>,
    /// One category's code.
    category: Option<String>,
    /// One evidence: `scan`, `staff`, `paper` or `self`.
    method: Option<String>,
    /// From this day.
    from: Option<NaiveDate>,
    /// To the end of this day.
    to: Option<NaiveDate>,
    /// `next` of the page before.
    cursor: Option<String>,
}

impl LedgerQuery {
    fn filter(self) -> Filter {
        let day = |day: Option<NaiveDate>| day.map(|d| d.to_string()).unwrap_or_default();
        Filter {
            q: self.q.unwrap_or_default(),
            team: self.team.unwrap_or_default(),
            town: self.town.unwrap_or_default(),
            kind: self.kind.unwrap_or_default(),
            category: self.category.unwrap_or_default(),
            method: self.method.unwrap_or_default(),
            from: day(self.from),
            to: day(self.to),
            cursor: self.cursor.unwrap_or_default(),
            format: String::new(),
        }
    }
}

/// A row of the ledger with its names.
#[derive(Serialize, ToSchema)]
struct LedgerRow {
    #[schema(value_type = String)]
    id: EntryId,
    person: String,
    volunteer_no: Option<String>,
    team: String,
    title: String,
    day: NaiveDate,
    started_at: DateTime<Utc>,
    ended_at: DateTime<Utc>,
    /// Negative where the row takes another one back.
    minutes: i64,
    method: String,
    /// The row that this one takes back.
    #[schema(value_type = Option<String>)]
    reverses: Option<EntryId>,
    /// Whether another row takes this one back.
    reversed: bool,
    reason: Option<String>,
    entered_by: String,
    approved_by: Option<String>,
}

impl From<Listed> for LedgerRow {
    fn from(row: Listed) -> Self {
        Self {
            id: row.id,
            person: row.person_name,
            volunteer_no: row.volunteer_no,
            team: row.team_name,
            title: row.title,
            day: row.day,
            started_at: row.started_at,
            ended_at: row.ended_at,
            minutes: row.minutes,
            method: row.method.to_string(),
            reverses: row.reverses_id,
            reversed: row.reversed,
            reason: row.reason,
            entered_by: row.entered_by,
            approved_by: row.approved_by,
        }
    }
}

/// Rows as far as the caller may see, the newest day first, 100 a page.
#[utoipa::path(get, path = "/api/v1/hours", tag = "hours", params(LedgerQuery),
    responses((status = 200, body = Paged<LedgerRow>), (status = 400, body = Problem)))]
async fn list_entries(cx: Cx, Query(query): Query<LedgerQuery>) -> Result<Json<Paged<LedgerRow>>> {
    let rows = list(&cx.db, query.filter().page(&cx).await?, 101).await?;
    let page = Paged::cut(rows, PAGE, |r| vec![r.day.to_string(), r.id.to_string()]);
    Ok(Json(page.map(LedgerRow::from)))
}

/// One row with whose it is.
#[derive(Serialize, ToSchema)]
struct EntryRecord {
    entry: EntryJson,
    /// The person's id.
    person: String,
    /// Their name.
    name: String,
    /// The team's name.
    team: String,
    region: String,
    entered_by: String,
    /// The person's minutes now.
    balance: i64,
    /// The row that takes this one back.
    #[schema(value_type = Option<String>)]
    reversed_by: Option<EntryId>,
}

/// One row of the ledger.
#[utoipa::path(get, path = "/api/v1/hours/{entry}", tag = "hours", params(("entry" = String, Path)),
    responses((status = 200, body = EntryRecord), (status = 404, body = Problem)))]
async fn show_entry(cx: Cx, Path(entry): Path<EntryId>) -> Result<Json<EntryRecord>> {
    let entry = find(&cx, entry).await?;
    Ok(Json(EntryRecord {
        person: entry.person_id.to_string(),
        name: store::person_name(&cx.db, cx.tenant, entry.person_id).await?,
        team: store::team_name(&cx.db, cx.tenant, entry.organisation_id).await?,
        region: entry.region_code.clone(),
        entered_by: entry.entered_by.clone(),
        balance: store::balance(&cx.db, cx.tenant, entry.person_id).await?,
        reversed_by: store::reversal_of(&cx.db, cx.tenant, entry.id).await?,
        entry: entry.into(),
    }))
}

/// The row that takes another one back.
#[derive(Serialize, ToSchema)]
struct MadeReversal {
    #[schema(value_type = String)]
    id: EntryId,
}

/// Takes a row back by a row of its own; the volunteer is told why. A repeat with the same `Idempotency-Key` answers the same.
#[utoipa::path(post, path = "/api/v1/hours/{entry}/reversal", tag = "hours", params(("entry" = String, Path)),
    request_body = ReversalForm, responses((status = 201, body = MadeReversal), (status = 404, body = Problem),
        (status = 409, body = Problem, description = "It was taken back before"), (status = 422, body = Problem)))]
async fn create_reversal(
    cx: Cx,
    Path(entry): Path<EntryId>,
    Body(form): Body<ReversalForm>,
) -> Result<(StatusCode, Json<MadeReversal>)> {
    let entry = find(&cx, entry).await?;
    in_reach(&cx, CORRECT, &entry.region_code, &entry.organisation_path)?;
    let id = corrections::take_back(&cx, &entry, &form).await?;
    Ok((StatusCode::CREATED, Json(MadeReversal { id })))
}
