//! Who was heard of when? Heartbeats live here, in memory; only becoming online or offline is an event.

use edgecoder_events::{AgentId, SteadyMillis, SubtaskIndex, TaskId};
use edgecoder_projections::ready_queue::ActiveLease;
use edgecoder_wire::{agents::PreparingLanguage, power::RestReason, runtime::LanguageInPreparation};
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// How often agents send a heartbeat, in milliseconds.
pub const HEARTBEAT_INTERVAL_MS: u64 = 5_000;
/// An agent that was silent for so long is offline, in milliseconds.
pub const AGENT_SILENCE_MS: u64 = 30_000;
/// A lease that no heartbeat named for so long is over, in milliseconds.
pub const LEASE_SILENCE_MS: u64 = 20_000;

/// Names a lease.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct LeaseName {
    pub task: TaskId,
    pub subtask: SubtaskIndex,
    pub attempt: u16,
}

impl LeaseName {
    pub fn of(lease: &ActiveLease) -> Self {
        Self { task: lease.task.clone(), subtask: lease.subtask, attempt: lease.attempt }
    }
}

/// What was heard of every agent since this process began, by a clock that nobody sets: were the machine's time set
/// back, nobody would be silent for hours; were it set forward, everybody would.
pub struct Presence {
    /// Nobody can have been heard of before: who is silent after a restart has this long.
    begun_at: SteadyMillis,
    agents: Mutex<HashMap<AgentId, Heard>>,
}

#[derive(Default)]
struct Heard {
    at: SteadyMillis,
    leases: HashMap<LeaseName, SteadyMillis>,
    preparing: Option<PreparingLanguage>,
    resting: Option<RestReason>,
}

impl Presence {
    /// Knows of nobody yet.
    pub fn begin(now: SteadyMillis) -> Self {
        Self { begun_at: now, agents: Mutex::default() }
    }

    /// The agent asked for something.
    pub fn heard(&self, agent: &AgentId, now: SteadyMillis) {
        self.lock().entry(agent.clone()).or_default().at = now;
    }

    /// The agent still works on these leases, and on no others.
    pub fn renewed(&self, agent: &AgentId, leases: impl IntoIterator<Item = LeaseName>, now: SteadyMillis) {
        let mut agents = self.lock();
        let heard = agents.entry(agent.clone()).or_default();
        heard.at = now;
        let granted_since = now.0.saturating_sub(LEASE_SILENCE_MS);
        heard.leases.retain(|_, at| at.0 >= granted_since);
        heard.leases.extend(leases.into_iter().map(|lease| (lease, now)));
    }

    /// The agent prepares this language now, or none any more.
    pub fn prepares(&self, agent: &AgentId, preparing: Option<PreparingLanguage>) {
        self.lock().entry(agent.clone()).or_default().preparing = preparing;
    }

    /// The languages that these agents said they prepare: by how many of them, and how far the first of them is.
    pub fn in_preparation(&self, agents: &[AgentId]) -> Vec<LanguageInPreparation> {
        let heard = self.lock();
        let said = agents.iter().filter_map(|agent| heard.get(agent)?.preparing.as_ref());
        let mut languages: Vec<LanguageInPreparation> = Vec::new();
        for PreparingLanguage { language, percent } in said {
            match languages.iter_mut().find(|it| it.language == *language) {
                Some(known) => {
                    known.machines += 1;
                    known.percent = known.percent.max(*percent);
                }
                None => languages.push(LanguageInPreparation { language: *language, machines: 1, percent: *percent }),
            }
        }
        languages
    }

    /// The agent asks for no work for this reason, or asks again.
    pub fn rests(&self, agent: &AgentId, resting: Option<RestReason>) {
        self.lock().entry(agent.clone()).or_default().resting = resting;
    }

    /// Why the agent said last that it asks for no work.
    pub fn resting(&self, agent: &AgentId) -> Option<RestReason> {
        self.lock().get(agent).and_then(|heard| heard.resting)
    }

    /// Whether the agent was silent for too long.
    pub fn is_silent(&self, agent: &AgentId, now: SteadyMillis) -> bool {
        let heard_at = self.lock().get(agent).map_or(self.begun_at, |heard| heard.at.max(self.begun_at));
        now.ms_since(heard_at) >= AGENT_SILENCE_MS
    }

    /// Whether a lease that is known of since `seen_at` was not named for too long.
    pub fn is_abandoned(&self, agent: &AgentId, lease: &LeaseName, seen_at: SteadyMillis, now: SteadyMillis) -> bool {
        let named_at = self.lock().get(agent).and_then(|heard| heard.leases.get(lease).copied());
        now.ms_since(named_at.unwrap_or_default().max(seen_at)) >= LEASE_SILENCE_MS
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<AgentId, Heard>> {
        self.agents.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use edgecoder_events::task::Language;

    fn agent() -> AgentId {
        AgentId::new("worker-1").unwrap()
    }

    fn lease() -> LeaseName {
        LeaseName { task: TaskId::new("t").unwrap(), subtask: SubtaskIndex(0), attempt: 1 }
    }

    #[test]
    fn after_a_restart_everybody_has_the_whole_silence_to_be_heard() {
        let presence = Presence::begin(SteadyMillis(100_000));
        assert!(!presence.is_silent(&agent(), SteadyMillis(100_000 + AGENT_SILENCE_MS - 1)));
        assert!(presence.is_silent(&agent(), SteadyMillis(100_000 + AGENT_SILENCE_MS)));
    }

    #[test]
    fn what_several_prepare_is_told_once_and_not_of_those_who_are_away() {
        let presence = Presence::begin(SteadyMillis(0));
        let named = |name: &str| AgentId::new(name).unwrap();
        for (name, percent) in [("one", 8), ("two", 50), ("away", 90)] {
            presence.prepares(&named(name), Some(PreparingLanguage { language: Language::Python, percent }));
        }
        let told = presence.in_preparation(&[named("one"), named("two"), named("idle")]);
        assert_eq!(told, [LanguageInPreparation { language: Language::Python, machines: 2, percent: 50 }]);
        presence.prepares(&named("two"), None);
        let told = presence.in_preparation(&[named("one"), named("two")]);
        assert_eq!(told, [LanguageInPreparation { language: Language::Python, machines: 1, percent: 8 }]);
    }

    #[test]
    fn a_heartbeat_that_does_not_name_a_lease_does_not_renew_it() {
        let presence = Presence::begin(SteadyMillis(0));
        presence.renewed(&agent(), [lease()], SteadyMillis(1_000));
        presence.renewed(&agent(), [], SteadyMillis(15_000));
        let at = SteadyMillis(1_000 + LEASE_SILENCE_MS);
        assert!(presence.is_abandoned(&agent(), &lease(), SteadyMillis(500), at));
        assert!(!presence.is_silent(&agent(), at));
    }
}
