//! What happened since? Every event once and in order, first from the database, then as it is recorded.

use crate::{StorageError, backend::Database, batch::LogState, recent::Recent};
use edgecoder_events::{Position, Recorded};
use futures_util::{StreamExt, TryStreamExt};
use std::sync::Arc;
use tokio::sync::watch;

/// How many events a follower that is behind gets at once.
const CATCH_UP_EVENTS: u64 = 1024;

/// Why a follower got nothing.
#[derive(Debug, thiserror::Error)]
pub enum FollowError {
    /// Nothing more will come from this store.
    #[error("the store is closed")]
    Stopped,
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Goes along the log; falls back to the database where it is slower than the log, so that it holds no memory.
pub struct Follower {
    pub(crate) next: Position,
    pub(crate) log: watch::Receiver<LogState>,
    pub(crate) recent: Arc<Recent>,
    pub(crate) database: Arc<dyn Database>,
}

impl Follower {
    /// The position of the event that comes next.
    pub fn position(&self) -> Position {
        self.next
    }

    /// Waits for at least one event. Dropping the future loses nothing.
    pub async fn next_batch(&mut self) -> Result<Arc<[Recorded]>, FollowError> {
        loop {
            let size = self.log.borrow_and_update().head.size;
            if self.next.0 < size {
                let batch = match self.recent.from(self.next) {
                    Some(batch) => batch,
                    None => self.catch_up(size).await?,
                };
                self.next.0 += u64::try_from(batch.len()).unwrap_or_default();
                return Ok(batch);
            }
            self.log.changed().await.map_err(|_| FollowError::Stopped)?;
        }
    }

    async fn catch_up(&self, size: u64) -> Result<Arc<[Recorded]>, FollowError> {
        let to = size.min(self.next.0.saturating_add(CATCH_UP_EVENTS));
        let entries = self.database.entries(self.next.0, to);
        let events: Vec<Recorded> = entries.map(|entry| entry?.recorded()).try_collect().await?;
        if events.is_empty() {
            return Err(StorageError::Damaged { position: self.next, what: "the entry is missing" }.into());
        }
        Ok(events.into())
    }
}
