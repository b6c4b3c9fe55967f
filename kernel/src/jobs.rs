//! Jobs: what happens later. Enqueued in the transaction that caused them, safe to run twice, retried with doubling waits.

use crate::app::App;
use crate::cx::Cx;
use crate::db::{Db, Json, LaneKey, Read, Tx};
use crate::error::Result;
use crate::ids::{JobId, TenantId};
use crate::{args, row};
use chrono::{DateTime, Duration, Utc};
use futures_util::future::BoxFuture;
use serde::{Serialize, de::DeserializeOwned};
use std::sync::Arc;

/// A serialisable order to call one verb.
pub trait Job: Serialize + DeserializeOwned + Send + 'static {
    /// `room.verb`.
    const KIND: &'static str;
    /// Calls the verb; may run twice.
    fn run(self, cx: Cx, id: JobId) -> impl Future<Output = Result<()>> + Send;
}

/// A kind of job, as a room registers it.
#[derive(Clone, Copy)]
pub struct JobKind {
    pub(crate) name: &'static str,
    pub(crate) run: fn(Cx, JobId, serde_json::Value) -> BoxFuture<'static, Result<()>>,
}

impl JobKind {
    /// The kind of a job type.
    #[must_use]
    pub fn of<J: Job>() -> Self {
        Self {
            name: J::KIND,
            run: |cx, id, payload| {
                Box::pin(async move {
                    let job: J = serde_json::from_value(payload).map_err(anyhow::Error::from)?;
                    job.run(cx, id).await
                })
            },
        }
    }
}

/// Something that a room does every few seconds, by one process at a time; for a moment by two when one was held up, so it is
/// safe to run twice.
#[derive(Clone, Copy)]
pub struct Recurring {
    /// `room.verb`.
    pub name: &'static str,
    /// Milliseconds between two runs.
    pub every: u64,
    /// The verb, for each tenant.
    pub run: fn(Cx) -> BoxFuture<'static, Result<()>>,
}

/// Enqueues a job; it runs after the transaction commits, not before `at`.
pub async fn enqueue<J: Job>(tx: &mut Tx<'_>, tenant: TenantId, at: DateTime<Utc>, job: &J) -> Result<JobId> {
    let id = JobId::fresh();
    let payload = Json(serde_json::to_value(job).map_err(anyhow::Error::from)?);
    let sql = "INSERT INTO job (id, tenant_id, kind, payload, run_at, state, tries, progress)
               VALUES ($1, $2, $3, $4, $5, 'waiting', 0, $6)";
    tx.execute(sql, args![id, tenant, J::KIND, payload, at, Json(serde_json::json!({}))]).await?;
    Ok(id)
}

row! {
    /// A job as its page shows it.
    pub struct Stored {
        /// Its id.
        pub id: JobId,
        /// `room.verb`.
        pub kind: String,
        /// `waiting`, `running`, `done`, `failed` or `cancelled`.
        pub state: String,
        /// How often it was tried.
        pub tries: i64,
        /// What went wrong last; for the keeper, never for the public.
        pub last_error: Option<String>,
        /// What the job says of itself, e.g. `{"done": 120, "of": 31000}`.
        pub progress: Json<serde_json::Value>,
        /// When it may run.
        pub run_at: DateTime<Utc>,
    }
}

/// One job of a tenant.
pub async fn find(db: &Db, tenant: TenantId, id: JobId) -> Result<Stored> {
    let sql = "SELECT id, kind, state, tries, last_error, progress, run_at FROM job WHERE tenant_id = $1 AND id = $2";
    db.one(sql, args![tenant, id]).await
}

row! { struct Standing { state: String } }

/// Whether a job waits or runs.
pub async fn goes_on(db: &impl Read, tenant: TenantId, id: JobId) -> Result<bool> {
    let sql = "SELECT state FROM job WHERE tenant_id = $1 AND id = $2";
    let found: Option<Standing> = db.optional(sql, args![tenant, id]).await?;
    Ok(found.is_some_and(|job| matches!(job.state.as_str(), "waiting" | "running")))
}

/// The newest jobs of a tenant.
pub async fn list(db: &Db, tenant: TenantId, limit: i64) -> Result<Vec<Stored>> {
    let sql = "SELECT id, kind, state, tries, last_error, progress, run_at FROM job WHERE tenant_id = $1
               ORDER BY run_at DESC, id DESC LIMIT $2";
    db.all(sql, args![tenant, limit]).await
}

row! { struct Failed { n: i64 } }

