//! What is in the log already but not yet in the index?

use super::{Head, NewBatch, Span, StorageError, StoredEntry};
use crate::IdempotencyKey;
use edgecoder_events::{BlobRef, Position, StreamName, Version};
use std::collections::HashMap;

/// Index rows that wait to be written, findable meanwhile.
#[derive(Debug, Default)]
pub(super) struct Lagging {
    /// The log's head after these entries.
    pub head: Head,
    pub entries: usize,
    pub streams: HashMap<StreamName, Vec<(Version, Position)>>,
    pub keys: HashMap<IdempotencyKey, Span>,
    pub blobs: HashMap<BlobRef, i64>,
}

impl Lagging {
    pub(super) fn of(batch: &NewBatch) -> Self {
        let mut lagging = Self { head: batch.after, entries: batch.rows.len(), ..Self::default() };
        for row in &batch.rows {
            lagging.note_event(&row.stream, row.version, row.position);
        }
        lagging.keys.extend(batch.keys.iter().cloned());
        lagging
    }

    pub(super) fn with_blobs(mut self, rows: Vec<(BlobRef, i64)>) -> Self {
        self.blobs.extend(rows);
        self
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries == 0 && self.blobs.is_empty()
    }

    /// Puts what came later behind what is here.
    pub(super) fn append(&mut self, later: Self) {
        self.head = later.head;
        self.entries += later.entries;
        for (stream, mut events) in later.streams {
            self.streams.entry(stream).or_default().append(&mut events);
        }
        self.keys.extend(later.keys);
        self.blobs.extend(later.blobs);
    }

    /// Notes an entry that is read from the log.
    pub(super) fn note_entry(&mut self, stored: &StoredEntry) -> Result<(), StorageError> {
        let entry = stored.decode()?;
        self.note_event(&StreamName::from_log(entry.stream), Version(entry.version), stored.position);
        if let Some(key) = entry.idempotency_key {
            let key = IdempotencyKey::new(key).map_err(|_| StorageError::Value("an idempotency key's length"))?;
            let span = self.keys.entry(key).or_insert(Span { first: stored.position, count: 0 });
            span.count += 1;
        }
        self.entries += 1;
        self.head = Head { size: stored.position.0 + 1, hash: stored.hash };
        Ok(())
    }

    fn note_event(&mut self, stream: &StreamName, version: Version, position: Position) {
        match self.streams.get_mut(stream) {
            Some(events) => events.push((version, position)),
            None => {
                self.streams.insert(stream.clone(), vec![(version, position)]);
            }
        }
    }
}
