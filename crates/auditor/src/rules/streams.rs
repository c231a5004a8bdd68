//! Does an event stand in the history of what it is about?

use edgecoder_events::{AgentEvent, AnchorEvent, CheckpointDigest, CreditEvent, Event, Family, NodeEvent, TaskEvent};
use edgecoder_ledger::Entry;
use std::borrow::Cow;

/// Whoever reads the history of a task, a machine or a wallet reads all of it: none of its events stands elsewhere.
pub(super) fn check(entry: &Entry<'_>, event: &Event) -> Result<(), String> {
    let (prefix, subject) = stream_of(event);
    if entry.stream.strip_prefix(prefix) == Some(&*subject) {
        return Ok(());
    }
    Err(format!("{} stands in the stream {:?} and belongs to {prefix}{subject}", entry.kind, entry.stream))
}

/// The name of an event's stream, in two parts.
fn stream_of(event: &Event) -> (&'static str, Cow<'_, str>) {
    let (prefix, subject) = match event.family() {
        Family::Ledger(_) => ("ledger", ""),
        Family::Node(event) => ("agent-", node(event)),
        Family::Agent(event) => ("agent-", agent(event)),
        Family::Task(event) => ("task-", task(event)),
        Family::Credit(event) => ("credits-", account(event)),
        Family::Person(event) => ("person-", super::actors::person(event).as_str()),
        Family::Anchor(event) => return ("anchor-", anchor(event).to_string().into()),
    };
    (prefix, subject.into())
}

fn node(event: NodeEvent<'_>) -> &str {
    let node = match event {
        NodeEvent::NodeEnrolled(it) => &it.node,
        NodeEvent::NodeTokenRotated(it) => &it.node,
        NodeEvent::NodeApproved(it) => &it.node,
        NodeEvent::NodeRejected(it) => &it.node,
        NodeEvent::NodeModeChanged(it) => &it.node,
        NodeEvent::NodePowerPolicySet(it) => &it.node,
    };
    node.as_str()
}

fn agent(event: AgentEvent<'_>) -> &str {
    let agent = match event {
        AgentEvent::AgentRegistered(it) => &it.agent,
        AgentEvent::AgentKeyReplaced(it) => &it.agent,
        AgentEvent::AgentCapabilitiesChanged(it) => &it.agent,
        AgentEvent::AgentCameOnline(it) => &it.agent,
        AgentEvent::AgentWentOffline(it) => &it.agent,
        AgentEvent::AgentBlacklisted(it) => &it.agent,
        AgentEvent::AgentBlacklistLifted(it) => &it.agent,
    };
    agent.as_str()
}

fn task(event: TaskEvent<'_>) -> &str {
    let task = match event {
        TaskEvent::TaskSubmitted(it) => &it.task,
        TaskEvent::TaskPlanned(it) => &it.task,
        TaskEvent::SubtaskLeased(it) => &it.task,
        TaskEvent::SubtaskReturned(it) => &it.task,
        TaskEvent::SubtaskStopped(it) => &it.task,
        TaskEvent::SubtaskFinished(it) => &it.task,
        TaskEvent::TaskEscalated(it) => &it.task,
        TaskEvent::SubtaskRevised(it) => &it.task,
        TaskEvent::TaskCompleted(it) => &it.task,
        TaskEvent::TaskFailed(it) => &it.task,
        TaskEvent::TaskCancelled(it) => &it.task,
        TaskEvent::TaskReviewed(it) => &it.task,
        TaskEvent::TaskAnswered(it) => &it.task,
    };
    task.as_str()
}

fn account(event: CreditEvent<'_>) -> &str {
    let account = match event {
        CreditEvent::AccountOpened(it) => &it.account,
        CreditEvent::CreditsIssued(it) => &it.account,
        CreditEvent::CreditsReserved(it) => &it.account,
        CreditEvent::CreditsSpent(it) => &it.account,
        CreditEvent::CreditsEarned(it) => &it.account,
        CreditEvent::CreditsReleased(it) => &it.account,
    };
    account.as_str()
}

/// The checkpoint whose anchor an event is about.
pub(super) fn anchor(event: AnchorEvent<'_>) -> CheckpointDigest {
    match event {
        AnchorEvent::AnchorRequested(it) => it.checkpoint,
        AnchorEvent::AnchorPromised(it) => it.checkpoint,
        AnchorEvent::AnchorAttested(it) => it.checkpoint,
        AnchorEvent::AnchorBroadcast(it) => it.checkpoint,
        AnchorEvent::AnchorIncluded(it) => it.checkpoint,
        AnchorEvent::AnchorConfirmed(it) => it.checkpoint,
        AnchorEvent::AnchorOrphaned(it) => it.checkpoint,
    }
}
