//! Nodes and the blacklist: what operators and owners say of machines.

use edgecoder_events::{
    AccountId, AgentId, PublicKey, Signature, UnixMillis,
    blacklist::BlacklistReason,
    node::{AgentMode, NodeKind},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `POST /nodes/enroll`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EnrollNode {
    #[schema(value_type = String)]
    pub node_id: AgentId,
    #[schema(value_type = String, example = "agent")]
    pub node_kind: NodeKind,
    /// The wallet that it earns for.
    #[schema(value_type = String)]
    pub owner_account_id: AccountId,
}

/// The answer to `POST /nodes/enroll`: the only time that the token is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NodeEnrolled {
    #[schema(value_type = String)]
    pub node_id: AgentId,
    pub registration_token: String,
    /// It was enrolled before: the token that was given then is worth nothing any more.
    pub replaces_token: bool,
}

/// `POST /agents/{id}/approval`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Approval {
    pub approved: bool,
    /// Needed where it is refused.
    pub reason: Option<String>,
}

/// `POST /agents/{id}/mode`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChangeMode {
    #[schema(value_type = String)]
    pub mode: AgentMode,
}

/// `POST /security/blacklist`: every field but the signature is signed by the reporter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BlacklistReport {
    #[schema(value_type = String)]
    pub agent_id: AgentId,
    #[schema(value_type = String)]
    pub reason_code: BlacklistReason,
    pub reason: String,
    /// SHA-256 of the evidence, 64 lower-case hex digits.
    pub evidence_hash_sha256: String,
    /// The reporter's own clock.
    #[schema(value_type = u64)]
    pub reported_at_ms: UnixMillis,
    #[schema(value_type = Option<u64>)]
    pub expires_at_ms: Option<UnixMillis>,
    pub reporter_id: String,
    #[schema(value_type = String)]
    pub reporter_public_key: PublicKey,
    /// Ed25519 over the report's statement (docs/API.md, "Blacklist evidence"), hex.
    #[schema(value_type = String)]
    pub reporter_signature: Signature,
}

/// `POST /security/blacklist/{agentId}/lift`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LiftBlacklist {
    pub reason: String,
}

/// One line of `GET /security/blacklist` and of its audit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BlacklistEntry {
    #[serde(flatten)]
    pub report: BlacklistReport,
    /// Where the ban stands in the log.
    pub position: u64,
    #[schema(value_type = u64)]
    pub recorded_at_ms: UnixMillis,
    #[schema(value_type = Option<u64>)]
    pub lifted_at_ms: Option<UnixMillis>,
    pub lift_reason: Option<String>,
}

/// `GET /security/blacklist` and `GET /security/blacklist/audit`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BlacklistPage {
    pub records: Vec<BlacklistEntry>,
    /// Give this as `before` to read on; `None` on the last page.
    pub next: Option<u64>,
}
