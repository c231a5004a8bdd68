//! What does one recorded event change in the directory?

use super::{AgentDirectory, Blacklisting, NodeEntry};
use edgecoder_domain::Aggregate;
use edgecoder_events::{AgentEvent, AgentId, Event, Family, NodeEvent, Recorded, TaskEvent, UnixMillis, task::Verdict};
use std::sync::Arc;

impl AgentDirectory {
    /// Takes in one recorded event. Must be called for every event, in the order of the log.
    pub fn apply(&mut self, recorded: &Recorded) {
        let Some(node) = node_of(&recorded.event) else { return };
        if let Some(entry) = self.nodes.get_mut(node) {
            Arc::make_mut(entry).apply(recorded);
        } else if matches!(recorded.event, Event::NodeEnrolled(_)) {
            let mut entry = NodeEntry { enrolled_at: recorded.recorded_at, ..NodeEntry::default() };
            entry.apply(recorded);
            self.nodes.insert(node.clone(), Arc::new(entry));
        }
        self.take_presence(recorded);
    }

    fn take_presence(&mut self, recorded: &Recorded) {
        let Family::Agent(event) = recorded.event.family() else { return };
        match event {
            AgentEvent::AgentCameOnline(it) => {
                self.online.insert(it.agent.clone());
            }
            AgentEvent::AgentWentOffline(it) => {
                self.online.remove(&it.agent);
            }
            AgentEvent::AgentRegistered(_)
            | AgentEvent::AgentKeyReplaced(_)
            | AgentEvent::AgentCapabilitiesChanged(_)
            | AgentEvent::AgentBlacklisted(_)
            | AgentEvent::AgentBlacklistLifted(_) => {}
        }
    }
}

/// The machine that an event changes.
fn node_of(event: &Event) -> Option<&AgentId> {
    match event.family() {
        Family::Node(event) => node_named_in(event),
        Family::Agent(event) => Some(agent_named_in(event)),
        Family::Task(event) => worker_named_in(event),
        Family::Ledger(_) | Family::Credit(_) | Family::Anchor(_) | Family::Person(_) => None,
    }
}

fn node_named_in(event: NodeEvent<'_>) -> Option<&AgentId> {
    match event {
        NodeEvent::NodeEnrolled(it) => Some(&it.node),
        NodeEvent::NodeApproved(it) => Some(&it.node),
        NodeEvent::NodeRejected(it) => Some(&it.node),
        NodeEvent::NodeModeChanged(it) => Some(&it.node),
        NodeEvent::NodePowerPolicySet(it) => Some(&it.node),
        NodeEvent::NodeTokenRotated(_) => None,
    }
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

/// The machine whose work counts here.
fn worker_named_in(event: TaskEvent<'_>) -> Option<&AgentId> {
    match event {
        TaskEvent::SubtaskFinished(it) => Some(&it.agent),
        TaskEvent::SubtaskReturned(it) => Some(&it.agent),
        TaskEvent::TaskSubmitted(_)
        | TaskEvent::TaskPlanned(_)
        | TaskEvent::SubtaskLeased(_)
        | TaskEvent::SubtaskStopped(_)
        | TaskEvent::TaskEscalated(_)
        | TaskEvent::SubtaskRevised(_)
        | TaskEvent::TaskCompleted(_)
        | TaskEvent::TaskFailed(_)
        | TaskEvent::TaskCancelled(_)
        | TaskEvent::TaskReviewed(_)
        | TaskEvent::TaskAnswered(_) => None,
    }
}

impl NodeEntry {
    fn apply(&mut self, recorded: &Recorded) {
        self.agent.evolve(&recorded.event);
        match recorded.event.family() {
            Family::Agent(event) => self.take_in(event, recorded.recorded_at),
            Family::Task(event) => self.count(event),
            Family::Ledger(_) | Family::Node(_) | Family::Credit(_) | Family::Anchor(_) | Family::Person(_) => {}
        }
    }

    fn take_in(&mut self, event: AgentEvent<'_>, at: UnixMillis) {
        match event {
            AgentEvent::AgentRegistered(_) => self.registered_at = Some(at),
            AgentEvent::AgentCameOnline(_) | AgentEvent::AgentWentOffline(_) => self.presence_changed_at = Some(at),
            AgentEvent::AgentBlacklisted(it) => {
                let (reason_code, expires_at) = (it.reason_code, it.expires_at);
                self.blacklisting = Some(Blacklisting { reason_code, since: at, expires_at });
            }
            AgentEvent::AgentBlacklistLifted(_) => self.blacklisting = None,
            AgentEvent::AgentKeyReplaced(_) | AgentEvent::AgentCapabilitiesChanged(_) => {}
        }
    }

    fn count(&mut self, event: TaskEvent<'_>) {
        match event {
            TaskEvent::SubtaskFinished(it) => match it.verdict {
                Verdict::Passed => self.finished += 1,
                Verdict::Failed => self.failed += 1,
            },
            TaskEvent::SubtaskReturned(_) => self.returned += 1,
            TaskEvent::TaskSubmitted(_)
            | TaskEvent::TaskPlanned(_)
            | TaskEvent::SubtaskLeased(_)
            | TaskEvent::SubtaskStopped(_)
            | TaskEvent::TaskEscalated(_)
            | TaskEvent::SubtaskRevised(_)
            | TaskEvent::TaskCompleted(_)
            | TaskEvent::TaskFailed(_)
            | TaskEvent::TaskCancelled(_)
            | TaskEvent::TaskReviewed(_)
            | TaskEvent::TaskAnswered(_) => {}
        }
    }
}
