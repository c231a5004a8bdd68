//! Which tasks have not ended, and where does each of their subtasks stand?

use super::{MAX_RETRY_ELSEWHERE_MS, RETRY_ELSEWHERE_MS, lanes::Owner, leases::ActiveLease, names::Number};
use edgecoder_events::{
    AccountId, AgentId, Position, SubtaskIndex, TaskId, UnixMillis,
    task::{Language, ResourceClass, WorkKind},
};
use std::{collections::HashMap, sync::Arc};

/// Names a subtask while its task is open: small, because every waiting subtask is in two trees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Place {
    pub slot: u32,
    pub subtask: SubtaskIndex,
}

impl Place {
    /// None is before it.
    pub(super) const FIRST: Self = Self { slot: 0, subtask: SubtaskIndex(0) };
}

/// A task that has not ended.
#[derive(Debug)]
pub(super) struct OpenTask {
    pub id: Arc<TaskId>,
    pub submitted: Position,
    pub owner: Owner,
    pub model: Option<Number>,
    pub resource: ResourceClass,
    pub priority: u8,
    pub subtasks: Box<[OpenSubtask]>,
}

/// One piece of an open task.
#[derive(Debug)]
pub(super) struct OpenSubtask {
    pub work: WorkKind,
    pub language: Language,
    pub attempts: u16,
    pub timeout_ms: u64,
    pub depends_on: Box<[SubtaskIndex]>,
    /// Those that it came back from.
    pub held_off: Vec<HeldOff>,
    pub phase: Phase,
}

/// Whose machine a subtask came back from, and until when it is kept for others.
#[derive(Debug)]
pub(super) struct HeldOff {
    pub owner: AccountId,
    pub until: UnixMillis,
    /// How often it came back undone, without a result.
    pub undone: u32,
}

/// How a lease came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CameBack {
    /// With a result that is not good enough.
    Tried,
    Undone,
}

impl OpenSubtask {
    /// Keeps it from an owner, from whose machine it comes back at `at`, for a while. The list is as short as that of
    /// the leases that one subtask is granted.
    pub(super) fn hold_off(&mut self, owner: AccountId, at: UnixMillis, how: CameBack) {
        let before = self.held_off.iter().find(|it| it.owner == owner).map_or(0, |it| it.undone);
        let (undone, while_ms) = match how {
            CameBack::Tried => (before, RETRY_ELSEWHERE_MS),
            CameBack::Undone => {
                let doubled = RETRY_ELSEWHERE_MS.saturating_mul(2_u64.saturating_pow(before));
                (before.saturating_add(1), doubled.min(MAX_RETRY_ELSEWHERE_MS))
            }
        };
        self.held_off.retain(|it| it.owner != owner);
        self.held_off.push(HeldOff { owner, until: at.plus_ms(while_ms), undone });
    }
}

/// Who claimed a subtask, and since when it had waited.
#[derive(Debug)]
pub(super) struct Claim {
    pub agent: AgentId,
    pub since: UnixMillis,
}

/// Where a subtask stands.
#[derive(Debug)]
pub(super) enum Phase {
    /// Others must pass first.
    Blocked,
    /// In the queue since this instant.
    Waiting(UnixMillis),
    /// Claimed, and not leased yet.
    InHand(Box<Claim>),
    /// Out of the queue until another lease of its task ends; it waited since this instant.
    Parked(UnixMillis),
    Leased(Box<ActiveLease>),
    Escalated,
    Passed,
    /// The task is about to end with it.
    Over,
}

impl OpenTask {
    pub(super) fn subtask(&self, index: SubtaskIndex) -> Option<&OpenSubtask> {
        self.subtasks.get(usize::from(index.0))
    }

    /// The subtasks that wait for nothing but this: those that passed do not block any more.
    pub(super) fn unblocked(&self) -> Vec<SubtaskIndex> {
        let passed = |index: &SubtaskIndex| matches!(self.subtask(*index).map(|it| &it.phase), Some(Phase::Passed));
        let free = |it: &OpenSubtask| matches!(it.phase, Phase::Blocked) && it.depends_on.iter().all(passed);
        self.places_where(free)
    }

    /// The places of the subtasks of which `wanted` is true.
    pub(super) fn places_where(&self, wanted: impl Fn(&OpenSubtask) -> bool) -> Vec<SubtaskIndex> {
        (0u16..).zip(&self.subtasks).filter(|(_, it)| wanted(it)).map(|(index, _)| SubtaskIndex(index)).collect()
    }
}

/// The open tasks; slots of ended ones are used again.
#[derive(Debug, Default)]
pub(super) struct OpenTasks {
    slots: Vec<Option<OpenTask>>,
    free: Vec<u32>,
    by_id: HashMap<Arc<TaskId>, u32>,
}

impl OpenTasks {
    pub(super) fn insert(&mut self, task: OpenTask) {
        let id = Arc::clone(&task.id);
        let slot = self.free.pop().unwrap_or_else(|| {
            self.slots.push(None);
            u32::try_from(self.slots.len() - 1).expect("memory ends before four thousand million tasks")
        });
        self.slots[slot as usize] = Some(task);
        self.by_id.insert(id, slot);
    }

    pub(super) fn remove(&mut self, slot: u32) -> Option<OpenTask> {
        let task = self.slots.get_mut(slot as usize)?.take()?;
        self.by_id.remove(&task.id);
        self.free.push(slot);
        Some(task)
    }

    pub(super) fn slot(&self, id: &TaskId) -> Option<u32> {
        self.by_id.get(id).copied()
    }

    pub(super) fn get(&self, slot: u32) -> Option<&OpenTask> {
        self.slots.get(slot as usize)?.as_ref()
    }

    pub(super) fn get_mut(&mut self, slot: u32) -> Option<&mut OpenTask> {
        self.slots.get_mut(slot as usize)?.as_mut()
    }

    pub(super) fn subtask(&self, place: Place) -> Option<&OpenSubtask> {
        self.get(place.slot)?.subtask(place.subtask)
    }

    pub(super) fn subtask_mut(&mut self, place: Place) -> Option<&mut OpenSubtask> {
        self.get_mut(place.slot)?.subtasks.get_mut(usize::from(place.subtask.0))
    }

    pub(super) fn len(&self) -> usize {
        self.by_id.len()
    }
}
