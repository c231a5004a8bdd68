//! A machine was shut out or refused: what it holds goes back to the queue.

use super::Rule;
use crate::Coordinator;
use edgecoder_domain::task::{ReturnSubtask, TaskCommand};
use edgecoder_events::{Actor, AgentId, Event, EventId, Recorded, task::ReturnReason};
use edgecoder_service_kit::commands::{Request, Subject};
use tokio_util::sync::CancellationToken;

/// Gives back the leases of machines that were shut out, until `stop`. At start the silence of the machine does it.
pub async fn run(coordinator: Coordinator, stop: CancellationToken) {
    super::run(coordinator, stop, Rule { open: None, pick: shut_out, react: release }).await;
}

fn shut_out(recorded: &Recorded) -> Option<(AgentId, EventId)> {
    if let Event::AgentBlacklisted(it) = &recorded.event {
        return Some((it.agent.clone(), recorded.event_id));
    }
    if let Event::NodeRejected(it) = &recorded.event { Some((it.node.clone(), recorded.event_id)) } else { None }
}

async fn release(coordinator: Coordinator, (agent, cause): (AgentId, EventId)) {
    for lease in coordinator.active_leases(&agent) {
        let returned = ReturnSubtask {
            subtask: lease.subtask,
            attempt: lease.attempt,
            agent: lease.agent,
            reason: ReturnReason::AgentBlacklisted,
            now: coordinator.commands.clock().now(),
        };
        let mut request = Request::new(Actor::system("blacklist"), [Subject::Task(lease.task.clone())]);
        request.causation_id = Some(cause);
        if let Err(error) = coordinator.task_command(request, &lease.task, &TaskCommand::Return(returned)).await {
            tracing::warn!(task.id = %lease.task, %error, "a lease could not be taken back yet");
        }
    }
}
