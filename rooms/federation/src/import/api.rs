//! The import as JSON: upload, what was understood and would happen, the columns, writing, giving up, the refused rows.
#![expect(unused_qualifications, reason = "the macro that documents a route names its query once more")]

use super::model::{Counts, ImportId, Run, RunState, SheetColumns, StoredRefusal};
use super::pages::{PAGE, roster};
use super::{policy, store, verbs};
use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use kernel::http::{Body, Cursor, NoBody, Paged, Problem, Upload};
use kernel::{Answer, Cx, Error, FieldErrors, Query, Result, Routes, Word, routes};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};

pub(super) fn routes() -> Routes {
    Routes::new()
        .api(policy::RUN, routes!(list_imports))
        .api(policy::RUN, routes!(create_import))
        .api(policy::RUN, routes!(show_import))
        .api(policy::RUN, routes!(list_refusals))
        .api(policy::RUN, routes!(show_errors))
        .api(policy::RUN, routes!(create_mapping))
        .api(policy::RUN, routes!(create_commit))
        .api(policy::RUN, routes!(create_cancellation))
}

/// An upload in the list.
#[derive(Serialize, ToSchema)]
struct ListedImport {
    #[schema(value_type = String)]
    id: ImportId,
    /// `volunteers` or `teams`.
    kind: String,
    file_name: String,
    /// `uploaded`, `previewed`, `running`, `done`, `undone`, `cancelled` or `failed`.
    #[schema(value_type = String)]
    state: RunState,
    /// Filled rows of the file, titles and all.
    rows: i64,
    /// What the preview found.
    counts: Counts,
    /// What the finished parts wrote.
    written: Counts,
    made_by: String,
    made_at: DateTime<Utc>,
    done_at: Option<DateTime<Utc>>,
}

impl From<&Run> for ListedImport {
    fn from(run: &Run) -> Self {
        Self {
            id: run.id,
            kind: run.kind.clone(),
            file_name: run.file_name.clone(),
            state: run.state,
            rows: run.row_count,
            counts: run.counts.0,
            written: run.written.0,
            made_by: run.made_by_name.clone(),
            made_at: run.made_at,
            done_at: run.done_at,
        }
    }
}

/// The newest thirty imports that the caller may see.
#[utoipa::path(get, path = "/api/v1/imports", tag = "import", responses((status = 200, body = Paged<ListedImport>)))]
async fn list_imports(cx: Cx) -> Result<Json<Paged<ListedImport>>> {
    let items = verbs::list(&cx).await?.iter().map(ListedImport::from).collect();
    Ok(Json(Paged { items, next: None }))
}

/// One import, how far it is and what was understood of it.
#[derive(Serialize, ToSchema)]
struct ImportRecord {
    import: ListedImport,
    progress: ImportProgress,
    /// The columns of each sheet as they were understood, with masked samples.
    sheets: Vec<SheetColumns>,
    /// What was said of headings: the field's key, or empty where a column is left out.
    mapping: BTreeMap<String, String>,
    /// What one should know and what stops no row.
    notes: Vec<ImportNote>,
}

/// How far the job is that looks or writes.
#[derive(Serialize, ToSchema)]
struct ImportProgress {
    done: i64,
    of: i64,
    /// It was given up after its last try.
    failed: bool,
}

/// Something one should know.
#[derive(Serialize, ToSchema)]
struct ImportNote {
    /// The word key.
    code: String,
    /// How often.
    n: i64,
}

async fn record(cx: &Cx, id: ImportId) -> Result<Json<ImportRecord>> {
    let run = verbs::find(cx, &cx.db, id).await?;
    let (done, of, failed) = verbs::progress(cx, &run).await?;
    Ok(Json(ImportRecord {
        import: ListedImport::from(&run),
        progress: ImportProgress { done, of, failed },
        sheets: run.columns.0,
        mapping: run.mapping.0,
        notes: run.notes.0.into_iter().map(|(code, n)| ImportNote { code, n }).collect(),
    }))
}

/// One import.
#[utoipa::path(get, path = "/api/v1/imports/{import}", tag = "import", params(("import" = String, Path)),
    responses((status = 200, body = ImportRecord), (status = 404, body = Problem)))]
async fn show_import(cx: Cx, Path(import): Path<ImportId>) -> Result<Json<ImportRecord>> {
    record(&cx, import).await
}

/// A roster to be brought in.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it documents the parts of an upload")]
struct ImportUpload {
    /// `volunteers` or `teams`.
    kind: String,
    /// An xlsx, xls or csv of at most 10 MB.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// Uploads a roster and looks what it would do; nothing is written before the commit. Takes an `Idempotency-Key`.
#[utoipa::path(post, path = "/api/v1/imports", tag = "import",
    request_body(content = ImportUpload, content_type = "multipart/form-data"),
    responses((status = 201, body = ImportRecord), (status = 409, body = Problem, description = "It is no table"),
        (status = 413, body = Problem), (status = 422, body = Problem)))]
