//! What can a machine do, and is it there?

use crate::{AgentId, ModelName, PublicKey, node::AgentMode, task::Language};
use serde::{Deserialize, Serialize};

/// How a machine confines the code that it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SandboxMode {
    Wasm,
    Process,
    Docker,
    /// No confinement: never receives work of the swarm.
    None,
}

/// What a machine offers. Compared as a whole; a difference is recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Capabilities {
    /// `linux`, `macos`, `windows`, `ios`, …
    pub os: String,
    /// The version of the agent program.
    pub version: String,
    /// The flavour of the agent program: `edgecoder-native`, …
    pub client_type: String,
    pub max_concurrent_tasks: u16,
    pub sandbox: SandboxMode,
    pub languages: Vec<Language>,
    /// Models that the machine can answer with now; empty where it has none.
    pub models: Vec<ModelName>,
}

/// A machine proved that it holds its keys and may sign requests with them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgentRegistered {
    pub agent: AgentId,
    /// Ed25519; signs every request.
    pub signing_key: PublicKey,
    /// X25519; task envelopes are sealed for it.
    pub envelope_key: PublicKey,
    pub mode: AgentMode,
    pub capabilities: Capabilities,
}

/// The machine's keys changed; the request was signed by the old key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgentKeyReplaced {
    pub agent: AgentId,
    pub signing_key: PublicKey,
    pub envelope_key: PublicKey,
}

/// The machine offers something else than before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgentCapabilitiesChanged {
    pub agent: AgentId,
    pub capabilities: Capabilities,
}

/// The machine was heard of after a silence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgentCameOnline {
    pub agent: AgentId,
}

/// Why a machine is no longer there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OfflineReason {
    /// Nothing was heard of it for longer than the allowed silence.
    Silent,
    /// It said good-bye.
    Drained,
}

/// The machine is no longer there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgentWentOffline {
    pub agent: AgentId,
    pub reason: OfflineReason,
}
