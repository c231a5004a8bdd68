//! A machine was shut out or refused: what it holds goes back to the queue.

use super::Rule;
use crate::Coordinator;
use edgecoder_domain::task::ReturnSubtask;
use edgecoder_events::{Actor, AgentId, Event, task::ReturnReason};
use tokio_util::sync::CancellationToken;

/// Gives back the leases of machines that were shut out, until `stop`. At start the silence of the machine does it.
pub async fn run(coordinator: Coordinator, stop: CancellationToken) {
    super::run(coordinator, stop, Rule { open: None, pick: shut_out, react: release }).await;
}

fn shut_out(event: &Event) -> Option<AgentId> {
    if let Event::AgentBlacklisted(it) = event {
        return Some(it.agent.clone());
    }
    if let Event::NodeRejected(it) = event { Some(it.node.clone()) } else { None }
}

async fn release(coordinator: Coordinator, agent: AgentId) {
    for lease in coordinator.active_leases(&agent) {
        let returned = ReturnSubtask {
            subtask: lease.subtask,
            attempt: lease.attempt,
            agent: lease.agent,
            reason: ReturnReason::AgentBlacklisted,
            now: coordinator.commands.clock().now(),
        };
        if let Err(error) = coordinator.return_lease(Actor::system("blacklist"), &lease.task, returned).await {
            tracing::warn!(task.id = %lease.task, %error, "a lease could not be taken back yet");
        }
    }
}
