//! Jobs as their keeper sees them: how far, what went wrong, and stop.

use crate::audit::Deed;
use crate::cx::Cx;
use crate::db::{LaneKey, Tx};
use crate::error::Result;
use crate::http::{Answer, Form, filters};
use crate::ids::{JobId, Raw};
use crate::jobs::{self, Stored};
use crate::module::WorkItem;
use crate::words::Word;
use askama::Template;
use axum::extract::Path;
use serde::{Deserialize, Serialize};

#[derive(Template)]
#[template(path = "desk/jobs.html")]
struct Index {
    jobs: Vec<Stored>,
}

pub(super) async fn index(cx: Cx) -> Result<Answer> {
    cx.page(&Index { jobs: jobs::list(&cx.db, cx.tenant, 100).await? })
}

/// What failed within a week, for the work-list.
pub(super) async fn work(cx: Cx) -> Result<Vec<WorkItem>> {
    if !cx.can(super::JOBS) {
        return Ok(Vec::new());
    }
    let failed = jobs::failed_since(&cx.db, cx.tenant, cx.now - chrono::Duration::days(7)).await?;
    let word = Word::new("jobs.work").with("n", failed);
    let item = WorkItem::of_list(&cx, "work.kind.job", &word, "/desk/jobs");
    Ok(if failed > 0 { vec![WorkItem { due: cx.now, ..item }] } else { Vec::new() })
}

#[derive(Template)]
#[template(path = "desk/job.html")]
struct Show {
    job: Stored,
}

pub(super) async fn show(cx: Cx, Path(job): Path<JobId>) -> Result<Answer> {
    cx.page(&Show { job: jobs::find(&cx.db, cx.tenant, job).await? })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

#[derive(Serialize)]
struct JobCancelled {
    #[serde(skip)]
    job: JobId,
}

impl Deed for JobCancelled {
    const KIND: &'static str = "job.cancelled";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("job", Some(self.job.0))
    }
}

pub(super) async fn cancel(cx: Cx, Path(job): Path<JobId>, Form(_): Form<Nothing>) -> Result<Answer> {
    jobs::find(&cx.db, cx.tenant, job).await?;
    let at = cx.clone();
    let stopped = cx
        .write(LaneKey(1), async move |tx: &mut Tx<'_>| {
            let stopped = jobs::cancel(tx, at.tenant, job).await?;
            tx.record(&at, &JobCancelled { job });
            Ok(stopped)
        })
        .await?;
    let word = if stopped { "job.cancelled" } else { "job.ended_before" };
    Ok(cx.see_other_saying(&format!("/desk/jobs/{job}"), &Word::new(word)))
}
