//! What does a caller hand over to be recorded, and what does it get back?

use crate::{error::StorageError, sequencer::Term};
use edgecoder_events::{Actor, Author, BlobRef, EventId, NewEvent, Position, StreamName, UnixMillis, Version};
use edgecoder_ledger::entry::MAX_IDEMPOTENCY_KEY_BYTES;
use std::sync::Arc;

/// Facts that are recorded together or not at all.
#[derive(Debug, Clone)]
pub struct Append {
    /// At least one.
    pub events: Vec<NewEvent>,
    /// What must still be so when the events are ordered.
    pub conditions: Vec<Condition>,
    /// Refused in any other term than this: the versions of the conditions were found in it, and others may have
    /// recorded something else under the same versions since.
    pub term: Option<Term>,
    /// Names the append, so that a repeated one is answered with the first one's receipt.
    pub idempotency_key: Option<IdempotencyKey>,
    pub actor: Actor,
    /// The first event of the conversation; the append's own first event where it begins one.
    pub correlation_id: Option<EventId>,
    /// The event that this append reacts to.
    pub causation_id: Option<EventId>,
    /// Who signed the command; stands in the first event.
    pub author: Option<Author>,
    /// Contents that are durable when the events are.
    pub blobs: Vec<Blob>,
    /// One per event where the caller has named them; made by the store where empty.
    pub event_ids: Vec<EventId>,
}

impl Append {
    /// Records `events` because of `actor`, on no condition.
    pub fn new(actor: Actor, events: Vec<NewEvent>) -> Self {
        Self {
            events,
            conditions: Vec::new(),
            term: None,
            idempotency_key: None,
            actor,
            correlation_id: None,
            causation_id: None,
            author: None,
            blobs: Vec::new(),
            event_ids: Vec::new(),
        }
    }

    /// Refused unless `stream` is at exactly `version`.
    #[must_use]
    pub fn expecting(mut self, stream: StreamName, version: Version) -> Self {
        self.conditions.push(Condition { stream, version });
        self
    }

    /// Recorded once, however often it is handed over.
    #[must_use]
    pub fn once(mut self, key: IdempotencyKey) -> Self {
        self.idempotency_key = Some(key);
        self
    }
}

/// A stream that must be at exactly one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    pub stream: StreamName,
    pub version: Version,
}

/// Names one append for ever: 1 to 255 bytes of the caller's choice.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct IdempotencyKey(Arc<[u8]>);

/// The key has no bytes or too many.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an idempotency key has 1 to {MAX_IDEMPOTENCY_KEY_BYTES} bytes, not {got}")]
pub struct IdempotencyKeyLength {
    got: usize,
}

impl IdempotencyKey {
    /// Checks the length.
    pub fn new(bytes: impl AsRef<[u8]>) -> Result<Self, IdempotencyKeyLength> {
        let bytes = bytes.as_ref();
        if bytes.is_empty() || bytes.len() > MAX_IDEMPOTENCY_KEY_BYTES {
            return Err(IdempotencyKeyLength { got: bytes.len() });
        }
        Ok(Self(bytes.into()))
    }

    /// The key as it stands in the log.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// A content and its address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blob {
    address: BlobRef,
    content: Arc<Vec<u8>>,
}

impl Blob {
    /// Takes the bytes as they shall be stored; what is secret is sealed before.
    pub fn new(content: Vec<u8>) -> Self {
        Self { address: BlobRef(*blake3::hash(&content).as_bytes()), content: Arc::new(content) }
    }

    /// BLAKE3 of the content.
    pub fn address(&self) -> BlobRef {
        self.address
    }

    /// The bytes.
    pub fn content(&self) -> &[u8] {
        &self.content
    }
}

/// The answer to an append that is durable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    pub first: Position,
    pub last: Position,
    /// The chain hash of the last entry.
    pub hash: [u8; 32],
    /// The version that each stream of the append has reached, in the order of their first events.
    pub versions: Vec<(StreamName, Version)>,
    /// One per event, in their order.
    pub event_ids: Vec<EventId>,
    pub recorded_at: UnixMillis,
    /// Whether an earlier append with the same key had already recorded these events.
    pub replayed: bool,
}

/// Why nothing was recorded.
#[derive(Debug, Clone, thiserror::Error)]
pub enum AppendError {
    #[error("stream {stream} is at version {}, not {}: read it again and decide anew", actual.0, expected.0)]
    ConditionFailed { stream: StreamName, expected: Version, actual: Version },
    #[error("the idempotency key was used for other events: take a new key for a new command")]
    IdempotencyConflict,
    #[error("an append holds at least one event, and as many event ids as events or none")]
    Malformed,
    #[error("{what} has {got} bytes or items, more than {limit}: put large contents into blobs")]
    TooLarge { what: &'static str, got: usize, limit: usize },
    #[error("a field is outside its limits: {0}")]
    Field(edgecoder_ledger::EntryError),
    #[error("too much waits to be recorded: try again")]
    Crowded,
    #[error("the store is closed")]
    Stopped,
    #[error("another process leads this ledger: hand the command to it, or try again")]
    NotLeader,
    #[error("the log is older than a checkpoint that had left this machine: {0}")]
    RolledBack(crate::RolledBack),
    #[error("this key signs the log already: take another one")]
    SameLogKey,
    #[error("the log was not rolled back: there is nothing to accept")]
    NotRolledBack,
    #[error("the database did not say whether it recorded the events: try again with the same idempotency key")]
    OutcomeUnknown,
    #[error("storage: {0}")]
    Storage(#[from] Arc<StorageError>),
}
