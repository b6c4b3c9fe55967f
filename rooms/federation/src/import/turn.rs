//! One table at a time: an uploaded file of a few megabytes may unpack to a hundred, so that several at once would not fit.

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use kernel::tables::Workbook;
use kernel::{Error, Result};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

/// How long a file waits for those before it.
const PATIENCE: Duration = Duration::from_secs(30);

/// The word for a file whose turn did not come.
pub(super) const BUSY: &str = "import.busy";

/// The one place in which a table is open; a part of the application.
#[derive(Clone)]
pub(super) struct Turn {
    place: Arc<Semaphore>,
    patience: Duration,
}

impl Default for Turn {
    fn default() -> Self {
        Self { place: Arc::new(Semaphore::new(1)), patience: PATIENCE }
    }
}

impl Turn {
    /// The place, when whoever has it is done; told to come again when that takes too long.
    pub(super) async fn take(&self) -> Result<OwnedSemaphorePermit> {
        match timeout(self.patience, Arc::clone(&self.place).acquire_owned()).await {
            Ok(Ok(place)) => Ok(place),
            _ => Err(Error::Unavailable(BUSY)),
        }
    }
}

/// A table that was read. It keeps its place until it is dropped.
pub(super) struct Book {
    pub(super) book: Workbook,
    pub(super) _place: OwnedSemaphorePermit,
}

impl Deref for Book {
    type Target = Workbook;

    fn deref(&self) -> &Workbook {
        &self.book
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_file_waits_for_the_one_before_it_and_not_for_ever() {
        let turn = Turn { patience: Duration::from_millis(50), ..Turn::default() };
        let first = turn.take().await.unwrap();
        assert!(matches!(turn.take().await, Err(Error::Unavailable(BUSY))));
        let second = tokio::spawn({
            let turn = Turn { patience: PATIENCE, ..turn.clone() };
            async move { turn.take().await.is_ok() }
        });
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert!(!second.is_finished());
        drop(first);
        assert!(second.await.unwrap());
        assert!(turn.take().await.is_ok());
    }
}
