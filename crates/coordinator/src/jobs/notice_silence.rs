//! Which machines are no longer there?

use crate::Coordinator;
use edgecoder_domain::agent::AgentCommand;
use edgecoder_events::{Actor, AgentId, agent::OfflineReason};
use edgecoder_service_kit::commands::{Request, Subject};

/// Records that machines went offline that were silent for too long.
pub async fn tick(coordinator: &Coordinator) {
    let (now, moment) = (coordinator.commands.clock().now(), coordinator.commands.clock().steady());
    let silent: Vec<AgentId> = coordinator.projections.agent_directory(|agents| {
        let workers = agents.workers(now).filter(|(_, entry)| entry.is_online());
        workers.map(|(id, _)| id).filter(|id| coordinator.presence.is_silent(id, moment)).cloned().collect()
    });
    for id in silent {
        let gone = AgentCommand::GoOffline { reason: OfflineReason::Silent };
        let request = Request::new(Actor::system("presence"), [Subject::Agent(id.clone())]);
        if let Err(error) = coordinator.agent_command(request, &id, gone).await {
            tracing::warn!(agent.id = %id, %error, "an agent's silence could not be recorded yet");
        }
    }
}
