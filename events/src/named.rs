//! Whom and what does an event name? The one list by which its entry is found: by the search, and for an archive of evidence.

use crate::{
    AccountId, AgentEvent, AgentId, AnchorEvent, CreditEvent, Event, Family, LedgerEvent, NodeEvent, PersonEvent,
    TaskEvent, TaskId,
};

/// Whom and what an event names.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Named<'a> {
    pub task: Option<&'a TaskId>,
    /// The machine, worker or coordinator.
    pub agent: Option<&'a AgentId>,
    accounts: [Option<&'a str>; 2],
}

impl<'a> Named<'a> {
    /// Every account: whose it is, who pays, who is paid, whose machine it is, whose key was destroyed. Each once.
    pub fn accounts(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.accounts.into_iter().flatten()
    }
}

impl Event {
    /// Whom and what it names.
    pub fn named(&self) -> Named<'_> {
        match self.family() {
            Family::Ledger(event) => named_in_ledger(event),
            Family::Node(event) => named_in_node(event),
            Family::Agent(event) => Named { agent: Some(agent_named_in(event)), ..Named::default() },
            Family::Task(event) => named_in_task(event),
            Family::Credit(event) => named_in_credit(event),
            Family::Anchor(event) => named_in_anchor(event),
            Family::Person(event) => named_in_person(event),
        }
    }
}

fn named_in_anchor(event: AnchorEvent<'_>) -> Named<'_> {
    match event {
        AnchorEvent::AnchorRequested(_)
        | AnchorEvent::AnchorPromised(_)
        | AnchorEvent::AnchorAttested(_)
        | AnchorEvent::AnchorBroadcast(_)
        | AnchorEvent::AnchorIncluded(_)
        | AnchorEvent::AnchorConfirmed(_)
        | AnchorEvent::AnchorOrphaned(_) => Named::default(),
    }
}

fn named_in_person(event: PersonEvent<'_>) -> Named<'_> {
    let account = match event {
        PersonEvent::PersonSignedUp(it) => &it.account,
        PersonEvent::PersonProfileChanged(it) => &it.account,
        PersonEvent::PersonPasswordChanged(it) => &it.account,
        PersonEvent::PersonPasswordReset(it) => &it.account,
        PersonEvent::PersonPasskeyAdded(it) => &it.account,
        PersonEvent::PersonPasskeyRemoved(it) => &it.account,
        PersonEvent::PersonProviderLinked(it) => &it.account,
        PersonEvent::PersonProviderUnlinked(it) => &it.account,
        PersonEvent::PersonErased(it) => &it.account,
        PersonEvent::PersonRoleGiven(it) => &it.account,
        PersonEvent::PersonRoleTaken(it) => &it.account,
        PersonEvent::PersonDescriptorGiven(it) => &it.account,
        PersonEvent::PersonBackupAcknowledged(it) => &it.account,
        PersonEvent::PersonAddressChanged(it) => &it.account,
    };
    Named { accounts: [Some(account.as_str()), None], ..Named::default() }
}

fn named_in_ledger(event: LedgerEvent<'_>) -> Named<'_> {
    match event {
        LedgerEvent::SubjectKeyDestroyed(it) => {
            Named { accounts: [Some(it.subject.as_str()), None], ..Named::default() }
        }
        LedgerEvent::LedgerCreated(_) | LedgerEvent::LogKeyRotated(_) | LedgerEvent::LedgerRestored(_) => {
            Named::default()
        }
    }
}

fn named_in_node(event: NodeEvent<'_>) -> Named<'_> {
    let (agent, owner) = match event {
        NodeEvent::NodeEnrolled(it) => (&it.node, Some(&it.owner)),
        NodeEvent::NodeTokenRotated(it) => (&it.node, None),
        NodeEvent::NodeApproved(it) => (&it.node, None),
        NodeEvent::NodeRejected(it) => (&it.node, None),
        NodeEvent::NodeModeChanged(it) => (&it.node, None),
        NodeEvent::NodePowerPolicySet(it) => (&it.node, None),
    };
    Named { agent: Some(agent), accounts: [owner.map(AccountId::as_str), None], ..Named::default() }
}

fn agent_named_in(event: AgentEvent<'_>) -> &AgentId {
    match event {
        AgentEvent::AgentRegistered(it) => &it.agent,
        AgentEvent::AgentKeyReplaced(it) => &it.agent,
        AgentEvent::AgentCapabilitiesChanged(it) => &it.agent,
        AgentEvent::AgentCameOnline(it) => &it.agent,
        AgentEvent::AgentWentOffline(it) => &it.agent,
        AgentEvent::AgentBlacklisted(it) => &it.agent,
        AgentEvent::AgentBlacklistLifted(it) => &it.agent,
    }
}

fn named_in_task(event: TaskEvent<'_>) -> Named<'_> {
    let (task, agent, account) = match event {
        TaskEvent::TaskSubmitted(it) => (&it.task, None, Some(&it.account)),
        TaskEvent::TaskPlanned(it) => (&it.task, None, None),
        TaskEvent::SubtaskLeased(it) => (&it.task, Some(&it.agent), Some(&it.payee)),
        TaskEvent::SubtaskReturned(it) => (&it.task, Some(&it.agent), None),
        TaskEvent::SubtaskStopped(it) => (&it.task, Some(&it.agent), None),
        TaskEvent::SubtaskFinished(it) => (&it.task, Some(&it.agent), None),
        TaskEvent::TaskEscalated(it) => (&it.task, None, None),
        TaskEvent::SubtaskRevised(it) => (&it.task, None, None),
        TaskEvent::TaskCompleted(it) => (&it.task, None, None),
        TaskEvent::TaskFailed(it) => (&it.task, None, None),
        TaskEvent::TaskCancelled(it) => (&it.task, None, None),
        TaskEvent::TaskReviewed(it) => (&it.task, None, None),
        TaskEvent::TaskAnswered(it) => (&it.task, None, None),
    };
    Named { task: Some(task), agent, accounts: [account.map(AccountId::as_str), None] }
}

fn named_in_credit(event: CreditEvent<'_>) -> Named<'_> {
    let (account, other, task, agent) = match event {
        CreditEvent::AccountOpened(it) => (&it.account, None, None, None),
        CreditEvent::CreditsIssued(it) => (&it.account, None, None, None),
        CreditEvent::CreditsReserved(it) => (&it.account, None, Some(&it.task), None),
        CreditEvent::CreditsSpent(it) => (&it.account, Some(&it.payee), Some(&it.task), None),
        CreditEvent::CreditsEarned(it) => (&it.account, Some(&it.payer), Some(&it.task), Some(&it.agent)),
        CreditEvent::CreditsReleased(it) => (&it.account, None, Some(&it.task), None),
    };
    let other = other.filter(|it| *it != account);
    Named { task, agent, accounts: [Some(account.as_str()), other.map(AccountId::as_str)] }
}
