//! What happened to a coding task, from submission to its end?
//!
//! Prompts, code and outputs are never in the log: events carry the [`BlobRef`] of contents that are sealed with
//! the submitter's own key.

use crate::{
    AccountId, AgentId, BlobRef, ConversationId, Digest, MicroCredits, ModelName, ProjectId, SubtaskIndex, TaskId,
    UnixMillis,
};
use serde::{Deserialize, Serialize};
use std::{fmt, path::Path};

/// The programming language of a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    Python,
    Javascript,
}

impl Language {
    /// What a file of this name is written in, by its ending.
    pub fn of_file(name: &str) -> Option<Self> {
        match Path::new(name).extension()?.to_str()? {
            "py" => Some(Self::Python),
            "js" | "mjs" | "cjs" => Some(Self::Javascript),
            _ => None,
        }
    }
}

/// The kind of machine a task wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResourceClass {
    Cpu,
    Gpu,
}

/// Who writes the code?
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WorkKind {
    /// The submitter brought it; a worker only runs it. Needs no model.
    Program,
    /// A worker's model writes it from a prompt.
    Prompt,
}

/// A task was accepted and its budget reserved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaskSubmitted {
    pub task: TaskId,
    pub account: AccountId,
    pub project: ProjectId,
    pub work: WorkKind,
    pub language: Language,
    pub resource: ResourceClass,
    /// 0 to 100; higher goes first within a project.
    pub priority: u8,
    pub requested_model: Option<ModelName>,
    /// The submission: prompt, files, tests, arguments.
    pub content: BlobRef,
    /// The most that the task may cost; reserved in the wallet by the same append.
    pub budget: MicroCredits,
    /// What it was asked for in, where it was in a conversation of the account; none in a [`TaskSubmittedV1`].
    pub conversation: Option<ConversationId>,
}

/// A [`TaskSubmitted`] as schema 1 has it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TaskSubmittedV1 {
    task: TaskId,
    account: AccountId,
    project: ProjectId,
    work: WorkKind,
    language: Language,
    resource: ResourceClass,
    priority: u8,
    requested_model: Option<ModelName>,
    content: BlobRef,
    budget: MicroCredits,
}

impl From<TaskSubmittedV1> for TaskSubmitted {
    fn from(it: TaskSubmittedV1) -> Self {
        Self {
            task: it.task,
            account: it.account,
            project: it.project,
            work: it.work,
            language: it.language,
            resource: it.resource,
            priority: it.priority,
            requested_model: it.requested_model,
            content: it.content,
            budget: it.budget,
            conversation: None,
        }
    }
}

/// One piece of a task, as planned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedSubtask {
    pub index: SubtaskIndex,
    pub work: WorkKind,
    pub language: Language,
    pub content: BlobRef,
    /// Subtasks whose output this one needs; all have a place in the same plan.
    pub depends_on: Vec<SubtaskIndex>,
    /// The longest run of the subtask, in milliseconds of wall clock.
    pub timeout_ms: u64,
}

/// Who split the task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Planner {
    /// Nobody: the submission is one subtask.
    Submission,
    /// The inference service's model.
    Model,
    /// The inference service without a usable model answer: one subtask.
    Fallback,
}

/// The task was split into subtasks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaskPlanned {
    pub task: TaskId,
    pub planner: Planner,
    pub subtasks: Vec<PlannedSubtask>,
}

/// A machine took a subtask. The lease runs from `granted_at`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubtaskLeased {
    pub task: TaskId,
    pub subtask: SubtaskIndex,
    /// Counted from 1; with task and subtask it names the lease.
    pub attempt: u16,
    pub agent: AgentId,
    /// The wallet that earns.
    pub payee: AccountId,
    /// The coordinator's clock when the lease began; never later than the entry's `recorded_at`.
    pub granted_at: UnixMillis,
    /// The longest the lease can last, in milliseconds; no more than this is ever paid.
    pub limit_ms: u64,
    /// Price of one millisecond of work, in micro-credits, with the load of that moment in it.
    pub price_per_ms: MicroCredits,
}

/// Why a lease ended without a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReturnReason {
    /// Nothing was heard of the machine, or the limit passed.
    LeaseExpired,
    /// The machine is draining and gave the subtask back.
    AgentDrained,
    /// The machine was shut out.
    AgentBlacklisted,
    /// The machine could not run it, for a reason that has no word here: its own diagnostics say which.
    AgentUnable,
    /// The machine has no language model that answers, or not the one that was asked for.
    ModelUnavailable,
    /// The snapshot's address did not answer the machine.
    SnapshotUnavailable,
    /// What the machine runs code in did not start.
    SandboxUnavailable,
}

/// A lease ended without a result; the subtask waits for another machine unless the task ended with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubtaskReturned {
    pub task: TaskId,
    pub subtask: SubtaskIndex,
    pub attempt: u16,
    pub agent: AgentId,
    pub reason: ReturnReason,
}

/// The task ended while a machine held this lease; the machine is paid for the time that it held it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubtaskStopped {
    pub task: TaskId,
    pub subtask: SubtaskIndex,
    pub attempt: u16,
    pub agent: AgentId,
    pub paid_ms: u64,
    pub cost: MicroCredits,
}

