//! Which agents are there, and which may work?
//!
//! Held in memory: every signed request asks for a key.

mod changes;
mod read;

pub use read::NodeFilter;

use edgecoder_domain::agent::{Agent, Enrolment, PowerPolicy, Registration};
use edgecoder_events::{
    AgentId, UnixMillis,
    agent::SandboxMode,
    blacklist::BlacklistReason,
    node::{AgentMode, NodeKind},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Every machine that was ever enrolled.
#[derive(Debug, Default)]
pub struct AgentDirectory {
    nodes: BTreeMap<AgentId, Arc<NodeEntry>>,
    /// Those that are online: the ones that a search for workers looks at.
    online: BTreeSet<AgentId>,
}

/// What the directory says of one machine.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NodeEntry {
    agent: Agent,
    pub enrolled_at: UnixMillis,
    pub registered_at: Option<UnixMillis>,
    /// When it last came online or went offline.
    pub presence_changed_at: Option<UnixMillis>,
    /// The newest report against it, until that is lifted.
    pub blacklisting: Option<Blacklisting>,
    /// Results whose tests passed.
    pub finished: u64,
    /// Results whose tests failed.
    pub failed: u64,
    /// Leases that ended without a result.
    pub returned: u64,
}

/// Why a machine is shut out, and until when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blacklisting {
    pub reason_code: BlacklistReason,
    pub since: UnixMillis,
    /// For ever where there is none.
    pub expires_at: Option<UnixMillis>,
}

impl NodeEntry {
    /// Whose machine it is and what an operator said of it.
    pub fn enrolment(&self) -> Option<&Enrolment> {
        self.agent.enrolment()
    }

    /// Its keys and abilities, where it registered.
    pub fn registration(&self) -> Option<&Registration> {
        self.agent.registration()
    }

    /// How much of the machine its owner lends, where it registered.
    pub fn mode(&self) -> Option<AgentMode> {
        self.registration().map(|it| it.mode)
    }

    /// When it asks for work, and how much of it: what its owner wishes.
    pub fn power_policy(&self) -> PowerPolicy {
        self.agent.power_policy()
    }

    /// Whether it was last heard of or missed.
    pub fn is_online(&self) -> bool {
        self.agent.is_online()
    }

    /// Whether an operator let it in.
    pub fn is_approved(&self) -> bool {
        self.agent.is_approved()
    }

    /// Whether it is shut out at `now`.
    pub fn is_blacklisted(&self, now: UnixMillis) -> bool {
        self.agent.is_blacklisted(now)
    }

    /// Whether it may take work of the swarm at `now`: approved, registered, online, confined, not shut out.
    pub fn may_work(&self, now: UnixMillis) -> bool {
        let confined = self.registration().is_some_and(|it| it.capabilities.sandbox != SandboxMode::None);
        let is_agent = self.enrolment().is_some_and(|it| it.kind == NodeKind::Agent);
        is_agent && confined && self.is_online() && self.is_approved() && !self.is_blacklisted(now)
    }
}
