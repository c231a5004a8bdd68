//! Tasks: submit, read, list, cancel, review.

use edgecoder_events::{
    AccountId, AgentId, ConversationId, MicroCredits, ModelName, Position, ProjectId, SubtaskIndex, TaskId, UnixMillis,
    task::{FailReason, Language, ResourceClass, ReturnReason, ReviewDecision, Verdict, WorkKind},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The longest run of a subtask where the submission does not say, in milliseconds.
pub const DEFAULT_TIMEOUT_MS: u64 = 30_000;
/// The most files that a submission brings.
pub const MAX_FILES: usize = 200;
/// The most bytes that all files of a submission have together.
pub const MAX_FILE_BYTES: usize = 4 * 1024 * 1024;
/// The most bytes of a submission's body: files, input and prompt at their longest, with room for what JSON escapes.
pub const MAX_SUBMISSION_BYTES: usize = 6 * 1024 * 1024;
/// The most bytes of a report as JSON: sealed and written in base64 it fits the body of a result.
pub const MAX_REPORT_BYTES: usize = 4 * 1024 * 1024;
/// The most bytes of a prompt.
pub const MAX_PROMPT_BYTES: usize = 64 * 1024;
/// The most bytes of a reason for a rejection.
pub const MAX_REASON_BYTES: usize = 4 * 1024;
/// The most bytes of an answer where no machine could do what was asked.
pub const MAX_ANSWER_BYTES: usize = 8 * 1024;
/// The most bytes of a diff that is taken instead of what a task brought: as a form it fits a body.
pub const MAX_REVIEW_DIFF_BYTES: usize = 256 * 1024;

/// What stands between a context and the prompt that follows it.
const BEFORE_PROMPT: &str = "\n\nWhat is wanted now:\n";

/// `POST /submit`: either a `prompt`, or a program of its own in `files`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SubmitTask {
    /// A name of the submitter's choice, 1 to 64 letters, digits and `._-`; made by the coordinator where there is
    /// none. The same name with the same content is the same task.
    #[schema(value_type = Option<String>)]
    pub task_id: Option<TaskId>,
    /// What is wanted, in words.
    pub prompt: Option<String>,
    #[schema(value_type = Option<String>, example = "python")]
    pub language: Option<Language>,
    /// Source files, tests and data of the workspace.
    #[serde(default)]
    pub files: Vec<SourceFile>,
    /// The file to run; where there are none and `tests` is empty, the only file.
    pub entry: Option<String>,
    /// The test files to run.
    #[serde(default)]
    pub tests: Vec<String>,
    #[serde(default)]
    pub args: Vec<String>,
    pub stdin: Option<String>,
    pub snapshot: Option<Snapshot>,
    #[schema(value_type = Option<String>)]
    pub project_id: Option<ProjectId>,
    /// `cpu`; `gpu` is refused as long as machines can not declare that they have one.
    #[schema(value_type = Option<String>, example = "cpu")]
    pub resource_class: Option<ResourceClass>,
    /// 0 to 100; 50 where there is none.
    pub priority: Option<u8>,
    #[schema(value_type = Option<String>)]
    pub requested_model: Option<ModelName>,
    /// The longest that one subtask may run, in milliseconds.
    pub timeout_ms: Option<u64>,
    /// The most that the task may cost, in micro-credits.
    #[schema(value_type = Option<u64>)]
    pub max_cost_micro_credits: Option<MicroCredits>,
    /// What was said and done before, for a prompt that goes on from there: a model is told it first. Together with the
    /// prompt it has at most as many bytes as a prompt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<String>,
    /// The conversation of the submitter's that the task is a message of, by a name of their choice. It stands in the log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub conversation_id: Option<ConversationId>,
    /// The submitter's earlier task that this one tries again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub retry_of: Option<TaskId>,
}

impl SubmitTask {
    /// What a model is told: what was before, where there was something, and what is wanted.
    pub fn told(&self) -> Option<String> {
        let prompt = self.prompt.as_deref()?;
        Some(match self.context.as_deref().map(str::trim).filter(|context| !context.is_empty()) {
            Some(context) => format!("{context}{BEFORE_PROMPT}{prompt}"),
            None => prompt.to_owned(),
        })
    }
}

/// One file of a workspace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SourceFile {
    /// Relative, with `/`, without `..`.
    pub path: String,
    pub content: String,
}

/// Where the files of a workspace come from, besides those of the submission.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Snapshot {
    /// An https address of a `.tar.gz`, or of a git repository together with `commit`.
    pub url: String,
    /// SHA-256 of the archive, hex. Needed for an archive.
    pub sha256: Option<String>,
    /// The full commit id. Needed for a git repository.
    pub commit: Option<String>,
}

/// The answer to `POST /submit`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TaskAccepted {
    #[schema(value_type = String)]
    pub task_id: TaskId,
    /// Names of the subtasks, where they are known already: `<task>.<index>`.
    pub subtasks: Vec<String>,
    /// What is set aside in the wallet, in micro-credits.
    #[schema(value_type = u64)]
    pub budget_micro_credits: MicroCredits,
    /// Where the submission stands in the log.
    #[schema(value_type = u64)]
    pub position: Position,
}

/// Where a task stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TaskState {
    Planning,
    Queued,
    Running,
    Escalated,
    Completed,
    Failed,
    Cancelled,
}

impl TaskState {
    /// Whether nothing more will happen.
    pub fn is_over(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Cancelled)
    }
}

