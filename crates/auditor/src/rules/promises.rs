//! Was every decision recorded whole? A submission sets its budget aside, and a result that decides its task ends it:
//! in the same append, with nothing between that does not belong there.

use super::noted::Noted;
use edgecoder_events::{
    AccountId, CreditEvent, Event, Family, MicroCredits, SubtaskIndex, TaskEvent, TaskId,
    task::{FailReason, TaskFailed, TaskSubmitted},
};
use edgecoder_ledger::Entry;

/// What must follow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Due {
    /// All of the budget is set aside.
    Reserved(AccountId, MicroCredits),
    /// Every subtask passed.
    Completed,
    /// It cannot be done, for this subtask cannot.
    Failed(FailReason, SubtaskIndex),
    /// Better code is asked for.
    Escalated(SubtaskIndex),
    /// A machine was stopped because of it.
    Ended,
}

/// What is due at the next entry, if anything is.
#[derive(Debug, Default)]
pub(super) struct Promises {
    open: Option<Promise>,
}

#[derive(Debug)]
struct Promise {
    position: u64,
    correlation_id: [u8; 16],
    recorded_at_ms: u64,
    task: TaskId,
    due: Due,
}

enum Answer {
    Kept,
    /// The event belongs to the same decision and comes before what is due.
    NotYet,
    Broken,
}

impl Due {
    pub fn of_submission(it: &TaskSubmitted) -> Self {
        Self::Reserved(it.account.clone(), it.budget)
    }

    fn answer(&self, task: &TaskId, event: &Event, schema: u16) -> Answer {
        if event.named().task != Some(task) {
            return Answer::Broken;
        }
        match event.family() {
            Family::Task(event) => self.answer_of_work(event, schema),
            Family::Credit(event) => Answer::of(self.is_set_aside_by(event)),
            Family::Ledger(_) | Family::Node(_) | Family::Agent(_) | Family::Anchor(_) | Family::Person(_) => {
                Answer::Broken
            }
        }
    }

    fn answer_of_work(&self, event: TaskEvent<'_>, schema: u16) -> Answer {
        match event {
            TaskEvent::TaskPlanned(_) if matches!(self, Self::Reserved(..)) => Answer::NotYet,
            TaskEvent::SubtaskStopped(_) if matches!(self, Self::Failed(..) | Self::Ended) => Answer::NotYet,
            TaskEvent::TaskCompleted(_) => Answer::of(*self == Self::Completed),
            TaskEvent::TaskFailed(it) => Answer::of(self.is_failure(it, schema)),
            TaskEvent::TaskCancelled(_) => Answer::of(*self == Self::Ended),
            TaskEvent::TaskEscalated(it) => Answer::of(*self == Self::Escalated(it.subtask)),
            TaskEvent::TaskSubmitted(_)
            | TaskEvent::TaskPlanned(_)
            | TaskEvent::SubtaskLeased(_)
            | TaskEvent::SubtaskReturned(_)
            | TaskEvent::SubtaskStopped(_)
            | TaskEvent::SubtaskFinished(_)
            | TaskEvent::SubtaskRevised(_)
            | TaskEvent::TaskAnswered(_)
            | TaskEvent::TaskReviewed(_) => Answer::Broken,
        }
    }

    fn is_set_aside_by(&self, event: CreditEvent<'_>) -> bool {
        match event {
            CreditEvent::CreditsReserved(it) => {
                matches!(self, Self::Reserved(account, budget) if (account, budget) == (&it.account, &it.amount))
            }
            CreditEvent::AccountOpened(_)
            | CreditEvent::CreditsIssued(_)
            | CreditEvent::CreditsSpent(_)
            | CreditEvent::CreditsEarned(_)
            | CreditEvent::CreditsReleased(_) => false,
        }
    }

    fn is_failure(&self, it: &TaskFailed, schema: u16) -> bool {
        match self {
            Self::Ended => true,
            Self::Failed(reason, subtask) => it.reason == *reason && names(it, *subtask, schema),
            Self::Reserved(..) | Self::Completed | Self::Escalated(_) => false,
        }
    }
}

impl Answer {
    fn of(is_kept: bool) -> Self {
        if is_kept { Self::Kept } else { Self::Broken }
    }
}

/// Whether the subtask that failed is named; schema 1 has no place for it.
fn names(failed: &TaskFailed, subtask: SubtaskIndex, schema: u16) -> bool {
    failed.subtask == (schema > 1).then_some(subtask)
}

impl Promises {
    /// Remembers what must follow, unless more is due already.
    pub fn make(&mut self, entry: &Entry<'_>, task: TaskId, due: Due) {
        let (position, correlation_id, recorded_at_ms) = (entry.position, entry.correlation_id, entry.recorded_at_ms);
        self.open.get_or_insert(Promise { position, correlation_id, recorded_at_ms, task, due });
    }

    /// Whether the event follows from the one before, and no other could have; names what should have followed.
    pub fn check(&mut self, entry: &Entry<'_>, event: &Event, noted: &mut Noted) -> bool {
        let Some(promise) = self.open.take() else { return false };
        match promise.answer(entry, event) {
            Answer::Kept => promise.due != Due::Ended,
            Answer::NotYet => {
                self.open = Some(promise);
                false
            }
            Answer::Broken => {
                noted.broken(promise.position, format!("{}, which does not follow", promise.text()));
                false
            }
        }
    }

    /// Names what is due at the end of the ledger.
    pub fn finish(self, noted: &mut Noted) {
        if let Some(promise) = self.open {
            noted.broken(promise.position, format!("{}, and the ledger ends", promise.text()));
        }
    }
}

impl Promise {
    fn answer(&self, entry: &Entry<'_>, event: &Event) -> Answer {
        let one_append = self.correlation_id == entry.correlation_id && self.recorded_at_ms == entry.recorded_at_ms;
        if one_append { self.due.answer(&self.task, event, entry.schema) } else { Answer::Broken }
    }

    fn text(&self) -> String {
        let task = &self.task;
        match &self.due {
            Due::Reserved(account, budget) => {
                format!("{account} must set {budget} credits aside for {task}, its budget")
            }
            Due::Completed => format!("every subtask of {task} passed: it must be completed"),
            Due::Failed(reason, subtask) => {
                format!("the task {task} must fail here by its subtask {subtask}: {reason:?}")
            }
            Due::Escalated(subtask) => format!("better code must be asked for {task} subtask {subtask}"),
            Due::Ended => format!("a machine is stopped because {task} ends"),
        }
    }
}
