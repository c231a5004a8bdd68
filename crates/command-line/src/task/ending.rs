//! How did a task end, and what does a person type next?

use crate::{
    credits,
    exit::ExitCode,
    text::{Style, Text},
    words::spoken,
};
use edgecoder_domain::{
    price,
    task::{MAX_ATTEMPTS, MAX_TIMEOUT_MS},
};
use edgecoder_events::{
    MicroCredits,
    task::{FailReason, ResourceClass, ReturnReason, WorkKind},
};
use edgecoder_wire::tasks::{DEFAULT_TIMEOUT_MS, SubtaskView, TaskState, TaskView};

const MS_PER_SECOND: u64 = 1_000;

/// How reports call a run that time ended.
const TIMED_OUT: &str = "timed_out";

/// What to do where nobody can write code. A program of one's own needs no model.
pub const NO_MODEL: &str = "no language model answers: start Ollama (ollama serve; ollama pull qwen2.5-coder), or set \
                        OPENAI_BASE_URL and OPENAI_MODEL, where inference and workers run";

/// Whether nothing more happens to a task after an event of this kind.
pub fn ends(kind: &str) -> bool {
    matches!(kind, "task.completed" | "task.failed" | "task.cancelled")
}

/// The number with which watching a task ends.
pub fn exit_code(state: TaskState) -> ExitCode {
    match state {
        TaskState::Completed => ExitCode::Success,
        TaskState::Failed => ExitCode::TaskFailed,
        TaskState::Cancelled => ExitCode::TaskCancelled,
        TaskState::Planning | TaskState::Queued | TaskState::Running | TaskState::Escalated => ExitCode::Error,
    }
}

/// State and cost in one line, and the next useful command in another.
pub fn told(view: &TaskView) -> Text {
    let summary = &view.summary;
    let mut text = Text::new().styled(style_of(summary.state), spoken(&summary.state));
    if let Some(reason) = summary.fail_reason {
        text = text.plain(format!(": {}", spoken(&reason)));
    }
    let (cost, budget) = (credits::shown(summary.cost_micro_credits), credits::shown(summary.budget_micro_credits));
    text.plain(format!("; cost {cost} of at most {budget}")).end_line().then(next_command(view))
}

/// How a state looks.
pub fn style_of(state: TaskState) -> Style {
    match state {
        TaskState::Completed => Style::Good,
        TaskState::Failed => Style::Bad,
        TaskState::Cancelled | TaskState::Escalated => Style::Notice,
        TaskState::Planning | TaskState::Queued | TaskState::Running => Style::Plain,
    }
}

/// The longest that a piece of the task may run, in milliseconds.
fn timeout_ms(view: &TaskView) -> u64 {
    view.submission.as_ref().and_then(|it| it.timeout_ms).unwrap_or(DEFAULT_TIMEOUT_MS)
}

/// What pays for all the time that the task may take, at the highest price.
fn enough(view: &TaskView) -> MicroCredits {
    let runs = match view.summary.work {
        WorkKind::Program => 1,
        WorkKind::Prompt => view.subtasks.len().saturating_mul(usize::from(MAX_ATTEMPTS)),
    };
    let total_ms = timeout_ms(view).saturating_mul(u64::try_from(runs).unwrap_or(u64::MAX));
    price::of_time(total_ms, price::per_ms(ResourceClass::Cpu, price::MAX_LOAD_PERMILLE))
}

fn with_enough(view: &TaskView) -> String {
    format!("--max-credits {}, which always pays for all of its time", credits::typed(enough(view)))
}

fn ended_by_time(view: &TaskView) -> bool {
    let timed_out = |it: &SubtaskView| it.report.as_ref().is_some_and(|report| report.reason == TIMED_OUT);
    view.subtasks.iter().any(timed_out)
}

/// Whether a run was ended by time and had less of it than its submitter allowed, for want of credits.
fn ran_out_of_credits(view: &TaskView) -> bool {
    ended_by_time(view) && view.summary.budget_micro_credits < enough(view)
}

/// What helps where machine after machine tried, by what the last one said.
fn after_attempts(view: &TaskView) -> String {
    let last = view.subtasks.iter().find_map(|subtask| Some((subtask.last_return?, subtask.agent_id.as_ref()?)));
    let Some((reason, agent)) = last else {
        return match view.summary.work {
            WorkKind::Prompt => {
                "ask for less at once, or for another model: edgecoder task submit … --model".to_owned()
            }
            WorkKind::Program => "see which machines there are: edgecoder status".to_owned(),
        };
    };
    let own_words = format!("its own words: edgecoder agent diagnostics {agent}");
    match reason {
        ReturnReason::ModelUnavailable => format!("{NO_MODEL}; then submit it again ({own_words})"),
        ReturnReason::SnapshotUnavailable => {
            format!("{agent} could not fetch the snapshot: see that its address answers there ({own_words})")
        }
        ReturnReason::SandboxUnavailable => format!("{agent} could not run code: edgecoder doctor there ({own_words})"),
        ReturnReason::AgentUnable => format!("{agent} was unable to do it; {own_words}"),
        ReturnReason::LeaseExpired => {
            format!("{agent} fell silent, or the work took longer than --timeout allows; {own_words}")
        }
        ReturnReason::AgentDrained | ReturnReason::AgentBlacklisted => {
            "submit it again: edgecoder task submit …".to_owned()
        }
    }
}

fn next_command(view: &TaskView) -> Text {
    let task = &view.summary.task_id;
    let next = match (view.summary.state, view.summary.fail_reason) {
        (TaskState::Completed, _) => {
            format!("see where the credits went: edgecoder account history {}", view.summary.account_id)
        }
        (TaskState::Failed, Some(FailReason::BudgetExhausted)) => {
            format!("submit it again: edgecoder task submit … {}", with_enough(view))
        }
        (TaskState::Failed, Some(FailReason::ProgramFailed)) if ran_out_of_credits(view) => {
            format!("its credits paid for no more time: edgecoder task submit … {}", with_enough(view))
        }
        (TaskState::Failed, Some(FailReason::ProgramFailed)) if ended_by_time(view) => {
            format!(
                "allow it more time: edgecoder task submit … --timeout SECONDS ({} were allowed, {} at most)",
                timeout_ms(view) / MS_PER_SECOND,
                MAX_TIMEOUT_MS / MS_PER_SECOND
            )
        }
        (TaskState::Failed, Some(FailReason::ProgramFailed)) => {
            "mend it and submit it again: edgecoder task submit … --watch".to_owned()
        }
        (TaskState::Failed, Some(FailReason::AttemptsExhausted)) => after_attempts(view),
        (TaskState::Failed, Some(FailReason::PlanningFailed) | None) => {
            "see which models there are: edgecoder status".to_owned()
        }
        (TaskState::Failed, Some(FailReason::NoModel)) => format!("{NO_MODEL}; then submit it again"),
        (TaskState::Cancelled, _) => "see your other tasks: edgecoder task list".to_owned(),
        (TaskState::Planning | TaskState::Queued | TaskState::Running | TaskState::Escalated, _) => {
            format!("watch it with: edgecoder task watch {task}")
        }
    };
    Text::line(Style::Dim, next)
}
