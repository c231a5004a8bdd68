//! How is a receipt fetched and kept?

use crate::{
    api::Api,
    context::Context,
    error::CliError,
    exit::ExitCode,
    text::{Style, Text},
};
use clap::Args;
use edgecoder_events::{Position, TaskId};
use edgecoder_ledger::{Receipt, receipt::MAX_RECEIPT_BYTES};
use edgecoder_wire::tasks::TaskView;
use serde_json::json;
use std::{fs, path::PathBuf, str::FromStr};

/// Fetches a receipt.
#[derive(Debug, Args)]
pub struct Get {
    /// An entry's position in the log, or a task's name: then the newest of its entries
    #[arg(value_name = "POSITION|TASK")]
    of: Which,
    /// Where to keep it, by custom NAME.tlog-proof; without it, it goes to standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Of which entry?
#[derive(Debug, Clone)]
enum Which {
    Entry(Position),
    Task(TaskId),
}

impl FromStr for Which {
    type Err = <TaskId as FromStr>::Err;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map_or_else(|_| text.parse().map(Self::Task), |position| Ok(Self::Entry(Position(position))))
    }
}

impl Get {
    pub async fn run(self, context: &Context) -> Result<ExitCode, CliError> {
        let api = context.coordinator()?;
        let position = match self.of {
            Which::Entry(position) => position,
            Which::Task(task) => newest_of(&api, &task).await?,
        };
        let bytes = api.get_text(&["receipt", &position.0.to_string()], MAX_RECEIPT_BYTES).await?;
        let receipt = Receipt::parse(&bytes).map_err(|error| api.not_understood(&error.to_string()))?;
        if receipt.index != position.0 {
            return Err(api.not_understood("the receipt is of another entry"));
        }
        match &self.out {
            Some(file) => {
                fs::write(file, &bytes)?;
                context.console.answer(&json!({ "position": position, "file": file }), |_| {
                    let told = format!("the receipt of entry {} is in {}", position.0, file.display());
                    Text::line(Style::Plain, told)
                })?;
            }
            None => context.console.answer(&json!({ "position": position, "receipt": receipt.to_string() }), |_| {
                Text::new().block("", &receipt.to_string(), |_| Style::Plain)
            })?,
        }
        Ok(ExitCode::Success)
    }
}

async fn newest_of(api: &Api, task: &TaskId) -> Result<Position, CliError> {
    let view: TaskView = api.get(&["tasks", task.as_str()], &[]).await?;
    view.positions.last().copied().ok_or_else(|| api.not_understood("the task has no entries"))
}
