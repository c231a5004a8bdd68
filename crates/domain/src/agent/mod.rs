//! May this machine take part? Enrolment, approval, registration, presence, blacklisting.

mod decide;
mod power;
mod state;
#[cfg(test)]
mod tests;

pub use decide::{decide, may_take_part};
pub use power::{Hours, PowerPolicy};
pub use state::{Agent, Enrolment, Registration, Standing};

use edgecoder_events::{
    AccountId, AgentId, ModelName, PublicKey,
    agent::{Capabilities, OfflineReason},
    blacklist::AgentBlacklisted,
    node::{AgentMode, NodeKind},
};

/// What may be asked about a machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AgentCommand {
    /// The owner announces it; the same owner may ask again, which only makes a new token.
    Enroll {
        node: AgentId,
        kind: NodeKind,
        owner: AccountId,
    },
    Approve,
    /// An operator does not want it, or its owner takes it back.
    Reject {
        reason: String,
    },
    SetMode {
        mode: AgentMode,
    },
    /// The owner says when it asks for work, or an operator does for them.
    SetPowerPolicy {
        policy: PowerPolicy,
    },
    /// The machine itself, with its registration token and a proof of its signing key.
    Register(Box<RegisterAgent>),
    /// It answers with these models from now on.
    OfferModels {
        models: Vec<ModelName>,
    },
    /// It was heard of.
    ComeOnline,
    GoOffline {
        reason: OfflineReason,
    },
    /// The report's signature was verified by the caller.
    Blacklist(Box<AgentBlacklisted>),
    LiftBlacklist {
        reason: String,
    },
}

/// What a machine says of itself when it registers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisterAgent {
    pub signing_key: PublicKey,
    pub envelope_key: PublicKey,
    pub mode: AgentMode,
    pub capabilities: Capabilities,
    /// The key that signed the request: the registered one, when keys are replaced.
    pub proven_key: PublicKey,
}

/// Why it did not happen.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AgentRefusal {
    #[error("there is no enrolled node of this name: its owner must enrol it first")]
    NotEnrolled,
    #[error("a node of this name belongs to another account")]
    OwnedByAnother,
    #[error("a node of this name is enrolled as another kind")]
    OtherKind,
    #[error("the node waits for an operator's approval")]
    NotApproved,
    #[error("an operator refused the node, or its owner took it back")]
    Rejected,
    #[error("the node is enrolled as a coordinator")]
    NotAnAgent,
    #[error("the request must be signed by the key that it registers")]
    KeyNotProven,
    #[error("other keys are registered: sign the request with the old key to replace them")]
    OldKeyNotProven,
    #[error("the agent is not registered")]
    NotRegistered,
    #[error("the agent is blacklisted")]
    Blacklisted,
    #[error("another report shuts the agent out already: lift that one first, or wait until it ends")]
    AlreadyBlacklisted,
    #[error("the agent is not blacklisted")]
    NotBlacklisted,
    #[error("expected two different hours from 0 to 23 or none, and 1 to 64 tasks or no number")]
    PolicyNotToBeKept,
}
