//! `qiyi import`: the same verbs at the command line, for the whole district.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use kernel::tables::{Limits, TableError};
use kernel::{Cx, Error, Result, Tx, Word};

use super::columns::{Field, Kind};
use super::commit::{self, Previewed};
use super::model::{self, Bounds, Counts, ImportId, Notes, RunState, Told};
use super::{pages, regions, source, store, undo, verbs};

/// A refusal in words.
pub(super) struct Said {
    pub sheet: String,
    pub row: u32,
    pub field: String,
    pub word: String,
    pub reason: String,
}

/// What an import came to.
pub(super) struct Outcome {
    pub run: Option<ImportId>,
    pub counts: Counts,
    pub notes: Notes,
    pub refused: Vec<Said>,
    /// Sheets that were not read, each with the key of the reason.
    pub skipped: Vec<(String, String)>,
}

/// Brings a table in, or says what it would do. `map` is TOML: column heading = field, empty for a column that is left out.
///
/// # Errors
/// When the kind is unknown or the file cannot be read, in a sentence for people; rows that are refused are no error.
pub async fn command_import(
    cx: &Cx,
    kind: &str,
    file: &Path,
    dry_run: bool,
    map: Option<&str>,
    json: bool,
) -> anyhow::Result<String> {
    let told = map.map(|text| parse_map(cx, text)).transpose()?;
    super::interrupted::mark(cx.clone()).await.map_err(|error| said(cx, error))?;
    if kind == "undo" {
        return take_back(cx, file, dry_run, json).await.map_err(|error| said(cx, error));
    }
    let outcome = match kind {
        "volunteers" => roster(cx, Kind::Volunteers, file, dry_run, told).await,
        "teams" => roster(cx, Kind::Teams, file, dry_run, told).await,
        "regions" => regions(cx, file, dry_run).await,
        other => Err(Error::Refused(Word::new("import.say.kinds").with("kind", other))),
    };
    let outcome = outcome.map_err(|error| said(cx, error))?;
    Ok(if json { as_json(&outcome)? } else { as_text(cx, &outcome, dry_run) })
}

fn said(cx: &Cx, error: Error) -> anyhow::Error {
    match error {
        Error::Refused(word) | Error::Malformed(word) => anyhow::anyhow!("{}", cx.say(&word)),
        Error::Unavailable(word) => anyhow::anyhow!("{}", cx.t(word)),
        other => anyhow::anyhow!("{other}"),
    }
}

fn parse_map(cx: &Cx, text: &str) -> anyhow::Result<Told> {
    let say = |word: Word| anyhow::anyhow!("{}", cx.say(&word));
    // TOML wants quotes around a heading in Chinese; people leave them out, and then the lines say enough.
    let table: BTreeMap<String, String> = toml::from_str(text)
        .or_else(|e| plain_lines(text).ok_or(e))
        .map_err(|e| say(Word::new("import.say.map").with("what", e.message())))?;
    let known = || Field::ALL.iter().map(|field| field.key()).collect::<Vec<_>>().join(", ");
    let field = |key: &str| match key.trim() {
        "" | "-" => Ok(None),
        key => Field::from_key(key)
            .map(Some)
            .ok_or_else(|| say(Word::new("import.say.map_field").with("field", key).with("known", known()))),
    };
    table.into_iter().map(|(heading, key)| Ok((heading, field(&key)?))).collect()
}

/// `heading = field` on each line, quotes or not; nothing when a line is built otherwise.
fn plain_lines(text: &str) -> Option<BTreeMap<String, String>> {
    let bare = |part: &str| part.trim().trim_matches(['"', '\'']).to_owned();
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| line.rsplit_once('=').map(|(heading, field)| (bare(heading), bare(field)))).collect()
}

/// The bytes of a file that is no larger than may be read.
async fn bytes(file: &Path) -> Result<Vec<u8>> {
    let path = file.to_owned();
    let shown = file.display().to_string();
    let read = source::wait(move || {
        let size = std::fs::metadata(&path)?.len();
        if size > Limits::default().packed { Ok(None) } else { std::fs::read(&path).map(Some) }
    });
    let lost = |_: std::io::Error| Error::Refused(Word::new("import.say.no_such_file").with("file", shown));
    read.await?.map_err(lost)?.ok_or_else(|| source::refused(TableError::TooLarge { bytes: 0, allowed: 0 }))
}

