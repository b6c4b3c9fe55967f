//! The import at the desk: upload, columns, preview, writing, result.

use askama::Template;
use axum::extract::Path;
use kernel::http::{Multipart, filters};
use kernel::{Answer, Cx, Error, FieldErrors, Form, Query, Result, Routes, Word};
use people::duplicates::Reason;
use serde::Deserialize;

use super::columns::{Field, Kind};
use super::model::{self, ImportId, Run, RunState, SheetColumns, StoredRefusal};
use super::{policy, source, store, undo, verbs};

/// Refusals of one page.
pub(super) const PAGE: i64 = 50;

/// The routes.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .get("/desk/imports", policy::RUN, index)
        .post("/desk/imports", policy::RUN, create)
        .get("/desk/imports/{import}", policy::RUN, show)
        .get("/desk/imports/{import}/progress", policy::RUN, progress)
        .get("/desk/imports/{import}/errors", policy::RUN, errors)
        .post("/desk/imports/{import}/mapping", policy::RUN, mapping)
        .post("/desk/imports/{import}/commit", policy::RUN, commit)
        .post("/desk/imports/{import}/cancellation", policy::RUN, cancel)
}

#[derive(Template)]
#[template(path = "federation/imports.html")]
struct Index {
    runs: Vec<Run>,
    errors: FieldErrors,
    kind: String,
}

async fn listing(cx: &Cx, errors: FieldErrors, kind: String) -> Result<Index> {
    Ok(Index { runs: verbs::list(cx).await?, errors, kind })
}

async fn index(cx: Cx) -> Result<Answer> {
    cx.page(&listing(&cx, FieldErrors::none(), "volunteers".to_owned()).await?)
}

/// The kind of roster by its name.
pub(super) fn roster(kind: &str) -> Option<Kind> {
    match kind {
        "volunteers" => Some(Kind::Volunteers),
        "teams" => Some(Kind::Teams),
        _ => None,
    }
}

async fn create(cx: Cx, mut form: Multipart) -> Result<Answer> {
    let (mut kind, mut file, mut errors) = (String::new(), (String::new(), Vec::new()), FieldErrors::none());
    while let Some((name, file_name, bytes)) = form.next().await? {
        match name.as_str() {
            "kind" => kind = String::from_utf8(bytes).unwrap_or_default(),
            "file" => file = (file_name, bytes),
            _ => return Err(Error::Malformed(Word::new("error.form"))),
        }
    }
    let roster = roster(&kind);
    if roster.is_none() {
        errors.add("kind", Word::new("form.choose"));
    }
    if file.1.is_empty() {
        errors.add("file", Word::new("import.no_file"));
    }
    let Some(roster) = roster.filter(|_| errors.is_empty()) else {
        return cx.invalid(&listing(&cx, errors, kind).await?);
    };
    match verbs::upload(&cx, roster, &file.0, file.1).await {
        Ok(run) => Ok(cx.see_other(&model::url(run))),
        Err(Error::Refused(word)) => {
            errors.add("file", word);
            cx.invalid(&listing(&cx, errors, kind).await?)
        }
        Err(other) => Err(other),
    }
}

#[derive(Template)]
#[template(path = "federation/import.html")]
struct Show {
    run: Run,
    refused: Vec<StoredRefusal>,
    next: Option<i64>,
    from: i64,
    done: i64,
    of: i64,
    broken: bool,
    now: chrono::DateTime<chrono::Utc>,
    doubles: Vec<ShownDouble>,
}

/// A likely double as it is shown: the row, and whom or what it may be.
struct ShownDouble {
    sheet: String,
    row: u32,
    /// The name and the record, for a reader who may know them.
    person: Option<(String, String)>,
    /// The other row of the file.
    other: Option<Word>,
    reasons: Vec<Reason>,
}

impl Show {
    fn fields(&self) -> Vec<Field> {
        fields(self.run.roster())
    }

    fn field_word(&self, key: &str) -> String {
        field_word(self.run.roster(), key)
    }

