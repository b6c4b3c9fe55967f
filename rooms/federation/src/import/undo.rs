//! Taking a whole import back within thirty days: what it put goes or returns, what was used or edited since stays.

mod facts;
mod model;
pub(super) mod pages;
mod part;
mod rules;
mod store;

use std::collections::BTreeMap;

use chrono::Duration;
use kernel::jobs::{self, Job};
use kernel::{Actor, Cx, Error, JobId, Read, Result, Tx};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::commit::{UndoAsked, Undone};
use super::model::{ImportId, Run, RunState};
pub use model::UndoCounts;
use model::{Effect, Kept, Undoing};

/// How long an import can be taken back.
const WITHIN: Duration = Duration::days(30);
/// Objects of one transaction: short enough that others get their turn between two of them.
const PART: i64 = 2_000;
/// How many of those that stay are named before it begins.
const NAMED: usize = 50;

/// Until when a run can be taken back; nothing where it never can.
pub(super) fn until(run: &Run) -> Option<chrono::DateTime<chrono::Utc>> {
    let ended = matches!(run.state, RunState::Done | RunState::Cancelled | RunState::Failed);
    (ended && run.written.0.writing() > 0).then(|| run.done_at.unwrap_or(run.made_at) + WITHIN)
}

/// Refuses what cannot be taken back, and says why.
fn may_undo(cx: &Cx, run: &Run) -> Result<()> {
    match until(run) {
        _ if run.state == RunState::Undone => Err(Error::refused("import.undo.already")),
        None => Err(Error::refused("import.undo.nothing")),
        Some(until) if cx.now > until => Err(Error::refused("import.undo.too_late")),
        Some(_) => Ok(()),
    }
}

/// What taking a run back would come to, by the record of this moment; writes nothing.
pub(super) async fn effect(cx: &Cx, run: &Run) -> Result<Effect> {
    let mut effect = Effect::default();
    let mut going = rules::Going::default();
    let mut after = None;
    loop {
        let changes = store::people(&cx.db, cx.tenant, run.id, (after, PART)).await?;
        let Some(last) = changes.last() else { break };
        after = Some(last.object_id);
        let fates = facts::people(cx, &cx.db, &changes).await?;
        fates.iter().for_each(|fate| going.person(fate));
        effect.add(fates.iter().map(rules::PersonFate::tally));
    }
    let bodies = store::bodies(&cx.db, cx.tenant, run.id).await?;
    let fates = facts::bodies(cx, &cx.db, &bodies, &going).await?;
    effect.add(fates.iter().map(rules::BodyFate::tally));
    effect.named = store::names(&cx.db, cx.tenant, &effect.stays[..effect.stays.len().min(NAMED)]).await?;
    Ok(effect)
}

/// Begins to take a run back; a second yes changes nothing, and one after a failure tries again.
pub(super) async fn start(cx: &Cx, run: Run) -> Result<()> {
    may_undo(cx, &run)?;
    let at = cx.clone();
    cx.once(run.id.lane(), async move |tx: &mut Tx<'_>| {
        let now = super::store::find(tx, at.tenant, run.id).await?;
        may_undo(&at, &now)?;
        let begun = store::find(tx, at.tenant, run.id).await?;
        if let Some(job) = begun.as_ref().and_then(|begun| begun.job_id)
            && jobs::goes_on(tx, at.tenant, job).await?
        {
            return Ok(());
        }
        let job = jobs::enqueue(tx, at.tenant, at.now, &UndoJob { run: run.id }).await?;
        store::begin(tx, (at.tenant, run.id), &Undoing::by(&at, Some(job))).await?;
        tx.record(&at, &UndoAsked { run: Some(run.id), kind: run.kind });
        Ok(())
    })
    .await
}

/// Takes a run back part by part; whatever was done before is not done twice. Tells a job how far it is.
pub(super) async fn work(cx: &Cx, run: ImportId, job: Option<JobId>) -> Result<UndoCounts> {
    let of = store::count(&cx.db, cx.tenant, run).await?;
    loop {
        let left = store::count_left(&cx.db, cx.tenant, run).await?;
        if let Some(job) = job
            && !jobs::progress(&cx.db, job, json!({ "done": of - left, "of": of })).await?
        {
            return Err(Error::refused("import.undo.stopped"));
        }
        let at = cx.clone();
        let ended = cx.write(run.lane(), async move |tx: &mut Tx<'_>| part::next(tx, &at, run, PART).await).await?;
        if let Some(counts) = ended {
            return Ok(counts);
        }
    }
}

/// The same at the command line: begins, works and ends.
pub(super) async fn command(cx: &Cx, run: &Run) -> Result<UndoCounts> {
    may_undo(cx, run)?;
    let (at, id, kind) = (cx.clone(), run.id, run.kind.clone());
    cx.write(id.lane(), async move |tx: &mut Tx<'_>| {
        store::begin(tx, (at.tenant, id), &Undoing::by(&at, None)).await?;
        tx.record(&at, &UndoAsked { run: Some(id), kind });
        Ok(())
    })
    .await?;
    work(cx, id, None).await
}

/// Closes the undoing: the run is undone, with its trace.
async fn close(tx: &mut Tx<'_>, cx: &Cx, run: ImportId, counts: UndoCounts) -> Result<UndoCounts> {
    store::end(tx, (cx.tenant, run), cx.app.clock.now()).await?;
    let found = super::store::find(tx, cx.tenant, run).await?;
    super::store::advance(tx, cx.tenant, run, (found.state, RunState::Undone), None).await?;
    tx.record(cx, &Undone { run: Some(run), kind: found.kind, counts });
    Ok(counts)
}

/// Takes a run back.
#[derive(Serialize, Deserialize)]
pub(super) struct UndoJob {
    run: ImportId,
}

impl Job for UndoJob {
    const KIND: &'static str = "federation.import_undo";

    async fn run(self, cx: Cx, id: JobId) -> Result<()> {
        let Some(undoing) = store::find(&cx.db, cx.tenant, self.run).await? else { return Ok(()) };
        if undoing.done_at.is_some() {
            return Ok(());
        }
        let cx = cx.acting(Actor { account: undoing.made_by, name: undoing.made_by_name, ..Actor::default() });
        work(&cx, self.run, Some(id)).await.map(|_| ())
    }
}

/// What stays of an import that was taken back, from an object on.
async fn kept(
    cx: &Cx,
    db: &impl Read,
    run: ImportId,
    (after, limit): (Option<kernel::ids::Raw>, i64),
) -> Result<Vec<Kept>> {
    let rows = store::kept(db, cx.tenant, run, (after, limit)).await?;
    store::names(db, cx.tenant, &rows).await
}

/// How many stay for which reason, the most frequent first.
fn by_reason(stays: &[model::Stay]) -> Vec<(String, i64)> {
    let mut counted: BTreeMap<&str, i64> = BTreeMap::new();
    for reason in stays.iter().flat_map(|stay| &stay.reasons) {
        *counted.entry(reason).or_default() += 1;
    }
    let mut list: Vec<(&str, i64)> = counted.into_iter().collect();
    list.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    list.into_iter().map(|(word, n)| (word.to_owned(), n)).collect()
}

#[cfg(test)]
mod stories;
