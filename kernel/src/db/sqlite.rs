//! SQLite through rusqlite: files, connections, binding and reading. Nothing here crosses a thread.

use super::value::{FromRow, Kind, Row, RowInner, Value, write_timestamp};
use crate::error::{Error, Result};
use anyhow::Context as _;
use rusqlite::{Connection, OpenFlags, types::ToSqlOutput, types::ValueRef};
use std::borrow::Cow;
use std::path::Path;

/// How much the disk is asked for: `Full` in service, `Off` only where a test owns the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// An answer means that it is on the disk.
    Full,
    /// For tests: fast, and lost with the machine.
    Off,
}

pub(super) fn open_writer(path: &Path, durability: Durability) -> Result<Connection> {
    let connection = Connection::open(path).with_context(|| format!("opening {}", path.display()))?;
    let sync = match durability {
        Durability::Full => "FULL",
        Durability::Off => "OFF",
    };
    connection
        .execute_batch(&format!(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous={sync}; PRAGMA foreign_keys=ON; PRAGMA busy_timeout=5000;
             PRAGMA wal_autocheckpoint=4000; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-16000;"
        ))
        .context("setting up the writing connection")?;
    connection.set_prepared_statement_cache_capacity(512);
    Ok(connection)
}

pub(super) fn open_reader(path: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection =
        Connection::open_with_flags(path, flags).with_context(|| format!("opening {} for reading", path.display()))?;
    connection
        .execute_batch("PRAGMA busy_timeout=5000; PRAGMA cache_size=-8000; PRAGMA mmap_size=268435456; PRAGMA query_only=ON; PRAGMA temp_store=MEMORY;")
        .context("setting up a reading connection")?;
    connection.set_prepared_statement_cache_capacity(256);
    Ok(connection)
}

pub(super) fn rows<T: FromRow>(connection: &Connection, sql: &str, args: &[Value], limit: usize) -> Result<Vec<T>> {
    let mut statement = connection.prepare_cached(&numbered(sql)).map_err(|e| describe(e, sql))?;
    bind(&mut statement, args)?;
    let mut found = Vec::new();
    let mut cursor = statement.raw_query();
    while let Some(row) = cursor.next().map_err(|e| describe(e, sql))? {
        found.push(T::from_row(&Row(RowInner::Sqlite(row)))?);
        if found.len() >= limit {
            break;
        }
    }
    Ok(found)
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

/// SQLite numbers `$n` by first appearance, `?n` by n: so `$n` becomes `?n`, and binding goes straight to the place.
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

pub(super) fn cell(row: &rusqlite::Row<'_>, column: &str) -> Result<Value> {
    let cell = row.get_ref(column).map_err(|e| Error::internal(format!("column {column}: {e}")))?;
    Ok(match cell {
        ValueRef::Null => Value::Null(Kind::Text),
        ValueRef::Integer(v) => Value::Int(v),
        ValueRef::Real(v) => Value::Real(v),
        ValueRef::Text(v) => Value::Text(String::from_utf8_lossy(v).into_owned()),
        ValueRef::Blob(v) => Value::Bytes(v.to_vec()),
    })
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
            (ErrorCode::DiskFull, _) => Error::Unavailable("error.disk_full"),
            (ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked, _) => Error::Unavailable("error.busy"),
            _ => Error::Internal(anyhow::Error::new(error).context(sql.to_owned())),
        };
    }
    Error::Internal(anyhow::Error::new(error).context(sql.to_owned()))
}
