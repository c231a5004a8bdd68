//! Agents: register, heartbeat, diagnostics, capacity.

use crate::power::{PowerPolicy, RestReason};
use edgecoder_events::{
    AccountId, AgentId, ModelName, PublicKey, Signature, SubtaskIndex, TaskId, UnixMillis,
    agent::SandboxMode,
    node::{AgentMode, NodeKind},
    task::Language,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `POST /register`, signed by the key that it brings, or by the registered one where keys are replaced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Register {
    #[schema(value_type = String)]
    pub agent_id: AgentId,
    /// Shown once when the node was enrolled. Needed for the first registration.
    pub registration_token: Option<String>,
    /// Ed25519, hex.
    #[schema(value_type = String)]
    pub signing_key: PublicKey,
    /// X25519, hex.
    #[schema(value_type = String)]
    pub envelope_key: PublicKey,
    /// Over `agentId`, `signingKey` and `envelopeKey` (docs/LEDGER.md, "Author signatures"), by the key that signs the
    /// request; hex. Stands in the log: whoever audits it sees that the machine itself brought its keys.
    #[schema(value_type = String)]
    pub keys_signature: Signature,
    #[schema(value_type = String)]
    pub mode: AgentMode,
    pub os: String,
    pub version: String,
    pub client_type: String,
    pub max_concurrent_tasks: u16,
    #[schema(value_type = String)]
    pub sandbox_mode: SandboxMode,
    #[schema(value_type = Vec<String>)]
    pub languages: Vec<Language>,
    #[schema(value_type = Vec<String>)]
    pub models: Vec<ModelName>,
}

/// The answer to `POST /register`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Registered {
    pub accepted: bool,
    /// How often to send a heartbeat, in milliseconds.
    pub heartbeat_interval_ms: u64,
    /// The coordinator's X25519 key, hex: reports are sealed for it.
    #[schema(value_type = String)]
    pub coordinator_envelope_key: PublicKey,
    /// What the machine's owner wishes; none where they said nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub power_policy: Option<PowerPolicy>,
}

/// A lease that a machine still works on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HeldLease {
    #[schema(value_type = String)]
    pub task_id: TaskId,
    #[schema(value_type = u16)]
    pub subtask: SubtaskIndex,
    pub attempt: u16,
}

/// `POST /heartbeat`, signed by the agent: renews the leases that it names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Heartbeat {
    #[schema(value_type = String)]
    pub agent_id: AgentId,
    #[serde(default)]
    pub leases: Vec<HeldLease>,
    /// The models that the machine can answer with now, where they changed.
    #[schema(value_type = Option<Vec<String>>)]
    pub models: Option<Vec<ModelName>>,
    /// The language that the machine will take work in soon.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preparing: Option<PreparingLanguage>,
    /// Why the machine asks for no work now, where its owner wishes it so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resting: Option<RestReason>,
    /// Whether the machine says good-bye.
    #[serde(default)]
    pub draining: bool,
}

/// A language whose runtime a machine prepares, once, before it takes work in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PreparingLanguage {
    #[schema(value_type = String)]
    pub language: Language,
    /// 0 to 100.
    pub percent: u8,
}

/// The answer to `POST /heartbeat`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Heard {
    pub ok: bool,
    /// Leases of the heartbeat that are over: stop working on them.
    pub ended_leases: Vec<HeldLease>,
    /// What the machine's owner wishes; none where they said nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub power_policy: Option<PowerPolicy>,
}

/// One line of a machine's own diary.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DiagnosticLine {
    #[schema(value_type = u64)]
    pub event_at_ms: UnixMillis,
    /// At most 500 characters.
    pub message: String,
}

/// `POST /agent/diagnostics`, signed by the agent: at most 40 lines; the newest 200 are kept in memory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Diagnostics {
    #[schema(value_type = String)]
    pub agent_id: AgentId,
    pub events: Vec<DiagnosticLine>,
}

/// The answer to `POST /agent/diagnostics`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DiagnosticsStored {
    pub ok: bool,
    pub stored: u32,
}

/// `GET /agent/diagnostics/{agentId}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DiagnosticsView {
    #[schema(value_type = String)]
    pub agent_id: AgentId,
    /// Why it asks for no work now, where its owner wishes it so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resting: Option<RestReason>,
    /// Newest first.
    pub events: Vec<DiagnosticLine>,
}

/// What an operator said of a machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NodeStanding {
    Pending,
    Approved,
    Rejected,
}

/// A machine, as operators see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AgentView {
    #[schema(value_type = String)]
    pub agent_id: AgentId,
    #[schema(value_type = String)]
    pub kind: NodeKind,
    #[schema(value_type = String)]
    pub owner_account_id: AccountId,
    pub standing: NodeStanding,
    pub registered: bool,
    pub online: bool,
    pub blacklisted: bool,
    #[schema(value_type = Option<String>)]
    pub mode: Option<AgentMode>,
    pub os: Option<String>,
    pub version: Option<String>,
    #[schema(value_type = Option<String>)]
    pub sandbox_mode: Option<SandboxMode>,
    pub max_concurrent_tasks: Option<u16>,
    #[schema(value_type = Vec<String>)]
    pub languages: Vec<Language>,
    #[schema(value_type = Vec<String>)]
    pub models: Vec<ModelName>,
    pub finished_subtasks: u64,
    pub failed_subtasks: u64,
    /// When it asks for work, as its owner wishes; none where they said nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub power_policy: Option<PowerPolicy>,
}

/// `GET /agents` and `GET /nodes`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AgentPage {
    pub agents: Vec<AgentView>,
    /// Give this as `after` to read on; `None` on the last page.
    pub next: Option<String>,
}

/// `GET /capacity`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Capacity {
    pub totals: CapacityTotals,
    /// Machines that are online.
    pub agents: Vec<AgentView>,
}

/// Sums over all machines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CapacityTotals {
    pub agents_connected: u64,
    pub total_capacity: u64,
    pub swarm_enabled_count: u64,
    pub ide_enabled_count: u64,
    pub blacklisted_agents: u64,
}

/// One line of `GET /models/available`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AvailableModel {
    #[schema(value_type = String)]
    pub model: ModelName,
    /// Machines online that can answer with it.
    pub agent_count: u64,
}
