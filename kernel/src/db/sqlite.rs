//! SQLite through rusqlite: files, connections, binding and reading. Nothing here crosses a thread.

use super::value::{FromRow, Kind, Row, RowInner, Value, write_timestamp};
use crate::error::{Error, Result};
use anyhow::Context as _;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, types::ToSqlOutput, types::ValueRef};
use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::path::Path;

/// How much the disk is asked for: `Full` in service, `Off` only where a test owns the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// An answer means that it is on the disk.
    Full,
    /// For tests: fast, and lost with the machine.
    Off,
}

/// How much is written at once, which decides how many pages the writing connection remembers, how long the log may grow before
/// it goes into the file, and whether a commit waits for the disk. With little room the pages of the indexes would be written and
/// read again many times.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pace {
    /// One deed after the other: 16 MB.
    #[default]
    Usual,
    /// A roster of a whole district, while others are served: 256 MB.
    Many,
    /// A district from nothing, before anybody is served: the disk is waited for at the end, not at each commit.
    Whole,
}

impl Pace {
    /// Room for pages: as many KiB, said as SQLite wants it.
    fn pages(self) -> i64 {
        if self == Self::Usual { -16_000 } else { -262_144 }
    }

    fn settings(self, durability: Durability) -> String {
        let pages = self.pages();
        let log = match self {
            Self::Usual => 4_000,
            Self::Many => 16_000,
            Self::Whole => 65_536,
        };
        let sync = match (durability, self) {
            (Durability::Off, _) => "OFF",
            (Durability::Full, Self::Whole) => "NORMAL",
            (Durability::Full, _) => "FULL",
        };
        format!("PRAGMA cache_size={pages}; PRAGMA wal_autocheckpoint={log}; PRAGMA synchronous={sync};")
    }
}

/// A look at the indexes, with little room for their pages while it lasts.
pub(super) fn look() -> String {
    let usual = Pace::Usual.pages();
    format!("PRAGMA cache_size=-2000; PRAGMA analysis_limit=400; PRAGMA optimize=0x10002; PRAGMA cache_size={usual}")
}

/// Takes on a pace, outside of any transaction. What was not waited for is on the disk before the usual pace begins.
pub(super) fn take_pace(connection: &Connection, pace: Pace, durability: Durability) -> Result<()> {
    let settings = pace.settings(durability);
    connection.execute_batch(&settings).map_err(|e| describe(e, &settings))?;
    if pace == Pace::Usual { checkpoint(connection).map(drop) } else { Ok(()) }
}

pub(super) fn open_writer(path: &Path, durability: Durability) -> Result<Connection> {
    let connection = Connection::open(path).with_context(|| format!("opening {}", path.display()))?;
    let usual = Pace::Usual.settings(durability);
    connection
        .execute_batch(&format!(
            "PRAGMA journal_mode=WAL; PRAGMA foreign_keys=ON; PRAGMA busy_timeout=5000; PRAGMA temp_store=MEMORY; {usual}"
        ))
        .context("setting up the writing connection")?;
    plan_once(&connection)?;
    connection.set_prepared_statement_cache_capacity(512);
    Ok(connection)
}

/// Without this SQLite plans a prepared statement again whenever a bound LIMIT, or another value that it looked at while
/// planning, is bound anew: on every use of nearly every list.
fn plan_once(connection: &Connection) -> Result<()> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).context("asking for stable plans")?;
    Ok(())
}

pub(super) fn open_reader(path: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection =
        Connection::open_with_flags(path, flags).with_context(|| format!("opening {} for reading", path.display()))?;
    connection
        .execute_batch("PRAGMA busy_timeout=5000; PRAGMA cache_size=-8000; PRAGMA mmap_size=268435456; PRAGMA query_only=ON; PRAGMA temp_store=MEMORY;")
        .context("setting up a reading connection")?;
    plan_once(&connection)?;
    connection.set_prepared_statement_cache_capacity(256);
    Ok(connection)
}

pub(super) fn rows<T: FromRow>(connection: &Connection, sql: &str, args: &[Value]) -> Result<Vec<T>> {
    let mut found = Vec::new();
    each(connection, sql, args, &mut |row| {
        found.push(T::from_row(row)?);
        Ok(())
    })?;
    Ok(found)
}

