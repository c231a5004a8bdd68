//! What does one recorded event change in the queue?

use super::{
    ReadyQueue,
    lanes::{Need, Owner, Turn},
    leases::ActiveLease,
    open_tasks::{CameBack, OpenSubtask, OpenTask, Phase, Place},
};
use edgecoder_events::{
    Family, Position, Recorded, SubtaskIndex, TaskEvent, TaskId, UnixMillis,
    task::{
        PlannedSubtask, SubtaskFinished, SubtaskLeased, SubtaskReturned, TaskPlanned, TaskSubmitted, Verdict, WorkKind,
    },
};
use std::{cmp::Reverse, sync::Arc};

impl ReadyQueue {
    /// Takes in one recorded event. Must be called for every event, in the order of the log.
    pub fn apply(&mut self, recorded: &Recorded) {
        match recorded.event.family() {
            Family::Task(event) => self.take_in(event, recorded),
            Family::Ledger(_)
            | Family::Node(_)
            | Family::Agent(_)
            | Family::Credit(_)
            | Family::Anchor(_)
            | Family::Person(_) => {}
        }
    }

    fn take_in(&mut self, event: TaskEvent<'_>, recorded: &Recorded) {
        let at = recorded.recorded_at;
        match event {
            TaskEvent::TaskSubmitted(it) => self.on_submitted(it, recorded.position),
            TaskEvent::TaskPlanned(it) => self.on_planned(it, at),
            TaskEvent::SubtaskLeased(it) => self.on_leased(it),
            TaskEvent::SubtaskReturned(it) => self.on_returned(it, at),
            TaskEvent::SubtaskFinished(it) => self.on_finished(it, at),
            TaskEvent::SubtaskStopped(it) => self.on_over(&it.task, it.subtask),
            TaskEvent::TaskEscalated(it) => self.on_escalated(&it.task, it.subtask),
            TaskEvent::SubtaskRevised(it) => self.on_better(&it.task, it.subtask, at),
            TaskEvent::TaskAnswered(it) => self.on_better(&it.task, it.subtask, at),
            TaskEvent::TaskCompleted(it) => self.on_ended(&it.task),
            TaskEvent::TaskFailed(it) => self.on_ended(&it.task),
            TaskEvent::TaskCancelled(it) => self.on_ended(&it.task),
            TaskEvent::TaskReviewed(_) => {}
        }
    }

    /// Better code came, or better words: a machine tries it once more.
    fn on_better(&mut self, task: &TaskId, subtask: SubtaskIndex, at: UnixMillis) {
        if let Some(place) = self.place(task, subtask) {
            self.make_ready(place, at);
        }
    }

    fn on_submitted(&mut self, it: &TaskSubmitted, submitted: Position) {
        let owner = Owner { account: self.accounts.hold(&it.account), project: self.projects.hold(&it.project) };
        self.lanes.open(owner);
        let task = OpenTask {
            id: Arc::new(it.task.clone()),
            submitted,
            owner,
            model: it.requested_model.as_ref().map(|model| self.models.hold(model)),
            resource: it.resource,
            priority: it.priority,
            subtasks: Box::default(),
        };
        self.tasks.insert(task);
    }

    fn on_planned(&mut self, it: &TaskPlanned, at: UnixMillis) {
        let Some(slot) = self.tasks.slot(&it.task) else { return };
        if let Some(task) = self.tasks.get_mut(slot) {
            task.subtasks = it.subtasks.iter().map(OpenSubtask::planned).collect();
        }
        self.unblock(slot, at);
    }

    fn on_leased(&mut self, it: &SubtaskLeased) {
        let Some(place) = self.place(&it.task, it.subtask) else { return };
        let lease = ActiveLease {
            task: it.task.clone(),
            subtask: it.subtask,
            attempt: it.attempt,
            agent: it.agent.clone(),
            payee: it.payee.clone(),
            granted_at: it.granted_at,
            limit_ms: it.limit_ms,
            price_per_ms: it.price_per_ms,
        };
        self.leases.insert(place, &lease);
        let before = self.set_phase(place, Phase::Leased(Box::new(lease)));
        if let Some(subtask) = self.tasks.subtask_mut(place) {
            subtask.attempts = it.attempt;
        }
        if !matches!(before, Some(Phase::InHand(_))) {
            self.serve(place.slot);
        }
    }

    fn on_returned(&mut self, it: &SubtaskReturned, at: UnixMillis) {
        let Some(place) = self.place(&it.task, it.subtask) else { return };
        self.unserve(place.slot);
        self.hold_off(place, at, CameBack::Undone);
        self.make_ready(place, at);
        self.unpark(place.slot);
    }

    fn on_finished(&mut self, it: &SubtaskFinished, at: UnixMillis) {
        let Some(place) = self.place(&it.task, it.subtask) else { return };
        let Some(subtask) = self.tasks.subtask(place) else { return };
        let (work, is_late) = (subtask.work, !matches!(subtask.phase, Phase::Leased(_)));
        if is_late {
            // Its lease ran out, and with that was not counted.
            self.serve(place.slot);
        }
        match (it.verdict, work) {
            (Verdict::Passed, _) => {
                self.end(place, Phase::Passed);
                self.unblock(place.slot, at);
            }
            (Verdict::Failed, WorkKind::Prompt) if is_late => {}
            (Verdict::Failed, WorkKind::Prompt) => {
                self.hold_off(place, at, CameBack::Tried);
                self.make_ready(place, at);
            }
            (Verdict::Failed, WorkKind::Program) => self.end(place, Phase::Over),
        }
        self.unpark(place.slot);
    }

