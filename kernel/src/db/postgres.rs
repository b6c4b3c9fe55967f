//! PostgreSQL through sqlx: binding, reading and telling its errors apart.
//!
//! What runs the driver is boxed here, behind a type that does not name it: otherwise each room would build the driver anew for
//! each kind of row that it reads, and every page would carry room for its future on SQLite too.

use super::value::{FromRow, Kind, Row, RowInner, Value};
use crate::error::{Error, Result};
use futures_util::future::BoxFuture;
use sqlx::postgres::{PgArguments, PgConnectOptions, PgConnection, PgPool, PgPoolOptions, PgRow};
use sqlx::{Arguments as _, AssertSqlSafe, Column as _, Connection as _, Row as _, TypeInfo as _, ValueRef as _};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

fn bind(args: &[Value]) -> Result<PgArguments> {
    let mut bound = PgArguments::default();
    for value in args {
        let added = match value.clone() {
            Value::Null(kind) => add_null(&mut bound, kind),
            Value::Bool(v) => bound.add(v),
            Value::Int(v) => bound.add(v),
            Value::Real(v) => bound.add(v),
            Value::Text(v) => bound.add(v),
            Value::Bytes(v) => bound.add(v),
            Value::Uuid(v) => bound.add(v),
            Value::Date(v) => bound.add(v),
            Value::Time(v) => bound.add(v),
            Value::Timestamp(v) => bound.add(v),
            Value::Json(v) => bound.add(v),
        };
        added.map_err(|e| Error::internal(e.to_string()))?;
    }
    Ok(bound)
}

fn add_null(bound: &mut PgArguments, kind: Kind) -> std::result::Result<(), sqlx::error::BoxDynError> {
    match kind {
        Kind::Bool => bound.add(None::<bool>),
        Kind::Int => bound.add(None::<i64>),
        Kind::Real => bound.add(None::<f64>),
        Kind::Text => bound.add(None::<String>),
        Kind::Bytes => bound.add(None::<Vec<u8>>),
        Kind::Uuid => bound.add(None::<uuid::Uuid>),
        Kind::Date => bound.add(None::<chrono::NaiveDate>),
        Kind::Time => bound.add(None::<chrono::NaiveTime>),
        Kind::Timestamp => bound.add(None::<chrono::DateTime<chrono::Utc>>),
        Kind::Json => bound.add(None::<serde_json::Value>),
    }
}

/// Where reading happens.
pub(super) struct Readers {
    pub(super) pool: PgPool,
    options: PgConnectOptions,
    away: AtomicBool,
}

impl Readers {
    pub(super) async fn open(options: PgConnectOptions) -> std::result::Result<Self, sqlx::Error> {
        let pool = PgPoolOptions::new()
            .max_connections(16)
            .min_connections(1)
            .acquire_timeout(Duration::from_secs(5))
            .test_before_acquire(false);
        Ok(Self { pool: pool.connect_with(options.clone()).await?, options, away: AtomicBool::new(false) })
    }

    /// Rows by a connection of the pool. One that the server has closed meanwhile, because it was restarted, shows only when it
    /// is used: then a new one is tried at once, for reading twice changes nothing. While the server is away it is asked anew
    /// by each reader, and not waited for as the pool does.
    pub(super) fn rows<'x>(&'x self, sql: &'x str, args: &'x [Value]) -> BoxFuture<'x, Result<Vec<PgRow>>> {
        Box::pin(self.read(sql, args))
    }

    async fn read(&self, sql: &str, args: &[Value]) -> Result<Vec<PgRow>> {
        if !self.away.load(Ordering::Relaxed) {
            match self.pooled(sql, args).await {
                Err(Error::Unavailable("error.database_away")) => self.away.store(true, Ordering::Relaxed),
                done => return done,
            }
        }
        let mut connection = connect(&self.options).await?;
        let found = fetch(&mut connection, sql, args).await;
        self.away.store(false, Ordering::Relaxed);
        found
    }

    async fn pooled(&self, sql: &str, args: &[Value]) -> Result<Vec<PgRow>> {
        let mut connection = self.pool.acquire().await.map_err(|e| describe(e, sql))?;
        let found = fetch(&mut connection, sql, args).await;
        if matches!(found, Err(Error::Unavailable("error.database_away"))) {
            drop(connection.detach());
        }
        found
    }
}

/// A connection of a lane's own.
pub(super) async fn connect(options: &PgConnectOptions) -> Result<PgConnection> {
    match tokio::time::timeout(Duration::from_secs(5), PgConnection::connect_with(options)).await {
        Ok(connected) => connected.map_err(|e| describe(e, "connect")),
        Err(_) => Err(Error::Unavailable("error.database_away")),
    }
}

