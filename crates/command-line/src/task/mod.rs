//! What can people do with tasks?

mod ending;
mod excerpt;
mod follow;
mod list;
mod news;
mod progress;
mod report;
mod review;
mod submission;
mod submit;
pub mod waiting;
mod watch;

use crate::{
    context::Context,
    error::CliError,
    exit::ExitCode,
    text::{Style, Text},
};
use clap::{Args, Subcommand};
use edgecoder_events::TaskId;
use edgecoder_wire::tasks::TaskView;
use serde_json::json;

/// Submit, list, show, watch, cancel and review tasks.
#[derive(Debug, Subcommand)]
pub enum TaskCommand {
    /// Submit a prompt, or a program of your own
    Submit(Box<submit::Submit>),
    /// List your tasks, newest first
    List(list::List),
    /// Show a task with what came of it
    Show(OneTask),
    /// Follow a task until it ends
    Watch(OneTask),
    /// Stop a task; what is left of its budget comes back
    Cancel(OneTask),
    /// Say whether you take what a completed task brought; the last word counts
    Review(review::Review),
}

/// A task by its name.
#[derive(Debug, Args)]
pub struct OneTask {
    /// The task's name
    #[arg(value_name = "ID")]
    task: TaskId,
}

impl TaskCommand {
    /// Carries the command out.
    pub async fn run(self, context: &Context) -> Result<ExitCode, CliError> {
        match self {
            Self::Submit(submit) => submit.run(context).await,
            Self::List(list) => list.run(context).await,
            Self::Show(OneTask { task }) => show(context, &task).await,
            Self::Watch(OneTask { task }) => watch::watch(context, &task).await,
            Self::Cancel(OneTask { task }) => cancel(context, &task).await,
            Self::Review(review) => review.run(context).await,
        }
    }
}

async fn show(context: &Context, task: &TaskId) -> Result<ExitCode, CliError> {
    let view: TaskView = context.coordinator()?.get(&["tasks", task.as_str()], &[]).await?;
    let now = context.clock.now();
    context.console.answer(&view, |view| {
        let review = review::told(view.review.as_ref());
        report::heading(view, now).then(report::told(view)).then(review).then(ending::told(view))
    })?;
    Ok(ExitCode::Success)
}

async fn cancel(context: &Context, task: &TaskId) -> Result<ExitCode, CliError> {
    context.coordinator()?.command(&["tasks", task.as_str(), "cancel"], None::<&()>).await?;
    context.console.answer(&json!({ "taskId": task, "cancelled": true }), |_| {
        let next = format!("; see what it cost with: edgecoder task show {task}");
        Text::new().styled(Style::Bold, task.as_str()).plain(" is cancelled").styled(Style::Dim, next).end_line()
    })?;
    Ok(ExitCode::Success)
}
