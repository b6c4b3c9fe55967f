//! Runs of the command line whose process ended in their middle: nobody goes on with them, so they are marked and say how.

use super::model::{ImportId, RunState};
use super::store;
use chrono::Duration;
use kernel::ids::Raw;
use kernel::{Cx, Deed, Result, Tx};
use serde::Serialize;

/// Where several processes share a database, one may still write; a run of a whole district takes seconds.
const PATIENCE: Duration = Duration::minutes(10);

#[derive(Serialize)]
struct Interrupted {
    #[serde(skip)]
    run: ImportId,
    written: i64,
}

impl Deed for Interrupted {
    const KIND: &'static str = "import.interrupted";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("import", Some(self.run.0))
    }
}

/// Marks them. An embedded database has one process, so whatever runs there without a job ran in another one that is gone.
pub(super) async fn mark(cx: Cx) -> Result<()> {
    let before = if cx.db.is_server() { cx.now - PATIENCE } else { cx.now };
    for id in store::abandoned(&cx.db, cx.tenant, before).await? {
        let at = cx.clone();
        cx.write(id.lane(), async move |tx: &mut Tx<'_>| {
            let run = store::find(tx, at.tenant, id).await?;
            if store::advance(tx, at.tenant, id, (RunState::Running, RunState::Failed), None).await? {
                tx.record(&at, &Interrupted { run: id, written: run.written.0.writing() });
            }
            Ok(())
        })
        .await?;
    }
    Ok(())
}