/// How many of a tenant failed since a moment.
pub async fn failed_since(db: &Db, tenant: TenantId, since: DateTime<Utc>) -> Result<i64> {
    let sql = "SELECT COUNT(*) AS n FROM job WHERE tenant_id = $1 AND state = 'failed' AND run_at >= $2";
    Ok(db.one::<Failed>(sql, args![tenant, since]).await?.n)
}

/// Says how far a job is; `false` when somebody cancelled it, and then the job stops.
pub async fn progress(db: &Db, id: JobId, progress: serde_json::Value) -> Result<bool> {
    db.write(LANE, async move |tx: &mut Tx<'_>| {
        let sql = "UPDATE job SET progress = $1 WHERE id = $2 AND state = 'running'";
        Ok(tx.execute(sql, args![Json(progress), id]).await? == 1)
    })
    .await
}

/// Cancels a job that has not ended; with the trace of whoever stops it, or not at all.
pub async fn cancel(tx: &mut Tx<'_>, tenant: TenantId, id: JobId) -> Result<bool> {
    let sql = "UPDATE job SET state = 'cancelled' WHERE tenant_id = $1 AND id = $2 AND state IN ('waiting', 'running')";
    Ok(tx.execute(sql, args![tenant, id]).await? == 1)
}

const LANE: LaneKey = LaneKey(1);
/// A job that nobody has said to be alive for this long is taken again: its process died.
const LEASE: Duration = Duration::seconds(10);
const MOST_TRIES: i64 = 8;
/// A lease that nobody renews ends after this, so that figures go on within seconds of the death of their process.
const LEASE_LASTS: Duration = Duration::milliseconds(2_500);
/// How often a living process renews what it holds, however long a job or a recurring verb takes.
const RENEWED_EVERY: std::time::Duration = std::time::Duration::from_millis(800);

row! { struct Claimed { id: JobId, tenant_id: TenantId, kind: String, payload: Json<serde_json::Value>, tries: i64 } }

/// Runs jobs and recurring verbs until `stop` is told.
pub async fn work(app: Arc<App>, mut stop: tokio::sync::watch::Receiver<bool>) {
    if app.db.is_server() {
        tokio::spawn(keep_leases(Arc::clone(&app), stop.clone()));
    }
    for recurring in app.recurring.clone() {
        tokio::spawn(repeat(Arc::clone(&app), recurring, stop.clone()));
    }
    loop {
        let worked = match run_one(&app).await {
            Ok(worked) => worked,
            Err(error) => {
                tracing::warn!(%error, "looking for a job failed");
                false
            }
        };
        let pause = std::time::Duration::from_millis(if worked { 1 } else { 400 });
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            _ = stop.changed() => return,
        }
    }
}

/// Claims and runs the next due job; `false` when there was none.
pub async fn run_one(app: &Arc<App>) -> Result<bool> {
    let now = app.clock.now();
    let lease = now - LEASE;
    row! { struct Due { n: i64 } }
    // A cheap look first: most of the time nothing waits, and the lane is left alone.
    let look = "SELECT COUNT(*) AS n FROM job WHERE (state = 'waiting' AND run_at <= $1) OR (state = 'running' AND claimed_at < $2)";
    let due: Due = app.db.one(look, args![now, lease]).await?;
    if due.n == 0 {
        return Ok(false);
    }
    let lock = if app.db.is_server() { "FOR UPDATE SKIP LOCKED" } else { "" };
    let claim = format!(
        "UPDATE job SET state = 'running', claimed_at = $1, tries = tries + 1 WHERE id = (
            SELECT id FROM job WHERE (state = 'waiting' AND run_at <= $1) OR (state = 'running' AND claimed_at < $2)
            ORDER BY run_at, id LIMIT 1 {lock})
         RETURNING id, tenant_id, kind, payload, tries"
    );
    let claimed: Option<Claimed> =
        app.db.write(LANE, async move |tx: &mut Tx<'_>| tx.optional(&claim, args![now, lease]).await).await?;
    let Some(job) = claimed else { return Ok(false) };
    // Ends with this set, also when the job panics.
    let mut alive = tokio::task::JoinSet::new();
    alive.spawn(keep_alive(Arc::clone(app), job.id));
    let outcome = match app.jobs.get(job.kind.as_str()) {
        Some(kind) => (kind.run)(Cx::system(app, job.tenant_id), job.id, job.payload.0.clone()).await,
        None => Err(crate::error::Error::internal(format!("no room does {}", job.kind))),
    };
    drop(alive);
    settle(app, &job, outcome).await?;
    Ok(true)
}

