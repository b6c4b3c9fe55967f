//! What is done to a run: upload, tell the columns, preview, commit, give up. Page, job and command call the same verbs.

use std::sync::Arc;

use kernel::jobs::{self, Job};
use kernel::{Actor, Cx, Error, FileId, JobId, Json, Lang, Read, Result, Secret, Tx, Word, files};
use serde::{Deserialize, Serialize};

use super::cells::Refusal;
use super::columns::{Field, Kind};
use super::commit::{self, Cancelled, ErrorsTaken, Mapped, Previewed, Started, Uploaded};
use super::layout;
use super::model::{self, Bounds, Counts, Double, ImportId, Notes, Run, RunState, SheetColumns, Told};
use super::plan::{self, Plan};
use super::turn::{BUSY, Book};
use super::{roster, source, store, teams};

/// Rows beyond which a page does not wait for the preview.
const INLINE: i64 = 2_000;
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// What a file would do.
pub struct Preview {
    /// Rows by what becomes of them.
    pub counts: Counts,
    /// Why the refused ones are not taken, by cell.
    pub refused: Vec<Refusal>,
    /// What the clerk should know.
    pub notes: Notes,
    /// Rows that may be people who are on record already.
    pub doubles: Vec<Double>,
    /// The columns as they were understood, with samples.
    pub columns: Vec<SheetColumns>,
}

/// What was found, with what it takes to go on.
pub(super) struct Looked {
    pub preview: Preview,
    pub plan: Plan,
    pub errors: Option<Vec<u8>>,
}

/// Compares a workbook with the record within bounds; writes nothing.
pub(super) async fn look(cx: &Cx, book: Arc<Book>, kind: Kind, told: &Told, bounds: &Bounds) -> Result<Looked> {
    let (today, mine, heard) = (cx.today(), Arc::clone(&book), told.clone());
    let checked = source::wait(move || {
        let layout = layout::find(&mine, kind, &heard);
        let columns = source::columns(&mine, &layout);
        let rosters = match kind {
            Kind::Volunteers => (Some(roster::check(&layout, today)), None),
            Kind::Teams => (None, Some(teams::check(&layout, today))),
        };
        (columns, rosters)
    });
    let (columns, rosters) = checked.await?;
    let mut plan = match rosters {
        (Some(volunteers), _) => plan::volunteers::plan(cx, bounds, volunteers).await?,
        (None, Some(list)) => plan::teams::plan(cx, bounds, list).await?,
        (None, None) => Plan::default(),
    };
    let errors = match plan.refused.is_empty() {
        true => None,
        false => {
            let (cx, told, refused) = (cx.clone(), told.clone(), plan.refused.clone());
            Some(source::wait(move || source::error_file(&cx, &book, kind, &told, &refused)).await??)
        }
    };
    let (notes, refused) = (std::mem::take(&mut plan.notes), std::mem::take(&mut plan.refused));
    let doubles = std::mem::take(&mut plan.doubles);
    let preview = Preview { counts: plan.counts, refused, notes, doubles, columns };
    Ok(Looked { preview, plan, errors })
}

/// What an uploaded file would do, by what the clerk told of its columns; nothing is written but the trace of the look.
///
/// # Errors
/// When the run's file is gone or cannot be read.
pub async fn preview(cx: &Cx, file: FileId, kind: Kind, told: &Told) -> Result<Preview> {
    let book = Arc::new(open(cx, file).await?);
    let looked = look(cx, book, kind, told, &Bounds::of(cx)).await?;
    let (at, counts) = (cx.clone(), looked.preview.counts);
    cx.write(kernel::LaneKey(1), async move |tx: &mut Tx<'_>| {
        tx.record(&at, &Previewed { run: None, kind: name(kind).to_owned(), counts });
        Ok(())
    })
    .await?;
    Ok(looked.preview)
}

/// `volunteers` or `teams`.
pub(super) const fn name(kind: Kind) -> &'static str {
    match kind {
        Kind::Volunteers => "volunteers",
        Kind::Teams => "teams",
    }
}

async fn open(cx: &Cx, file: FileId) -> Result<Book> {
    let kept = files::open_sealed(&cx.db, cx, file).await?;
    source::read(cx, kept.expose().content.clone()).await
}

