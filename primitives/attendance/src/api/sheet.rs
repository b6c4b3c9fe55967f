//! Paper sheets as JSON: keying one, its sample, two readings and what is made of them.

use crate::sheets::model::{Sheet, SheetId, SheetRow, SheetState, TypedRow};
use crate::sheets::{self, TypedSheet, Verdict, Wrong};
use activities::SessionId;
use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as B64;
use chrono::{DateTime, Utc};
use hours::{CLAIM, ClaimId, DECIDE};
use kernel::http::{Body, Paged, Problem};
use kernel::{Cx, Error, FieldErrors, Result, Routes, Word, routes};
use people::PersonId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A scan in base 64 is a third longer than its 10 MB would allow; the page takes those.
const MOST_BODY: usize = 12 * 1024 * 1024;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .api(CLAIM, routes!(list_sheets))
        .api(CLAIM, routes!(create_sheet))
        .api(CLAIM, routes!(show_sample))
        .api(CLAIM, routes!(create_sample))
        .api(DECIDE, routes!(show_readings))
        .api(DECIDE, routes!(decide_sheet))
}

/// A row as it stands on the paper.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PaperRow {
    /// Its number on the paper, from 1.
    line: i64,
    /// A name, a phone's last four digits, a whole number, or a name with four digits.
    who: String,
    /// `14:05` or `1405`, inside the session.
    from: String,
    /// The same.
    to: String,
}

fn typed(rows: Vec<PaperRow>) -> Vec<TypedRow> {
    rows.into_iter().map(|r| TypedRow { line: r.line, who: r.who, from: r.from, to: r.to }).collect()
}

/// The scan of a sheet.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SheetScan {
    /// What the file is called.
    name: String,
    /// A JPEG, PNG, WebP or PDF in base 64; the whole call has at most 12 MB.
    content: String,
}

/// A whole sheet.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewSheet {
    /// Its rows, at most 200.
    rows: Vec<PaperRow>,
    /// Why paper was used, up to 50 characters.
    reason: String,
    scan: SheetScan,
}

/// A sheet that was keyed.
#[derive(Serialize, ToSchema)]
struct KeyedSheet {
    #[schema(value_type = String)]
    id: SheetId,
    #[schema(value_type = String)]
    session: SessionId,
    /// `sample`, `stopped`, `claimed` or `returned`.
    #[schema(value_type = String)]
    state: SheetState,
    people: i64,
    /// How many rows a second person keys: a tenth, and five at least.
    sampled: i64,
    keyed_by: String,
    keyed_at: DateTime<Utc>,
    checked_by: Option<String>,
    checked_at: Option<DateTime<Utc>>,
    opinion: Option<String>,
    /// The claim of hours that it became.
    #[schema(value_type = Option<String>)]
    claim: Option<ClaimId>,
}

impl From<Sheet> for KeyedSheet {
    fn from(sheet: Sheet) -> Self {
        Self {
            id: sheet.id,
            session: sheet.session_id,
            state: sheet.state,
            people: sheet.people,
            sampled: sheet.sampled,
            keyed_by: sheet.keyed_name,
            keyed_at: sheet.keyed_at,
            checked_by: sheet.checked_name,
            checked_at: sheet.checked_at,
            opinion: sheet.opinion,
            claim: sheet.claim_id,
        }
    }
}

/// What is wrong with fields and rows, the rows by their numbers, in the caller's language.
fn invalid(cx: &Cx, wrong: Wrong) -> Error {
    let mut fields = wrong.fields;
    if !wrong.rows.is_empty() {
        let said: Vec<String> = wrong.rows.iter().map(|(line, word)| format!("{line}: {}", cx.say(word))).collect();
        fields = FieldErrors::none();
        fields.add("rows", Word::new("sheet.rows_said").with("said", said.join("; ")));
    }
    Error::Invalid(fields)
}

/// The sheets of a session, the newest first.
#[utoipa::path(get, path = "/api/v1/sessions/{session}/sheets", tag = "activities", params(("session" = String, Path)),
    responses((status = 200, body = Paged<KeyedSheet>), (status = 404, body = Problem)))]
async fn list_sheets(cx: Cx, Path(session): Path<SessionId>) -> Result<Json<Paged<KeyedSheet>>> {
    let (_, _, found) = sheets::of_session(&cx, session).await?;
    Ok(Json(Paged { items: found.into_iter().map(KeyedSheet::from).collect(), next: None }))
}

