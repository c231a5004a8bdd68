//! An agent asks; a subtask goes from the queue into its hand, and back where the lease was refused.

use super::{
    ReadyQueue,
    lanes::Need,
    names::Number,
    open_tasks::{Claim, Phase, Place},
};
use edgecoder_events::{
    AccountId, AgentId, ModelName, ProjectId, SubtaskIndex, TaskId, UnixMillis,
    task::{Language, ResourceClass, WorkKind},
};
use std::collections::HashSet;

/// The most models of one agent that a claim looks at.
pub const MAX_MODELS_PER_CLAIM: usize = 64;

/// What an agent can take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentNeeds {
    pub agent: AgentId,
    /// Whose machine it is.
    pub owner: AccountId,
    pub languages: Vec<Language>,
    pub models: Vec<ModelName>,
    pub gpu: bool,
    /// The most subtasks that it holds at once.
    pub places: usize,
}

/// What a machine can run.
#[derive(Debug, Clone, Copy)]
pub struct Offer<'a> {
    pub languages: &'a [Language],
    pub models: &'a [ModelName],
    pub gpu: bool,
}

impl AgentNeeds {
    fn offer(&self) -> Offer<'_> {
        Offer { languages: &self.languages, models: &self.models, gpu: self.gpu }
    }
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
            let held_off = self.tasks.subtask(place).map(|it| it.held_off.as_slice()).unwrap_or_default();
            !held_off.iter().any(|it| it.owner == wanted.owner && now < it.until)
        };
        let offer = wanted.offer();
        let exact = self.lanes.first(self.needs_by_name(offer), allowed);
        let next = exact.or_else(|| self.lanes.first(needs_of_any(offer), allowed));
        next.map(|(_, rank)| rank.first.turn.place)
    }

    /// How many waiting subtasks one of these machines could take, held off or not. Those that none can take wait for
    /// nobody who is there, and no account counts for more than `most_of_one`: who waits alone presses nobody.
    pub fn takeable<'a>(&self, offers: impl IntoIterator<Item = Offer<'a>>, most_of_one: usize) -> usize {
        let mut found = HashSet::new();
        for offer in offers {
            let needs = self.needs_by_name(offer).chain(needs_of_any(offer));
            found.extend(needs.filter(|need| self.lanes.waiting_with(*need) > 0));
            if found.len() == self.lanes.needs() {
                break;
            }
        }
        let waiting: usize = found.iter().map(|need| self.lanes.waiting_with(*need)).sum();
        // An account may stand in several lanes; that there are at least so many is known without counting them.
        let accounts = found.iter().map(|need| self.lanes.accounts_with(*need)).max().unwrap_or(0);
        waiting.min(accounts.saturating_mul(most_of_one))
    }

    /// The needs that name one of the machine's models.
    fn needs_by_name(&self, offer: Offer<'_>) -> impl Iterator<Item = Need> + use<> {
        let models = offer.models.iter().take(MAX_MODELS_PER_CLAIM);
        let numbers: Vec<Number> = models.filter_map(|model| self.models.known(model)).collect();
        kinds(offer).flat_map(move |(language, resource)| {
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
            account: self.accounts.name(task.owner.account).clone(),
            project: self.projects.name(task.owner.project).clone(),
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

/// The needs that name no model: programs, and prompts where the machine has any model at all.
fn needs_of_any(offer: Offer<'_>) -> impl Iterator<Item = Need> + use<> {
    let prompts = (!offer.models.is_empty()).then_some(WorkKind::Prompt);
    kinds(offer).flat_map(move |(language, resource)| {
        let works = [Some(WorkKind::Program), prompts].into_iter().flatten();
        works.map(move |work| Need { work, language, resource, model: None })
    })
}

fn kinds(offer: Offer<'_>) -> impl Iterator<Item = (Language, ResourceClass)> + use<> {
    let can = |language: Language| offer.languages.contains(&language).then_some(language);
    let languages = [can(Language::Python), can(Language::Javascript)];
    let gpu = offer.gpu.then_some(ResourceClass::Gpu);
    languages.into_iter().flatten().flat_map(move |language| {
        [Some(ResourceClass::Cpu), gpu].into_iter().flatten().map(move |resource| (language, resource))
    })
}
