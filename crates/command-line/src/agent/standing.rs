//! Which machines take part, and how?

use super::OneAgent;
use crate::{
    context::Context,
    error::CliError,
    text::{Style, Text},
    words,
};
use clap::Args;
use edgecoder_events::{
    AccountId, AgentId,
    node::{AgentMode, NodeKind},
};
use edgecoder_wire::nodes::{Approval, ChangeMode, EnrollNode, NodeEnrolled};
use serde_json::json;

/// Announces a machine.
#[derive(Debug, Args)]
pub struct Enroll {
    #[command(flatten)]
    node: OneAgent,
    /// The wallet that it earns for
    #[arg(long, value_name = "ACCOUNT")]
    owner: AccountId,
    /// What it is
    #[arg(long, default_value = "agent", value_parser = words::one_of::<NodeKind>(words::NODE_KINDS))]
    kind: NodeKind,
}

/// Refuses a machine.
#[derive(Debug, Args)]
pub struct Reject {
    #[command(flatten)]
    node: OneAgent,
    /// Why; it is recorded
    #[arg(long)]
    reason: String,
}

/// Changes how a machine serves.
#[derive(Debug, Args)]
pub struct Mode {
    #[command(flatten)]
    node: OneAgent,
    /// swarm-only, or ide-enabled to serve its owner's editor as well
    #[arg(value_parser = words::one_of::<AgentMode>(words::AGENT_MODES))]
    mode: AgentMode,
}

impl Enroll {
    pub async fn run(self, context: &Context) -> Result<(), CliError> {
        let body = EnrollNode { node_id: self.node.agent, node_kind: self.kind, owner_account_id: self.owner };
        let enrolled: NodeEnrolled = context.control_plane()?.post(&["nodes", "enroll"], &body).await?;
        context.console.answer(&enrolled, |enrolled| {
            let standing = if enrolled.replaces_token {
                "was enrolled before, and the token that it got then is void;"
            } else {
                "is enrolled;"
            };
            let next = format!("when it has registered, let it in with: edgecoder agent approve {}", enrolled.node_id);
            Text::new()
                .styled(Style::Bold, enrolled.node_id.as_str())
                .plain(format!(" {standing} give the machine its token, it is shown only now:"))
                .end_line()
                .then(Text::line(Style::Plain, &enrolled.registration_token))
                .then(Text::line(Style::Dim, next))
        })?;
        Ok(())
    }
}

pub async fn approve(context: &Context, agent: &AgentId) -> Result<(), CliError> {
    let body = Approval { approved: true, reason: None };
    context.control_plane()?.command(&["agents", agent.as_str(), "approval"], Some(&body)).await?;
    context.console.answer(&json!({ "agentId": agent, "approved": true }), |_| done(agent, "may take part"))?;
    Ok(())
}

impl Reject {
    pub async fn run(self, context: &Context) -> Result<(), CliError> {
        let agent = &self.node.agent;
        let body = Approval { approved: false, reason: Some(self.reason) };
        context.control_plane()?.command(&["agents", agent.as_str(), "approval"], Some(&body)).await?;
        context.console.answer(&json!({ "agentId": agent, "approved": false }), |_| done(agent, "is refused"))?;
        Ok(())
    }
}

impl Mode {
    pub async fn run(self, context: &Context) -> Result<(), CliError> {
        let agent = &self.node.agent;
        let body = ChangeMode { mode: self.mode };
        context.control_plane()?.command(&["agents", agent.as_str(), "mode"], Some(&body)).await?;
        let mode = words::word(&self.mode);
        let told = |_: &_| done(agent, &format!("is {mode} from now on"));
        context.console.answer(&json!({ "agentId": agent, "mode": self.mode }), told)?;
        Ok(())
    }
}

/// One line that says what is so now.
pub fn done(agent: &AgentId, what: &str) -> Text {
    Text::new().styled(Style::Bold, agent.as_str()).plain(format!(" {what}")).end_line()
}
