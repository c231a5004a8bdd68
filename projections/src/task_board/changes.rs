//! What does one recorded event change on the board?

use super::{Reviewed, SubtaskEntry, SubtaskStanding, TaskEntry, TaskState};
use edgecoder_events::{
    BlobRef, Event, Family, MicroCredits, Recorded, SubtaskIndex, TaskEvent, TaskId, UnixMillis,
    task::{PlannedSubtask, SubtaskFinished, SubtaskLeased, SubtaskStopped, TaskSubmitted, Verdict, WorkKind},
};
use std::collections::BTreeMap;

/// The tasks that some events touch, with their subtasks.
#[derive(Debug, Default)]
pub(crate) struct Board {
    pub tasks: BTreeMap<TaskId, OnBoard>,
}

/// A task with its subtasks.
#[derive(Debug)]
pub(crate) struct OnBoard {
    pub task: TaskEntry,
    pub subtasks: Vec<SubtaskEntry>,
}

/// The task that an event is about.
pub(crate) fn task_of(event: &Event) -> Option<&TaskId> {
    match event.family() {
        Family::Task(event) => Some(task_named_in(event)),
        Family::Ledger(_)
        | Family::Node(_)
        | Family::Agent(_)
        | Family::Credit(_)
        | Family::Anchor(_)
        | Family::Person(_) => None,
    }
}

fn task_named_in(event: TaskEvent<'_>) -> &TaskId {
    match event {
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
    }
}

impl Board {
    pub(super) fn apply(&mut self, recorded: &Recorded) {
        let Family::Task(event) = recorded.event.family() else { return };
        if let TaskEvent::TaskSubmitted(it) = event {
            let task = submitted(it, recorded);
            self.tasks.insert(it.task.clone(), OnBoard { task, subtasks: Vec::new() });
        } else if let Some(task) = self.tasks.get_mut(task_named_in(event)) {
            task.apply(event, recorded.recorded_at);
        }
    }
}

fn submitted(it: &TaskSubmitted, recorded: &Recorded) -> TaskEntry {
    TaskEntry {
        position: recorded.position,
        task: it.task.clone(),
        account: it.account.clone(),
        project: it.project.clone(),
        state: TaskState::Planning,
        work: it.work,
        language: it.language,
        resource: it.resource,
        priority: it.priority,
        requested_model: it.requested_model.clone(),
        content: it.content,
        budget: it.budget,
        cost: MicroCredits::ZERO,
        fail_reason: None,
        submitted_at: recorded.recorded_at,
        planned_at: None,
        changed_at: recorded.recorded_at,
        ended_at: None,
        review: None,
    }
}

fn planned(plan: &PlannedSubtask, at: UnixMillis) -> SubtaskEntry {
    SubtaskEntry {
        subtask: plan.index,
        state: SubtaskStanding::Waiting,
        work: plan.work,
        language: plan.language,
        content: plan.content,
        depends_on: plan.depends_on.clone(),
        timeout_ms: plan.timeout_ms,
        attempts: 0,
        agent: None,
        granted_at: None,
        limit_ms: None,
        verdict: None,
        report: None,
        paid_ms: 0,
        cost: MicroCredits::ZERO,
        last_return: None,
        changed_at: at,
    }
}

impl OnBoard {
    fn apply(&mut self, event: TaskEvent<'_>, at: UnixMillis) {
        self.task.changed_at = at;
        match event {
            TaskEvent::TaskSubmitted(_) => {}
            TaskEvent::TaskPlanned(it) => {
                self.subtasks = it.subtasks.iter().map(|plan| planned(plan, at)).collect();
                self.task.planned_at = Some(at);
            }
            TaskEvent::SubtaskLeased(it) => self.change(it.subtask, at, |subtask| subtask.on_leased(it)),
            TaskEvent::SubtaskReturned(it) => self.change(it.subtask, at, |subtask| {
                subtask.state = SubtaskStanding::Waiting;
                subtask.last_return = Some(it.reason);
            }),
            TaskEvent::SubtaskFinished(it) => {
                self.pay(it.cost);
                self.change(it.subtask, at, |subtask| subtask.on_finished(it));
            }
            TaskEvent::SubtaskStopped(it) => {
                self.pay(it.cost);
                self.change(it.subtask, at, |subtask| subtask.on_stopped(it));
            }
            TaskEvent::TaskEscalated(it) => self.set(it.subtask, at, SubtaskStanding::Escalated),
            TaskEvent::SubtaskRevised(it) => self.change(it.subtask, at, |subtask| subtask.is_to_do(it.content)),
            TaskEvent::TaskAnswered(it) => self.change(it.subtask, at, |subtask| subtask.is_to_do(it.content)),
            TaskEvent::TaskCompleted(_) => return self.end(TaskState::Completed, at),
            TaskEvent::TaskFailed(it) => {
                self.task.fail_reason = Some(it.reason);
                if let Some(failed) = it.subtask {
                    self.set(failed, at, SubtaskStanding::Failed);
                }
                return self.end(TaskState::Failed, at);
            }
            TaskEvent::TaskCancelled(_) => return self.end(TaskState::Cancelled, at),
            TaskEvent::TaskReviewed(it) => {
                self.task.review = Some(Reviewed { decision: it.decision, content: it.content, at });
                return;
            }
        }
        self.task.state = self.open_state();
    }

