//! The log, for the people who audit it with the page `/audit`.

use edgecoder_events::{Position, UnixMillis};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `GET /audit/log`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuditLog {
    /// The log's name.
    pub origin: String,
    /// The log key as a signed-note verifier key. Who trusts nobody has it from elsewhere.
    pub log_verifier_key: String,
    /// Who is asked to cosign the log.
    pub witnesses: Vec<AuditWitness>,
    /// The newest ones that this process published, the newest first.
    pub checkpoints: Vec<AuditCheckpoint>,
    /// Every kind that an entry may have.
    pub kinds: Vec<String>,
    /// What witnesses hold against this log.
    pub problems: Vec<String>,
}

/// Somebody who cosigns checkpoints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuditWitness {
    /// What the operator calls it.
    pub name: String,
    /// Its key, as C2SP tlog-policy writes it.
    pub verifier_key: String,
}

/// A commitment to the log as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuditCheckpoint {
    /// A signed note of C2SP tlog-checkpoint, with the cosignatures that came until now.
    pub note: String,
    /// When the newest entry under it was recorded.
    #[schema(value_type = u64)]
    pub newest_entry_at_ms: UnixMillis,
}

/// `GET /audit/search`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuditPage {
    /// The newest first.
    pub entries: Vec<AuditHit>,
    /// Hand it in as `cursor` to read on; none where the list ends here.
    pub next: Option<String>,
    /// The first entries that were searched: all of the log, but for the last moment.
    #[schema(value_type = u64)]
    pub searched: Position,
}

/// An entry that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuditHit {
    #[schema(value_type = u64)]
    pub position: Position,
    pub kind: String,
    pub stream: String,
    pub actor: String,
    #[schema(value_type = u64)]
    pub recorded_at_ms: UnixMillis,
}

/// `GET /audit/entries/{position}`: every field of an entry, as docs/LEDGER.md names them. Bytes are hex.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuditEntry {
    #[schema(value_type = u64)]
    pub position: Position,
    pub origin: String,
    pub stream: String,
    pub version: u64,
    pub kind: String,
    pub schema: u16,
    pub event_id: String,
    #[schema(value_type = u64)]
    pub recorded_at_ms: UnixMillis,
    pub actor: String,
    pub correlation_id: String,
    pub causation_id: Option<String>,
    pub idempotency_key: Option<String>,
    pub author_key: Option<String>,
    pub author_signature: Option<String>,
    pub prev_hash: String,
    /// The entry's own hash in the chain, BLAKE3.
    pub hash: String,
    /// Its hash in the tree, SHA-256.
    pub leaf_hash: String,
    /// How many bytes it has.
    pub bytes: usize,
    /// The event's fields by name; what people wrote is a reference to sealed content. Where this program does not know the
    /// event, the only field is `payload`.
    pub event: serde_json::Value,
}
