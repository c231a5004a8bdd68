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
use edgecoder_events::{
    AgentId, ProjectId, UnixMillis,
    task::{Language, WorkKind},
};
use edgecoder_wire::tasks::{TaskPage, TaskState, TaskSummary};

/// Lists tasks.
#[derive(Debug, Args)]
pub struct List {
    /// Only those with these words in the prompt, or in the name of a file, the task or the project
    #[arg(long, value_name = "WORDS")]
    search: Option<String>,
    /// Only those that stand like this
    #[arg(long, value_parser = words::one_of::<TaskState>(words::TASK_STATES))]
    state: Option<TaskState>,
    /// Only those of this project
    #[arg(long)]
    project: Option<ProjectId>,
    /// Only programs of your own, or only prompts
    #[arg(long, value_parser = words::one_of::<WorkKind>(words::WORK_KINDS))]
    work: Option<WorkKind>,
    /// Only those in this language
    #[arg(long, value_parser = words::one_of::<Language>(words::LANGUAGES))]
    language: Option<Language>,
    /// Only those that this machine works on or worked on last
    #[arg(long)]
    agent: Option<AgentId>,
    /// Only those submitted then or later, in milliseconds since 1970
    #[arg(long, value_name = "MS")]
    from: Option<u64>,
    /// Only those submitted then or earlier, in milliseconds since 1970
    #[arg(long, value_name = "MS")]
    to: Option<u64>,
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
            ("q", self.search),
            ("state", self.state.as_ref().map(words::word)),
            ("projectId", self.project.map(String::from)),
            ("work", self.work.as_ref().map(words::word)),
            ("language", self.language.as_ref().map(words::word)),
            ("agentId", self.agent.map(String::from)),
            ("from", self.from.map(|it| it.to_string())),
            ("to", self.to.map(|it| it.to_string())),
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
        let asked = [
            ("search", self.search.as_deref().map(in_quotes)),
            ("state", self.state.as_ref().map(words::word)),
            ("project", self.project.as_ref().map(ToString::to_string)),
            ("work", self.work.as_ref().map(words::word)),
            ("language", self.language.as_ref().map(words::word)),
            ("agent", self.agent.as_ref().map(ToString::to_string)),
            ("from", self.from.map(|it| it.to_string())),
            ("to", self.to.map(|it| it.to_string())),
            ("limit", Some(self.limit.to_string())),
        ];
        let given = asked.into_iter().filter_map(|(name, value)| Some(format!(" --{name} {}", value?)));
        format!("edgecoder task list{}", given.collect::<String>())
    }
}

/// A text as a shell takes it for one word.
fn in_quotes(text: &str) -> String {
    format!("'{}'", one_line(text).replace('\'', r"'\''"))
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
