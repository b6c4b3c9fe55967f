//! One SQL text, two engines: the only place that knows there are two.
//!
//! Reads are inline on SQLite (one read-only connection a thread) and pooled on PostgreSQL; writes are closures over a
//! transaction, given to a lane, which commits many of them at once.

mod conditions;
mod gather;
mod lane;
mod migrate;
mod postgres;
mod sqlite;
mod tx;
mod value;

pub use conditions::Conditions;
pub use gather::Gather;
pub use lane::LaneKey;
pub use migrate::Migration;
pub use sqlite::{Durability, Pace};
pub use tx::Tx;
pub use value::{FromRow, FromValue, Json, Kind, Row, ToValue, Value};

use crate::error::{Error, Result};
use anyhow::Context as _;
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};
use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A constraint that a statement broke, with the name that the engine gives for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Violation {
    /// Something with this key is already there.
    Unique(String),
    /// Something that is pointed to is not there, or still pointed at.
    ForeignKey(String),
    /// A CHECK or NOT NULL.
    Check(String),
}

/// Where the data is and how it is treated.
#[derive(Clone, Debug)]
pub enum Place {
    /// An SQLite file; the folder exists.
    File {
        /// The database file.
        path: PathBuf,
        /// `Full` except in tests.
        durability: Durability,
    },
    /// A PostgreSQL address, `postgres://…`.
    Server {
        /// The address with user and database.
        url: String,
        /// Writing connections; 4 unless measured otherwise.
        lanes: usize,
    },
}

/// The database; cheap to clone.
#[derive(Clone)]
pub struct Db(Arc<Inner>);

struct Inner {
    engine: Engine,
    lanes: Vec<lane::Lane>,
    /// How many rows had been changed when SQLite last looked at its indexes.
    learnt: AtomicU64,
}

enum Engine {
    Sqlite { path: PathBuf, id: u64 },
    Postgres(Box<postgres::Readers>),
}

/// Reading, from the database or inside a transaction.
#[expect(async_fn_in_trait, reason = "always used with a concrete type, whose future is known to be Send or not")]
pub trait Read {
    /// All rows of a statement; the statement itself limits them.
    async fn all<T: FromRow>(&self, sql: &str, args: &[Value]) -> Result<Vec<T>>;

    /// The first row, if there is one.
    async fn optional<T: FromRow>(&self, sql: &str, args: &[Value]) -> Result<Option<T>> {
        Ok(self.all(sql, args).await?.into_iter().next())
    }

    /// The only row; `NotFound` without it.
    async fn one<T: FromRow>(&self, sql: &str, args: &[Value]) -> Result<T> {
        self.optional(sql, args).await?.ok_or(Error::NotFound)
    }
}

impl Read for Db {
    async fn all<T: FromRow>(&self, sql: &str, args: &[Value]) -> Result<Vec<T>> {
        match &self.0.engine {
            Engine::Sqlite { path, id } => sqlite::rows(&*reader(path, *id)?, sql, args),
            Engine::Postgres(readers) => postgres::read(&readers.rows(sql, args).await?),
        }
    }
}

thread_local! {
    static READERS: RefCell<HashMap<u64, Rc<rusqlite::Connection>>> = RefCell::new(HashMap::new());
}

/// This thread's connection for reading.
fn reader(path: &Path, id: u64) -> Result<Rc<rusqlite::Connection>> {
    if let Some(known) = READERS.with(|readers| readers.borrow().get(&id).cloned()) {
        return Ok(known);
    }
    let opened = Rc::new(sqlite::open_reader(path)?);
    READERS.with(|readers| readers.borrow_mut().insert(id, Rc::clone(&opened)));
    Ok(opened)
}

impl Db {
    /// Opens the database and its lanes; does not migrate.
    ///
    /// # Errors
    /// When the file cannot be opened or the server does not answer.
    pub async fn open(place: &Place) -> Result<Self> {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let inner = match place {
            Place::File { path, durability } => {
                let writer = sqlite::open_writer(path, *durability)?;
                let lanes = vec![lane::Lane::sqlite(writer, *durability)?];
                let id = NEXT.fetch_add(1, Ordering::Relaxed);
                Inner { engine: Engine::Sqlite { path: path.clone(), id }, lanes, learnt: AtomicU64::new(u64::MAX) }
            }
            Place::Server { url, lanes } => {
                let options: PgConnectOptions = url.parse().context("reading the address of the database")?;
                // Its own log of slow statements would print every placeholder of a bulk insert.
                let options = options.disable_statement_logging();
                let readers = postgres::Readers::open(options.clone());
                let readers = readers.await.context("the PostgreSQL server does not answer")?;
                let count = (*lanes).max(1);
                let lanes = (0..count).map(|n| lane::Lane::postgres(options.clone(), n)).collect::<Result<_>>()?;
                Inner { engine: Engine::Postgres(Box::new(readers)), lanes, learnt: AtomicU64::new(u64::MAX) }
            }
        };
        Ok(Self(Arc::new(inner)))
    }

