//! Handing together what waits for the same thing: the rush on one session becomes a few statements.

use super::{Db, LaneKey, Tx};
use crate::error::{Error, Result};
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::oneshot;

/// Collects items by key until the lane is free, then runs one verb over all of them, in the order they came.
pub struct Gather<K, I, O> {
    waiting: Arc<Mutex<Lines<K, I, O>>>,
}

type Lines<K, I, O> = HashMap<K, Vec<Waiting<I, O>>>;

struct Waiting<I, O> {
    item: I,
    answer: oneshot::Sender<Result<O>>,
}

impl<K, I, O> Clone for Gather<K, I, O> {
    fn clone(&self) -> Self {
        Self { waiting: Arc::clone(&self.waiting) }
    }
}

impl<K, I, O> Default for Gather<K, I, O> {
    fn default() -> Self {
        Self { waiting: Arc::default() }
    }
}

impl<K, I, O> Gather<K, I, O>
where
    K: Clone + Eq + Hash + Send + 'static,
    I: Send + 'static,
    O: Send + 'static,
{
    /// Adds an item and waits for its answer; the answer is on the disk. `verb` answers one result for each item, in order.
    pub async fn submit<F>(&self, db: &Db, lane: LaneKey, key: K, item: I, verb: F) -> Result<O>
    where
        F: for<'x, 'y> AsyncFnOnce(&'x mut Tx<'y>, Vec<I>) -> Result<Vec<Result<O>>> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let first = {
            let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            let line = waiting.entry(key.clone()).or_default();
            line.push(Waiting { item, answer });
            line.len() == 1
        };
        if first {
            // A task of its own: the one who came first may hang up, the others still get their answer.
            tokio::spawn(lead(self.clone(), db.clone(), lane, key, verb));
        }
        answered.await.unwrap_or(Err(Error::Unavailable("error.not_saved")))
    }

    fn take(&self, key: &K) -> Vec<Waiting<I, O>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).remove(key).unwrap_or_default()
    }
}

async fn lead<K, I, O, F>(gather: Gather<K, I, O>, db: Db, lane: LaneKey, key: K, verb: F)
where
    K: Clone + Eq + Hash + Send + 'static,
    I: Send + 'static,
    O: Send + 'static,
    F: for<'x, 'y> AsyncFnOnce(&'x mut Tx<'y>, Vec<I>) -> Result<Vec<Result<O>>> + Send + 'static,
{
    // Those who are ready to ask for the same thing do so before the lane looks, and share its commit.
    tokio::task::yield_now().await;
    let (senders_out, senders_in) = oneshot::channel();
    let in_lane = (gather.clone(), key.clone());
    let outcome = db
        .write(lane, async move |tx: &mut Tx<'_>| {
            let (items, senders): (Vec<I>, Vec<_>) =
                in_lane.0.take(&in_lane.1).into_iter().map(|w| (w.item, w.answer)).unzip();
            drop(senders_out.send(senders));
            verb(tx, items).await
        })
        .await;
    let mut senders = senders_in.await.unwrap_or_default();
    if senders.is_empty() {
        senders = gather.take(&key).into_iter().map(|w| w.answer).collect();
    }
    match outcome {
        Ok(results) => senders.into_iter().zip(results).for_each(|(sender, result)| drop(sender.send(result))),
        Err(error) => {
            let word = error.unavailable_word();
            tracing::warn!(?error, "a gathered verb failed");
            senders.into_iter().for_each(|sender| drop(sender.send(Err(Error::Unavailable(word)))));
        }
    }
}
