//! What came of each piece of a task: tests, output, changes, cost?

use super::excerpt;
use crate::{
    credits,
    durations::{shown_ago, shown_ms},
    text::{Style, Text},
    words::spoken,
};
use edgecoder_events::UnixMillis;
use edgecoder_wire::tasks::{Report, SubtaskState, SubtaskView, TaskView, TestReport};

const MARGIN: &str = "    | ";
/// Why a run ended that ended by itself.
const FINISHED: &str = "finished";

/// Why a run ended that printed more than workers take.
const OUTPUT_LIMIT: &str = "output_limit";

/// Who submitted what, and when.
pub fn heading(view: &TaskView, now: UnixMillis) -> Text {
    let summary = &view.summary;
    let what = format!(
        " {} {} of {} in {}, priority {}, submitted {}",
        spoken(&summary.language),
        spoken(&summary.work),
        summary.account_id,
        summary.project_id,
        summary.priority,
        shown_ago(now, summary.submitted_at_ms)
    );
    let text = Text::new().styled(Style::Bold, summary.task_id.as_str()).plain(what).end_line();
    match view.submission.as_ref().and_then(|submission| submission.prompt.as_deref()) {
        Some(prompt) => text.block(MARGIN, prompt, |_| Style::Plain),
        None => text,
    }
}

/// Every subtask with its newest report.
pub fn told(view: &TaskView) -> Text {
    view.subtasks.iter().fold(Text::new(), |text, subtask| text.then(subtask_told(subtask)))
}

/// The newest report of every subtask, for those who were told how each of them ended as it did.
pub fn found(view: &TaskView) -> Text {
    let reports = view.subtasks.iter().filter_map(|subtask| Some((subtask.index, subtask.report.as_ref()?)));
    reports.fold(Text::new(), |text, (index, report)| {
        text.then(Text::line(Style::Bold, format!("subtask {index}:"))).then(report_told(report))
    })
}

fn subtask_told(subtask: &SubtaskView) -> Text {
    let mut text = Text::new()
        .styled(Style::Bold, format!("subtask {} ", subtask.index))
        .styled(subtask_style(subtask.state), spoken(&subtask.state));
    if let Some(agent) = &subtask.agent_id {
        // One that waits again has the machine and the report of its last attempt.
        let attempted = if subtask.state == SubtaskState::Waiting { ", last tried on" } else { " on" };
        text = text.plain(format!("{attempted} {agent}"));
    }
    if let Some(report) = &subtask.report {
        text = text.plain(format!(" in {}", shown_ms(report.duration_ms)));
    }
    if subtask.attempts > 1 {
        text = text.plain(format!(", {} attempts", subtask.attempts));
    }
    if let Some(reason) = subtask.last_return {
        text = text.styled(Style::Notice, format!(", came back: {}", spoken(&reason)));
    }
    let text = text.plain(format!(", {}", credits::shown(subtask.cost_micro_credits))).end_line();
    match &subtask.report {
        Some(report) => text.then(report_told(report)),
        None => text,
    }
}

fn subtask_style(state: SubtaskState) -> Style {
    match state {
        SubtaskState::Passed => Style::Good,
        SubtaskState::Failed => Style::Bad,
        SubtaskState::Escalated | SubtaskState::Stopped => Style::Notice,
        SubtaskState::Waiting | SubtaskState::Leased => Style::Plain,
    }
}

fn report_told(report: &Report) -> Text {
    let mut text = Text::new();
    if report.reason != FINISHED {
        let mut why = report.reason.replace('_', " ");
        if report.reason == OUTPUT_LIMIT {
            why.push_str(": a run prints at most 1 MiB");
        }
        text = text.then(Text::line(Style::Notice, format!("  the run ended: {why}")));
    } else if report.exit_code != 0 {
        text = text.then(Text::line(Style::Notice, format!("  exit code {}", report.exit_code)));
    }
    if let Some(model) = &report.model {
        text = text.then(Text::line(Style::Dim, format!("  written by {model} in {} rounds", report.iterations)));
    }
    if let Some(tests) = &report.tests {
        text = text.then(tests_told(tests));
    }
    text.then(part("output", &excerpt::of(&report.stdout), |_| Style::Plain))
        .then(part("standard error", &excerpt::of(&report.stderr), |_| Style::Plain))
        .then(changes_told(report))
}

fn tests_told(tests: &TestReport) -> Text {
    let failed = tests.failures.len();
    let style = if failed == 0 { Style::Good } else { Style::Bad };
    let mut text = Text::line(style, format!("  tests: {} passed, {failed} failed", tests.passed));
    for failure in &tests.failures {
        text = text
            .then(Text::new().styled(Style::Bad, "  failed ").styled(Style::Bold, &failure.name).end_line())
            .block(MARGIN, &failure.message, |_| Style::Plain);
    }
    text
}

fn changes_told(report: &Report) -> Text {
    if let Some(diff) = &report.diff {
        return part("changes", diff, diff_style);
    }
    let names = report.files.iter().map(|file| file.path.as_str()).collect::<Vec<_>>();
    part("files", &names.join("\n"), |_| Style::Plain)
}

fn part(name: &str, text: &str, style_of: impl Fn(&str) -> Style) -> Text {
    if text.trim().is_empty() {
        return Text::new();
    }
    Text::line(Style::Dim, format!("  {name}:")).block(MARGIN, text, style_of)
}

fn diff_style(line: &str) -> Style {
    match line.as_bytes().first() {
        Some(b'+') => Style::Good,
        Some(b'-') => Style::Bad,
        Some(b'@') => Style::Dim,
        _ => Style::Plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_subtask_that_waits_again_is_on_no_machine() {
        let told_of = |state: &str| {
            let view = json!({ "index": 0, "state": state, "work": "prompt", "dependsOn": [], "attempts": 1,
                "agentId": "worker-1", "paidMs": 0, "costMicroCredits": 0, "lastReturn": null, "report": null });
            subtask_told(&serde_json::from_value(view).unwrap()).render(false)
        };
        assert!(told_of("waiting").starts_with("subtask 0 waiting, last tried on worker-1"), "{}", told_of("waiting"));
        assert!(told_of("leased").starts_with("subtask 0 leased on worker-1"), "{}", told_of("leased"));
    }
}