/// Keys a whole sheet, for a second person to key a random part of it. Takes an `Idempotency-Key`.
#[utoipa::path(post, path = "/api/v1/sessions/{session}/sheets", tag = "activities", params(("session" = String, Path)),
    request_body = NewSheet, responses((status = 201, body = KeyedSheet), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn create_sheet(
    cx: Cx,
    Path(session): Path<SessionId>,
    Body(new): Body<NewSheet, MOST_BODY>,
) -> Result<(StatusCode, Json<KeyedSheet>)> {
    let (session, activity) = sheets::keyable(&cx, session).await?;
    let scan = B64.decode(new.scan.content.trim()).ok().map(|bytes| (new.scan.name, bytes));
    let sheet = TypedSheet { rows: typed(new.rows), reason: new.reason, scan };
    let id = sheets::key(&cx, (&session, &activity), sheet).await?.map_err(|wrong| invalid(&cx, wrong))?;
    let made = sheets::held(&cx, id).await?;
    Ok((StatusCode::CREATED, Json(made.into())))
}

/// Which rows a second person keys.
#[derive(Serialize, ToSchema)]
struct SampleLines {
    /// Their numbers on the paper.
    lines: Vec<i64>,
}

/// Which rows a second person keys; nothing of what the first one read.
#[utoipa::path(get, path = "/api/v1/sheets/{sheet}/sample", tag = "activities", params(("sheet" = String, Path)),
    responses((status = 200, body = SampleLines), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn show_sample(cx: Cx, Path(sheet): Path<SheetId>) -> Result<Json<SampleLines>> {
    let sheet = sheets::held(&cx, sheet).await?;
    Ok(Json(SampleLines { lines: sheets::lines(&cx, &sheet).await? }))
}

/// A sample that was keyed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct KeyedSample {
    rows: Vec<PaperRow>,
}

/// Keys the sample; two readings that agree become a claim of hours, others stop the sheet. Takes an `Idempotency-Key`.
#[utoipa::path(post, path = "/api/v1/sheets/{sheet}/sample", tag = "activities", params(("sheet" = String, Path)),
    request_body = KeyedSample, responses((status = 200, body = KeyedSheet), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn create_sample(
    cx: Cx,
    Path(sheet): Path<SheetId>,
    Body(sample): Body<KeyedSample>,
) -> Result<Json<KeyedSheet>> {
    let sheet = sheets::held(&cx, sheet).await?;
    let compared = sheets::compare(&cx, &sheet, &typed(sample.rows)).await?;
    compared.map_err(|wrong| invalid(&cx, wrong))?;
    Ok(Json(sheets::held(&cx, sheet.id).await?.into()))
}

/// One reading of a row.
#[derive(Serialize, ToSchema)]
struct Reading {
    #[schema(value_type = String)]
    person: PersonId,
    name: String,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
}

/// Both readings of a row.
#[derive(Serialize, ToSchema)]
struct TwoReadings {
    line: i64,
    first: Reading,
    second: Option<Reading>,
    /// Another person, or more than five minutes.
    differs: bool,
}

impl From<SheetRow> for TwoReadings {
    fn from(row: SheetRow) -> Self {
        let second = row.second().map(|second| Reading {
            person: second.person,
            name: row.second_name.clone().unwrap_or_default(),
            from: second.from,
            to: second.to,
        });
        let differs = row.differs();
        let first = Reading { person: row.person_id, name: row.name, from: row.from_at, to: row.to_at };
        Self { line: row.line, first, second, differs }
    }
}

/// A sheet with both readings of its sample.
#[derive(Serialize, ToSchema)]
struct SheetReadings {
    sheet: KeyedSheet,
    rows: Vec<TwoReadings>,
}

/// Both readings of a sheet's sample; each look leaves a trace.
#[utoipa::path(get, path = "/api/v1/desk/sheets/{sheet}", tag = "activities", params(("sheet" = String, Path)),
    responses((status = 200, body = SheetReadings), (status = 404, body = Problem)))]
async fn show_readings(cx: Cx, Path(sheet): Path<SheetId>) -> Result<Json<SheetReadings>> {
    let sheet = sheets::decidable(&cx, sheet).await?;
    let rows = sheets::readings(&cx, &sheet).await?;
    let rows = rows.into_iter().filter(|row| row.sampled).map(TwoReadings::from).collect();
    Ok(Json(SheetReadings { sheet: sheet.into(), rows }))
}

/// What an officer makes of two readings.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SheetDecision {
    /// Whether it goes on; otherwise it is keyed anew.
    accept: bool,
    /// The rows of which the second reading is the true one.
    #[serde(default)]
    second: Vec<i64>,
    /// Why it is returned.
    #[serde(default)]
    opinion: Option<String>,
}

/// Decides about a sheet whose readings differ; neither of the two who keyed it does.
#[utoipa::path(post, path = "/api/v1/desk/sheets/{sheet}/decision", tag = "activities", params(("sheet" = String, Path)),
    request_body = SheetDecision, responses((status = 200, body = KeyedSheet), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn decide_sheet(cx: Cx, Path(sheet): Path<SheetId>, Body(said): Body<SheetDecision>) -> Result<Json<KeyedSheet>> {
    let sheet = sheets::decidable(&cx, sheet).await?;
    let opinion = said.opinion.filter(|text| !text.trim().is_empty());
    if !said.accept && opinion.is_none() {
        let mut errors = FieldErrors::none();
        errors.add("opinion", Word::new("sheet.opinion_missing"));
        return Err(Error::Invalid(errors));
    }
    let verdict = if said.accept { Verdict::Accept(said.second) } else { Verdict::Return };
    sheets::decide(&cx, &sheet, verdict, opinion).await?;
    Ok(Json(sheets::decidable(&cx, sheet.id).await?.into()))
}
