//! Who is shut out, on whose evidence, and when was that taken back?

use crate::{AgentId, PublicKey, Signature, UnixMillis};
use serde::{Deserialize, Serialize};

/// What a machine is accused of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BlacklistReason {
    AbuseSpam,
    AbuseMalware,
    PolicyViolation,
    CredentialAbuse,
    DosBehavior,
    ForgedResults,
    ManualReview,
}

/// A machine was shut out. The reporter signed every field but its own signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgentBlacklisted {
    pub agent: AgentId,
    pub reason_code: BlacklistReason,
    pub reason: String,
    /// SHA-256 of the evidence, lower-case hex.
    pub evidence_sha256: String,
    /// The reporter's own clock when the report was signed.
    pub reported_at: UnixMillis,
    /// Until when; for ever where there is none.
    pub expires_at: Option<UnixMillis>,
    pub reporter: String,
    pub reporter_key: PublicKey,
    pub reporter_signature: Signature,
}

/// An operator let the machine back in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgentBlacklistLifted {
    pub agent: AgentId,
    pub reason: String,
}