/// The headings that our own error file adds, in both languages.
pub(super) fn added(cx: &Cx) -> Vec<String> {
    [Lang::Zh, Lang::En].map(|lang| cx.app.words.text(lang, "import.reason").to_owned()).to_vec()
}

/// A run that is about to begin; what was said of such columns before is taken up.
pub(super) async fn begin(cx: &Cx, book: &Arc<Book>, kind: Kind, file_name: &str, bounds: Bounds) -> Result<Run> {
    let (mine, added) = (Arc::clone(book), added(cx));
    let (source_key, rows) =
        source::wait(move || (source::signature(&mine, kind, &added), source::row_count(&mine))).await?;
    let mapping = store::mapping(&cx.db, cx.tenant, (name(kind), &source_key)).await?;
    Ok(Run {
        id: ImportId::fresh(),
        kind: name(kind).to_owned(),
        file_id: None,
        file_name: file_name.chars().filter(|c| !c.is_control()).take(120).collect(),
        source_key,
        mapping: Json(mapping),
        columns: Json(Vec::new()),
        notes: Json(Notes::new()),
        doubles: None,
        bounds: Json(bounds),
        state: RunState::Uploaded,
        row_count: i64::try_from(rows).unwrap_or(i64::MAX),
        counts: Json(Counts::default()),
        written: Json(Counts::default()),
        result_file_id: None,
        job_id: None,
        made_by: cx.actor.account,
        made_by_name: cx.actor.name.clone(),
        made_at: cx.now,
        done_at: None,
    })
}

/// Takes an upload: reads it to know that it is a table, seals it, and looks at once or, at many rows, later.
///
/// # Errors
/// `Refused` with the table's own sentence when it is none.
pub async fn upload(cx: &Cx, kind: Kind, file_name: &str, bytes: Vec<u8>) -> Result<ImportId> {
    let book = Arc::new(source::read(cx, bytes.clone()).await?);
    let mut run = begin(cx, &book, kind, file_name, Bounds::of(cx)).await?;
    drop(book); // its place is for the next, which may be the look below
    let (at, id) = (cx.clone(), run.id);
    let later = run.row_count > INLINE;
    let stored = cx
        .once(id.lane(), async move |tx: &mut Tx<'_>| {
            run.file_id =
                Some(files::insert_sealed(tx, &at, &run.file_name, "application/octet-stream", &bytes).await?);
            if later {
                run.job_id = Some(jobs::enqueue(tx, at.tenant, at.now, &LookJob { run: run.id }).await?);
            }
            store::insert(tx, at.tenant, &run).await?;
            tx.record(&at, &Uploaded { run: Some(run.id), kind: run.kind.clone(), rows: run.row_count });
            Ok(run.id)
        })
        .await?;
    if !later && stored == id {
        look_soon(cx, id).await?;
    }
    Ok(stored)
}

/// Looks at once; where other tables take too long, a job looks: what was kept stays.
async fn look_soon(cx: &Cx, id: ImportId) -> Result<()> {
    match look_at(cx, id).await {
        Err(Error::Unavailable(BUSY)) => {}
        other => return other,
    }
    let at = cx.clone();
    cx.write(id.lane(), async move |tx: &mut Tx<'_>| {
        let job = jobs::enqueue(tx, at.tenant, at.now, &LookJob { run: id }).await?;
        store::advance(tx, at.tenant, id, (RunState::Uploaded, RunState::Uploaded), Some(job)).await.map(|_| ())
    })
    .await
}

/// Previews a run and keeps what was found.
pub(super) async fn look_at(cx: &Cx, id: ImportId) -> Result<()> {
    let run = store::find(&cx.db, cx.tenant, id).await?;
    let Some(file) = run.file_id.filter(|_| matches!(run.state, RunState::Uploaded | RunState::Previewed)) else {
        return Ok(());
    };
    let book = Arc::new(open(cx, file).await?);
    let looked = look(cx, book, run.roster(), &run.told(), &run.bounds.0).await?;
    let at = cx.clone();
    cx.write(id.lane(), async move |tx: &mut Tx<'_>| {
        let Preview { counts, refused, notes, doubles, columns } = looked.preview;
        let result = match looked.errors {
            Some(bytes) => Some(files::insert_sealed(tx, &at, &errors_name(&run), XLSX, &bytes).await?),
            None => None,
        };
        if let Some(before) = run.result_file_id {
            files::remove(tx, &at, before).await?;
        }
        let found = store::Found { counts, columns: &columns, notes: &notes, doubles: &doubles, result };
        if !store::set_previewed(tx, at.tenant, id, &found).await? {
            return Err(Error::refused("import.not_waiting"));
        }
        store::set_refusals(tx, at.tenant, id, &refused).await?;
        tx.record(&at, &Previewed { run: Some(id), kind: run.kind, counts });
        Ok(())
    })
    .await
}

