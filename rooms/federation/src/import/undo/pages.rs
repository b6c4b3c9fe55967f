//! Taking back at the desk: what it would come to, how far it is, and what stayed.

use askama::Template;
use axum::extract::Path;
use chrono::{DateTime, Utc};
use kernel::http::filters;
use kernel::ids::Raw;
use kernel::{Answer, Cx, Error, Form, Query, Result, Routes, jobs};
use serde::Deserialize;

use super::model::{Effect, Kept, Undoing};
use super::{by_reason, effect, kept, start, store, until};
use crate::import::model::{ImportId, Run, RunState};
use crate::import::{policy, verbs};

/// Those that stay, of one page.
const PAGE: i64 = 50;

pub(in crate::import) fn routes() -> Routes {
    Routes::new()
        .get("/desk/imports/{import}/undoing", policy::RUN, show)
        .post("/desk/imports/{import}/undoing", policy::RUN, create)
        .get("/desk/imports/{import}/undoing/progress", policy::RUN, progress)
}

#[derive(Template)]
#[template(path = "federation/import_undo.html")]
struct Before {
    run: Run,
    effect: Effect,
    reasons: Vec<(String, i64)>,
    until: DateTime<Utc>,
    too_late: bool,
}

#[derive(Template)]
#[template(path = "federation/import_undone.html")]
struct After {
    run: Run,
    undoing: Undoing,
    standing: Standing,
    kept: Vec<Kept>,
    next: Option<Raw>,
    later: bool,
}

/// How far an undoing is.
#[derive(Clone, Copy)]
struct Standing {
    done: i64,
    of: i64,
    broken: bool,
    ended: bool,
}

#[derive(Template)]
#[template(path = "federation/import_undo_progress.html")]
struct Progress {
    run: Run,
    standing: Standing,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct From {
    after: Option<Raw>,
}

async fn standing(cx: &Cx, run: &Run, undoing: &Undoing) -> Result<Standing> {
    let (of, left) =
        (store::count(&cx.db, cx.tenant, run.id).await?, store::count_left(&cx.db, cx.tenant, run.id).await?);
    let ended = undoing.done_at.is_some();
    let broken = match undoing.job_id.filter(|_| !ended) {
        Some(job) => matches!(jobs::find(&cx.db, cx.tenant, job).await?.state.as_str(), "failed" | "cancelled"),
        // A command whose process ended in its middle.
        None => !ended,
    };
    Ok(Standing { done: of - left, of, broken, ended })
}

async fn show(cx: Cx, Path(import): Path<ImportId>, Query(query): Query<From>) -> Result<Answer> {
    let run = verbs::find(&cx, &cx.db, import).await?;
    if let Some(undoing) = store::find(&cx.db, cx.tenant, import).await? {
        let standing = standing(&cx, &run, &undoing).await?;
        let mut kept = kept(&cx, &cx.db, import, (query.after, PAGE + 1)).await?;
        let more = kept.len() > usize::try_from(PAGE).unwrap_or(0);
        kept.truncate(usize::try_from(PAGE).unwrap_or(0));
        let next = kept.last().map(|last| last.stay.id).filter(|_| more);
        return cx.page(&After { run, undoing, standing, kept, next, later: query.after.is_some() });
    }
    let until = until(&run).ok_or_else(|| Error::refused("import.undo.nothing"))?;
    let effect = effect(&cx, &run).await?;
    let reasons = by_reason(&effect.stays);
    cx.page(&Before { too_late: cx.now > until, run, effect, reasons, until })
}

async fn progress(cx: Cx, Path(import): Path<ImportId>) -> Result<Answer> {
    let run = verbs::find(&cx, &cx.db, import).await?;
    let undoing = store::find(&cx.db, cx.tenant, import).await?;
    let Some(undoing) = undoing else { return Ok(cx.see_other(&format!("{}/undoing", run.url()))) };
    let standing = standing(&cx, &run, &undoing).await?;
    cx.page(&Progress { run, standing })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

async fn create(cx: Cx, Path(import): Path<ImportId>, Form(_): Form<Nothing>) -> Result<Answer> {
    let run = verbs::find(&cx, &cx.db, import).await?;
    let url = format!("{}/undoing", run.url());
    start(&cx, run).await?;
    Ok(cx.see_other(&url))
}

impl After {
    /// Whether somebody may try again: it was broken off.
    fn again(&self) -> bool {
        self.standing.broken && self.run.state != RunState::Undone
    }
}