async fn create_import(cx: Cx, mut parts: Upload) -> Result<(StatusCode, Json<ImportRecord>)> {
    let (mut kind, mut file, mut errors) = (String::new(), (String::new(), Vec::new()), FieldErrors::none());
    while let Some((name, file_name, bytes)) = parts.next().await? {
        match name.as_str() {
            "kind" => kind = String::from_utf8(bytes).unwrap_or_default(),
            "file" => file = (file_name, bytes),
            _ => return Err(Error::Malformed(Word::new("error.upload"))),
        }
    }
    let roster = roster(&kind);
    if roster.is_none() {
        errors.add("kind", Word::new("form.choose"));
    }
    if file.1.is_empty() {
        errors.add("file", Word::new("import.no_file"));
    }
    let Some(roster) = roster.filter(|_| errors.is_empty()) else { return Err(Error::Invalid(errors)) };
    let made = verbs::upload(&cx, roster, &file.0, file.1).await?;
    Ok((StatusCode::CREATED, record(&cx, made).await?))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct RefusalQuery {
    /// `next` of the page before.
    cursor: Option<String>,
}

/// A cell for which a row is not taken.
#[derive(Serialize, ToSchema)]
struct ImportRefusal {
    /// The name on the tab; empty for a csv.
    sheet: String,
    /// The row as the spreadsheet counts it.
    row: i64,
    /// The field's key.
    field: String,
    /// In the reader's language.
    reason: String,
    /// The word key.
    code: String,
    /// What stands in the cell, masked.
    shown: String,
    /// The tab and the row that it contradicts.
    other_sheet: Option<String>,
    other_row: Option<i64>,
}

/// The refused cells in the order of the file, 50 a page.
#[utoipa::path(get, path = "/api/v1/imports/{import}/refusals", tag = "import", params(("import" = String, Path), RefusalQuery),
    responses((status = 200, body = Paged<ImportRefusal>), (status = 400, body = Problem), (status = 404, body = Problem)))]
async fn list_refusals(
    cx: Cx,
    Path(import): Path<ImportId>,
    Query(query): Query<RefusalQuery>,
) -> Result<Json<Paged<ImportRefusal>>> {
    let run = verbs::find(&cx, &cx.db, import).await?;
    let from = Cursor::read(query.cursor.as_deref(), 1)?.map_or(Ok(0), |cursor| cursor.get::<i64>(0))?;
    let found = store::refusals(&cx.db, cx.tenant, run.id, (from, PAGE + 1)).await?;
    let size = usize::try_from(PAGE).unwrap_or(usize::MAX);
    let page = Paged::cut(found, size, |last| vec![(last.seq + 1).to_string()]);
    Ok(Json(page.map(|refusal: StoredRefusal| ImportRefusal {
        reason: cx.t(&refusal.reason).to_owned(),
        sheet: refusal.sheet,
        row: refusal.line,
        field: refusal.field,
        code: refusal.reason,
        shown: refusal.shown,
        other_sheet: refusal.other_sheet,
        other_row: refusal.other_line,
    })))
}

/// The upload again, its refused rows marked.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it documents a download")]
#[schema(value_type = String, format = Binary)]
struct ErrorWorkbook(Vec<u8>);

/// The refused rows as a workbook, with their reasons and with the numbers as they stood; taking it leaves a trace.
#[utoipa::path(get, path = "/api/v1/imports/{import}/errors", tag = "import", params(("import" = String, Path)),
    responses((status = 200, description = "An xlsx", content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        body = ErrorWorkbook), (status = 404, body = Problem)))]
async fn show_errors(cx: Cx, Path(import): Path<ImportId>) -> Result<Answer> {
    let run = verbs::find(&cx, &cx.db, import).await?;
    let kept = verbs::take_errors(&cx, &run).await?;
    Ok(cx.download(&kept.expose().name, &kept.expose().kind, kept.expose().content.clone()))
}

/// What columns hold.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ImportMapping {
    /// Heading and the key of its field, such as `phone`; null or empty leaves the column out.
    columns: BTreeMap<String, Option<String>>,
}

/// Says what columns hold, for this file and the next of its source, and looks again.
#[utoipa::path(post, path = "/api/v1/imports/{import}/mapping", tag = "import", params(("import" = String, Path)),
    request_body = ImportMapping, responses((status = 200, body = ImportRecord), (status = 400, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem, description = "It is being written, or was")))]
async fn create_mapping(
    cx: Cx,
    Path(import): Path<ImportId>,
    Body(said): Body<ImportMapping>,
) -> Result<Json<ImportRecord>> {
    let run = verbs::find(&cx, &cx.db, import).await?;
    let told = verbs::told(&run, said.columns.into_iter().map(|(heading, key)| (heading, key.unwrap_or_default())))?;
    verbs::tell(&cx, run, &told).await?;
    record(&cx, import).await
}

/// Says yes: a job writes the import. Ask for the import to see how far it is. Takes an `Idempotency-Key`.
#[utoipa::path(post, path = "/api/v1/imports/{import}/commit", tag = "import", params(("import" = String, Path)),
    responses((status = 202, body = ImportRecord, description = "It is being written"), (status = 404, body = Problem),
        (status = 409, body = Problem, description = "It waits for no yes")))]
async fn create_commit(cx: Cx, Path(import): Path<ImportId>, _: NoBody) -> Result<(StatusCode, Json<ImportRecord>)> {
    let run = verbs::find(&cx, &cx.db, import).await?;
    verbs::start(&cx, run).await?;
    Ok((StatusCode::ACCEPTED, record(&cx, import).await?))
}

/// Gives an import up; what was written of it stays. Takes an `Idempotency-Key`.
#[utoipa::path(post, path = "/api/v1/imports/{import}/cancellation", tag = "import", params(("import" = String, Path)),
    responses((status = 200, body = ImportRecord), (status = 404, body = Problem),
        (status = 409, body = Problem, description = "It is over")))]
async fn create_cancellation(cx: Cx, Path(import): Path<ImportId>, _: NoBody) -> Result<Json<ImportRecord>> {
    let run = verbs::find(&cx, &cx.db, import).await?;
    verbs::cancel(&cx, run).await?;
    record(&cx, import).await
}
