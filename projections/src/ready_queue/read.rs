//! How much waits, for how long, and which leases run?

use super::{
    ReadyQueue,
    leases::ActiveLease,
    open_tasks::{Phase, Place},
};
use edgecoder_events::{AccountId, AgentId, ModelName, ProjectId, UnixMillis};
use std::collections::BTreeMap;

/// How many subtasks wait for an agent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WaitingCounts {
    pub all: usize,
    pub by_project: BTreeMap<ProjectId, usize>,
    /// `None` counts those that request no model.
    pub by_model: BTreeMap<Option<ModelName>, usize>,
}

impl ReadyQueue {
    /// How many subtasks wait for an agent; those in hand do not.
    pub fn waiting(&self) -> usize {
        self.lanes.len()
    }

    /// How many subtasks wait, by project and by requested model.
    pub fn counts(&self) -> WaitingCounts {
        let mut counts = WaitingCounts { all: self.waiting(), ..WaitingCounts::default() };
        for (need, project, number) in self.lanes.counts() {
            *counts.by_project.entry(self.projects.name(project).clone()).or_default() += number;
            let model = need.model.map(|model| self.models.name(model).clone());
            *counts.by_model.entry(model).or_default() += number;
        }
        counts
    }

    /// How long the one that waits longest has waited, in milliseconds.
    pub fn oldest_waiting_ms(&self, now: UnixMillis) -> Option<u64> {
        self.since.first().map(|(since, _)| now.ms_since(*since))
    }

    /// When waiting work that is kept from this owner's machines after `now` is kept from them no more: the first end of a
    /// hold. Nothing of the log tells it.
    pub fn next_hold_end(&self, owner: &AccountId, now: UnixMillis) -> Option<UnixMillis> {
        self.holds.next_end(owner, now)
    }

    /// How many tasks have not ended.
    pub fn open_tasks(&self) -> usize {
        self.tasks.len()
    }

    /// How often a subtask became ready so far: a changed number means new work.
    pub fn arrivals(&self) -> u64 {
        self.arrivals
    }

    /// How many leases run.
    pub fn leased(&self) -> usize {
        self.leases.len()
    }

    /// Every active lease, the one that reaches its limit first comes first.
    pub fn leases(&self) -> impl Iterator<Item = &ActiveLease> {
        self.leases.by_deadline().filter_map(|(_, place)| self.lease_at(place))
    }

    /// The active leases of one agent.
    pub fn leases_of(&self, agent: &AgentId) -> impl Iterator<Item = &ActiveLease> {
        self.leases.of_agent(agent).filter_map(|place| self.lease_at(place))
    }

    fn lease_at(&self, place: Place) -> Option<&ActiveLease> {
        match &self.tasks.subtask(place)?.phase {
            Phase::Leased(lease) => Some(lease),
            Phase::Blocked
            | Phase::Waiting(_)
            | Phase::InHand(_)
            | Phase::Parked(_)
            | Phase::Escalated
            | Phase::Passed
            | Phase::Over => None,
        }
    }
}
