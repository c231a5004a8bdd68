//! What does one entry say?

use edgecoder_events::{Event, Position, UnixMillis};
use edgecoder_ledger::{Entry, tree::leaf_hash};
use edgecoder_store::{StorageError, StoredEntry};
use edgecoder_wire::audit::AuditEntry;
use serde_json::{Value, json};

/// Every field of an entry, with the event's by their names.
///
/// # Errors
/// Where the bytes are not an entry.
pub(crate) fn entry_view(stored: &StoredEntry) -> Result<AuditEntry, StorageError> {
    let entry = stored.decode()?;
    Ok(AuditEntry {
        position: Position(entry.position),
        origin: entry.origin.to_owned(),
        stream: entry.stream.to_owned(),
        version: entry.version,
        kind: entry.kind.to_owned(),
        schema: entry.schema,
        event_id: hex::encode(entry.event_id),
        recorded_at_ms: UnixMillis(entry.recorded_at_ms),
        actor: entry.actor.to_owned(),
        correlation_id: hex::encode(entry.correlation_id),
        causation_id: entry.causation_id.map(hex::encode),
        idempotency_key: entry.idempotency_key.map(hex::encode),
        author_key: entry.author_key.map(hex::encode),
        author_signature: entry.author_signature.map(hex::encode),
        prev_hash: hex::encode(entry.prev_hash),
        hash: hex::encode(stored.hash),
        leaf_hash: hex::encode(leaf_hash(&stored.entry)),
        bytes: stored.entry.len(),
        event: event_fields(&entry),
    })
}

fn event_fields(entry: &Entry<'_>) -> Value {
    let known = Event::from_bytes(entry.kind, entry.schema, entry.payload).ok();
    let fields = known.and_then(|event| event.serialize_fields(serde_json::value::Serializer).ok());
    fields.unwrap_or_else(|| json!({ "payload": hex::encode(entry.payload) }))
}
