//! Which machines may take part? Enrolment by an owner, approval by an operator.

use crate::{AccountId, AgentId};
use serde::{Deserialize, Serialize};

/// What a machine is enrolled as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NodeKind {
    Agent,
    Coordinator,
}

/// How much of a machine its owner lends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AgentMode {
    /// Takes work of the swarm only.
    SwarmOnly,
    /// Serves its owner's editor as well.
    IdeEnabled,
}

/// On what a machine runs while it asks for work.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PowerSource {
    /// On whatever there is.
    #[default]
    Any,
    /// On mains power alone, never on its battery.
    Mains,
}

/// An owner announced a machine. Its registration token was shown once; only a hash of it is kept, outside the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NodeEnrolled {
    pub node: AgentId,
    pub kind: NodeKind,
    /// The wallet that the machine earns for.
    pub owner: AccountId,
}

/// A new registration token replaced the one before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NodeTokenRotated {
    pub node: AgentId,
}

/// An operator let the machine take part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NodeApproved {
    pub node: AgentId,
}

/// An operator refused the machine or withdrew an approval, or its owner took it back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NodeRejected {
    pub node: AgentId,
    pub reason: String,
}

/// The machine serves the swarm in another way from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NodeModeChanged {
    pub node: AgentId,
    pub mode: AgentMode,
}

/// The owner said, or an operator for them, when the machine asks for work and how much of it. It takes the place of what
/// was said before; without a word of it, a machine asks always.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NodePowerPolicySet {
    pub node: AgentId,
    pub power: PowerSource,
    /// From this hour of the machine's own day, 0 to 23; the whole day where there is none.
    pub from_hour: Option<u8>,
    /// Until this hour begins, 0 to 23; over midnight where it is the smaller one. There where `from_hour` is.
    pub until_hour: Option<u8>,
    /// At most so many tasks at once; as many as the machine offers where there is none.
    pub max_tasks: Option<u16>,
}
