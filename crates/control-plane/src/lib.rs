//! What operators steer: machines, the blacklist, accounts.
//!
//! One request on its way: `http/agents/approval.rs` checks it, `service-kit` runs the command, `domain` decides,
//! `store` records. Before it answers it waits until the projections show what was recorded, so that an operator who
//! looks again sees the change. Lists and balances come from the projections alone.

mod http;
mod problems;
mod views;

pub use http::{description, router};

use axum::extract::FromRef;
use edgecoder_domain::agent::AgentCommand;
use edgecoder_events::AgentId;
use edgecoder_projections::{Projections, Question};
use edgecoder_service_kit::{
    callers::{Access, Operator},
    commands::{CommandError, Commands, Done},
    http::{Metrics, Refusal},
    steering::{Steerer, steer_machine},
};
use std::{ops::Deref, sync::Arc, time::Duration};

/// The longest that an answer waits until the projections show its change.
const SHOW_LIMIT: Duration = Duration::from_secs(2);

/// The control plane's state. Cheap to clone.
#[derive(Clone)]
pub struct ControlPlane(Arc<Settings>);

/// What a control plane is begun with.
pub struct Settings {
    pub commands: Commands,
    pub projections: Arc<Projections>,
    pub access: Access,
    pub metrics: Metrics,
    /// Whether credit may be had for nothing: in development only.
    pub faucet_enabled: bool,
}

impl Deref for ControlPlane {
    type Target = Settings;
    fn deref(&self) -> &Settings {
        &self.0
    }
}

impl FromRef<ControlPlane> for Metrics {
    fn from_ref(control_plane: &ControlPlane) -> Self {
        control_plane.metrics.clone()
    }
}

impl FromRef<ControlPlane> for Access {
    fn from_ref(control_plane: &ControlPlane) -> Self {
        control_plane.access.clone()
    }
}

impl ControlPlane {
    /// Joins the parts. Nothing runs beside the requests.
    pub fn new(settings: Settings) -> Self {
        Self(Arc::new(settings))
    }

    /// Runs an operator's command about a machine.
    async fn agent_command(
        &self,
        _: &Operator,
        id: &AgentId,
        command: AgentCommand,
    ) -> Result<Done, CommandError<Refusal>> {
        let done = steer_machine(&self.commands, Steerer::Administrator, id, command).await?;
        self.show(Question::AgentDirectory, &done).await;
        Ok(done)
    }

    /// Waits until the answers to a question show what was recorded. It is recorded, even where that takes too long.
    async fn show(&self, question: Question, done: &Done) {
        if done.receipt.is_none() {
            return;
        }
        if let Err(error) = self.projections.wait_until(question, done.position(), SHOW_LIMIT).await {
            tracing::warn!(%error, position = done.position().0, "a change is recorded but not shown yet");
        }
    }
}
