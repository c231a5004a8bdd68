//! What do the appends of one batch become? Pure: conditions, positions, bytes, hashes; no database.

use crate::{
    AppendError, IdempotencyKey, Receipt,
    answer::Answer,
    backend::{Head, NewBatch, NewRow, Span},
    conditions::StreamVersions,
    event_ids::EventIds,
    idempotency::{ContentDigest, reached},
    submission::{Prepared, Reply},
};
use edgecoder_events::{EventId, Position, Recorded, UnixMillis, Version};
use edgecoder_ledger::{
    Entry, entry_hash,
    tree::{Frontier, Hash, leaf_hash},
};
use std::collections::HashMap;

/// The log after its last entry: everything that the next entry depends on.
#[derive(Debug, Clone, Default)]
pub(crate) struct LogState {
    pub head: Head,
    pub recorded_at: UnixMillis,
    /// How often the log was restored.
    pub epoch: u64,
    pub frontier: Frontier,
}

impl LogState {
    /// A process that stands by sees the leader's head, but has no tree that reaches it and so nothing to sign.
    pub(crate) fn reaches_head(&self) -> bool {
        self.frontier.size() == self.head.size
    }
}

/// An append that was decided, and whom to tell.
pub(crate) struct Decided {
    pub reply: Answer,
    pub outcome: Reply,
}

/// Appends on their way into one transaction.
pub(crate) struct BatchBuilder<'a> {
    origin: &'a str,
    before: Head,
    log: LogState,
    versions: StreamVersions,
    /// Keys that the database knows.
    known: HashMap<IdempotencyKey, Span>,
    /// Keys of this very batch, with what they stand for.
    new: HashMap<IdempotencyKey, (Span, ContentDigest)>,
    rows: Vec<NewRow>,
    recorded: Vec<Recorded>,
    leaves: Vec<Hash>,
    blobs: Vec<crate::Blob>,
    decided: Vec<Decided>,
}

/// A batch that is complete.
pub(crate) struct Batch {
    pub write: NewBatch,
    /// The log when the batch is durable.
    pub log: LogState,
    pub versions: StreamVersions,
    pub recorded: Vec<Recorded>,
    /// The leaf hashes of these entries.
    pub leaves: Vec<Hash>,
    pub decided: Vec<Decided>,
}

impl<'a> BatchBuilder<'a> {
    /// Begins a batch at `now`, or at the log's own time where a clock was set back.
    pub(crate) fn new(
        origin: &'a str,
        mut log: LogState,
        now: UnixMillis,
        versions: StreamVersions,
        known: HashMap<IdempotencyKey, Span>,
    ) -> Self {
        log.recorded_at = log.recorded_at.max(now);
        Self {
            origin,
            before: log.head,
            log,
            versions,
            known,
            new: HashMap::new(),
            rows: Vec::new(),
            recorded: Vec::new(),
            leaves: Vec::new(),
            blobs: Vec::new(),
            decided: Vec::new(),
        }
    }

    /// Decides one append: it fails alone, or takes its place behind the ones before.
    pub(crate) fn add(&mut self, prepared: Prepared, reply: Answer, ids: &mut EventIds) {
        let outcome = self.decide(prepared, ids).unwrap_or_else(Reply::Refused);
        self.decided.push(Decided { reply, outcome });
    }

    fn decide(&mut self, prepared: Prepared, ids: &mut EventIds) -> Result<Reply, AppendError> {
        if let Some(key) = &prepared.append.idempotency_key {
            if let Some(span) = self.known.get(key) {
                return Ok(Reply::Repeated(*span));
            }
            if let Some((span, digest)) = self.new.get(key) {
                let same = *digest == prepared.digest;
                return if same { Ok(Reply::Repeated(*span)) } else { Err(AppendError::IdempotencyConflict) };
            }
        }
        self.versions.check(&prepared.append.conditions)?;
        let receipt = self.record(prepared, ids)?;
        Ok(Reply::Recorded(receipt))
    }

