//! Which tasks are there?

use super::ending::style_of;
use crate::{
    context::Context,
    credits,
    durations::shown_ago,
    error::CliError,
    exit::ExitCode,
    safe::one_line,
    table::Table,
    text::{Style, Text},
    words::{self, spoken},
};
use clap::Args;
use edgecoder_events::{ProjectId, UnixMillis};
use edgecoder_wire::tasks::{TaskPage, TaskState, TaskSummary};

/// Lists tasks.
#[derive(Debug, Args)]
pub struct List {
    /// Only those that stand like this
    #[arg(long, value_parser = words::one_of::<TaskState>(words::TASK_STATES))]
    state: Option<TaskState>,
    /// Only those of this project
    #[arg(long)]
    project: Option<ProjectId>,
    /// How many
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=200))]
    limit: u16,
    /// Read on where an earlier list ended
    #[arg(long, value_name = "CURSOR")]
    before: Option<String>,
}

impl List {
    pub async fn run(self, context: &Context) -> Result<ExitCode, CliError> {
        let again = self.typed_again();
        let query = [
            ("state", self.state.as_ref().map(words::word)),
            ("projectId", self.project.map(String::from)),
            ("limit", Some(self.limit.to_string())),
            ("before", self.before),
        ];
        let page: TaskPage = context.coordinator()?.get(&["tasks"], &query).await?;
        let (now, width) = (context.clock.now(), context.console.width());
        context.console.answer(&page, |page| told(page, now, width))?;
        if let Some(next) = page.next.filter(|_| !context.console.is_json()) {
            let more = format!("there are more: {again} --before {}", one_line(&next));
            context.console.remark(&Text::line(Style::Dim, more))?;
        }
        Ok(ExitCode::Success)
    }

    /// The command without its place, for the hint that reads on.
    fn typed_again(&self) -> String {
        let state = self.state.as_ref().map(|state| format!(" --state {}", words::word(state)));
        let project = self.project.as_ref().map(|project| format!(" --project {project}"));
        let (state, project) = (state.unwrap_or_default(), project.unwrap_or_default());
        format!("edgecoder task list{state}{project} --limit {}", self.limit)
    }
}

fn told(page: &TaskPage, now: UnixMillis, width: Option<usize>) -> Text {
    if page.tasks.is_empty() {
        return Text::line(Style::Dim, "no such tasks; submit one with: edgecoder task submit \"what you want\"");
    }
    let mut table = Table::new(&["TASK", "STATE", "WORK", "PROJECT", "COST", "SUBMITTED"]);
    for task in &page.tasks {
        table.row(row(task, now));
    }
    table.text(width)
}

fn row(task: &TaskSummary, now: UnixMillis) -> Vec<(Style, String)> {
    let state = match task.fail_reason {
        Some(reason) => format!("{}: {}", spoken(&task.state), spoken(&reason)),
        None => spoken(&task.state),
    };
    vec![
        (Style::Bold, task.task_id.to_string()),
        (style_of(task.state), state),
        (Style::Plain, format!("{} {}", spoken(&task.language), spoken(&task.work))),
        (Style::Plain, task.project_id.to_string()),
        (Style::Plain, credits::shown(task.cost_micro_credits)),
        (Style::Dim, shown_ago(now, task.submitted_at_ms)),
    ]
}
