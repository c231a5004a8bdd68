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