/// `退回-名册.xlsx`: what was uploaded, marked, always a workbook.
pub(super) fn errors_name(run: &Run) -> String {
    let stem = run.file_name.rsplit_once('.').map_or(run.file_name.as_str(), |(stem, _)| stem);
    format!("{stem}-{}.xlsx", run.id.0.simple().to_string().get(24..).unwrap_or_default())
}

/// What the clerk says of headings, read: each heading is one of the run's, each key a field's or empty.
///
/// # Errors
/// `Malformed` otherwise.
pub(super) fn told(run: &Run, said: impl Iterator<Item = (String, String)>) -> Result<Told> {
    let wrong = || Error::Malformed(Word::new("import.mapping_wrong"));
    let known = |heading: &String| run.columns.0.iter().flat_map(|sheet| &sheet.columns).any(|c| c.heading == *heading);
    let mut told = Told::new();
    for (heading, key) in said {
        let field = if key.is_empty() { None } else { Some(Field::from_key(&key).ok_or_else(wrong)?) };
        if !known(&heading) {
            return Err(wrong());
        }
        told.insert(heading, field);
    }
    Ok(told)
}

/// The rows that were refused, with their reasons and with the numbers as they stood: taking it leaves a trace.
pub(super) async fn take_errors(cx: &Cx, run: &Run) -> Result<Secret<files::File>> {
    let file = run.result_file_id.ok_or(Error::NotFound)?;
    let (at, id, rows) = (cx.clone(), run.id, run.counts.0.refused);
    cx.write(run.id.lane(), async move |tx: &mut Tx<'_>| {
        tx.record(&at, &ErrorsTaken { run: Some(id), rows });
        files::open_sealed(tx, &at, file).await
    })
    .await
}

/// How far the run's job is: done, of how many, and whether it was given up after its last try.
pub(super) async fn progress(cx: &Cx, run: &Run) -> Result<(i64, i64, bool)> {
    let Some(id) = run.job_id.filter(|_| matches!(run.state, RunState::Uploaded | RunState::Running)) else {
        return Ok((0, 0, false));
    };
    let job = jobs::find(&cx.db, cx.tenant, id).await?;
    let number = |name: &str| job.progress.0.get(name).and_then(serde_json::Value::as_i64).unwrap_or(0);
    let of = if run.state == RunState::Running { run.counts.0.writing() } else { run.row_count };
    Ok((number("done"), of.max(number("of")), job.state == "failed"))
}

/// Keeps what the clerk says of the columns, for this run and for the next file of its source, and looks again.
pub async fn tell(cx: &Cx, run: Run, told: &Told) -> Result<()> {
    let (at, id, later) = (cx.clone(), run.id, run.row_count > INLINE);
    let run = Run { mapping: Json(model::stored(told)), ..run };
    cx.write(id.lane(), async move |tx: &mut Tx<'_>| {
        if !store::set_mapping(tx, at.tenant, &run).await? {
            return Err(Error::refused("import.not_waiting"));
        }
        store::remember(tx, at.tenant, &run, at.now).await?;
        if later {
            let job = jobs::enqueue(tx, at.tenant, at.now, &LookJob { run: id }).await?;
            store::advance(tx, at.tenant, id, (RunState::Uploaded, RunState::Uploaded), Some(job)).await?;
        }
        tx.record(&at, &Mapped { run: Some(id), columns: run.mapping.0.len() });
        Ok(())
    })
    .await?;
    if later { Ok(()) } else { look_soon(cx, id).await }
}

