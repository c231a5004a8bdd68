//! What can operators do with machines?

mod blacklist;
mod list;
mod power;
mod standing;

use crate::{
    context::Context,
    durations::shown_ago,
    error::CliError,
    exit::ExitCode,
    text::{Style, Text},
    words::spoken,
};
use clap::{Args, Subcommand};
use edgecoder_events::{AgentId, UnixMillis};
use edgecoder_wire::agents::DiagnosticsView;

/// See machines, let them in, shut them out.
#[derive(Debug, Subcommand)]
pub enum AgentCommand {
    /// List machines
    List(list::List),
    /// Show a machine
    Show(OneAgent),
    /// Announce a machine; its registration token is shown this once
    Enroll(standing::Enroll),
    /// Let a machine take part
    Approve(OneAgent),
    /// Refuse a machine
    Reject(standing::Reject),
    /// Change how a machine serves the swarm
    Mode(standing::Mode),
    /// Say when a machine asks for work, and how much of it
    Power(power::Power),
    /// Shut a machine out, with signed evidence
    Blacklist(blacklist::Blacklist),
    /// Let a machine back in
    BlacklistLift(blacklist::Lift),
    /// List machines that are shut out, or everything that was said of them
    Blacklisted(blacklist::Blacklisted),
    /// Show what a machine says of itself
    Diagnostics(OneAgent),
}

/// A machine by its name.
#[derive(Debug, Args)]
pub struct OneAgent {
    /// The machine's name
    #[arg(value_name = "ID")]
    agent: AgentId,
}

impl AgentCommand {
    /// Carries the command out.
    pub async fn run(self, context: &Context) -> Result<ExitCode, CliError> {
        match self {
            Self::List(list) => list.run(context).await?,
            Self::Show(OneAgent { agent }) => list::show(context, &agent).await?,
            Self::Enroll(enroll) => enroll.run(context).await?,
            Self::Approve(OneAgent { agent }) => standing::approve(context, &agent).await?,
            Self::Reject(reject) => reject.run(context).await?,
            Self::Mode(mode) => mode.run(context).await?,
            Self::Power(power) => power.run(context).await?,
            Self::Blacklist(blacklist) => blacklist.run(context).await?,
            Self::BlacklistLift(lift) => lift.run(context).await?,
            Self::Blacklisted(blacklisted) => blacklisted.run(context).await?,
            Self::Diagnostics(OneAgent { agent }) => diagnostics(context, &agent).await?,
        }
        Ok(ExitCode::Success)
    }
}

async fn diagnostics(context: &Context, agent: &AgentId) -> Result<(), CliError> {
    let view: DiagnosticsView =
        context.coordinator_as_operator()?.get(&["agent", "diagnostics", agent.as_str()], &[]).await?;
    let now = context.clock.now();
    context.console.answer(&view, |view| diagnostics_told(view, now))?;
    Ok(())
}

fn diagnostics_told(view: &DiagnosticsView, now: UnixMillis) -> Text {
    let resting = view
        .resting
        .map_or_else(Text::new, |why| Text::new().styled(Style::Notice, format!("rests: {}", spoken(&why))).end_line());
    resting.then(diary_told(view, now))
}

fn diary_told(view: &DiagnosticsView, now: UnixMillis) -> Text {
    if view.events.is_empty() {
        return Text::line(Style::Dim, format!("{} has said nothing since the coordinator started", view.agent_id));
    }
    view.events.iter().fold(Text::new(), |text, line| {
        let when = format!("{:>10}  ", shown_ago(now, line.event_at_ms));
        text.styled(Style::Dim, when).plain(&line.message).end_line()
    })
}