/// Says again and again that a job is being worked on.
async fn keep_alive(app: Arc<App>, id: JobId) {
    loop {
        tokio::time::sleep(RENEWED_EVERY).await;
        let now = app.clock.now();
        let sql = "UPDATE job SET claimed_at = $1 WHERE id = $2 AND state = 'running'";
        if let Err(error) = app.db.write(LANE, async move |tx: &mut Tx<'_>| tx.execute(sql, args![now, id]).await).await
        {
            tracing::warn!(%error, "a job could not be said to be alive");
        }
    }
}

async fn settle(app: &Arc<App>, job: &Claimed, outcome: Result<()>) -> Result<()> {
    let (state, error) = match &outcome {
        Ok(()) => ("done", None),
        Err(error) if job.tries >= MOST_TRIES => ("failed", Some(error.to_string())),
        Err(error) => ("waiting", Some(error.to_string())),
    };
    if let Some(error) = &error {
        tracing::warn!(kind = job.kind, tries = job.tries, %error, "a job failed");
    }
    let wait = Duration::seconds(1 << job.tries.clamp(0, 12));
    let run_at = app.clock.now() + if state == "waiting" { wait } else { Duration::zero() };
    let (id, state) = (job.id, state.to_owned());
    app.db
        .write(LANE, async move |tx: &mut Tx<'_>| {
            let sql = "UPDATE job SET state = $1, last_error = $2, run_at = $3 WHERE id = $4 AND state = 'running'";
            tx.execute(sql, args![state, error, run_at, id]).await
        })
        .await?;
    Ok(())
}

async fn keep_leases(app: Arc<App>, mut stop: tokio::sync::watch::Receiver<bool>) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(RENEWED_EVERY) => {}
            _ = stop.changed() => return,
        }
        if let Err(error) = renew_leases(&app).await {
            tracing::warn!(%error, "the leases were not renewed");
        }
    }
}

/// Holds for another while what this process holds; says how many leases that are.
pub async fn renew_leases(app: &Arc<App>) -> Result<u64> {
    row! { struct Mine { n: i64 } }
    let (holder, until) = (app.process.clone(), app.clock.now() + LEASE_LASTS);
    // A cheap look first: a process that holds nothing leaves the lane alone.
    let mine: Mine = app.db.one("SELECT COUNT(*) AS n FROM lease WHERE holder = $1", args![holder]).await?;
    if mine.n == 0 {
        return Ok(0);
    }
    let sql = "UPDATE lease SET until = $1 WHERE holder = $2";
    app.db.write(LANE, async move |tx: &mut Tx<'_>| tx.execute(sql, args![until, holder]).await).await
}

async fn repeat(app: Arc<App>, recurring: Recurring, mut stop: tokio::sync::watch::Receiver<bool>) {
    let every = std::time::Duration::from_millis(recurring.every);
    loop {
        tokio::select! {
            () = tokio::time::sleep(every) => {}
            _ = stop.changed() => return,
        }
        if let Err(error) = run_recurring(&app, recurring).await {
            tracing::warn!(name = recurring.name, %error, "a recurring verb failed");
        }
    }
}

/// Runs a recurring verb for every tenant, unless another process holds its lease.
pub async fn run_recurring(app: &Arc<App>, recurring: Recurring) -> Result<()> {
    if app.db.is_server() && !lease(app, recurring).await? {
        return Ok(());
    }
    for tenant in crate::tenants::all(&app.db).await? {
        (recurring.run)(Cx::system(app, tenant.id)).await?;
    }
    Ok(())
}

/// Gives back what this process holds, so that the next one need not wait until it runs out.
pub async fn release(app: &Arc<App>) -> Result<()> {
    let holder = app.process.clone();
    let sql = "DELETE FROM lease WHERE holder = $1";
    app.db.write(LANE, async move |tx: &mut Tx<'_>| tx.execute(sql, args![holder]).await).await?;
    Ok(())
}

row! { struct Held { holder: String, until: DateTime<Utc> } }

/// Whether this process does it: it holds the lease already, or takes one that ran out.
async fn lease(app: &Arc<App>, recurring: Recurring) -> Result<bool> {
    let (now, holder) = (app.clock.now(), app.process.clone());
    let sql = "SELECT holder, until FROM lease WHERE name = $1";
    let held: Option<Held> = app.db.optional(sql, args![recurring.name]).await?;
    if let Some(held) = held.filter(|held| held.until >= now) {
        return Ok(held.holder == holder);
    }
    let until = now + LEASE_LASTS;
    app.db
        .write(LANE, async move |tx: &mut Tx<'_>| {
            let sql = "INSERT INTO lease (name, holder, until) VALUES ($1, $2, $3)
                       ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
                       WHERE lease.until < $4 OR lease.holder = excluded.holder";
            Ok(tx.execute(sql, args![recurring.name, holder, until, now]).await? == 1)
        })
        .await
}
