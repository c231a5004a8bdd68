//! The services themselves: who are they, and how are they?

use edgecoder_events::{PublicKey, task::Language};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `GET /identity`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Identity {
    /// The log's name.
    pub origin: String,
    /// The log key as a signed-note verifier key: `<name>+<hash>+<key>`.
    pub log_verifier_key: String,
    /// The key that cosigns the checkpoints of other logs, as a verifier key of a witness.
    #[serde(default)]
    pub witness_verifier_key: String,
    /// X25519, hex: reports are sealed for it.
    #[schema(value_type = String)]
    pub envelope_key: PublicKey,
    pub version: String,
}

/// `GET /health/runtime` and `GET /health`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Health {
    pub ok: bool,
    pub service: String,
    pub version: String,
    /// What is wrong, where `ok` is false.
    pub problems: Vec<String>,
}

/// A language whose runtime machines prepare: once, after their first start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LanguageInPreparation {
    #[schema(value_type = String)]
    pub language: Language,
    pub machines: u64,
    /// How far the first of them is, 0 to 100.
    pub percent: u8,
}

/// `GET /status`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    /// Subtasks that wait for a machine.
    pub queued: u64,
    /// Subtasks that a machine holds.
    pub leased: u64,
    /// Machines that are online.
    pub agents: u64,
    /// Languages that machines online prepare and do not take work in yet.
    #[serde(default)]
    pub preparing: Vec<LanguageInPreparation>,
    /// Entries of the log.
    pub ledger_size: u64,
    /// Hash of the newest entry, hex.
    pub ledger_head: String,
}
