//! What does one recorded event change in the directory?

use super::{AgentDirectory, Blacklisting, NodeEntry};
use edgecoder_domain::Aggregate;
use edgecoder_events::{AgentId, Event, Recorded, task::Verdict};
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
        match &recorded.event {
            Event::AgentCameOnline(it) => {
                self.online.insert(it.agent.clone());
            }
            Event::AgentWentOffline(it) => {
                self.online.remove(&it.agent);
            }
            _ => {}
        }
    }
}

/// The machine that an event is about.
fn node_of(event: &Event) -> Option<&AgentId> {
    match event {
        Event::NodeEnrolled(it) => Some(&it.node),
        Event::NodeApproved(it) => Some(&it.node),
        Event::NodeRejected(it) => Some(&it.node),
        Event::NodeModeChanged(it) => Some(&it.node),
        Event::AgentRegistered(it) => Some(&it.agent),
        Event::AgentKeyReplaced(it) => Some(&it.agent),
        Event::AgentCapabilitiesChanged(it) => Some(&it.agent),
        Event::AgentCameOnline(it) => Some(&it.agent),
        Event::AgentWentOffline(it) => Some(&it.agent),
        Event::AgentBlacklisted(it) => Some(&it.agent),
        Event::AgentBlacklistLifted(it) => Some(&it.agent),
        Event::SubtaskFinished(it) => Some(&it.agent),
        Event::SubtaskReturned(it) => Some(&it.agent),
        _ => None,
    }
}

impl NodeEntry {
    fn apply(&mut self, recorded: &Recorded) {
        let at = recorded.recorded_at;
        self.agent.evolve(&recorded.event);
        match &recorded.event {
            Event::AgentRegistered(_) => self.registered_at = Some(at),
            Event::AgentCameOnline(_) | Event::AgentWentOffline(_) => self.presence_changed_at = Some(at),
            Event::AgentBlacklisted(it) => {
                let (reason_code, expires_at) = (it.reason_code, it.expires_at);
                self.blacklisting = Some(Blacklisting { reason_code, since: at, expires_at });
            }
            Event::AgentBlacklistLifted(_) => self.blacklisting = None,
            Event::SubtaskFinished(it) => match it.verdict {
                Verdict::Passed => self.finished += 1,
                Verdict::Failed => self.failed += 1,
            },
            Event::SubtaskReturned(_) => self.returned += 1,
            _ => {}
        }
    }
}
