//! How is the swarm?

use crate::{
    context::Context,
    error::CliError,
    exit::ExitCode,
    table::Table,
    task::waiting::prepared,
    text::{Style, Text},
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
        .plain(format!(": {agents} machines online, {queued} subtasks wait, {leased} are worked on"))
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
            "{agents_connected} machines have room for {total_capacity} subtasks; {swarm_enabled_count} work for the \
             swarm, {ide_enabled_count} for editors, {blacklisted_agents} are shut out"
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
    fn who_has_no_model_is_told_that_prompts_fail() {
        assert!(models_told(&[], None).render(false).contains("prompts fail at once (no model)"));
    }
}
