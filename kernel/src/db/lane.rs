//! Lanes: one writing connection each, many verbs a commit.

use super::tx::{Tx, TxInner};
use super::{Durability, Pace, postgres, sqlite};
use crate::audit;
use crate::error::{Error, Result};
use anyhow::Context as _;
use futures_util::FutureExt as _;
use futures_util::future::LocalBoxFuture;
use rusqlite::Connection;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// How many verbs one commit takes at most.
const BATCH: usize = 256;
/// How many verbs may wait; one more is answered 503.
const QUEUE: usize = 8_192;
/// How long nobody writes before SQLite's log goes into its file: until then every reader looks it through.
const IDLE: Duration = Duration::from_secs(1);

/// What chooses a lane: verbs on the same object take the same lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LaneKey(pub u64);

impl LaneKey {
    /// The lane of an id.
    #[must_use]
    pub fn of(id: uuid::Uuid) -> Self {
        let (high, low) = id.as_u64_pair();
        Self(high ^ low.rotate_left(17))
    }
}

/// A verb with the place where its answer goes.
trait Job: Send {
    fn run<'x, 'y: 'x>(self: Box<Self>, tx: &'x mut Tx<'y>) -> LocalBoxFuture<'x, Done>
    where
        Self: 'x;
    fn refuse(self: Box<Self>, why: Error);
}

/// A verb that ran; answered when the commit is known.
struct Done {
    ok: bool,
    /// Why it could not, when that is no fault of its own: the others share it.
    word: Option<&'static str>,
    answer: Box<dyn FnOnce(Option<&'static str>)>,
}

struct Work<F, T> {
    verb: F,
    answer: oneshot::Sender<Result<T>>,
}

impl<F, T> Job for Work<F, T>
where
    F: for<'x, 'y> AsyncFnOnce(&'x mut Tx<'y>) -> Result<T> + Send + 'static,
    T: Send + 'static,
{
    fn run<'x, 'y: 'x>(self: Box<Self>, tx: &'x mut Tx<'y>) -> LocalBoxFuture<'x, Done>
    where
        Self: 'x,
    {
        Box::pin(async move {
            let Self { verb, answer } = *self;
            let caught = AssertUnwindSafe(verb(tx)).catch_unwind().await;
            let result = caught.unwrap_or_else(|_| Err(Error::internal("a verb panicked".to_owned())));
            let ok = result.is_ok();
            let word = match &result {
                Err(Error::Unavailable(word)) => Some(*word),
                _ => None,
            };
            let answer = Box::new(move |failure: Option<&'static str>| {
                let last = match failure {
                    Some(word) if ok => Err(Error::Unavailable(word)),
                    _ => result,
                };
                drop(answer.send(last));
            });
            Done { ok, word, answer }
        })
    }

    fn refuse(self: Box<Self>, why: Error) {
        drop(self.answer.send(Err(why)));
    }
}

/// The sending end of a lane; its thread ends when this is dropped and the queue is empty.
pub(super) struct Lane {
    queue: mpsc::Sender<Box<dyn Job>>,
    changes: Arc<AtomicU64>,
    pace: Arc<Mutex<Pace>>,
}

enum Connected {
    Sqlite { connection: Connection, durability: Durability, filed: u64, pace: Pace },
    Postgres { options: Box<PgConnectOptions>, open: Option<Box<PgConnection>>, chain: String },
}

impl Lane {
    pub(super) fn sqlite(connection: Connection, durability: Durability) -> Result<Self> {
        let filed = connection.total_changes();
        Self::start("write-0".to_owned(), Connected::Sqlite { connection, durability, filed, pace: Pace::Usual })
    }

    pub(super) fn postgres(options: PgConnectOptions, number: usize) -> Result<Self> {
        Self::start(
            format!("write-{number}"),
            Connected::Postgres { options: Box::new(options), open: None, chain: String::new() },
        )
    }

    fn start(name: String, connected: Connected) -> Result<Self> {
        let (queue, waiting) = mpsc::channel(QUEUE);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("a lane's runtime")?;
        let changes = Arc::new(AtomicU64::new(0));
        let counter = Arc::clone(&changes);
        let pace = Arc::new(Mutex::new(Pace::Usual));
        let wanted = Arc::clone(&pace);
        std::thread::Builder::new()
            .name(name)
            .spawn(move || runtime.block_on(serve(connected, waiting, &counter, &wanted)))
            .context("starting a lane")?;
        Ok(Self { queue, changes, pace })
    }