/// What came of running a subtask.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It ran, and its tests passed.
    Passed,
    /// It ran, and it or its tests failed.
    Failed,
}

/// The machine that held the lease delivered a result and was paid for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubtaskFinished {
    pub task: TaskId,
    pub subtask: SubtaskIndex,
    pub attempt: u16,
    pub agent: AgentId,
    pub verdict: Verdict,
    /// Output, diff and test report.
    pub report: BlobRef,
    /// Commits to the report's plain text; signed by the machine as part of [`SubtaskFinished::statement`].
    pub report_digest: Digest,
    /// What the machine says it worked, in milliseconds.
    pub reported_ms: u64,
    /// What was paid for: never more than the lease's own wall clock, in milliseconds.
    pub paid_ms: u64,
    pub cost: MicroCredits,
}

impl SubtaskFinished {
    /// What the machine signed.
    pub fn statement(&self) -> String {
        let &Self { subtask, attempt, verdict, reported_ms, report_digest, .. } = self;
        let (task, agent) = (&self.task, &self.agent);
        ResultStatement { task, subtask, attempt, agent, verdict, reported_ms, report_digest }.to_string()
    }
}

/// What a machine signs of its result: one line per field, so that an auditor can rebuild it from the entry alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ResultStatement<'a> {
    pub task: &'a TaskId,
    pub subtask: SubtaskIndex,
    pub attempt: u16,
    pub agent: &'a AgentId,
    pub verdict: Verdict,
    pub reported_ms: u64,
    pub report_digest: Digest,
}

impl fmt::Display for ResultStatement<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = match self.verdict {
            Verdict::Passed => "passed",
            Verdict::Failed => "failed",
        };
        write!(
            f,
            "edgecoder subtask result v1\n{}\n{}\n{}\n{}\n{verdict}\n{}\n{}\n",
            self.task, self.subtask, self.attempt, self.agent, self.reported_ms, self.report_digest
        )
    }
}

/// Every machine's attempt failed; a larger model is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaskEscalated {
    pub task: TaskId,
    pub subtask: SubtaskIndex,
}

/// The escalation brought better code; the subtask waits for a machine once more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubtaskRevised {
    pub task: TaskId,
    pub subtask: SubtaskIndex,
    pub content: BlobRef,
}

/// The submitter said more in words, where no machine could do it without; the subtask waits for a machine once more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaskAnswered {
    pub task: TaskId,
    pub subtask: SubtaskIndex,
    /// What is to be done now, with the answer in it.
    pub content: BlobRef,
}

/// Every subtask passed. What was left of the budget was released by the same append.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaskCompleted {
    pub task: TaskId,
    pub cost: MicroCredits,
}

/// Why a task ended without what was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailReason {
    /// The submitted program or its tests failed.
    ProgramFailed,
    /// No machine solved it, and neither did the escalation.
    AttemptsExhausted,
    /// What is left of the budget does not pay for another attempt.
    BudgetExhausted,
    /// No plan could be made.
    PlanningFailed,
    /// No model is there to write what was asked for in words.
    NoModel,
}

/// The task ended without what was asked for. What was left of the budget was released by the same append.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaskFailed {
    pub task: TaskId,
    pub reason: FailReason,
    pub cost: MicroCredits,
    /// The subtask that failed, where it was one; none in a [`TaskFailedV1`], which did not say.
    pub subtask: Option<SubtaskIndex>,
}

/// A [`TaskFailed`] as schema 1 has it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TaskFailedV1 {
    task: TaskId,
    reason: FailReason,
    cost: MicroCredits,
}

impl From<TaskFailedV1> for TaskFailed {
    fn from(it: TaskFailedV1) -> Self {
        Self { task: it.task, reason: it.reason, cost: it.cost, subtask: None }
    }
}

/// The submitter or an operator stopped the task. What was left of the budget was released by the same append.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaskCancelled {
    pub task: TaskId,
    pub cost: MicroCredits,
}

/// What somebody thinks of what their task brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReviewDecision {
    /// They take it as it is.
    Accepted,
    /// They do not take it.
    Rejected,
    /// They take it with changes of their own.
    Edited,
}

/// The submitter judged what came of a completed task. The last word counts; nothing is paid or given back for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaskReviewed {
    pub task: TaskId,
    pub decision: ReviewDecision,
    /// Why it was rejected, or the diff that is taken instead; none where it was accepted.
    pub content: Option<BlobRef>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signed_text_of_a_result_is_this_for_ever() {
        let statement = ResultStatement {
            task: &TaskId::new("prime").unwrap(),
            subtask: SubtaskIndex(2),
            attempt: 1,
            agent: &AgentId::new("worker-1").unwrap(),
            verdict: Verdict::Passed,
            reported_ms: 1234,
            report_digest: Digest([0xab; 32]),
        };
        let expected =
            format!("edgecoder subtask result v1\nprime\n2\n1\nworker-1\npassed\n1234\n{}\n", "ab".repeat(32));
        assert_eq!(statement.to_string(), expected);
    }
}
