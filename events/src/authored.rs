//! Which events does the one who acted sign, and what text is it?

use crate::Event;

impl Event {
    /// What the one who acted signs, where there is such a text for the kind (docs/LEDGER.md, "Author signatures").
    pub fn author_statement(&self) -> Option<String> {
        match self {
            Self::AgentRegistered(it) => Some(it.statement()),
            Self::AgentKeyReplaced(it) => Some(it.statement()),
            Self::SubtaskFinished(it) => Some(it.statement()),
            // A report about a machine carries its reporter's signature among its fields.
            Self::AgentBlacklisted(_)
            | Self::LedgerCreated(_)
            | Self::LogKeyRotated(_)
            | Self::LedgerRestored(_)
            | Self::SubjectKeyDestroyed(_)
            | Self::NodeEnrolled(_)
            | Self::NodeTokenRotated(_)
            | Self::NodeApproved(_)
            | Self::NodeRejected(_)
            | Self::NodeModeChanged(_)
            | Self::AgentCapabilitiesChanged(_)
            | Self::AgentCameOnline(_)
            | Self::AgentWentOffline(_)
            | Self::AgentBlacklistLifted(_)
            | Self::TaskSubmitted(_)
            | Self::TaskPlanned(_)
            | Self::SubtaskLeased(_)
            | Self::SubtaskReturned(_)
            | Self::SubtaskStopped(_)
            | Self::TaskEscalated(_)
            | Self::SubtaskRevised(_)
            | Self::TaskCompleted(_)
            | Self::TaskFailed(_)
            | Self::TaskCancelled(_)
            | Self::AccountOpened(_)
            | Self::CreditsIssued(_)
            | Self::CreditsReserved(_)
            | Self::CreditsSpent(_)
            | Self::CreditsEarned(_)
            | Self::CreditsReleased(_)
            | Self::AnchorRequested(_)
            | Self::AnchorPromised(_)
            | Self::AnchorAttested(_)
            | Self::AnchorBroadcast(_)
            | Self::AnchorIncluded(_)
            | Self::AnchorConfirmed(_)
            | Self::AnchorOrphaned(_)
            | Self::PersonSignedUp(_)
            | Self::PersonProfileChanged(_)
            | Self::PersonPasswordChanged(_)
            | Self::PersonPasswordReset(_)
            | Self::PersonErased(_) => None,
        }
    }
}
