//! Of what does one recorded event speak?

use super::{ABOUT, ACCOUNT, AGENT, KIND, TASK, TIME};
use edgecoder_events::{
    AccountId, AgentEvent, AgentId, AnchorEvent, CreditEvent, Event, Family, LedgerEvent, NodeEvent, Recorded,
    TaskEvent, TaskId,
};
use edgecoder_search_index::Document;

/// Whom and what an event names.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
struct Named<'a> {
    task: Option<&'a TaskId>,
    agent: Option<&'a AgentId>,
    accounts: [Option<&'a AccountId>; 2],
}

/// What the index keeps of an entry.
pub(super) fn document(recorded: &Recorded) -> Document {
    let (named, kind) = (named_in(&recorded.event), recorded.event.kind());
    let mut about = format!("{kind} {} {}", recorded.stream, recorded.actor.as_str());
    let mut document = Document::new(recorded.position.0).number(TIME, recorded.recorded_at.0).text(KIND, kind);
    if let Some((family, _)) = kind.split_once('.') {
        document = document.text(KIND, family);
    }
    let task = named.task.map(|it| (TASK, it.as_str()));
    let agent = named.agent.map(|it| (AGENT, it.as_str()));
    let accounts = named.accounts.iter().flatten().map(|it| (ACCOUNT, it.as_str()));
    for (field, name) in task.into_iter().chain(agent).chain(accounts) {
        document = document.text(field, name);
        about.push(' ');
        about.push_str(name);
    }
    document.text(ABOUT, about)
}

fn named_in(event: &Event) -> Named<'_> {
    match event.family() {
        Family::Ledger(event) => named_in_ledger(event),
        Family::Node(event) => named_in_node(event),
        Family::Agent(event) => Named { agent: Some(agent_named_in(event)), ..Named::default() },
        Family::Task(event) => named_in_task(event),
        Family::Credit(event) => named_in_credit(event),
        Family::Anchor(event) => named_in_anchor(event),
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

fn named_in_ledger(event: LedgerEvent<'_>) -> Named<'_> {
    match event {
        LedgerEvent::LedgerCreated(_)
        | LedgerEvent::LogKeyRotated(_)
        | LedgerEvent::LedgerRestored(_)
        | LedgerEvent::SubjectKeyDestroyed(_) => Named::default(),
    }
}

fn named_in_node(event: NodeEvent<'_>) -> Named<'_> {
    let (agent, owner) = match event {
        NodeEvent::NodeEnrolled(it) => (&it.node, Some(&it.owner)),
        NodeEvent::NodeTokenRotated(it) => (&it.node, None),
        NodeEvent::NodeApproved(it) => (&it.node, None),
        NodeEvent::NodeRejected(it) => (&it.node, None),
        NodeEvent::NodeModeChanged(it) => (&it.node, None),
    };
    Named { agent: Some(agent), accounts: [owner, None], ..Named::default() }
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
    };
    Named { task: Some(task), agent, accounts: [account, None] }
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
    Named { task, agent, accounts: [Some(account), other.filter(|it| *it != account)] }
}