    pub(super) fn pace(&self) -> Pace {
        *self.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From the next transaction on.
    pub(super) fn take_pace(&self, pace: Pace) {
        *self.pace.lock().unwrap_or_else(PoisonError::into_inner) = pace;
    }

    /// Counts what was written through this lane: rows on SQLite, transactions on PostgreSQL.
    pub(super) fn changes(&self) -> u64 {
        self.changes.load(Ordering::Acquire)
    }

    pub(super) async fn run<F, T>(&self, verb: F) -> Result<T>
    where
        F: for<'x, 'y> AsyncFnOnce(&'x mut Tx<'y>) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        self.queue.try_send(Box::new(Work { verb, answer })).map_err(|_| Error::Unavailable("error.busy"))?;
        answered.await.unwrap_or(Err(Error::Unavailable("error.busy")))
    }
}

async fn serve(
    mut connected: Connected,
    mut waiting: mpsc::Receiver<Box<dyn Job>>,
    changes: &AtomicU64,
    pace: &Mutex<Pace>,
) {
    loop {
        let next = if connected.has_unfiled() {
            match tokio::time::timeout(IDLE, waiting.recv()).await {
                Ok(next) => next,
                Err(_) => {
                    connected.file();
                    continue;
                }
            }
        } else {
            waiting.recv().await
        };
        let Some(first) = next else { return };
        let mut jobs = vec![first];
        while jobs.len() < BATCH {
            match waiting.try_recv() {
                Ok(job) => jobs.push(job),
                Err(_) => break,
            }
        }
        connected.keep_pace(*pace.lock().unwrap_or_else(PoisonError::into_inner));
        connected.commit(jobs, changes).await;
    }
}

impl Connected {
    /// Whether rows were changed that may lie in SQLite's log alone.
    fn has_unfiled(&self) -> bool {
        matches!(self, Self::Sqlite { connection, filed, .. } if connection.total_changes() != *filed)
    }

    /// Copies SQLite's log into its file as far as readers allow; what they hold is tried again after the next pause.
    fn file(&mut self) {
        let Self::Sqlite { connection, filed, .. } = self else { return };
        match sqlite::checkpoint(connection) {
            Ok(true) => *filed = connection.total_changes(),
            Ok(false) => {}
            Err(error) => {
                // A full disk: the log stays as it is, whole, and the next write tries again.
                tracing::warn!(?error, "the log could not be copied into the file");
                *filed = connection.total_changes();
            }
        }
    }

    /// Takes on the pace that is wanted; one that cannot be taken on is tried again before the next transaction.
    fn keep_pace(&mut self, wanted: Pace) {
        let Self::Sqlite { connection, durability, pace, .. } = self else { return };
        if *pace == wanted {
            return;
        }
        match sqlite::take_pace(connection, wanted, *durability) {
            Ok(()) => *pace = wanted,
            Err(error) => tracing::warn!(?error, "the pace could not be taken on"),
        }
    }

    async fn commit(&mut self, jobs: Vec<Box<dyn Job>>, changes: &AtomicU64) {
        if let Err(error) = self.begin().await {
            tracing::error!(%error, "a transaction could not begin");
            let word = error.unavailable_word();
            jobs.into_iter().for_each(|job| job.refuse(Error::Unavailable(word)));
            return;
        }
        let alone = jobs.len() == 1;
        let mut done = Vec::with_capacity(jobs.len());
        let mut lines = Vec::new();
        let mut broken = None;
        for job in jobs {
            if broken.is_some() {
                job.refuse(Error::Unavailable("error.not_saved"));
                continue;
            }
            match self.one(job, alone, &mut lines).await {
                Ok(ended) => done.push(ended),
                Err((ended, error)) => {
                    done.extend(ended);
                    broken = Some(error);
                }
            }
        }
        let keep = !(alone && done.iter().all(|d| !d.ok));
        let failure = match broken {
            Some(error) => {
                let word = self.give_up(&error).await;
                Some(done.iter().find_map(|d| d.word).unwrap_or(word))
            }
            None if keep => self.finish(lines).await,
            None => {
                self.roll_back().await;
                None
            }
        };
        self.count(changes);
        done.into_iter().for_each(|d| (d.answer)(failure));
    }

    /// Before anything is answered, so that whoever has an answer finds the count changed.
    fn count(&self, changes: &AtomicU64) {
        match self {
            Self::Sqlite { connection, .. } => changes.store(connection.total_changes(), Ordering::Release),
            Self::Postgres { .. } => drop(changes.fetch_add(1, Ordering::Release)),
        }
    }

