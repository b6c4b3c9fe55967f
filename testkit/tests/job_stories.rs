//! What happens later: a job whose process died is taken again within seconds, one that is worked on is not.

#![expect(clippy::unwrap_used, reason = "a story ends where it is surprised")]

use chrono::Duration;
use kernel::jobs::{self, Job, JobKind};
use kernel::{Cx, JobId, Module, Result, Tx, args};
use serde::{Deserialize, Serialize};
use testkit::{TestApp, on_both};

/// Takes as long as it is told, while the clock runs on by a minute.
#[derive(Serialize, Deserialize)]
struct Slow {
    millis: u64,
}

impl Job for Slow {
    const KIND: &'static str = "test.slow";

    async fn run(self, cx: Cx, _: JobId) -> Result<()> {
        cx.app.clock.set(cx.app.clock.now() + Duration::minutes(1));
        tokio::time::sleep(std::time::Duration::from_millis(self.millis)).await;
        Ok(())
    }
}

fn rooms() -> Vec<Module> {
    vec![Module::new("test").job(JobKind::of::<Slow>())]
}

async fn enqueue(app: &TestApp, millis: u64) -> JobId {
    let (tenant, at) = (app.tenant, app.clock.now());
    app.write(async move |tx: &mut Tx<'_>| jobs::enqueue(tx, tenant, at, &Slow { millis }).await).await.unwrap()
}

#[tokio::test]
async fn a_job_whose_process_died_is_taken_again_within_seconds() {
    on_both(rooms, async |app: TestApp| {
        enqueue(&app, 0).await;
        let now = app.clock.now();
        app.sql("UPDATE job SET state = 'running', tries = 1, claimed_at = $1", args![now].to_vec()).await;
        app.clock.set(now + Duration::seconds(9));
        assert_eq!(app.run_jobs().await, 0, "it may still be worked on");
        app.clock.set(now + Duration::seconds(11));
        assert_eq!(app.run_jobs().await, 1);
        assert_eq!(app.count("SELECT COUNT(*) AS n FROM job WHERE state = 'done' AND tries = 2", &[]).await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_job_that_is_worked_on_is_not_taken_by_another() {
    on_both(rooms, async |app: TestApp| {
        let id = enqueue(&app, 2_500).await;
        let other = async {
            // The clock has run on by a minute; the worker has said since that it is alive.
            tokio::time::sleep(std::time::Duration::from_millis(1_700)).await;
            app.run_jobs().await
        };
        let (done, taken) = tokio::join!(app.run_jobs(), other);
        assert_eq!((done, taken), (1, 0));
        let job = jobs::find(&app.app.db, app.tenant, id).await.unwrap();
        assert_eq!((job.state.as_str(), job.tries), ("done", 1));
    })
    .await;
}