    /// The headings of all sheets once, with what was understood.
    fn columns(&self) -> Vec<&model::Column> {
        let mut columns: Vec<&model::Column> = Vec::new();
        for column in self.run.columns.0.iter().flat_map(|sheet| &sheet.columns) {
            if columns.iter().all(|other| other.heading != column.heading) {
                columns.push(column);
            }
        }
        columns
    }

    /// Whether the rows lie in sheets with names; a CSV has none.
    fn sheets(&self) -> bool {
        self.refused.iter().any(|refusal| !refusal.sheet.is_empty())
    }

    fn skipped(&self) -> Vec<(&str, &str)> {
        let of = |sheet: &'_ SheetColumns| sheet.skipped.is_some();
        let found = self.run.columns.0.iter().filter(|sheet| of(sheet));
        found.map(|sheet| (sheet.sheet.as_str(), sheet.skipped.as_deref().unwrap_or_default())).collect()
    }

    fn notes(&self) -> Vec<(&str, i64)> {
        self.run.notes.0.iter().map(|(word, n)| (word.as_str(), *n)).collect()
    }

    /// The row that a refused one contradicts.
    fn other(&self, refusal: &StoredRefusal) -> Option<Word> {
        Some(source::other_row(refusal.other_sheet.as_ref()?, refusal.other_line?))
    }

    fn stages(&self) -> [&'static str; 5] {
        STAGES
    }

    fn stage(&self) -> usize {
        match self.run.state {
            RunState::Uploaded => 1,
            RunState::Previewed => 2,
            RunState::Running => 3,
            _ => 4,
        }
    }

    /// Until when this can be taken back; nothing where it cannot any more.
    fn undo_until(&self) -> Option<chrono::DateTime<chrono::Utc>> {
        undo::until(&self.run).filter(|until| self.now <= *until)
    }

    /// What the page counts: what was found until it is written, then what was written.
    fn counts(&self) -> model::Counts {
        match self.run.state {
            RunState::Done | RunState::Undone => self.run.written.0,
            RunState::Cancelled | RunState::Failed => {
                model::Counts { refused: self.run.counts.0.refused, ..self.run.written.0 }
            }
            _ => self.run.counts.0,
        }
    }
}

const STAGES: [&str; 5] =
    ["import.stage.upload", "import.stage.columns", "import.stage.preview", "import.stage.write", "import.stage.done"];

/// The fields that a column of such a roster may hold.
fn fields(kind: Kind) -> Vec<Field> {
    let of_teams = [
        Field::Name,
        Field::Number,
        Field::TeamKind,
        Field::Town,
        Field::Community,
        Field::LeaderName,
        Field::LeaderPhone,
        Field::FoundedOn,
        Field::Contact,
        Field::ContactPhone,
        Field::Parent,
        Field::Remark,
    ];
    let only_teams = [
        Field::Number,
        Field::TeamKind,
        Field::LeaderName,
        Field::LeaderPhone,
        Field::FoundedOn,
        Field::Contact,
        Field::ContactPhone,
        Field::Parent,
    ];
    match kind {
        Kind::Teams => of_teams.to_vec(),
        Kind::Volunteers => Field::ALL.iter().copied().filter(|field| !only_teams.contains(field)).collect(),
    }
}

