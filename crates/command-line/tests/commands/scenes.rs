//! Tasks and events as a coordinator tells them.

use edgecoder_events::{
    AccountId, AgentId, MicroCredits, Position, ProjectId, SubtaskIndex, TaskId, UnixMillis,
    task::{FailReason, Language, Verdict, WorkKind},
};
use edgecoder_wire::tasks::{
    Report, SubtaskState, SubtaskView, TaskEventView, TaskState, TaskSummary, TaskView, TestFailure, TestReport,
};
use serde_json::{Value, json};
use std::{fs, path::Path};

pub const SUBMITTED_AT: UnixMillis = UnixMillis(1_800_000_000_000);

/// The committed sample of an event, at a position of the log.
pub fn event(position: u64, kind: &str, change: impl Fn(&mut Value)) -> TaskEventView<Value> {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events/samples");
    let sample = fs::read(samples.join(format!("{kind}.v1.json"))).unwrap();
    let mut sample: Value = serde_json::from_slice(&sample).unwrap();
    let mut fields = sample["fields"].take();
    change(&mut fields);
    TaskEventView {
        position,
        kind: kind.into(),
        recorded_at_ms: SUBMITTED_AT.0 + position,
        actor: "system".into(),
        fields,
    }
}

pub fn sample(position: u64, kind: &str) -> TaskEventView<Value> {
    event(position, kind, |_| {})
}

/// An event as it stands in the stream.
pub fn sent(event: &TaskEventView<Value>) -> String {
    let data = serde_json::to_string(event).unwrap();
    format!("id: {}\nevent: {}\ndata: {data}\n\n", event.position, event.kind)
}

pub fn all_sent(events: &[TaskEventView<Value>]) -> Vec<String> {
    events.iter().map(sent).collect()
}

pub fn task_id() -> TaskId {
    TaskId::new("01-primes").unwrap()
}

pub fn summary(state: TaskState, fail_reason: Option<FailReason>) -> TaskSummary {
    TaskSummary {
        task_id: task_id(),
        account_id: AccountId::new("ann").unwrap(),
        project_id: ProjectId::new("default").unwrap(),
        state,
        fail_reason,
        language: Language::Python,
        work: WorkKind::Program,
        priority: 50,
        submitted_at_ms: SUBMITTED_AT,
        ended_at_ms: None,
        budget_micro_credits: MicroCredits::from_micros(48_000_000),
        cost_micro_credits: MicroCredits::from_micros(1_120_000),
        position: Position(9),
    }
}

pub fn view(state: TaskState, fail_reason: Option<FailReason>, report: Option<Report>) -> TaskView {
    let passed = report.as_ref().is_some_and(|report| report.verdict == Verdict::Passed);
    let subtask = SubtaskView {
        index: SubtaskIndex(0),
        state: if passed { SubtaskState::Passed } else { SubtaskState::Failed },
        work: WorkKind::Program,
        depends_on: vec![],
        attempts: 1,
        agent_id: Some(AgentId::new("worker-1").unwrap()),
        paid_ms: 1_400,
        cost_micro_credits: MicroCredits::from_micros(1_120_000),
        last_return: None,
        report,
    };
    TaskView {
        summary: summary(state, fail_reason),
        submission: None,
        subtasks: vec![subtask],
        positions: vec![Position(4), Position(9)],
        review: None,
    }
}

pub fn passed() -> Report {
    Report {
        salt: "s".into(),
        verdict: Verdict::Passed,
        exit_code: 0,
        reason: "finished".into(),
        stdout: "2 3 5 7\n".into(),
        stderr: String::new(),
        duration_ms: 1_450,
        tests: Some(TestReport { passed: 3, failures: vec![] }),
        files: vec![],
        diff: Some("--- a/primes.py\n+++ b/primes.py\n@@ -1 +1 @@\n-x = 1\n+x = 2\n".into()),
        iterations: 0,
        model: None,
    }
}

pub fn failed() -> Report {
    let failure =
        TestFailure { name: "test_primes.test_nine".into(), message: "AssertionError:\n9 is no prime".into() };
    Report {
        verdict: Verdict::Failed,
        exit_code: 1,
        stdout: "before\u{1b}]0;owned\u{7}\rafter\n".into(),
        stderr: "Traceback…\n".into(),
        tests: Some(TestReport { passed: 2, failures: vec![failure] }),
        diff: None,
        ..passed()
    }
}

pub fn accepted() -> Value {
    json!({ "taskId": "01-primes", "subtasks": ["01-primes.0"], "budgetMicroCredits": 48_000_000, "position": 3 })
}
