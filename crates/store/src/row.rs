//! What is stored of an entry of the ledger, and how does it become an event again?

use crate::StorageError;
use edgecoder_events::{
    Actor, Author, Event, EventId, Position, PublicKey, Recorded, Signature, StreamName, UnixMillis, Version,
};
use edgecoder_ledger::Entry;

/// One entry as it is stored: the bytes that were hashed, and their chain hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEntry {
    pub position: Position,
    pub entry: Vec<u8>,
    pub hash: [u8; 32],
}

impl StoredEntry {
    /// Reads the fields of the entry.
    pub fn decode(&self) -> Result<Entry<'_>, StorageError> {
        Entry::decode(&self.entry).map_err(|source| StorageError::Entry { position: self.position, source })
    }

    /// Reads the event and what stands around it.
    pub fn recorded(&self) -> Result<Recorded, StorageError> {
        let entry = self.decode()?;
        let event = Event::from_bytes(entry.kind, entry.schema, entry.payload)
            .map_err(|source| StorageError::Event { position: self.position, source })?;
        Ok(Recorded {
            position: self.position,
            stream: StreamName::from_log(entry.stream),
            version: Version(entry.version),
            event_id: EventId(entry.event_id),
            recorded_at: UnixMillis(entry.recorded_at_ms),
            actor: Actor::from_log(entry.actor),
            correlation_id: EventId(entry.correlation_id),
            causation_id: entry.causation_id.map(EventId),
            author: author(&entry),
            event,
        })
    }
}

fn author(entry: &Entry<'_>) -> Option<Author> {
    let (key, signature) = entry.author_key.zip(entry.author_signature)?;
    Some(Author { key: PublicKey(key), signature: Signature(signature) })
}
