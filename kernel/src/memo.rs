//! Answers that are remembered until something is written, a second at most.
//!
//! Whoever got an answer to a write reads what they wrote: the lanes count before they answer, and an older count is worth
//! nothing. What another process writes (a command beside the server, a second server on PostgreSQL) shows within the second.

use crate::db::Db;
use crate::error::Result;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long an answer is good for although nothing was written here.
const GOOD_FOR: Duration = Duration::from_secs(1);

/// What was read, by what was asked; cheap to clone.
pub struct Memo<K, V>(Arc<Mutex<Held<K, V>>>, usize);

struct Held<K, V> {
    writes: u64,
    since: Instant,
    answers: HashMap<K, Arc<V>>,
}

impl<K, V> Clone for Memo<K, V> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0), self.1)
    }
}

impl<K: Eq + Hash, V> Memo<K, V> {
    /// A memory for so many answers; when it is full it begins anew.
    #[must_use]
    pub fn of(most: usize) -> Self {
        Self(Arc::new(Mutex::new(Held { writes: 0, since: Instant::now(), answers: HashMap::new() })), most)
    }

    /// The answer that is remembered, or the one that is read now. Errors are not remembered.
    ///
    /// # Errors
    /// Those of reading.
    pub async fn get<R>(&self, db: &Db, key: K, read: impl FnOnce() -> R) -> Result<Arc<V>>
    where
        R: Future<Output = Result<V>>,
    {
        // Counted before reading: what is written meanwhile makes this answer old.
        let writes = db.writes();
        if let Some(known) = self.good(writes).answers.get(&key) {
            return Ok(Arc::clone(known));
        }
        // Boxed, so that who finds an answer carries no room for reading one.
        let answer = Arc::new(Box::pin(read()).await?);
        let mut held = self.held();
        if held.writes == writes {
            if held.answers.len() >= self.1 {
                held.answers.clear();
            }
            held.answers.insert(key, Arc::clone(&answer));
        }
        Ok(answer)
    }

    fn held(&self) -> MutexGuard<'_, Held<K, V>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is held, emptied when it is not good any more.
    fn good(&self, writes: u64) -> MutexGuard<'_, Held<K, V>> {
        let mut held = self.held();
        if held.writes != writes || held.since.elapsed() > GOOD_FOR {
            held.answers.clear();
            (held.writes, held.since) = (writes, Instant::now());
        }
        held
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::{Durability, LaneKey, Place, Tx};
    use std::sync::atomic::{AtomicU32, Ordering};

    async fn database(folder: &tempfile::TempDir) -> Db {
        let path = folder.path().join("memo.db");
        let db = Db::open(&Place::File { path, durability: Durability::Off }).await.unwrap();
        write(&db, "CREATE TABLE thing (n BIGINT)").await;
        db
    }

    async fn write(db: &Db, sql: &'static str) {
        db.write(LaneKey(0), async move |tx: &mut Tx<'_>| tx.execute(sql, &[]).await).await.unwrap();
    }

    #[tokio::test]
    async fn an_answer_is_read_once_until_something_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let db = database(&folder).await;
        let (memo, reads) = (Memo::of(8), AtomicU32::new(0));
        let ask =
            async |key: u8| *memo.get(&db, key, async || Ok(reads.fetch_add(1, Ordering::Relaxed))).await.unwrap();
        assert_eq!((ask(1).await, ask(1).await, ask(2).await), (0, 0, 1));
        write(&db, "REPLACE INTO thing (n) VALUES (1)").await;
        assert_eq!((ask(1).await, ask(1).await), (2, 2));
        tokio::time::sleep(GOOD_FOR + Duration::from_millis(50)).await;
        assert_eq!(ask(1).await, 3, "another process may have written");
    }

    #[tokio::test]
    async fn what_was_read_before_a_write_is_not_kept_after_it() {
        let folder = tempfile::tempdir().unwrap();
        let db = database(&folder).await;
        let memo = Memo::of(8);
        let slow = memo.get(&db, 1, async || {
            write(&db, "REPLACE INTO thing (n) VALUES (1)").await;
            Ok("old")
        });
        assert_eq!(*slow.await.unwrap(), "old");
        assert_eq!(*memo.get(&db, 1, async || { Ok("new") }).await.unwrap(), "new");
    }

    #[tokio::test]
    async fn a_full_memory_begins_anew_and_an_error_is_not_remembered() {
        let folder = tempfile::tempdir().unwrap();
        let db = database(&folder).await;
        let memo = Memo::of(2);
        for key in 0..5 {
            memo.get(&db, key, async move || Ok(key)).await.unwrap();
            assert!(memo.held().answers.len() <= 2);
        }
        assert!(memo.get(&db, 9, async || { Err(crate::Error::NotFound) }).await.is_err());
        assert_eq!(*memo.get(&db, 9, async || { Ok(9) }).await.unwrap(), 9);
    }
}