/// The clerk says yes: the run is written by a job. A second yes changes nothing.
pub async fn start(cx: &Cx, run: Run) -> Result<()> {
    let at = cx.clone();
    cx.once(run.id.lane(), async move |tx: &mut Tx<'_>| {
        if !store::advance(tx, at.tenant, run.id, (RunState::Previewed, RunState::Running), None).await? {
            return Err(Error::refused("import.not_waiting"));
        }
        let job = jobs::enqueue(tx, at.tenant, at.now, &WriteJob { run: run.id }).await?;
        store::advance(tx, at.tenant, run.id, (RunState::Running, RunState::Running), Some(job)).await?;
        tx.record(&at, &Started { run: Some(run.id), kind: run.kind });
        Ok(())
    })
    .await
}

/// Gives a run up; what was written of it stays.
pub async fn cancel(cx: &Cx, run: Run) -> Result<()> {
    let at = cx.clone();
    cx.once(run.id.lane(), async move |tx: &mut Tx<'_>| {
        if let Some(job) = run.job_id {
            jobs::cancel(tx, at.tenant, job).await?;
        }
        let now = store::find(tx, at.tenant, run.id).await?;
        if !matches!(now.state, RunState::Uploaded | RunState::Previewed | RunState::Running) {
            return Err(Error::refused("import.not_running"));
        }
        store::advance(tx, at.tenant, run.id, (now.state, RunState::Cancelled), None).await?;
        if let Some(file) = now.file_id {
            files::remove(tx, &at, file).await?;
        }
        tx.record(&at, &Cancelled { run: Some(run.id), written: now.written.0.writing() });
        Ok(())
    })
    .await
}

/// Looks at a large upload.
#[derive(Serialize, Deserialize)]
pub(super) struct LookJob {
    run: ImportId,
}

impl Job for LookJob {
    const KIND: &'static str = "federation.import_look";

    async fn run(self, cx: Cx, _: JobId) -> Result<()> {
        let cx = uploader(&cx, self.run).await?;
        match look_at(&cx, self.run).await {
            // The clerk went on meanwhile: there is nothing to look at any more.
            Err(Error::Refused(_)) => Ok(()),
            other => other,
        }
    }
}

/// Writes a run.
#[derive(Serialize, Deserialize)]
pub(super) struct WriteJob {
    run: ImportId,
}

impl Job for WriteJob {
    const KIND: &'static str = "federation.import_write";

    async fn run(self, cx: Cx, id: JobId) -> Result<()> {
        let cx = uploader(&cx, self.run).await?;
        let run = store::find(&cx.db, cx.tenant, self.run).await?;
        let Some(file) = run.file_id.filter(|_| run.state == RunState::Running) else { return Ok(()) };
        let book = Arc::new(open(&cx, file).await?);
        let looked = look(&cx, book, run.roster(), &run.told(), &run.bounds.0).await?;
        commit::write(&cx, run.id, looked.plan, Some(id)).await?;
        Ok(())
    }
}

/// A job acts for the one who uploaded: the trace names them.
async fn uploader(cx: &Cx, run: ImportId) -> Result<Cx> {
    let run = store::find(&cx.db, cx.tenant, run).await?;
    Ok(cx.acting(Actor { account: run.made_by, name: run.made_by_name, ..Actor::default() }))
}

/// Uploads and error files are kept for thirty days.
const KEPT: chrono::Duration = chrono::Duration::days(30);

/// Removes what was kept long enough.
pub(super) async fn sweep(cx: Cx) -> Result<()> {
    let aged = store::aged(&cx.db, cx.tenant, cx.now - KEPT).await?;
    for (run, old) in aged {
        let at = cx.clone();
        cx.write(run.lane(), async move |tx: &mut Tx<'_>| {
            for file in old {
                files::remove(tx, &at, file).await?;
            }
            store::forget_files(tx, at.tenant, run).await
        })
        .await?;
    }
    Ok(())
}

/// The run, if the actor may see it: their own, or anybody's where they may import for the whole district.
pub(super) async fn find(cx: &Cx, db: &impl Read, id: ImportId) -> Result<Run> {
    let run = store::find(db, cx.tenant, id).await?;
    let mine = run.made_by.is_some() && run.made_by == cx.actor.account;
    if mine || Bounds::of(cx).all { Ok(run) } else { Err(Error::NotFound) }
}

/// The newest thirty runs that the actor may see.
pub(super) async fn list(cx: &Cx) -> Result<Vec<Run>> {
    let by = if Bounds::of(cx).all { None } else { cx.actor.account };
    store::list(&cx.db, cx.tenant, by, 30).await
}
