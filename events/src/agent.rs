//! What can a machine do, and is it there?

use crate::{AgentId, ModelName, PublicKey, node::AgentMode, task::Language};
use serde::{Deserialize, Serialize};
use std::fmt;

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

/// What a machine signs of its keys: one line per field. By the key that it brings where it is new, else by the one
/// that it had: nobody but the machine replaces its keys, the log's owner included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeysStatement<'a> {
    pub agent: &'a AgentId,
    pub signing_key: PublicKey,
    pub envelope_key: PublicKey,
}

impl fmt::Display for KeysStatement<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "edgecoder agent keys v1\n{}\n{}\n{}\n", self.agent, self.signing_key, self.envelope_key)
    }
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

impl AgentRegistered {
    /// What the machine signed, by the key that it brought.
    pub fn statement(&self) -> String {
        let &Self { signing_key, envelope_key, .. } = self;
        KeysStatement { agent: &self.agent, signing_key, envelope_key }.to_string()
    }
}

/// The machine's keys changed; signed by the old key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgentKeyReplaced {
    pub agent: AgentId,
    pub signing_key: PublicKey,
    pub envelope_key: PublicKey,
}

impl AgentKeyReplaced {
    /// What the machine signed, by the key that is replaced.
    pub fn statement(&self) -> String {
        let &Self { signing_key, envelope_key, .. } = self;
        KeysStatement { agent: &self.agent, signing_key, envelope_key }.to_string()
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signed_text_of_keys_is_this_for_ever() {
        let agent = AgentId::new("worker-1").unwrap();
        let statement =
            KeysStatement { agent: &agent, signing_key: PublicKey([0xab; 32]), envelope_key: PublicKey([1; 32]) };
        let expected = format!("edgecoder agent keys v1\nworker-1\n{}\n{}\n", "ab".repeat(32), "01".repeat(32));
        assert_eq!(statement.to_string(), expected);
    }
}