async fn roster(cx: &Cx, kind: Kind, file: &Path, dry_run: bool, told: Option<Told>) -> Result<Outcome> {
    let book = Arc::new(source::read(cx, bytes(file).await?).await?);
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let mut run = verbs::begin(cx, &book, kind, &name, Bounds::everywhere()).await?;
    let heard = told.is_some();
    if let Some(told) = told {
        run.mapping.0 = model::stored(&told);
    }
    let looked = verbs::look(cx, book, kind, &run.told(), &run.bounds.0).await?;
    let verbs::Preview { counts, refused, notes, doubles, columns } = looked.preview;
    let skipped: Vec<(String, String)> =
        columns.iter().filter_map(|sheet| Some((sheet.sheet.clone(), sheet.skipped.clone()?))).collect();
    if let Some((_, reason)) = skipped.first().filter(|_| skipped.len() == columns.len()) {
        // No sheet was understood: that is a file that could not be read, not a roster without people.
        return Err(Error::Refused(Word::new(reason.clone())));
    }
    let said = refused.iter().map(|refusal| Said {
        sheet: refusal.sheet.clone(),
        row: refusal.row,
        field: refusal.field.key().to_owned(),
        word: pages::field_word(kind, refusal.field.key()),
        reason: source::sentence(cx, refusal),
    });
    let mut outcome = Outcome { run: None, counts, notes: notes.clone(), refused: said.collect(), skipped };
    let (at, id) = (cx.clone(), run.id);
    cx.write(id.lane(), async move |tx: &mut Tx<'_>| {
        tx.record(&at, &Previewed { run: (!dry_run).then_some(id), kind: run.kind.clone(), counts });
        if dry_run {
            return Ok(());
        }
        run.state = RunState::Running;
        run.counts.0 = counts;
        run.columns.0 = columns;
        run.notes.0 = notes;
        run.doubles = Some(kernel::Json(doubles));
        store::insert(tx, at.tenant, &run).await?;
        store::set_refusals(tx, at.tenant, id, &refused).await?;
        if heard { store::remember(tx, at.tenant, &run, at.now).await } else { Ok(()) }
    })
    .await?;
    if !dry_run && let Some(written) = commit::write(cx, id, looked.plan, None).await? {
        outcome.counts = written;
        outcome.run = Some(id);
    }
    Ok(outcome)
}

/// Takes a run back by its id, which stands where the file else does.
async fn take_back(cx: &Cx, id: &Path, dry_run: bool, json: bool) -> Result<String> {
    let unknown = || Error::Refused(Word::new("import.say.no_such_run").with("id", id.display()));
    let id: ImportId = id.to_string_lossy().trim().parse().map_err(|_| unknown())?;
    let run = match store::find(&cx.db, cx.tenant, id).await {
        Err(Error::NotFound) => return Err(unknown()),
        other => other?,
    };
    let counts = match dry_run {
        true => undo::effect(cx, &run).await?.counts,
        false => undo::command(cx, &run).await?,
    };
    if json {
        return Ok(serde_json::to_string(&counts).map_err(anyhow::Error::from)?);
    }
    let head = cx.t(if dry_run { "import.say.dry" } else { "import.state.undone" }).to_owned();
    let gone = Word::new("import.undo.done_is").with("people", counts.people_gone).with("teams", counts.teams_gone);
    let fields = Word::new("import.undo.done_fields").with("n", counts.fields);
    let memberships = Word::new("import.undo.done_memberships").with("n", counts.memberships);
    let kept = Word::new("import.undo.stays").with("n", counts.people_kept + counts.teams_kept);
    Ok([head, cx.say(&gone), cx.say(&fields), cx.say(&memberships), cx.say(&kept)].join("\n"))
}

async fn regions(cx: &Cx, file: &Path, dry_run: bool) -> Result<Outcome> {
    let book = source::read(cx, bytes(file).await?).await?;
    regions::import(cx, &book, dry_run).await
}

fn as_json(outcome: &Outcome) -> anyhow::Result<String> {
    #[derive(serde::Serialize)]
    struct Row<'o> {
        sheet: &'o str,
        row: u32,
        field: &'o str,
        reason: &'o str,
    }
    #[derive(serde::Serialize)]
    struct Answer<'o> {
        created: i64,
        updated: i64,
        joined: i64,
        skipped: i64,
        refused: Vec<Row<'o>>,
    }
    let Counts { created, updated, joined, skipped, .. } = outcome.counts;
    let row = |said: &'_ Said| -> (String, u32, String, String) {
        (said.sheet.clone(), said.row, said.field.clone(), said.reason.clone())
    };
    let rows: Vec<_> = outcome.refused.iter().map(row).collect();
    let refused = rows.iter().map(|(sheet, row, field, reason)| Row { sheet, row: *row, field, reason }).collect();
    Ok(serde_json::to_string(&Answer { created, updated, joined, skipped, refused })?)
}

fn as_text(cx: &Cx, outcome: &Outcome, dry_run: bool) -> String {
    let Counts { created, updated, joined, skipped, refused } = outcome.counts;
    let mut lines = vec![match outcome.run {
        Some(id) => cx.say(&Word::new("import.say.wet").with("id", id)),
        None if dry_run => cx.t("import.say.dry").to_owned(),
        None => cx.t("import.state.done").to_owned(),
    }];
    let counts = Word::new("import.say.counts").with("created", created).with("updated", updated);
    lines.push(cx.say(&counts.with("joined", joined).with("skipped", skipped).with("refused", refused)));
    lines.extend(outcome.notes.iter().map(|(word, n)| cx.say(&Word::new(word.clone()).with("n", n))));
    for (sheet, reason) in &outcome.skipped {
        lines.push(format!("{} {}", cx.say(&Word::new("import.sheet_is").with("sheet", sheet)), cx.t(reason)));
    }
    for said in &outcome.refused {
        let row = cx.say(&Word::new("import.say.row").with("row", said.row));
        let sheet = if said.sheet.is_empty() { String::new() } else { format!("{} ", said.sheet) };
        lines.push(format!("{sheet}{row} {}: {}", cx.t(&said.word), said.reason));
    }
    lines.join("\n")
}