/// Hands over one row after the other: the same code for whatever they are read as.
fn each(
    connection: &Connection,
    sql: &str,
    args: &[Value],
    take: &mut dyn FnMut(&Row<'_>) -> Result<()>,
) -> Result<()> {
    let mut statement = connection.prepare_cached(&numbered(sql)).map_err(|e| describe(e, sql))?;
    bind(&mut statement, args)?;
    let order = Order::default();
    let mut cursor = statement.raw_query();
    while let Some(row) = cursor.next().map_err(|e| describe(e, sql))? {
        order.asked.set(0);
        take(&Row(RowInner::Sqlite(row, &order)))?;
    }
    Ok(())
}

pub(super) fn prepare(connection: &Connection, sql: &str) -> Result<()> {
    connection.prepare(&numbered(sql)).map(drop).map_err(|e| describe(e, sql))
}

pub(super) fn execute(connection: &Connection, sql: &str, args: &[Value]) -> Result<u64> {
    let mut statement = connection.prepare_cached(&numbered(sql)).map_err(|e| describe(e, sql))?;
    bind(&mut statement, args)?;
    let changed = statement.raw_execute().map_err(|e| describe(e, sql))?;
    Ok(changed as u64)
}

/// Runs one statement for each of these rows of arguments.
pub(super) fn execute_each(connection: &Connection, sql: &str, rows: &[Vec<Value>]) -> Result<u64> {
    if rows.is_empty() {
        return Ok(0);
    }
    let mut statement = connection.prepare_cached(&numbered(sql)).map_err(|e| describe(e, sql))?;
    let mut changed = 0;
    for args in rows {
        bind(&mut statement, args)?;
        changed += statement.raw_execute().map_err(|e| describe(e, sql))?;
    }
    Ok(changed as u64)
}

/// Copies the log into the file without waiting for anybody; `false` when readers still need some of it.
pub(super) fn checkpoint(connection: &Connection) -> Result<bool> {
    let sql = "PRAGMA wal_checkpoint(PASSIVE)";
    let whole = connection.query_row(sql, [], |row| {
        let (busy, log, copied): (i64, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
        Ok(busy == 0 && log == copied)
    });
    whole.map_err(|e| describe(e, sql))
}

/// SQLite numbers `$n` by first appearance, `?n` by n: so `$n` becomes `?n`, and binding goes straight to the place. Asking a
/// statement for the names of its places takes longer the more it has: a third of a district's load.
fn numbered(sql: &str) -> Cow<'_, str> {
    if sql.contains('$') { Cow::Owned(sql.replace('$', "?")) } else { Cow::Borrowed(sql) }
}

fn bind(statement: &mut rusqlite::Statement<'_>, args: &[Value]) -> Result<()> {
    let places = statement.parameter_count();
    for (at, value) in args.iter().take(places).enumerate() {
        statement.raw_bind_parameter(at + 1, Bound(value)).map_err(|e| Error::internal(e.to_string()))?;
    }
    Ok(())
}

struct Bound<'v>(&'v Value);

impl rusqlite::ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        use rusqlite::types::Value as Owned;
        Ok(match self.0 {
            Value::Null(_) => ToSqlOutput::Owned(Owned::Null),
            Value::Bool(v) => ToSqlOutput::Owned(Owned::Integer(i64::from(*v))),
            Value::Int(v) => ToSqlOutput::Owned(Owned::Integer(*v)),
            Value::Real(v) => ToSqlOutput::Owned(Owned::Real(*v)),
            Value::Text(v) => ToSqlOutput::Borrowed(ValueRef::Text(v.as_bytes())),
            Value::Bytes(v) => ToSqlOutput::Borrowed(ValueRef::Blob(v)),
            Value::Uuid(v) => ToSqlOutput::Borrowed(ValueRef::Blob(v.as_bytes())),
            Value::Date(v) => ToSqlOutput::Owned(Owned::Text(v.to_string())),
            Value::Time(v) => ToSqlOutput::Owned(Owned::Text(v.format("%H:%M:%S").to_string())),
            Value::Timestamp(v) => ToSqlOutput::Owned(Owned::Text(write_timestamp(v))),
            Value::Json(v) => ToSqlOutput::Owned(Owned::Text(v.to_string())),
        })
    }
}

/// Which columns a row's reader asks for, one after the other: found by name in the first row, by this in the others.
#[derive(Default)]
pub(super) struct Order {
    known: RefCell<Vec<(*const str, usize)>>,
    asked: Cell<usize>,
}

