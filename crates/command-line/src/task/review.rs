//! What does somebody think of what their task brought?

use crate::{
    context::Context,
    error::CliError,
    exit::ExitCode,
    text::{Style, Text},
    words::spoken,
};
use clap::Args;
use edgecoder_events::{TaskId, task::ReviewDecision};
use edgecoder_wire::tasks::{ReviewTask, ReviewView};
use serde_json::json;

const MARGIN: &str = "  | ";

/// Says of a completed task whether you take what it brought.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  edgecoder task review 01-primes --accept
  edgecoder task review 01-primes --reject \"negative numbers are no primes\"")]
pub struct Review {
    /// The task's name
    #[arg(value_name = "ID")]
    task: TaskId,
    /// Take it as it is
    #[arg(long, required_unless_present = "reject", conflicts_with = "reject")]
    accept: bool,
    /// Do not take it, and say why
    #[arg(long, value_name = "REASON")]
    reject: Option<String>,
}

impl Review {
    pub async fn run(self, context: &Context) -> Result<ExitCode, CliError> {
        let Self { task, accept, reject: reason } = self;
        let decision = if accept { ReviewDecision::Accepted } else { ReviewDecision::Rejected };
        let review = ReviewTask { decision, reason, diff: None };
        context.coordinator()?.command(&["tasks", task.as_str(), "review"], Some(&review)).await?;
        context.console.answer(&json!({ "taskId": task, "decision": decision }), |_| {
            Text::new().styled(Style::Bold, task.as_str()).plain(format!(" is {}", spoken(&decision))).end_line()
        })?;
        Ok(ExitCode::Success)
    }
}

/// The last word, with what was said beside it.
pub fn told(review: Option<&ReviewView>) -> Text {
    let Some(review) = review else { return Text::new() };
    let style = if review.decision == ReviewDecision::Rejected { Style::Bad } else { Style::Good };
    let text = Text::new().plain("reviewed: ").styled(style, spoken(&review.decision)).end_line();
    match review.reason.as_deref().or(review.diff.as_deref()) {
        Some(words) => text.block(MARGIN, words, |_| Style::Plain),
        None => text,
    }
}
