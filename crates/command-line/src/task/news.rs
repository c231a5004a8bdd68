//! How is an event of a task told to a person?

use super::follow::TaskEvent;
use crate::{
    credits,
    durations::shown_ms,
    text::{Style, Text},
    words::spoken,
};
use edgecoder_events::{
    MicroCredits,
    task::{
        Language, Planner, ReturnReason, SubtaskFinished, SubtaskLeased, SubtaskReturned, SubtaskRevised,
        SubtaskStopped, TaskAnswered, TaskEscalated, TaskFailed, TaskPlanned, TaskSubmitted, Verdict,
    },
};
use serde::de::DeserializeOwned;

const MS_PER_SECOND: u64 = 1_000;

/// What is known of the task from the events so far.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    pub subtasks: usize,
    pub passed: usize,
    pub spent: MicroCredits,
    /// Subtasks that machines hold now.
    held: usize,
    language: Option<Language>,
    /// What came of the newest lease, until a machine takes one again.
    tried: Option<Tried>,
}

/// How a lease ended that did not bring the task forward. Others than the owner of its machine go first then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tried {
    Failed,
    CameBack(ReturnReason),
}

impl Standing {
    /// The language of a planned task that no machine works on.
    pub fn waits_for(&self) -> Option<Language> {
        self.language.filter(|_| self.subtasks > self.passed && self.held == 0)
    }

    /// Whether the machine that tried last had no language model.
    pub fn lacks_a_model(&self) -> bool {
        self.tried == Some(Tried::CameBack(ReturnReason::ModelUnavailable))
    }

    /// What came of the newest lease, where no machine holds one and another is to try.
    pub fn tried_last(&self) -> Option<Tried> {
        self.tried
    }

    /// Takes an event in and tells it.
    pub fn hear(&mut self, event: &TaskEvent) -> Text {
        // The telling reads the standing, so the event is counted first.
        match event.kind.as_str() {
            "task.submitted" => told(event, |task: &TaskSubmitted| {
                self.language = Some(task.language);
                submitted(task)
            }),
            "task.planned" => told(event, |plan| self.planned(plan)),
            "task.subtask_leased" => told(event, |lease: &SubtaskLeased| {
                self.held += 1;
                self.tried = None;
                leased(lease)
            }),
            "task.subtask_finished" => told(event, |finished| self.finished(finished)),
            "task.subtask_returned" => told(event, |lease: &SubtaskReturned| {
                self.held = self.held.saturating_sub(1);
                self.tried = Some(Tried::CameBack(lease.reason));
                returned(lease)
            }),
            "task.subtask_stopped" => told(event, |stopped| self.stopped(stopped)),
            "task.escalated" => told(event, |escalated: &TaskEscalated| {
                self.tried = None;
                about(escalated.subtask.0).styled(Style::Notice, "was solved by no machine; a larger model is asked")
            }),
            "task.subtask_revised" => told(event, |revised: &SubtaskRevised| {
                about(revised.subtask.0).plain("has better code and waits for a machine again")
            }),
            "task.answered" => told(event, |answered: &TaskAnswered| {
                about(answered.subtask.0).plain("has an answer of its owner and waits for a machine again")
            }),
            "task.completed" => Text::line(Style::Good, "completed"),
            "task.failed" => told(event, |failed: &TaskFailed| {
                let by = failed.subtask.filter(|_| self.subtasks > 1).map(|it| format!(" by subtask {it}"));
                let by = by.unwrap_or_default();
                Text::new().styled(Style::Bad, format!("failed{by}: {}", spoken(&failed.reason)))
            }),
            "task.cancelled" => Text::line(Style::Notice, "cancelled"),
            _ => unknown(event),
        }
    }

    fn planned(&mut self, plan: &TaskPlanned) -> Text {
        self.subtasks = plan.subtasks.len();
        let by = match plan.planner {
            Planner::Submission => "as submitted",
            Planner::Model => "by a model",
            Planner::Fallback => "as one piece, for want of a model's plan",
        };
        let pieces = if self.subtasks == 1 { "1 subtask".to_owned() } else { format!("{} subtasks", self.subtasks) };
        let mut text = Text::new().plain(format!("planned {by}: {pieces}"));
        for subtask in plan.subtasks.iter().filter(|subtask| !subtask.depends_on.is_empty()) {
            let needed = subtask.depends_on.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            text = text.end_line().then(about(subtask.index.0)).plain(format!("waits for {needed}"));
        }
        text
    }