impl Order {
    /// The place of a column. A name is the same when it is the same text in the program, which is a pointer to compare.
    fn place(&self, row: &rusqlite::Row<'_>, column: &str) -> rusqlite::Result<usize> {
        let turn = self.asked.replace(self.asked.get() + 1);
        let mut known = self.known.borrow_mut();
        if let Some((name, at)) = known.get(turn)
            && std::ptr::eq(*name, column)
        {
            return Ok(*at);
        }
        let statement: &rusqlite::Statement<'_> = row.as_ref();
        let at = match statement.column_name(turn) {
            Ok(name) if name == column => turn,
            _ => statement.column_index(column)?,
        };
        known.truncate(turn);
        if known.len() == turn {
            known.push((std::ptr::from_ref(column), at));
        }
        Ok(at)
    }
}

/// The cell of a column.
pub(super) fn cell(row: &rusqlite::Row<'_>, order: &Order, column: &str) -> Result<Value> {
    let failed = |e: rusqlite::Error| Error::internal(format!("column {column}: {e}"));
    let at = order.place(row, column).map_err(failed)?;
    Ok(match row.get_ref(at).map_err(failed)? {
        ValueRef::Null => Value::Null(Kind::Text),
        ValueRef::Integer(v) => Value::Int(v),
        ValueRef::Real(v) => Value::Real(v),
        ValueRef::Text(v) => Value::Text(text(v)),
        ValueRef::Blob(v) => match uuid::Uuid::from_slice(v) {
            Ok(id) => Value::Uuid(id),
            Err(_) => Value::Bytes(v.to_vec()),
        },
    })
}

fn text(bytes: &[u8]) -> String {
    std::str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes).into_owned(), str::to_owned)
}

/// Tells constraint violations, a full disk and a locked file from a fault of ours.
pub(super) fn describe(error: rusqlite::Error, sql: &str) -> Error {
    use rusqlite::ErrorCode;
    if let rusqlite::Error::SqliteFailure(code, message) = &error {
        let detail = message.clone().unwrap_or_default();
        return match (code.code, code.extended_code) {
            (ErrorCode::ConstraintViolation, rusqlite::ffi::SQLITE_CONSTRAINT_FOREIGNKEY) => {
                Error::Violated(super::Violation::ForeignKey(detail))
            }
            (
                ErrorCode::ConstraintViolation,
                rusqlite::ffi::SQLITE_CONSTRAINT_UNIQUE | rusqlite::ffi::SQLITE_CONSTRAINT_PRIMARYKEY,
            ) => Error::Violated(super::Violation::Unique(detail)),
            (ErrorCode::ConstraintViolation, _) => Error::Violated(super::Violation::Check(detail)),
            (ErrorCode::DiskFull, _) | (_, rusqlite::ffi::SQLITE_IOERR_SHMSIZE) => {
                Error::Unavailable("error.disk_full")
            }
            (ErrorCode::SystemIoFailure, _) => {
                tracing::error!(%error, "the disk has trouble");
                Error::Unavailable("error.disk")
            }
            (ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked, _) => Error::Unavailable("error.busy"),
            _ => Error::Internal(anyhow::Error::new(error).context(sql.to_owned())),
        };
    }
    Error::Internal(anyhow::Error::new(error).context(sql.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rusqlite::StatementStatus;

    #[test]
    fn a_bound_limit_does_not_plan_the_statement_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("test.db");
        let writer = open_writer(&path, Durability::Off).unwrap();
        writer
            .execute_batch("CREATE TABLE thing (id BIGINT PRIMARY KEY); INSERT INTO thing VALUES (1), (2), (3)")
            .unwrap();
        for connection in [&writer, &open_reader(&path).unwrap()] {
            let mut statement = connection.prepare("SELECT id FROM thing WHERE id > ?1 ORDER BY id LIMIT ?2").unwrap();
            for limit in 1..4 {
                bind(&mut statement, &[Value::Int(0), Value::Int(limit)]).unwrap();
                let mut rows = statement.raw_query();
                while rows.next().unwrap().is_some() {}
            }
            assert_eq!(statement.get_status(StatementStatus::RePrepare), 0);
        }
    }

    crate::row! { struct Turned { b: i64, a: i64, c: i64 } }

    #[test]
    fn columns_are_found_by_name_in_any_order() {
        let connection = Connection::open_in_memory().unwrap();
        let found: Vec<Turned> = rows(&connection, "SELECT 1 AS a, 2 AS b, 3 AS c", &[]).unwrap();
        assert_eq!((found[0].a, found[0].b, found[0].c), (1, 2, 3));
        let missing: Result<Vec<Turned>> = rows(&connection, "SELECT 1 AS a, 2 AS b", &[]);
        assert!(missing.is_err());
    }
}
