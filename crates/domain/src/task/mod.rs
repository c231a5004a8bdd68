//! May this happen to a task? Submission, plan, leases, results, the three ways to end, and what its owner says of it then.

mod decide;
mod plan;
mod state;
#[cfg(test)]
mod tests;

pub use decide::decide;
pub use plan::{MAX_SUBTASKS, MAX_TIMEOUT_MS, PlanError};
pub use state::{Ending, Identity, Lease, Subtask, SubtaskState, Task};

use edgecoder_events::{
    AccountId, AgentId, BlobRef, Digest, MicroCredits, SubtaskIndex, UnixMillis,
    task::{FailReason, PlannedSubtask, Planner, ReturnReason, TaskSubmitted, Verdict},
};

/// How many machines may try one subtask before the task is escalated or fails.
pub const MAX_ATTEMPTS: u16 = 3;
/// How many leases of one subtask that are no attempt may come back before its task fails: those given back unused, and
/// those run out with an owner whose machine let one run out before.
pub const MAX_UNUSED_LEASES: u16 = 16;
/// How often the owner of a task may say more, for each subtask that no machine has solved.
pub const MAX_ANSWERS: u16 = 3;
/// How often the owner of a completed task may say what they think of it. The last word counts.
pub const MAX_REVIEWS: u16 = 32;
/// A lease that the budget can not carry this long is not worth beginning.
pub const MIN_LEASE_MS: u64 = 1_000;

/// What may be asked of a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TaskCommand {
    Submit(TaskSubmitted),
    Plan {
        planner: Planner,
        subtasks: Vec<PlannedSubtask>,
    },
    /// There will be no work, and this is why.
    AbandonPlanning {
        reason: FailReason,
        now: UnixMillis,
    },
    Lease(LeaseSubtask),
    Return(ReturnSubtask),
    Finish(FinishSubtask),
    Revise {
        subtask: SubtaskIndex,
        content: BlobRef,
    },
    AbandonRevision {
        subtask: SubtaskIndex,
        now: UnixMillis,
    },
    /// Its owner says more, where better code is waited for.
    Answer {
        subtask: SubtaskIndex,
        content: BlobRef,
    },
    Cancel {
        now: UnixMillis,
    },
    Review(Review),
}

/// What the owner of a task says of what it brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Review {
    Accept,
    Reject { reason: BlobRef },
    Edit { diff: BlobRef },
}

/// A machine asks for a subtask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeaseSubtask {
    pub subtask: SubtaskIndex,
    pub agent: AgentId,
    /// The wallet that earns.
    pub payee: AccountId,
    pub now: UnixMillis,
    pub price_per_ms: MicroCredits,
}

/// A lease ends without a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnSubtask {
    pub subtask: SubtaskIndex,
    pub attempt: u16,
    pub agent: AgentId,
    pub reason: ReturnReason,
    pub now: UnixMillis,
}

/// A machine delivers what came of its lease.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FinishSubtask {
    pub subtask: SubtaskIndex,
    pub attempt: u16,
    pub agent: AgentId,
    pub verdict: Verdict,
    pub report: BlobRef,
    pub report_digest: Digest,
    pub reported_ms: u64,
    pub now: UnixMillis,
}

/// Why a task did not do it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TaskRefusal {
    #[error("there is no task of this name")]
    NoSuchTask,
    #[error("a task of this name exists already")]
    TaskExists,
    #[error("the task ended already: {0}")]
    Ended(Ending),
    #[error("the task has a plan already")]
    PlannedAlready,
    #[error("the plan does not hold: {0}")]
    Plan(#[from] PlanError),
    #[error("the task has no subtask {0}")]
    NoSuchSubtask(SubtaskIndex),
    #[error("the subtask is not waiting for a machine")]
    NotReady,
    #[error("what is left of the budget is bound by other leases")]
    BudgetBound,
    #[error("this lease is not held by this machine")]
    NotLeaseHolder,
    #[error("the lease ended: its result was accepted, it was given back, or another machine took the subtask since")]
    LeaseOver,
    #[error("the subtask was not escalated")]
    NotEscalated,
    #[error("the budget must be more than nothing")]
    NoBudget,
    #[error("a subtask is answered at most {MAX_ANSWERS} times")]
    AnsweredTooOften,
    #[error("only what a completed task brought is reviewed")]
    NotCompleted,
    #[error("a task is reviewed at most {MAX_REVIEWS} times")]
    ReviewedTooOften,
}
