//! Which machines are there, and how are they?

use super::power;
use crate::{
    context::Context,
    error::CliError,
    safe::one_line,
    table::Table,
    text::{Style, Text},
    words::{spoken, word},
};
use clap::Args;
use edgecoder_events::AgentId;
use edgecoder_wire::agents::{AgentPage, AgentView, NodeStanding};

/// The longest page that is asked for.
const PAGE: u16 = 200;
/// A machine that stands on none of so many pages is not searched further.
const MAX_PAGES: usize = 500;

/// Lists machines.
#[derive(Debug, Args)]
pub struct List {
    /// How many
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=i64::from(PAGE)))]
    limit: u16,
    /// Read on where an earlier list ended
    #[arg(long, value_name = "CURSOR")]
    after: Option<String>,
}

impl List {
    pub async fn run(self, context: &Context) -> Result<(), CliError> {
        let page = page(context, self.after, self.limit).await?;
        let width = context.console.width();
        context.console.answer(&page, |page| told(page, width))?;
        if let Some(next) = page.next.filter(|_| !context.console.is_json()) {
            let more =
                format!("there are more: edgecoder agent list --limit {} --after {}", self.limit, one_line(&next));
            context.console.remark(&Text::line(Style::Dim, more))?;
        }
        Ok(())
    }
}

async fn page(context: &Context, after: Option<String>, limit: u16) -> Result<AgentPage, CliError> {
    context.control_plane()?.get(&["agents"], &[("after", after), ("limit", Some(limit.to_string()))]).await
}

/// Shows one machine. No route gives a single one, so the list is searched.
pub async fn show(context: &Context, agent: &AgentId) -> Result<(), CliError> {
    let mut after = None;
    for _ in 0..MAX_PAGES {
        let page = page(context, after, PAGE).await?;
        if let Some(view) = page.agents.into_iter().find(|view| view.agent_id == *agent) {
            context.console.answer(&view, one_told)?;
            return Ok(());
        }
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    Err(CliError::NoSuchAgent { agent: agent.clone() })
}

fn told(page: &AgentPage, width: Option<usize>) -> Text {
    if page.agents.is_empty() {
        return Text::line(Style::Dim, "no machines; announce one with: edgecoder agent enroll ID --owner ACCOUNT");
    }
    let mut table = Table::new(&["AGENT", "STANDING", "NOW", "OWNER", "MODE", "PASSED", "FAILED", "MODELS"]);
    for agent in &page.agents {
        let (presence, presence_style) = presence(agent);
        let (standing, standing_style) = standing(agent);
        table.row(vec![
            (Style::Bold, agent.agent_id.to_string()),
            (standing_style, standing),
            (presence_style, presence.to_owned()),
            (Style::Plain, agent.owner_account_id.to_string()),
            (Style::Plain, agent.mode.as_ref().map_or_else(String::new, word)),
            (Style::Plain, agent.finished_subtasks.saturating_sub(agent.failed_subtasks).to_string()),
            (Style::Plain, agent.failed_subtasks.to_string()),
            (Style::Dim, joined(&agent.models)),
        ]);
    }
    table.text(width)
}

fn one_told(agent: &AgentView) -> Text {
    let (standing, standing_style) = standing(agent);
    let (presence, presence_style) = presence(agent);
    let mut text = Text::new()
        .styled(Style::Bold, agent.agent_id.as_str())
        .plain(format!(": {} of {}, ", spoken(&agent.kind), agent.owner_account_id))
        .styled(standing_style, standing)
        .plain(", ")
        .styled(presence_style, presence)
        .end_line();
    let facts = [
        ("mode", agent.mode.as_ref().map(word)),
        ("system", agent.os.clone()),
        ("version", agent.version.clone()),
        ("sandbox", agent.sandbox_mode.as_ref().map(spoken)),
        ("at once", agent.max_concurrent_tasks.map(|tasks| format!("{tasks} subtasks"))),
        ("languages", Some(agent.languages.iter().map(spoken).collect::<Vec<_>>().join(", "))),
        ("models", Some(joined(&agent.models))),
        ("works", agent.power_policy.map(power::told)),
        ("results", Some(format!("{} delivered, {} of them failed", agent.finished_subtasks, agent.failed_subtasks))),
    ];
    for (name, fact) in facts {
        if let Some(fact) = fact.filter(|fact| !fact.is_empty()) {
            text = text.styled(Style::Dim, format!("  {name:<10}")).plain(fact).end_line();
        }
    }
    match agent.standing {
        NodeStanding::Pending => {
            text.then(Text::line(Style::Dim, format!("let it in with: edgecoder agent approve {}", agent.agent_id)))
        }
        NodeStanding::Approved | NodeStanding::Rejected => text,
    }
}

fn standing(agent: &AgentView) -> (String, Style) {
    let style = match agent.standing {
        NodeStanding::Pending => Style::Notice,
        NodeStanding::Approved => Style::Plain,
        NodeStanding::Rejected => Style::Bad,
    };
    if agent.blacklisted { ("shut out".to_owned(), Style::Bad) } else { (spoken(&agent.standing), style) }
}

fn presence(agent: &AgentView) -> (&'static str, Style) {
    match (agent.registered, agent.online) {
        (_, true) => ("online", Style::Good),
        (true, false) => ("offline", Style::Dim),
        (false, false) => ("never seen", Style::Dim),
    }
}

fn joined(models: &[edgecoder_events::ModelName]) -> String {
    models.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