pub(super) fn rows<'x>(
    connection: &'x mut PgConnection,
    sql: &'x str,
    args: &'x [Value],
) -> BoxFuture<'x, Result<Vec<PgRow>>> {
    Box::pin(fetch(connection, sql, args))
}

async fn fetch(connection: &mut PgConnection, sql: &str, args: &[Value]) -> Result<Vec<PgRow>> {
    let query = sqlx::query_with(AssertSqlSafe(sql), bind(args)?);
    query.fetch_all(connection).await.map_err(|e| describe(e, sql))
}

/// The rows as what they are read as.
pub(super) fn read<T: FromRow>(rows: &[PgRow]) -> Result<Vec<T>> {
    rows.iter().map(|row| T::from_row(&Row(RowInner::Postgres(row)))).collect()
}

pub(super) fn execute<'x>(
    connection: &'x mut PgConnection,
    sql: &'x str,
    args: &'x [Value],
) -> BoxFuture<'x, Result<u64>> {
    Box::pin(async move {
        let query = sqlx::query_with(AssertSqlSafe(sql), bind(args)?);
        let done = query.execute(connection).await.map_err(|e| describe(e, sql))?;
        Ok(done.rows_affected())
    })
}

pub(super) async fn prepare(connection: &mut PgConnection, sql: &str) -> Result<()> {
    script(connection, &format!("PREPARE tried AS {sql}")).await?;
    script(connection, "DEALLOCATE tried").await
}

/// Runs a script of several statements without arguments.
pub(super) async fn script(connection: &mut PgConnection, sql: &str) -> Result<()> {
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await.map_err(|e| describe(e, sql))?;
    Ok(())
}

pub(super) fn cell(row: &PgRow, column: &str) -> Result<Value> {
    let fail = |e: sqlx::Error| Error::internal(format!("column {column}: {e}"));
    let raw = row.try_get_raw(column).map_err(fail)?;
    if raw.is_null() {
        return Ok(Value::Null(Kind::Text));
    }
    let place = row.column(column);
    Ok(match place.type_info().name() {
        "BOOL" => Value::Bool(row.try_get(column).map_err(fail)?),
        "INT8" => Value::Int(row.try_get(column).map_err(fail)?),
        "INT4" => Value::Int(i64::from(row.try_get::<i32, _>(column).map_err(fail)?)),
        "FLOAT8" => Value::Real(row.try_get(column).map_err(fail)?),
        "BYTEA" => Value::Bytes(row.try_get(column).map_err(fail)?),
        "UUID" => Value::Uuid(row.try_get(column).map_err(fail)?),
        "DATE" => Value::Date(row.try_get(column).map_err(fail)?),
        "TIME" => Value::Time(row.try_get(column).map_err(fail)?),
        "TIMESTAMPTZ" => Value::Timestamp(row.try_get(column).map_err(fail)?),
        "JSONB" | "JSON" => Value::Json(row.try_get(column).map_err(fail)?),
        "TEXT" | "VARCHAR" | "NAME" | "CHAR" | "UNKNOWN" => Value::Text(row.try_get(column).map_err(fail)?),
        other => return Err(Error::internal(format!("column {column} has the type {other}, which no row reads"))),
    })
}

/// Tells constraint violations and a lost server from a fault of ours.
pub(super) fn describe(error: sqlx::Error, sql: &str) -> Error {
    use super::Violation;
    match &error {
        sqlx::Error::Database(database) => {
            let detail = database.constraint().unwrap_or_default().to_owned();
            match database.code().as_deref() {
                Some("23505") => Error::Violated(Violation::Unique(detail)),
                Some("23503") => Error::Violated(Violation::ForeignKey(detail)),
                Some("23514" | "23502") => Error::Violated(Violation::Check(detail)),
                Some("53100") => Error::Unavailable("error.disk_full"),
                Some("40P01" | "40001") => Error::Unavailable("error.busy"),
                Some("57P01" | "57P02" | "57P03" | "53300") => Error::Unavailable("error.database_away"),
                _ => Error::Internal(anyhow::Error::new(error).context(sql.to_owned())),
            }
        }
        sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Protocol(_) => {
            tracing::warn!(%error, "the database does not answer");
            Error::Unavailable("error.database_away")
        }
        _ => Error::Internal(anyhow::Error::new(error).context(sql.to_owned())),
    }
}