    fn finished(&mut self, finished: &SubtaskFinished) -> Text {
        self.spend(finished.cost);
        let what =
            format!(" on {} in {}, {}", finished.agent, shown_ms(finished.reported_ms), credits::shown(finished.cost));
        let (style, verdict) = match finished.verdict {
            Verdict::Passed => (Style::Good, "passed"),
            Verdict::Failed => (Style::Bad, "failed"),
        };
        self.passed += usize::from(finished.verdict == Verdict::Passed);
        self.tried = (finished.verdict == Verdict::Failed).then_some(Tried::Failed);
        about(finished.subtask.0).styled(style, verdict).plain(what)
    }

    fn stopped(&mut self, stopped: &SubtaskStopped) -> Text {
        self.spend(stopped.cost);
        about(stopped.subtask.0).styled(
            Style::Notice,
            format!(
                "stopped on {} after {}, {}",
                stopped.agent,
                shown_ms(stopped.paid_ms),
                credits::shown(stopped.cost)
            ),
        )
    }

    /// A lease is over, at this cost.
    fn spend(&mut self, cost: MicroCredits) {
        self.held = self.held.saturating_sub(1);
        // A sum that does not fit is no sum to show.
        self.spent = self.spent.checked_add(cost).unwrap_or(self.spent);
    }
}

fn told<T: DeserializeOwned>(event: &TaskEvent, tell: impl FnOnce(&T) -> Text) -> Text {
    match serde_json::from_value(event.fields.clone()) {
        Ok(fields) => tell(&fields).end_line(),
        Err(_) => unknown(event),
    }
}

/// An event of a newer version is better shown by its name than hidden.
fn unknown(event: &TaskEvent) -> Text {
    Text::line(Style::Dim, format!("{} at position {}", event.kind, event.position))
}

fn about(subtask: u16) -> Text {
    Text::new().styled(Style::Dim, format!("  subtask {subtask} "))
}

fn submitted(submitted: &TaskSubmitted) -> Text {
    let (work, language) = (spoken(&submitted.work), spoken(&submitted.language));
    let budget = credits::shown(submitted.budget);
    Text::new().styled(Style::Bold, submitted.task.as_str()).plain(format!(": {language} {work}, at most {budget}"))
}

fn leased(leased: &SubtaskLeased) -> Text {
    let per_second = leased.price_per_ms.micros().saturating_mul(MS_PER_SECOND);
    let terms = format!(
        " (attempt {}, at most {}, {} a second)",
        leased.attempt,
        shown_ms(leased.limit_ms),
        credits::shown(MicroCredits::from_micros(per_second))
    );
    about(leased.subtask.0).plain(format!("taken by {}", leased.agent)).styled(Style::Dim, terms)
}

fn returned(returned: &SubtaskReturned) -> Text {
    let why = format!("came back from {}: {}", returned.agent, spoken(&returned.reason));
    about(returned.subtask.0).styled(Style::Notice, why)
}

#[cfg(test)]
impl Standing {
    /// A task of which one lease ended so.
    pub fn of(tried: Option<Tried>) -> Self {
        Self { tried, ..Self::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn event(kind: &str, fields: Value) -> TaskEvent {
        TaskEvent { position: 7, kind: kind.into(), recorded_at_ms: 0, actor: "system".into(), fields }
    }

    #[test]
    fn costs_and_passed_subtasks_are_counted() {
        let finished = |verdict: &str| {
            event(
                "task.subtask_finished",
                json!({"task": "t", "subtask": 0, "attempt": 1, "agent": "w", "verdict": verdict, "report": "0b".repeat(32),
                    "report_digest": "0c".repeat(32), "reported_ms": 1500, "paid_ms": 1400, "cost": 1_120_000}),
            )
        };
        let mut standing = Standing::default();
        assert!(standing.hear(&finished("failed")).render(false).contains("failed on w in 1.5 s, 1.12 credits"));
        standing.hear(&finished("passed"));
        assert_eq!((standing.passed, standing.spent.micros()), (1, 2_240_000));
    }

    #[test]
    fn an_event_of_a_newer_version_is_named() {
        let unknown = "task.dreamt at position 7\n";
        assert_eq!(Standing::default().hear(&event("task.dreamt", json!({}))).render(false), unknown);
        let newer = event("task.failed", json!({"task": "t", "reason": "bad_weather", "cost": 0}));
        assert_eq!(Standing::default().hear(&newer).render(false), "task.failed at position 7\n");
    }
}
