//! What does one entry say? Every field by its name, for people and for programs.

use crate::{escape::escape, utc::utc};
use edgecoder_events::{Event, EventId};
use edgecoder_ledger::{
    Entry, EntryError, entry_hash,
    tree::{Hash, leaf_hash},
    verify::StoredRow,
};
use serde_json::{Value, json};
use std::fmt::Write as _;

/// One entry with its event and its hashes.
#[derive(Debug, Clone, PartialEq)]
pub struct EntryView {
    document: Value,
    event: Value,
    line: String,
    hash_fits: bool,
    leaf: Hash,
}

impl EntryView {
    /// Reads a row.
    ///
    /// # Errors
    /// The bytes are not an entry.
    pub fn of(row: &StoredRow<'_>) -> Result<Self, EntryError> {
        let entry = Entry::decode(row.entry)?;
        let hash = entry_hash(row.entry);
        let hash_fits = row.hash == hash;
        let event = event_fields(&entry);
        let leaf = leaf_hash(row.entry);
        let document = json!({
            "position": entry.position,
            "origin": entry.origin,
            "stream": entry.stream,
            "version": entry.version,
            "kind": entry.kind,
            "schema": entry.schema,
            "eventId": hex::encode(entry.event_id),
            "recordedAtMs": entry.recorded_at_ms,
            "actor": entry.actor,
            "correlationId": hex::encode(entry.correlation_id),
            "causationId": entry.causation_id.map(hex::encode),
            "idempotencyKey": entry.idempotency_key.map(hex::encode),
            "authorKey": entry.author_key.map(hex::encode),
            "authorSignature": entry.author_signature.map(hex::encode),
            "prevHash": hex::encode(entry.prev_hash),
            "hash": hex::encode(hash),
            "storedHashFits": hash_fits,
            "leafHash": hex::encode(leaf),
            "bytes": row.entry.len(),
        });
        let line = format!(
            "{:>9} {} {} {} v{} by {} {}",
            entry.position,
            utc(entry.recorded_at_ms),
            escape(entry.kind),
            escape(entry.stream),
            entry.version,
            escape(entry.actor),
            EventId(entry.event_id)
        );
        Ok(Self { document, event, line, hash_fits, leaf })
    }

    /// Whether the stored hash is that of the bytes.
    pub const fn hash_fits(&self) -> bool {
        self.hash_fits
    }

    /// The entry's hash in the tree.
    pub const fn leaf(&self) -> Hash {
        self.leaf
    }

    /// All of it as one document.
    pub fn document(&self) -> Value {
        let mut document = self.document.clone();
        document["event"] = self.event.clone();
        document
    }

    /// The entry in one line.
    pub fn line(&self) -> &str {
        &self.line
    }

    /// All of it, one line for each field.
    pub fn lines(&self) -> String {
        let mut text = String::new();
        for (prefix, fields) in [("", &self.document), ("event.", &self.event)] {
            for (name, value) in fields.as_object().into_iter().flatten() {
                let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                writeln!(text, "{:<24} {}", format!("{prefix}{name}"), escape(&value)).expect("a string takes all");
            }
        }
        text
    }
}

/// The event's fields by name, or its bytes where this program does not know it.
fn event_fields(entry: &Entry<'_>) -> Value {
    let known = Event::from_bytes(entry.kind, entry.schema, entry.payload);
    let fields = known.ok().and_then(|event| event.serialize_fields(serde_json::value::Serializer).ok());
    fields.unwrap_or_else(|| json!({ "payload": hex::encode(entry.payload) }))
}