    fn record(&mut self, prepared: Prepared, ids: &mut EventIds) -> Result<Receipt, AppendError> {
        let rows = self.encode(&prepared, ids)?;
        let first = Position(self.log.head.size);
        let digest = prepared.digest;
        let append = prepared.append;
        let mut versions = Vec::with_capacity(1);
        let mut event_ids = Vec::with_capacity(rows.len());
        for (row, recorded) in rows {
            let leaf = leaf_hash(&row.entry);
            self.log.frontier.append(leaf);
            self.leaves.push(leaf);
            self.log.head = Head { size: row.position.0 + 1, hash: row.hash };
            self.versions.set(&row.stream, row.version);
            reached(&mut versions, &row.stream, row.version);
            event_ids.push(recorded.event_id);
            self.rows.push(row);
            self.recorded.push(recorded);
        }
        if let Some(key) = append.idempotency_key {
            self.new.insert(key, (Span { first, count: self.log.head.size - first.0 }, digest));
        }
        self.blobs.extend(append.blobs);
        Ok(Receipt {
            first,
            last: Position(self.log.head.size - 1),
            hash: self.log.head.hash,
            versions,
            event_ids,
            recorded_at: self.log.recorded_at,
            replayed: false,
        })
    }

    /// Makes the entries of one append without taking their places yet.
    fn encode(&self, prepared: &Prepared, ids: &mut EventIds) -> Result<Vec<(NewRow, Recorded)>, AppendError> {
        let append = &prepared.append;
        let id = |index: usize, ids: &mut EventIds| {
            append.event_ids.get(index).copied().unwrap_or_else(|| ids.next(self.log.recorded_at))
        };
        let first_id = id(0, ids);
        let mut head = self.log.head;
        let mut ahead: Vec<(NewRow, Recorded)> = Vec::with_capacity(append.events.len());
        for (index, (new, payload)) in append.events.iter().zip(&prepared.payloads).enumerate() {
            let earlier = ahead.iter().rev().find(|(row, _)| row.stream == new.stream).map(|(row, _)| row.version);
            let recorded = Recorded {
                position: Position(head.size),
                stream: new.stream.clone(),
                version: earlier.unwrap_or_else(|| self.versions.of(&new.stream)).after(1),
                event_id: if index == 0 { first_id } else { id(index, ids) },
                recorded_at: self.log.recorded_at,
                actor: append.actor.clone(),
                correlation_id: append.correlation_id.unwrap_or(first_id),
                causation_id: append.causation_id,
                author: append.author.filter(|_| index == 0),
                event: new.event.clone(),
            };
            let row = self.row(&recorded, payload, append.idempotency_key.as_ref(), head.hash)?;
            head = Head { size: head.size + 1, hash: row.hash };
            ahead.push((row, recorded));
        }
        Ok(ahead)
    }

    fn row(
        &self,
        recorded: &Recorded,
        payload: &[u8],
        key: Option<&IdempotencyKey>,
        prev_hash: [u8; 32],
    ) -> Result<NewRow, AppendError> {
        let mut entry = Vec::with_capacity(payload.len() + ENTRY_OVERHEAD);
        Entry {
            origin: self.origin,
            position: recorded.position.0,
            stream: recorded.stream.as_str(),
            version: recorded.version.0,
            kind: recorded.event.kind(),
            schema: recorded.event.schema(),
            event_id: recorded.event_id.0,
            recorded_at_ms: recorded.recorded_at.0,
            actor: recorded.actor.as_str(),
            correlation_id: recorded.correlation_id.0,
            causation_id: recorded.causation_id.map(|EventId(id)| id),
            idempotency_key: key.map(IdempotencyKey::as_bytes),
            author_key: recorded.author.map(|author| author.key.0),
            author_signature: recorded.author.map(|author| author.signature.0),
            payload,
            prev_hash,
        }
        .encode(&mut entry)
        .map_err(AppendError::Field)?;
        Ok(NewRow {
            position: recorded.position,
            stream: recorded.stream.clone(),
            version: Version(recorded.version.0),
            kind: recorded.event.kind(),
            recorded_at: recorded.recorded_at,
            hash: entry_hash(&entry),
            entry,
        })
    }

    /// Ends the batch.
    pub(crate) fn finish(self) -> Batch {
        let keys = self.new.into_iter().map(|(key, (span, _))| (key, span)).collect();
        let write = NewBatch { before: self.before, after: self.log.head, rows: self.rows, keys, blobs: self.blobs };
        Batch {
            write,
            log: self.log,
            versions: self.versions,
            recorded: self.recorded,
            leaves: self.leaves,
            decided: self.decided,
        }
    }
}

/// About what an entry needs beside its payload, so that its buffer grows once.
const ENTRY_OVERHEAD: usize = 320;