    /// Where a task that has not ended stands, by its subtasks.
    fn open_state(&self) -> TaskState {
        let any = |state| self.subtasks.iter().any(|it| it.state == state);
        if any(SubtaskStanding::Leased) {
            TaskState::Running
        } else if any(SubtaskStanding::Escalated) {
            TaskState::Escalated
        } else if self.subtasks.is_empty() {
            TaskState::Planning
        } else {
            TaskState::Queued
        }
    }

    fn end(&mut self, state: TaskState, at: UnixMillis) {
        self.task.state = state;
        self.task.ended_at = Some(at);
        for subtask in self.subtasks.iter_mut().filter(|it| it.is_open()) {
            subtask.state = SubtaskStanding::Stopped;
            subtask.changed_at = at;
        }
    }

    fn pay(&mut self, cost: MicroCredits) {
        self.task.cost = sum(self.task.cost, cost);
    }

    fn set(&mut self, index: SubtaskIndex, at: UnixMillis, state: SubtaskStanding) {
        self.change(index, at, |subtask| subtask.state = state);
    }

    fn change(&mut self, index: SubtaskIndex, at: UnixMillis, change: impl FnOnce(&mut SubtaskEntry)) {
        if let Some(subtask) = self.subtasks.get_mut(usize::from(index.0)) {
            change(subtask);
            subtask.changed_at = at;
        }
    }
}

impl SubtaskEntry {
    fn is_open(&self) -> bool {
        match self.state {
            SubtaskStanding::Waiting | SubtaskStanding::Leased | SubtaskStanding::Escalated => true,
            SubtaskStanding::Passed | SubtaskStanding::Failed | SubtaskStanding::Stopped => false,
        }
    }

    /// Once more, as this content says.
    fn is_to_do(&mut self, content: BlobRef) {
        self.state = SubtaskStanding::Waiting;
        self.content = content;
    }

    fn on_leased(&mut self, it: &SubtaskLeased) {
        self.state = SubtaskStanding::Leased;
        self.attempts = it.attempt;
        self.last_return = None;
        self.agent = Some(it.agent.clone());
        self.granted_at = Some(it.granted_at);
        self.limit_ms = Some(it.limit_ms);
    }

    fn on_finished(&mut self, it: &SubtaskFinished) {
        self.state = match (it.verdict, self.work) {
            (Verdict::Passed, _) => SubtaskStanding::Passed,
            (Verdict::Failed, WorkKind::Program) => SubtaskStanding::Failed,
            (Verdict::Failed, WorkKind::Prompt) => SubtaskStanding::Waiting,
        };
        self.verdict = Some(it.verdict);
        // A lease that ran out is delivered late.
        self.last_return = None;
        self.report = Some(it.report);
        self.pay(it.paid_ms, it.cost);
    }

    fn on_stopped(&mut self, it: &SubtaskStopped) {
        self.state = SubtaskStanding::Stopped;
        self.pay(it.paid_ms, it.cost);
    }

    fn pay(&mut self, paid_ms: u64, cost: MicroCredits) {
        self.paid_ms = self.paid_ms.saturating_add(paid_ms);
        self.cost = sum(self.cost, cost);
    }
}

/// Never reaches the limit: the domain keeps the sum of all costs within the budget.
fn sum(one: MicroCredits, other: MicroCredits) -> MicroCredits {
    one.checked_add(other).unwrap_or(MicroCredits::from_micros(u64::MAX))
}
