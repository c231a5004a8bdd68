//! An agent asks; a subtask goes from the queue into its hand, and back where the lease was refused.

use super::{
    ReadyQueue,
    lanes::Need,
    open_tasks::{Claim, Phase, Place},
};
use edgecoder_events::{
    AccountId, AgentId, ModelName, ProjectId, SubtaskIndex, TaskId, UnixMillis,
    task::{Language, ResourceClass, WorkKind},
};

/// The most models of one agent that a claim looks at.
pub const MAX_MODELS_PER_CLAIM: usize = 64;

/// What an agent can take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentNeeds {
    pub agent: AgentId,
    pub languages: Vec<Language>,
    pub models: Vec<ModelName>,
    pub gpu: bool,
    /// The most subtasks that it holds at once.
    pub places: usize,
}

/// A subtask that was claimed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadySubtask {
    pub task: TaskId,
    pub subtask: SubtaskIndex,
    pub account: AccountId,
    pub project: ProjectId,
    pub work: WorkKind,
    pub language: Language,
    pub resource: ResourceClass,
    pub requested_model: Option<ModelName>,
    pub priority: u8,
    /// Leases granted before.
    pub attempts: u16,
    pub timeout_ms: u64,
    pub waiting_since: UnixMillis,
}

impl ReadyQueue {
    /// Takes the next subtask for this agent out of the queue. It is in hand until the log has its lease, its task
    /// ends, or it is given back. Nothing where the agent's places are taken: what is in its hand takes one too, so that
    /// claims at once on many connections win no more than one after the other.
    pub fn claim(&mut self, wanted: &AgentNeeds, now: UnixMillis) -> Option<ReadySubtask> {
        if self.leases.held_by(&wanted.agent) >= wanted.places {
            return None;
        }
        let place = self.next_place(wanted, now)?;
        let claimed = self.describe(place)?;
        let claim = Claim { agent: wanted.agent.clone(), since: claimed.waiting_since };
        self.set_phase(place, Phase::InHand(Box::new(claim)));
        self.leases.claim(&wanted.agent);
        self.serve(place.slot);
        Some(claimed)
    }

    /// Puts a claimed subtask back: its lease was refused for a reason that passes by itself.
    pub fn give_back(&mut self, task: &TaskId, subtask: SubtaskIndex) {
        if let Some((place, since)) = self.in_hand(task, subtask) {
            self.unserve(place.slot);
            self.make_ready(place, since);
        }
    }

    /// Keeps a claimed subtask out of the queue until another lease of its task ends, because those leases bind the
    /// budget. Giving it back would only have it claimed and refused again at once.
    pub fn park(&mut self, task: &TaskId, subtask: SubtaskIndex) {
        let Some((place, since)) = self.in_hand(task, subtask) else { return };
        self.unserve(place.slot);
        self.set_phase(place, Phase::Parked(since));
        let leased = |it: &super::open_tasks::OpenSubtask| matches!(it.phase, Phase::Leased(_));
        if self.tasks.get(place.slot).is_some_and(|task| task.places_where(leased).is_empty()) {
            self.unpark(place.slot);
        }
    }

    fn in_hand(&self, task: &TaskId, subtask: SubtaskIndex) -> Option<(Place, UnixMillis)> {
        let place = self.place(task, subtask)?;
        match &self.tasks.subtask(place)?.phase {
            Phase::InHand(claim) => Some((place, claim.since)),
            Phase::Blocked
            | Phase::Waiting(_)
            | Phase::Parked(_)
            | Phase::Leased(_)
            | Phase::Escalated
            | Phase::Passed
            | Phase::Over => None,
        }
    }

    fn next_place(&self, wanted: &AgentNeeds, now: UnixMillis) -> Option<Place> {
        let allowed = |place: Place| {
            let held_off = self.tasks.subtask(place).and_then(|it| it.held_off.as_deref());
            held_off.is_none_or(|it| it.agent != wanted.agent || now >= it.until)
        };
        let exact = self.lanes.first(self.needs_by_name(wanted), allowed);
        let next = exact.or_else(|| self.lanes.first(needs_of_any(wanted), allowed));
        next.map(|(_, rank)| rank.turn.place)
    }

    /// The needs that name one of the agent's models.
    fn needs_by_name(&self, wanted: &AgentNeeds) -> impl Iterator<Item = Need> {
        let numbers: Vec<_> =
            wanted.models.iter().take(MAX_MODELS_PER_CLAIM).filter_map(|model| self.models.known(model)).collect();
        kinds(wanted).flat_map(move |(language, resource)| {
            numbers.clone().into_iter().map(move |model| Need {
                work: WorkKind::Prompt,
                language,
                resource,
                model: Some(model),
            })
        })
    }

    fn describe(&self, place: Place) -> Option<ReadySubtask> {
        let task = self.tasks.get(place.slot)?;
        let subtask = task.subtask(place.subtask)?;
        let Phase::Waiting(waiting_since) = subtask.phase else { return None };
        Some(ReadySubtask {
            task: task.id.as_ref().clone(),
            subtask: place.subtask,
            account: self.accounts.name(task.account).clone(),
            project: self.projects.name(task.project).clone(),
            work: subtask.work,
            language: subtask.language,
            resource: task.resource,
            requested_model: task.model.map(|model| self.models.name(model).clone()),
            priority: task.priority,
            attempts: subtask.attempts,
            timeout_ms: subtask.timeout_ms,
            waiting_since,
        })
    }
}

/// The needs that name no model: programs, and prompts where the agent has any model at all.
fn needs_of_any(wanted: &AgentNeeds) -> impl Iterator<Item = Need> {
    let prompts = (!wanted.models.is_empty()).then_some(WorkKind::Prompt);
    kinds(wanted).flat_map(move |(language, resource)| {
        let works = [Some(WorkKind::Program), prompts].into_iter().flatten();
        works.map(move |work| Need { work, language, resource, model: None })
    })
}

fn kinds(wanted: &AgentNeeds) -> impl Iterator<Item = (Language, ResourceClass)> {
    let languages = [Language::Python, Language::Javascript].into_iter().filter(|it| wanted.languages.contains(it));
    let gpu = wanted.gpu.then_some(ResourceClass::Gpu);
    languages.flat_map(move |language| {
        [Some(ResourceClass::Cpu), gpu].into_iter().flatten().map(move |resource| (language, resource))
    })
}
