//! How are the parts of a task and the steps of its life told to people?

use super::diff::{ShownDiff, shown};
use crate::{
    Portal,
    shown::{Moment, credits},
    text::ENGLISH,
};
use edgecoder_events::{
    AccountId, Event, Recorded,
    task::{ReviewDecision, Verdict},
};
use edgecoder_projections::task_board::{SubtaskEntry, SubtaskStanding};
use edgecoder_service_kit::{contents::ContentError, http::Problem};
use edgecoder_wire::tasks::{Report, SourceFile};

/// A part of a task.
pub struct Part {
    /// Counted from one.
    pub number: u32,
    /// As the log counts.
    pub index: u16,
    /// Whether its owner may help with words.
    pub is_escalated: bool,
    pub state: &'static str,
    pub state_words: &'static str,
    pub agent: Option<String>,
    pub paid_ms: u64,
    pub cost: String,
    pub report: Option<Told>,
}

/// What a machine said of a run.
pub struct Told {
    pub passed: bool,
    pub tests: Option<String>,
    pub stdout: String,
    pub stderr: String,
    pub diff: Option<ShownDiff>,
    /// The same as it came.
    pub text_of_diff: Option<String>,
    pub files: Vec<SourceFile>,
}

/// A step in the life of a task.
pub struct Step {
    pub position: u64,
    pub at: Moment,
    pub words: String,
    /// For the style sheet: how it was, for those who wait for the end.
    pub class: &'static str,
}

/// A part with its opened report; without it where its key was destroyed.
pub async fn part(portal: &Portal, owner: &AccountId, entry: SubtaskEntry) -> Result<Part, Problem> {
    let report: Option<Report> = match entry.report {
        Some(report) => match portal.contents.open(owner, report).await {
            Ok(report) => Some(report),
            Err(ContentError::Erased | ContentError::Damaged) => None,
            Err(error) => return Err(error.into()),
        },
        None => None,
    };
    let (state, state_words) = standing(entry.state);
    Ok(Part {
        number: u32::from(entry.subtask.0).saturating_add(1),
        index: entry.subtask.0,
        is_escalated: entry.state == SubtaskStanding::Escalated,
        state,
        state_words,
        agent: entry.agent.map(|agent| agent.to_string()),
        paid_ms: entry.paid_ms,
        cost: credits(entry.cost),
        report: report.map(told),
    })
}

fn told(report: Report) -> Told {
    let passed = report.verdict == Verdict::Passed;
    let tests = match &report.tests {
        Some(tests) => {
            let names: Vec<&str> = tests.failures.iter().map(|failure| failure.name.as_str()).collect();
            let colon = if names.is_empty() { "" } else { ": " };
            format!(
                "{} {} {}, {} {}{colon}{}",
                ENGLISH.tests,
                tests.passed,
                ENGLISH.tests_passed,
                names.len(),
                ENGLISH.tests_failed,
                names.join(", ")
            )
        }
        None if passed => ENGLISH.ran_well.to_owned(),
        None => format!("{} {} ({})", ENGLISH.ran_badly, report.exit_code, report.reason.replace('_', " ")),
    };
    let diff = report.diff.as_deref().map(shown);
    let Report { stdout, stderr, diff: text_of_diff, files, .. } = report;
    Told { passed, tests: Some(tests), stdout, stderr, diff, text_of_diff, files }
}

const fn standing(standing: SubtaskStanding) -> (&'static str, &'static str) {
    match standing {
        SubtaskStanding::Waiting => ("open", ENGLISH.subtask_waiting),
        SubtaskStanding::Leased => ("open", ENGLISH.subtask_leased),
        SubtaskStanding::Escalated => ("open", ENGLISH.state_escalated),
        SubtaskStanding::Passed => ("good", ENGLISH.subtask_passed),
        SubtaskStanding::Failed => ("bad", ENGLISH.state_failed),
        SubtaskStanding::Stopped => ("over", ENGLISH.state_cancelled),
    }
}

/// What happened to a task, step by step.
pub fn life(recorded: &[Recorded]) -> Vec<Step> {
    let step = |it: &Recorded| {
        let words = words(&it.event)?;
        Some(Step { position: it.position.0, at: Moment(it.recorded_at), words, class: class(&it.event) })
    };
    recorded.iter().filter_map(step).collect()
}

#[expect(clippy::wildcard_enum_match_arm, reason = "what is not of a task is not told here")]
fn words(event: &Event) -> Option<String> {
    let by = |words: &str, agent: &edgecoder_events::AgentId| Some(format!("{words} {agent}"));
    match event {
        Event::TaskSubmitted(_) => Some(ENGLISH.life_submitted.to_owned()),
        Event::TaskPlanned(_) => Some(ENGLISH.life_planned.to_owned()),
        Event::SubtaskLeased(it) => by(ENGLISH.life_leased, &it.agent),
        Event::SubtaskReturned(it) => by(ENGLISH.life_returned, &it.agent),
        Event::SubtaskStopped(it) => by(ENGLISH.life_stopped, &it.agent),
        Event::SubtaskFinished(it) => by(ENGLISH.life_finished, &it.agent),
        Event::TaskEscalated(_) => Some(ENGLISH.life_escalated.to_owned()),
        Event::SubtaskRevised(_) => Some(ENGLISH.life_revised.to_owned()),
        Event::TaskCompleted(_) => Some(ENGLISH.life_completed.to_owned()),
        Event::TaskFailed(_) => Some(ENGLISH.life_failed.to_owned()),
        Event::TaskCancelled(_) => Some(ENGLISH.life_cancelled.to_owned()),
        Event::TaskAnswered(_) => Some(ENGLISH.life_answered.to_owned()),
        Event::TaskReviewed(it) => Some(reviewed(it.decision).to_owned()),
        _ => None,
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "most steps are neither good nor bad")]
fn class(event: &Event) -> &'static str {
    match event {
        Event::TaskCompleted(_) => "good",
        Event::TaskFailed(_) => "bad",
        Event::TaskCancelled(_) => "over",
        Event::SubtaskFinished(it) => match it.verdict {
            Verdict::Passed => "good",
            Verdict::Failed => "bad",
        },
        _ => "step",
    }
}

const fn reviewed(decision: ReviewDecision) -> &'static str {
    match decision {
        ReviewDecision::Accepted => ENGLISH.review_accepted,
        ReviewDecision::Rejected => ENGLISH.review_rejected,
        ReviewDecision::Edited => ENGLISH.review_edited,
    }
}