    /// Nothing more is to be done here: a claim in somebody's hand comes to nothing.
    fn end(&mut self, place: Place, phase: Phase) {
        if let Some(Phase::InHand(_)) = self.set_phase(place, phase) {
            self.unserve(place.slot);
        }
    }

    fn on_over(&mut self, task: &TaskId, subtask: SubtaskIndex) {
        if let Some(place) = self.place(task, subtask) {
            self.set_phase(place, Phase::Over);
        }
    }

    fn on_escalated(&mut self, task: &TaskId, subtask: SubtaskIndex) {
        if let Some(place) = self.place(task, subtask) {
            self.set_phase(place, Phase::Escalated);
        }
    }

    fn on_ended(&mut self, task: &TaskId) {
        let Some(slot) = self.tasks.slot(task) else { return };
        let all = self.tasks.get(slot).map(|it| it.places_where(|_| true)).unwrap_or_default();
        for subtask in all {
            self.end(Place { slot, subtask }, Phase::Over);
        }
        self.forget(slot);
    }

    /// Lets go of an ended task and of the names that its submitter chose. Accounts are remembered for ever: what they
    /// were served counts, and nobody invents one.
    fn forget(&mut self, slot: u32) {
        let Some(task) = self.tasks.remove(slot) else { return };
        self.lanes.close(task.owner);
        self.projects.release(task.owner.project);
        if let Some(model) = task.model {
            self.models.release(model);
        }
    }

    pub(super) fn place(&self, task: &TaskId, subtask: SubtaskIndex) -> Option<Place> {
        Some(Place { slot: self.tasks.slot(task)?, subtask })
    }

    /// Puts a subtask into the queue, as waiting since `since`.
    pub(super) fn make_ready(&mut self, place: Place, since: UnixMillis) {
        self.set_phase(place, Phase::Waiting(since));
        let Some((need, owner, turn)) = self.line_of(place) else { return };
        if let Some(subtask) = self.tasks.subtask(place) {
            self.holds.insert(place, &subtask.held_off);
        }
        self.lanes.insert(need, owner, turn);
        self.since.insert((since, place));
        self.arrivals += 1;
    }

    /// Changes where a subtask stands and takes it off the lists on which it stood; what it was before.
    pub(super) fn set_phase(&mut self, place: Place, phase: Phase) -> Option<Phase> {
        let before = std::mem::replace(&mut self.tasks.subtask_mut(place)?.phase, phase);
        match &before {
            Phase::Waiting(since) => {
                self.since.remove(&(*since, place));
                if let Some(subtask) = self.tasks.subtask(place) {
                    self.holds.remove(place, &subtask.held_off);
                }
                if let Some((need, owner, turn)) = self.line_of(place) {
                    self.lanes.remove(need, owner, turn);
                }
            }
            Phase::InHand(claim) => self.leases.unclaim(&claim.agent),
            Phase::Leased(lease) => self.leases.remove(place, lease),
            Phase::Blocked | Phase::Parked(_) | Phase::Escalated | Phase::Passed | Phase::Over => {}
        }
        Some(before)
    }

    fn line_of(&self, place: Place) -> Option<(Need, Owner, Turn)> {
        let task = self.tasks.get(place.slot)?;
        let subtask = task.subtask(place.subtask)?;
        let model = match subtask.work {
            WorkKind::Program => None,
            WorkKind::Prompt => task.model,
        };
        let need = Need { work: subtask.work, language: subtask.language, resource: task.resource, model };
        let turn = Turn { priority: Reverse(task.priority), submitted: task.submitted, place };
        Some((need, task.owner, turn))
    }

    fn unblock(&mut self, slot: u32, at: UnixMillis) {
        let free = self.tasks.get(slot).map(OpenTask::unblocked).unwrap_or_default();
        for subtask in free {
            self.make_ready(Place { slot, subtask }, at);
        }
    }

    /// A lease of the task ended: what waited for its share of the budget waits for an agent again.
    pub(super) fn unpark(&mut self, slot: u32) {
        let parked = self.tasks.get(slot).map(|it| it.places_where(|it| matches!(it.phase, Phase::Parked(_))));
        for subtask in parked.unwrap_or_default() {
            let place = Place { slot, subtask };
            if let Some(Phase::Parked(since)) = self.tasks.subtask(place).map(|it| &it.phase) {
                self.make_ready(place, *since);
            }
        }
    }

    /// Keeps a leased subtask from the owner of the machine that holds it, for a while.
    fn hold_off(&mut self, place: Place, at: UnixMillis, how: CameBack) {
        let Some(subtask) = self.tasks.subtask_mut(place) else { return };
        let Phase::Leased(lease) = &subtask.phase else { return };
        let owner = lease.payee.clone();
        subtask.hold_off(owner, at, how);
    }

    pub(super) fn serve(&mut self, slot: u32) {
        if let Some(task) = self.tasks.get(slot) {
            self.lanes.serve(task.owner);
        }
    }

    pub(super) fn unserve(&mut self, slot: u32) {
        if let Some(task) = self.tasks.get(slot) {
            self.lanes.unserve(task.owner);
        }
    }
}

impl OpenSubtask {
    fn planned(plan: &PlannedSubtask) -> Self {
        Self {
            work: plan.work,
            language: plan.language,
            attempts: 0,
            timeout_ms: plan.timeout_ms,
            depends_on: plan.depends_on.clone().into_boxed_slice(),
            held_off: Vec::new(),
            phase: Phase::Blocked,
        }
    }
}