/// The word of a field's key: a team's name is not a person's.
pub(super) fn field_word(kind: Kind, key: &str) -> String {
    match (kind, key) {
        (Kind::Teams, "name") => "import.field.team_name".to_owned(),
        _ => format!("import.field.{key}"),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct From {
    from: Option<i64>,
}

/// The first likely doubles of a preview; whoever is beyond the reader's reach stays without a name.
async fn doubles(cx: &Cx, run: &Run) -> Result<Vec<ShownDouble>> {
    let Some(found) = run.doubles.as_ref().filter(|_| run.state == RunState::Previewed) else { return Ok(Vec::new()) };
    let mut shown = Vec::new();
    for double in found.0.iter().take(usize::try_from(PAGE).unwrap_or(0)) {
        let mut person = None;
        if let Some(id) = double.person
            && let Some(found) = people::find_many(&cx.db, cx.tenant, &[id]).await?.pop()
            && people::policy::can(cx, people::policy::READ, &found).await?
        {
            person = Some((found.url(), found.name));
        }
        let other = double
            .other_row
            .map(|row| source::other_row(double.other_sheet.as_deref().unwrap_or_default(), i64::from(row)));
        let reasons = double.reasons.iter().filter_map(|code| code.parse().ok()).collect();
        shown.push(ShownDouble { sheet: double.sheet.clone(), row: double.row, person, other, reasons });
    }
    Ok(shown)
}

async fn page(cx: &Cx, run: Run, from: i64) -> Result<Show> {
    let mut refused = store::refusals(&cx.db, cx.tenant, run.id, (from, PAGE + 1)).await?;
    let more = refused.len() > usize::try_from(PAGE).unwrap_or(0);
    refused.truncate(usize::try_from(PAGE).unwrap_or(0));
    let next = refused.last().map(|last| last.seq + 1).filter(|_| more);
    let (done, of, broken) = verbs::progress(cx, &run).await?;
    let doubles = doubles(cx, &run).await?;
    Ok(Show { run, refused, next, from, done, of, broken, now: cx.now, doubles })
}

async fn show(cx: Cx, Path(import): Path<ImportId>, Query(query): Query<From>) -> Result<Answer> {
    let run = verbs::find(&cx, &cx.db, import).await?;
    cx.page(&page(&cx, run, query.from.unwrap_or(0).max(0)).await?)
}

#[derive(Template)]
#[template(path = "federation/import_progress.html")]
struct Progress {
    run: Run,
    done: i64,
    of: i64,
    broken: bool,
}

/// What a script swaps in while a job works.
async fn progress(cx: Cx, Path(import): Path<ImportId>) -> Result<Answer> {
    let run = verbs::find(&cx, &cx.db, import).await?;
    let (done, of, broken) = verbs::progress(&cx, &run).await?;
    cx.page(&Progress { run, done, of, broken })
}

/// The rows that were refused, with their reasons and with the numbers as they stood: the download leaves a trace.
async fn errors(cx: Cx, Path(import): Path<ImportId>) -> Result<Answer> {
    let run = verbs::find(&cx, &cx.db, import).await?;
    let kept = verbs::take_errors(&cx, &run).await?;
    let name = format!("{}-{}", cx.t("import.errors_name"), kept.expose().name);
    Ok(cx.download(&name, &kept.expose().kind, kept.expose().content.clone()))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MappingForm {
    #[serde(default)]
    heading: Vec<String>,
    #[serde(default)]
    field: Vec<String>,
}

async fn mapping(cx: Cx, Path(import): Path<ImportId>, Form(form): Form<MappingForm>) -> Result<Answer> {
    let run = verbs::find(&cx, &cx.db, import).await?;
    if form.heading.len() != form.field.len() {
        return Err(Error::Malformed(Word::new("error.form")));
    }
    let told = verbs::told(&run, form.heading.into_iter().zip(form.field))?;
    let url = run.url();
    verbs::tell(&cx, run, &told).await?;
    Ok(cx.see_other_saying(&url, &Word::new("import.mapped")))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

async fn commit(cx: Cx, Path(import): Path<ImportId>, Form(_): Form<Nothing>) -> Result<Answer> {
    let run = verbs::find(&cx, &cx.db, import).await?;
    let url = run.url();
    verbs::start(&cx, run).await?;
    Ok(cx.see_other(&url))
}

async fn cancel(cx: Cx, Path(import): Path<ImportId>, Form(_): Form<Nothing>) -> Result<Answer> {
    let run = verbs::find(&cx, &cx.db, import).await?;
    let url = run.url();
    verbs::cancel(&cx, run).await?;
    Ok(cx.see_other_saying(&url, &Word::new("import.cancelled")))
}