/// Where a subtask stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SubtaskState {
    Waiting,
    Leased,
    Escalated,
    Passed,
    Failed,
    /// Its task ended first.
    Stopped,
}

/// `GET /tasks/{id}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TaskView {
    #[serde(flatten)]
    pub summary: TaskSummary,
    /// What was submitted; `None` where its owner's key was destroyed.
    pub submission: Option<SubmitTask>,
    pub subtasks: Vec<SubtaskView>,
    /// Where the task's events stand in the log, the oldest first; `GET /receipt/{position}` proves each.
    #[serde(default)]
    #[schema(value_type = Vec<u64>)]
    pub positions: Vec<Position>,
    /// The last word of whoever submitted it, where they said one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<ReviewView>,
}

/// What whoever submitted a task thinks of what it brought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReviewView {
    #[schema(value_type = String)]
    pub decision: ReviewDecision,
    /// Why it was rejected.
    pub reason: Option<String>,
    /// The diff that is taken instead, where it was edited.
    pub diff: Option<String>,
    #[schema(value_type = u64)]
    pub reviewed_at_ms: UnixMillis,
}

/// `POST /tasks/{id}/review`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReviewTask {
    /// `accepted`, `rejected` or `edited`.
    #[schema(value_type = String, example = "accepted")]
    pub decision: ReviewDecision,
    /// Why; needed where it is rejected.
    pub reason: Option<String>,
    /// A unified diff of the files that were submitted; needed where it is edited.
    pub diff: Option<String>,
}

/// One line of `GET /tasks`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TaskSummary {
    #[schema(value_type = String)]
    pub task_id: TaskId,
    #[schema(value_type = String)]
    pub account_id: AccountId,
    #[schema(value_type = String)]
    pub project_id: ProjectId,
    pub state: TaskState,
    #[schema(value_type = Option<String>)]
    pub fail_reason: Option<FailReason>,
    #[schema(value_type = String)]
    pub language: Language,
    #[schema(value_type = String)]
    pub work: WorkKind,
    pub priority: u8,
    #[schema(value_type = u64)]
    pub submitted_at_ms: UnixMillis,
    #[schema(value_type = Option<u64>)]
    pub ended_at_ms: Option<UnixMillis>,
    #[schema(value_type = u64)]
    pub budget_micro_credits: MicroCredits,
    #[schema(value_type = u64)]
    pub cost_micro_credits: MicroCredits,
    /// Where the submission stands in the log.
    #[schema(value_type = u64)]
    pub position: Position,
}

/// A piece of a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SubtaskView {
    #[schema(value_type = u16)]
    pub index: SubtaskIndex,
    pub state: SubtaskState,
    #[schema(value_type = String)]
    pub work: WorkKind,
    #[schema(value_type = Vec<u16>)]
    pub depends_on: Vec<SubtaskIndex>,
    pub attempts: u16,
    #[schema(value_type = Option<String>)]
    pub agent_id: Option<AgentId>,
    pub paid_ms: u64,
    #[schema(value_type = u64)]
    pub cost_micro_credits: MicroCredits,
    /// Why the last lease came back, where it did and no machine has taken the subtask since: `model_unavailable`,
    /// `snapshot_unavailable`, `sandbox_unavailable`, `agent_unable`, `agent_drained`, `lease_expired`, …
    #[schema(value_type = Option<String>)]
    pub last_return: Option<ReturnReason>,
    /// The newest report, where there is one.
    pub report: Option<Report>,
}

/// What a worker says of a run. Sealed for the submitter in the blob store; the log holds a digest of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Report {
    /// Random; keeps the digest in the log from giving away short outputs.
    pub salt: String,
    #[schema(value_type = String)]
    pub verdict: Verdict,
    pub exit_code: i32,
    /// Why the run ended: `finished`, `timed_out`, `out_of_memory`, `output_limit`, …
    pub reason: String,
    pub stdout: String,
    pub stderr: String,
    pub duration_ms: u64,
    /// What came of the tests, where there were any.
    pub tests: Option<TestReport>,
    /// The files that the run or the model wrote.
    pub files: Vec<SourceFile>,
    /// The same as a unified diff against what was submitted.
    pub diff: Option<String>,
    /// How often the model wrote code; 0 for a program of the submitter's own.
    pub iterations: u32,
    pub model: Option<String>,
}

/// What came of the tests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TestReport {
    pub passed: u32,
    pub failures: Vec<TestFailure>,
}

/// A test that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TestFailure {
    pub name: String,
    pub message: String,
}

/// `GET /tasks`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TaskPage {
    pub tasks: Vec<TaskSummary>,
    /// Give this as `before` to read on; `None` on the last page.
    pub next: Option<String>,
    /// Where there was a search: by words, kind of work, language, machine or time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<TasksFound>,
}

/// What a search says beside its page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TasksFound {
    /// How many match in each state, whichever state was asked for; states without any are left out.
    pub counts: Vec<TasksInState>,
    /// The first entries of the log that were searched: all of it, but for the last moment.
    #[schema(value_type = u64)]
    pub searched: Position,
}

/// How many tasks stand in one way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TasksInState {
    pub state: TaskState,
    pub tasks: u64,
}

/// One event of `GET /tasks/{id}/events`, as the `data` of a server-sent event whose `id` is the log position.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TaskEventView<T> {
    pub position: u64,
    pub kind: String,
    pub recorded_at_ms: u64,
    pub actor: String,
    /// The fields of the event, as docs/LEDGER.md lists them.
    pub fields: T,
}