    /// One verb in its savepoint (none when it is alone: then the transaction is its savepoint).
    async fn one(
        &mut self,
        job: Box<dyn Job>,
        alone: bool,
        lines: &mut Vec<audit::Line>,
    ) -> std::result::Result<Done, (Option<Done>, Error)> {
        if !alone && let Err(error) = self.script("SAVEPOINT verb").await {
            job.refuse(Error::Unavailable("error.not_saved"));
            return Err((None, error));
        }
        let (ended, written) = {
            let mut tx = self.tx();
            let ended = job.run(&mut tx).await;
            (ended, tx.lines)
        };
        if ended.ok {
            lines.extend(written);
        }
        if let Self::Sqlite { connection, .. } = self
            && connection.is_autocommit()
        {
            // A full disk may make SQLite end the whole transaction by itself: nothing of it is there, and nothing may follow.
            return Err((Some(ended), Error::Unavailable("error.not_saved")));
        }
        if alone {
            return Ok(ended);
        }
        let end = if ended.ok { "RELEASE verb" } else { "ROLLBACK TO verb; RELEASE verb" };
        match self.script(end).await {
            Ok(()) => Ok(ended),
            Err(error) => Err((Some(ended), error)),
        }
    }

    async fn finish(&mut self, lines: Vec<audit::Line>) -> Option<&'static str> {
        let chain = match self {
            Self::Sqlite { .. } => "main".to_owned(),
            Self::Postgres { chain, .. } => chain.clone(),
        };
        let mut tx = self.tx();
        let written = audit::write(&mut tx, &chain, lines).await;
        if let Err(error) = written {
            return Some(self.give_up(&error).await);
        }
        match self.script("COMMIT").await {
            Ok(()) => None,
            Err(error) => match (self.give_up(&error).await, &self) {
                // The server may have committed before it went.
                ("error.database_away", Self::Postgres { .. }) => Some("error.unsure"),
                (word, _) => Some(word),
            },
        }
    }

    async fn give_up(&mut self, error: &Error) -> &'static str {
        tracing::error!(?error, "a transaction was not committed");
        self.roll_back().await;
        error.unavailable_word()
    }

    async fn roll_back(&mut self) {
        if self.script("ROLLBACK").await.is_err()
            && let Self::Postgres { open, .. } = self
        {
            *open = None;
        }
    }

    async fn begin(&mut self) -> Result<()> {
        let was_open = matches!(self, Self::Postgres { open: Some(_), .. });
        match self.try_begin().await {
            // The server has closed this connection meanwhile: nothing was done by it, so another is tried at once.
            Err(_) if was_open => self.try_begin().await,
            begun => begun,
        }
    }

    async fn try_begin(&mut self) -> Result<()> {
        if let Self::Postgres { options, open, chain } = self
            && open.is_none()
        {
            *open = Some(Box::new(postgres::connect(options).await?));
            *chain = crate::ids::fresh().simple().to_string();
        }
        if let Self::Sqlite { connection, .. } = self
            && !connection.is_autocommit()
        {
            // Rolling back failed before, on a broken disk: nothing may go on inside what was given up.
            self.script("ROLLBACK").await?;
        }
        let text = if matches!(self, Self::Sqlite { .. }) { "BEGIN IMMEDIATE" } else { "BEGIN" };
        let begun = self.script(text).await;
        if begun.is_err()
            && let Self::Postgres { open, .. } = self
        {
            *open = None;
        }
        begun
    }

    async fn script(&mut self, sql: &'static str) -> Result<()> {
        match self {
            Self::Sqlite { connection, .. } => connection.execute_batch(sql).map_err(|e| sqlite::describe(e, sql)),
            Self::Postgres { open: Some(connection), .. } => postgres::script(connection, sql).await,
            Self::Postgres { open: None, .. } => Err(Error::Unavailable("error.database_away")),
        }
    }

    fn tx(&mut self) -> Tx<'_> {
        let inner = match self {
            Self::Sqlite { connection, .. } => TxInner::Sqlite(connection),
            Self::Postgres { open, .. } => {
                let connection = open.as_mut().expect("begin opened the connection of this lane");
                TxInner::Postgres(tokio::sync::Mutex::new(connection))
            }
        };
        Tx { inner, lines: Vec::new() }
    }
}
