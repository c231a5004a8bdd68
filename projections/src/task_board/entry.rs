//! What stands on the board?

use crate::sql::words;
use edgecoder_events::{
    AccountId, AgentId, BlobRef, MicroCredits, ModelName, Position, ProjectId, SubtaskIndex, TaskId, UnixMillis,
    task::{FailReason, Language, ResourceClass, ReturnReason, ReviewDecision, Verdict, WorkKind},
};

/// A task as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskEntry {
    /// Of its submission; lists are in this order.
    pub position: Position,
    pub task: TaskId,
    pub account: AccountId,
    pub project: ProjectId,
    pub state: TaskState,
    pub work: WorkKind,
    pub language: Language,
    pub resource: ResourceClass,
    pub priority: u8,
    pub requested_model: Option<ModelName>,
    pub content: BlobRef,
    pub budget: MicroCredits,
    /// What was paid so far.
    pub cost: MicroCredits,
    pub fail_reason: Option<FailReason>,
    pub submitted_at: UnixMillis,
    pub planned_at: Option<UnixMillis>,
    pub changed_at: UnixMillis,
    pub ended_at: Option<UnixMillis>,
    /// The last word of its owner, where they said one.
    pub review: Option<Reviewed>,
}

/// What the owner of a task thinks of what it brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reviewed {
    pub decision: ReviewDecision,
    /// Why it was rejected, or the diff that is taken instead.
    pub content: Option<BlobRef>,
    pub at: UnixMillis,
}

/// Where a task stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TaskState {
    /// It is not split into subtasks yet.
    Planning,
    /// Nobody works on it.
    Queued,
    /// At least one machine works on it.
    Running,
    /// Nobody works on it before the escalation answers.
    Escalated,
    Completed,
    Failed,
    Cancelled,
}

words!(TaskState:
    Planning = "planning", Queued = "queued", Running = "running", Escalated = "escalated",
    Completed = "completed", Failed = "failed", Cancelled = "cancelled");

/// One piece of a task as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubtaskEntry {
    pub subtask: SubtaskIndex,
    pub state: SubtaskStanding,
    pub work: WorkKind,
    pub language: Language,
    /// As planned, or as the escalation revised it.
    pub content: BlobRef,
    pub depends_on: Vec<SubtaskIndex>,
    pub timeout_ms: u64,
    /// Leases granted so far.
    pub attempts: u16,
    /// The machine that holds it or held it last.
    pub agent: Option<AgentId>,
    pub granted_at: Option<UnixMillis>,
    pub limit_ms: Option<u64>,
    /// Of the newest result.
    pub verdict: Option<Verdict>,
    /// Of the newest result.
    pub report: Option<BlobRef>,
    /// Over all attempts.
    pub paid_ms: u64,
    /// Over all attempts.
    pub cost: MicroCredits,
    /// Why the last lease came back, until a machine takes the subtask again.
    pub last_return: Option<ReturnReason>,
    pub changed_at: UnixMillis,
}

/// Where a subtask stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SubtaskStanding {
    /// For a machine, or for the subtasks that it depends on.
    Waiting,
    Leased,
    Escalated,
    Passed,
    Failed,
    /// Its task ended first: while it waited, or while a machine worked on it.
    Stopped,
}

words!(SubtaskStanding:
    Waiting = "waiting", Leased = "leased", Escalated = "escalated",
    Passed = "passed", Failed = "failed", Stopped = "stopped");
