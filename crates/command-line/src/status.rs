//! How is the swarm?

use crate::{
    context::Context,
    error::CliError,
    exit::ExitCode,
    table::Table,
    task::waiting::prepared,
    text::{Style, Text},
    words::{counted, verb},
};
use clap::Args;
use edgecoder_wire::{
    agents::{AvailableModel, Capacity, CapacityTotals},
    runtime::Status,
};
use serde::Serialize;

/// Show the queue, the machines, the models and the log
#[derive(Debug, Args)]
pub struct StatusCommand {}

/// What this command answers.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Swarm {
    coordinator: String,
    status: Status,
    models: Vec<AvailableModel>,
    /// Only operators are told.
    capacity: Option<CapacityTotals>,
}

impl StatusCommand {
    /// Carries the command out.
    pub async fn run(self, context: &Context) -> Result<ExitCode, CliError> {
        let api = context.coordinator()?;
        let swarm = Swarm {
            coordinator: api.address(),
            status: api.get(&["status"], &[]).await?,
            models: api.get(&["models", "available"], &[]).await?,
            capacity: capacity(context).await?,
        };
        let width = context.console.width();
        context.console.answer(&swarm, |swarm| told(swarm, width))?;
        Ok(ExitCode::Success)
    }
}

async fn capacity(context: &Context) -> Result<Option<CapacityTotals>, CliError> {
    if context.operator_token.is_none() {
        return Ok(None);
    }
    let capacity: Capacity = context.coordinator_as_operator()?.get(&["capacity"], &[]).await?;
    Ok(Some(capacity.totals))
}

fn told(swarm: &Swarm, width: Option<usize>) -> Text {
    let Status { queued, leased, agents, preparing, ledger_size, ledger_head } = &swarm.status;
    let mut text = Text::new()
        .styled(Style::Bold, &swarm.coordinator)
        .plain(format!(
            ": {} online, {} {}, {leased} {} worked on",
            counted(*agents, "machine"),
            counted(*queued, "subtask"),
            verb(*queued, "waits", "wait"),
            verb(*leased, "is", "are"),
        ))
        .end_line()
        .then(Text::line(Style::Plain, format!("the log has {ledger_size} entries; the newest is {ledger_head}")));
    for language in preparing {
        text = text.then(Text::line(Style::Notice, prepared(language)));
    }
    if let Some(totals) = &swarm.capacity {
        let CapacityTotals {
            agents_connected,
            total_capacity,
            swarm_enabled_count,
            ide_enabled_count,
            blacklisted_agents,
        } = totals;
        let places = format!(
            "{} {} room for {}; {swarm_enabled_count} {} for the swarm, {ide_enabled_count} for editors, \
             {blacklisted_agents} {} shut out",
            counted(*agents_connected, "machine"),
            verb(*agents_connected, "has", "have"),
            counted(*total_capacity, "subtask"),
            verb(*swarm_enabled_count, "works", "work"),
            verb(*blacklisted_agents, "is", "are"),
        );
        text = text.then(Text::line(Style::Plain, places));
    }
    text.then(models_told(&swarm.models, width))
}

fn models_told(models: &[AvailableModel], width: Option<usize>) -> Text {
    if models.is_empty() {
        return Text::line(Style::Notice, "no machine has a model: programs run, prompts fail at once (no model)");
    }
    let mut table = Table::new(&["MODEL", "MACHINES"]);
    for model in models {
        table.row(vec![(Style::Plain, model.model.to_string()), (Style::Plain, model.agent_count.to_string())]);
    }
    table.text(width)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_machine_is_told_as_one() {
        let told_of = |number: u64| {
            let status = Status {
                queued: number,
                leased: number,
                agents: number,
                preparing: vec![],
                ledger_size: 3,
                ledger_head: String::new(),
            };
            let swarm = Swarm { coordinator: "here".to_owned(), status, models: vec![], capacity: None };
            told(&swarm, None).render(false)
        };
        assert!(told_of(1).starts_with("here: 1 machine online, 1 subtask waits, 1 is worked on\n"));
        assert!(told_of(2).starts_with("here: 2 machines online, 2 subtasks wait, 2 are worked on\n"));
    }

    #[test]
    fn who_has_no_model_is_told_that_prompts_fail() {
        assert!(models_told(&[], None).render(false).contains("prompts fail at once (no model)"));
    }
}
