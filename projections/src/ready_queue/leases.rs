//! Which leases run, whose are they, and when does each reach its limit?

use super::open_tasks::Place;
use edgecoder_events::{AccountId, AgentId, MicroCredits, SubtaskIndex, TaskId, UnixMillis};
use std::collections::{BTreeSet, HashMap};

/// An agent's hold on a subtask, as the log has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActiveLease {
    pub task: TaskId,
    pub subtask: SubtaskIndex,
    pub attempt: u16,
    pub agent: AgentId,
    pub payee: AccountId,
    pub granted_at: UnixMillis,
    pub limit_ms: u64,
    pub price_per_ms: MicroCredits,
}

impl ActiveLease {
    /// The first instant at which the lease is over whatever the agent says.
    pub fn deadline(&self) -> UnixMillis {
        self.granted_at.plus_ms(self.limit_ms)
    }
}

/// The places of the active leases; the leases themselves are with their subtasks.
#[derive(Debug, Default)]
pub(super) struct Leases {
    by_agent: HashMap<AgentId, BTreeSet<Place>>,
    by_deadline: BTreeSet<(UnixMillis, Place)>,
    /// How many subtasks each agent claimed whose leases the log does not have yet.
    claims: HashMap<AgentId, usize>,
}

impl Leases {
    pub(super) fn insert(&mut self, place: Place, lease: &ActiveLease) {
        self.by_agent.entry(lease.agent.clone()).or_default().insert(place);
        self.by_deadline.insert((lease.deadline(), place));
    }

    pub(super) fn remove(&mut self, place: Place, lease: &ActiveLease) {
        self.by_deadline.remove(&(lease.deadline(), place));
        if let Some(places) = self.by_agent.get_mut(&lease.agent) {
            places.remove(&place);
            if places.is_empty() {
                self.by_agent.remove(&lease.agent);
            }
        }
    }

    pub(super) fn claim(&mut self, agent: &AgentId) {
        let claims = self.claims.entry(agent.clone()).or_default();
        *claims = claims.saturating_add(1);
    }

    pub(super) fn unclaim(&mut self, agent: &AgentId) {
        if let Some(claims) = self.claims.get_mut(agent) {
            *claims = claims.saturating_sub(1);
            if *claims == 0 {
                self.claims.remove(agent);
            }
        }
    }

    /// How many subtasks an agent holds or is about to.
    pub(super) fn held_by(&self, agent: &AgentId) -> usize {
        let leased = self.by_agent.get(agent).map_or(0, BTreeSet::len);
        leased.saturating_add(self.claims.get(agent).copied().unwrap_or(0))
    }

    pub(super) fn of_agent(&self, agent: &AgentId) -> impl Iterator<Item = Place> {
        self.by_agent.get(agent).into_iter().flatten().copied()
    }

    /// In the order in which they reach their limits.
    pub(super) fn by_deadline(&self) -> impl Iterator<Item = (UnixMillis, Place)> {
        self.by_deadline.iter().copied()
    }

    pub(super) fn len(&self) -> usize {
        self.by_deadline.len()
    }
}
