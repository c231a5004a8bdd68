//! What happened, from anywhere in the log or in one stream of it?

use crate::{StorageError, Store, StoredEntry};
use edgecoder_events::{Position, Recorded, StreamName, Version};
use futures_util::{Stream, StreamExt};
use std::sync::Arc;

impl Store {
    /// Every event from `from` to the head as it is now, in order, read as it is wanted.
    pub fn read(&self, from: Position) -> impl Stream<Item = Result<Arc<Recorded>, StorageError>> + Send + use<> {
        self.read_entries(from).map(|entry| Ok(Arc::new(entry?.recorded()?)))
    }

    /// Every entry from `from` to the head as it is now: the bytes that were hashed, for those who verify.
    pub fn read_entries(&self, from: Position) -> impl Stream<Item = Result<StoredEntry, StorageError>> + Send + use<> {
        self.database().entries(from.0, self.head().size)
    }

    /// One entry; nothing where the log does not reach so far.
    ///
    /// # Errors
    /// [`StorageError`] where it cannot be read.
    pub async fn entry(&self, position: Position) -> Result<Option<StoredEntry>, StorageError> {
        if position.0 >= self.head().size {
            return Ok(None);
        }
        Ok(self.database().entries_at(&[position]).await?.pop())
    }

    /// Where the events of a stream stand in the log, at most `limit`, the oldest first.
    ///
    /// # Errors
    /// [`StorageError`] where they cannot be read.
    pub async fn stream_positions(&self, stream: &StreamName, limit: usize) -> Result<Vec<Position>, StorageError> {
        self.database().positions(stream, Version(0), limit).await
    }

    /// The events of a stream after version `after`, at most `limit`.
    ///
    /// # Errors
    /// [`StorageError`] where they cannot be read.
    pub async fn read_stream(
        &self,
        stream: &StreamName,
        after: Version,
        limit: usize,
    ) -> Result<Vec<Recorded>, StorageError> {
        let positions = self.database().positions(stream, after, limit).await?;
        let entries = self.database().entries_at(&positions).await?;
        entries.iter().map(StoredEntry::recorded).collect()
    }
}
