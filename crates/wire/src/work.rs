//! Work: a machine pulls a subtask and brings back what came of it.

use crate::tasks::{Snapshot, SourceFile};
use edgecoder_events::{
    AgentId, Digest, ModelName, Signature, SubtaskIndex, TaskId,
    task::{Language, WorkKind},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How long a subtask that came back is kept for machines of other owners than the one it came back from, in
/// milliseconds. Each time that it comes back from the same owner undone, that is twice as long.
pub const RETRY_ELSEWHERE_MS: u64 = 5_000;
/// The longest that `POST /pull` waits for work, in milliseconds.
pub const MAX_PULL_WAIT_MS: u64 = 30_000;

/// `POST /pull`, signed by the agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Pull {
    #[schema(value_type = String)]
    pub agent_id: AgentId,
    /// How long to wait for work where there is none; at most 30,000.
    #[serde(default)]
    pub wait_ms: u64,
}

/// The answer to `POST /pull`. `E` is the envelope: [`Sealed`] as strangers see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Pulled<E = Sealed> {
    /// A lease with its sealed content; `None` where there is no work.
    pub subtask: Option<LeasedSubtask<E>>,
}

/// A subtask that this machine holds now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LeasedSubtask<E = Sealed> {
    #[schema(value_type = String)]
    pub task_id: TaskId,
    #[schema(value_type = u16)]
    pub subtask: SubtaskIndex,
    pub attempt: u16,
    /// The longest that the lease lasts, in milliseconds.
    pub limit_ms: u64,
    /// [`Work`] as JSON, sealed for the agent's envelope key.
    pub envelope: E,
}

/// Bytes that only one machine can open: X25519, HKDF-SHA256, AES-256-GCM (docs/API.md, "Envelopes").
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Sealed {
    /// Base64 of 32 bytes.
    pub ephemeral_public_key: String,
    /// Base64 of 12 bytes.
    pub nonce: String,
    /// Base64; the authentication tag is its last 16 bytes.
    pub ciphertext: String,
}

/// What a machine is to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Work {
    pub work: WorkKind,
    pub language: Language,
    pub timeout_ms: u64,
    pub prompt: Option<String>,
    pub files: Vec<SourceFile>,
    pub entry: Option<String>,
    pub tests: Vec<String>,
    pub args: Vec<String>,
    pub stdin: Option<String>,
    pub snapshot: Option<Snapshot>,
    pub requested_model: Option<ModelName>,
    /// What the subtasks that this one depends on brought, in their order.
    pub context: Vec<String>,
}

/// What came of a lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Passed,
    Failed,
    /// This machine can not run it; another should.
    Unable,
    /// This machine is shutting down; another should run it.
    Drained,
}

/// What a machine that is unable to do its work lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Lack {
    /// A language model that answers, or the one that was asked for.
    Model,
    /// An answer from the snapshot's address.
    Snapshot,
    /// What it runs code in.
    Sandbox,
}

/// `POST /result`, signed by the agent. `E` is the envelope: [`Sealed`] as strangers see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SubtaskResult<E = Sealed> {
    #[schema(value_type = String)]
    pub agent_id: AgentId,
    #[schema(value_type = String)]
    pub task_id: TaskId,
    #[schema(value_type = u16)]
    pub subtask: SubtaskIndex,
    pub attempt: u16,
    pub outcome: Outcome,
    /// Where the outcome is unable: what the machine lacks. Everything else stands in its diagnostics alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lacks: Option<Lack>,
    /// How long the machine worked, in milliseconds. The lease's own clock bounds what is paid.
    #[serde(default)]
    pub duration_ms: u64,
    /// [`crate::tasks::Report`] as JSON, sealed for the coordinator. Needed where the outcome is passed or failed.
    pub report: Option<E>,
    /// BLAKE3 of the report's JSON, hex.
    #[schema(value_type = Option<String>)]
    pub report_digest: Option<Digest>,
    /// Ed25519 over the result's statement (docs/LEDGER.md, "Author signatures"), hex.
    #[schema(value_type = Option<String>)]
    pub report_signature: Option<Signature>,
}

/// The answer to `POST /result`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ResultAccepted {
    pub ok: bool,
    /// What was paid, in micro-credits.
    pub paid_micro_credits: u64,
    /// Where the result stands in the log.
    pub position: u64,
}
