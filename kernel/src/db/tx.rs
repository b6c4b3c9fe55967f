//! A transaction as a verb sees it.

use super::value::{FromRow, Value};
use super::{Read, postgres, sqlite};
use crate::audit::Line;
use crate::error::Result;
use rusqlite::Connection;
use sqlx::postgres::PgConnection;
use tokio::sync::Mutex;

/// An open transaction; handed out by `Db::write` and nobody else.
pub struct Tx<'c> {
    pub(super) inner: TxInner<'c>,
    pub(super) lines: Vec<Line>,
}

pub(super) enum TxInner<'c> {
    Sqlite(&'c Connection),
    Postgres(Mutex<&'c mut PgConnection>),
}

impl Tx<'_> {
    /// Runs a statement that changes rows; answers how many.
    pub async fn execute(&mut self, sql: &str, args: &[Value]) -> Result<u64> {
        match &mut self.inner {
            TxInner::Sqlite(connection) => sqlite::execute(connection, sql, args),
            TxInner::Postgres(connection) => postgres::execute(connection.get_mut(), sql, args).await,
        }
    }

    /// Inserts many rows. `head` ends before VALUES; every row has the same number of cells.
    ///
    /// On SQLite one statement for one row is run for each: a row alone needs no way back in the middle of its statement, and
    /// its text does not depend on how many there are. On PostgreSQL, where a statement is a round trip, they go together.
    pub async fn insert_many(&mut self, head: &str, tail: &str, rows: &[Vec<Value>]) -> Result<u64> {
        let width = rows.first().map_or(1, Vec::len).max(1);
        let text = |rows: usize| {
            let mut sql = String::with_capacity(head.len() + tail.len() + rows * width * 8);
            sql.push_str(head);
            sql.push_str(" VALUES ");
            for at in 0..rows {
                sql.push_str(if at == 0 { "" } else { ", " });
                sql.push_str(&super::in_list(at * width + 1, width));
            }
            sql.push(' ');
            sql.push_str(tail);
            sql
        };
        let mut inserted = 0;
        match &mut self.inner {
            TxInner::Sqlite(connection) => inserted = sqlite::execute_each(connection, &text(1), rows)?,
            TxInner::Postgres(connection) => {
                for chunk in rows.chunks((30_000 / width).clamp(1, 2_000)) {
                    let args: Vec<Value> = chunk.iter().flatten().cloned().collect();
                    inserted += postgres::execute(connection.get_mut(), &text(chunk.len()), &args).await?;
                }
            }
        }
        Ok(inserted)
    }

    /// Runs a script without arguments: migrations only.
    pub(super) async fn script(&mut self, sql: &str) -> Result<()> {
        match &mut self.inner {
            TxInner::Sqlite(connection) => connection.execute_batch(sql).map_err(|e| sqlite::describe(e, sql)),
            TxInner::Postgres(connection) => postgres::script(connection.get_mut(), sql).await,
        }
    }

    /// Adds a line to the trace; it is chained and written when the transaction commits.
    pub fn trace(&mut self, line: Line) {
        self.lines.push(line);
    }
}

impl Read for Tx<'_> {
    async fn all<T: FromRow>(&self, sql: &str, args: &[Value]) -> Result<Vec<T>> {
        match &self.inner {
            TxInner::Sqlite(connection) => sqlite::rows(connection, sql, args),
            TxInner::Postgres(connection) => {
                postgres::read(&postgres::rows(&mut **connection.lock().await, sql, args).await?)
            }
        }
    }
}