    /// Runs a verb in a transaction of the lane that the key chooses. `Ok` means that it is on the disk.
    ///
    /// The verb may wait for its transaction and for nothing else; an error rolls back this verb alone.
    pub async fn write<F, T>(&self, lane: LaneKey, verb: F) -> Result<T>
    where
        F: for<'x, 'y> AsyncFnOnce(&'x mut Tx<'y>) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        let lanes = &self.0.lanes;
        let at = usize::try_from(lane.0 % lanes.len() as u64).unwrap_or(0);
        lanes[at].run(verb).await
    }

    /// Applies what is missing of these migrations, in the order of their names.
    pub async fn migrate(&self, migrations: Vec<Migration>) -> Result<Vec<&'static str>> {
        migrate::run(self, migrations).await
    }

    /// Lets SQLite look at how many different values its indexes hold, where it never did or the tables have grown tenfold.
    /// Every key begins with the district, of which there is one: whoever does not know that reads all of it to save a sort.
    /// PostgreSQL does this by itself. Nothing happens, and no writer waits, when nothing was written since the last look, or while
    /// very much is written: whoever does that looks at the end. What is looked at is not remembered: otherwise a server at rest
    /// would hold 16 MB of pages that nobody asks for.
    pub async fn learn(&self) -> Result<()> {
        let busy = self.0.lanes.iter().any(|lane| lane.pace() != Pace::Usual);
        if self.is_server() || busy || self.writes() == self.0.learnt.load(Ordering::Acquire) {
            return Ok(());
        }
        self.write(LaneKey(0), async |tx: &mut Tx<'_>| tx.script(&sqlite::look()).await).await?;
        self.0.learnt.store(self.writes(), Ordering::Release);
        Ok(())
    }

    /// Says how much is going to be written from now on. Nothing on PostgreSQL.
    ///
    /// # Errors
    /// When nothing can be written; the pace is taken on with the next write that can.
    pub async fn take_pace(&self, pace: Pace) -> Result<()> {
        if self.is_server() {
            return Ok(());
        }
        self.0.lanes.iter().for_each(|lane| lane.take_pace(pace));
        self.write(LaneKey(0), async |_: &mut Tx<'_>| Ok(())).await
    }

    /// Counts what this process has written: it has changed before a write is answered, and never goes back.
    #[must_use]
    pub fn writes(&self) -> u64 {
        self.0.lanes.iter().map(lane::Lane::changes).sum()
    }

    /// Whether this is PostgreSQL; only the kernel asks.
    #[must_use]
    pub fn is_server(&self) -> bool {
        matches!(self.0.engine, Engine::Postgres(_))
    }

    /// Prepares a statement without running it; for the test that tries all of them on both engines.
    pub async fn prepare(&self, sql: &str) -> Result<()> {
        match &self.0.engine {
            Engine::Sqlite { path, id } => sqlite::prepare(&*reader(path, *id)?, sql),
            Engine::Postgres(readers) => {
                let mut connection = readers.pool.acquire().await.map_err(|e| postgres::describe(e, sql))?;
                postgres::prepare(&mut connection, sql).await
            }
        }
    }

    /// A short round trip; an error says that the database is away.
    pub async fn ping(&self) -> Result<()> {
        crate::row! { struct One { one: i64 } }
        let row: One = self.one("SELECT CAST(1 AS BIGINT) AS one", &[]).await?;
        if row.one == 1 { Ok(()) } else { Err(Error::Unavailable("error.database_away")) }
    }
}

/// Runs statements on a server outside any pool; for tests that make and drop databases.
///
/// # Errors
/// When the server refuses.
pub async fn admin_execute(url: &str, sql: &str) -> anyhow::Result<()> {
    let mut connection = sqlx::PgConnection::connect(url).await?;
    postgres::script(&mut connection, sql).await.map_err(|e| anyhow::anyhow!("{e:?}"))?;
    connection.close().await?;
    Ok(())
}

/// `($3, $4, $5)` for `count` arguments that begin at `$first`; an empty list matches nothing: `(NULL)`.
#[must_use]
pub fn in_list(first: usize, count: usize) -> String {
    if count == 0 {
        return "(NULL)".to_owned();
    }
    let mut list = String::with_capacity(count * 7);
    for n in first..first + count {
        list.push_str(if n == first { "($" } else { ", $" });
        list.push_str(&n.to_string());
    }
    list.push(')');
    list
}

#[cfg(test)]
mod tests;
