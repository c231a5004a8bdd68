//! `POST /heartbeat`: a machine is still there, and still works on these leases.

use super::check_models;
use crate::{Coordinator, presence::LeaseName};
use axum::extract::State;
use edgecoder_events::AgentId;
use edgecoder_service_kit::{
    callers::Signed,
    http::{Json, Problem},
};
use edgecoder_wire::{
    agents::{Heard, Heartbeat, HeldLease},
    problem::ProblemDetails,
};

/// The most leases that one machine can hold.
const MAX_LEASES: usize = 64;
const MAX_PERCENT: u8 = 100;

/// Renews the leases that it names, and says which of them are over.
#[utoipa::path(
    post,
    path = "/heartbeat",
    operation_id = "send_heartbeat",
    tag = "agents",
    security(("agent" = [])),
    request_body = Heartbeat,
    responses(
        (status = 200, body = Heard, description = "heard; leases that are over are named"),
        (status = 401, body = ProblemDetails, description = "the signature does not hold"),
    ),
)]
pub async fn heartbeat(
    State(coordinator): State<Coordinator>,
    signed: Signed<Heartbeat>,
) -> Result<Json<Heard>, Problem> {
    let Heartbeat { leases, models, preparing, resting, draining, .. } = signed.body;
    if leases.len() > MAX_LEASES {
        return Err(Problem::bad_field("leases", format!("expected at most {MAX_LEASES} leases")));
    }
    if preparing.as_ref().is_some_and(|it| it.percent > MAX_PERCENT) {
        return Err(Problem::bad_field("preparing.percent", format!("expected 0 to {MAX_PERCENT}")));
    }
    check_models(models.as_deref().unwrap_or_default())?;
    let now = coordinator.commands.clock().steady();
    let (held, ended_leases) = part(&coordinator, &signed.agent, leases).await;
    // What the machine does not hold is not remembered: names that it made up would fill the memory.
    let names =
        held.into_iter().map(|lease| LeaseName { task: lease.task_id, subtask: lease.subtask, attempt: lease.attempt });
    coordinator.presence.renewed(&signed.agent, names, now);
    coordinator.presence.prepares(&signed.agent, preparing);
    coordinator.presence.rests(&signed.agent, resting);
    if draining {
        coordinator.mark_drained(&signed.agent).await?;
    } else {
        coordinator.mark_online(&signed.agent).await?;
    }
    if let Some(models) = models {
        coordinator.update_models(&signed.agent, models).await?;
    }
    Ok(Json(Heard { ok: true, ended_leases, power_policy: coordinator.power_policy(&signed.agent) }))
}

/// The leases that the machine holds, and those that are over.
async fn part(coordinator: &Coordinator, agent: &AgentId, leases: Vec<HeldLease>) -> (Vec<HeldLease>, Vec<HeldLease>) {
    let (held, unknown) = held_of(coordinator, agent, leases);
    if unknown.is_empty() {
        return (held, unknown);
    }
    // A lease may be newer than what the queue has read: it is over only where the queue knows all that is recorded.
    if coordinator.queue_knows_all().await {
        let (newer, ended) = held_of(coordinator, agent, unknown);
        return ([held, newer].concat(), ended);
    }
    (held, Vec::new())
}

fn held_of(coordinator: &Coordinator, agent: &AgentId, leases: Vec<HeldLease>) -> (Vec<HeldLease>, Vec<HeldLease>) {
    let active = coordinator.active_leases(agent);
    leases.into_iter().partition(|lease| {
        active.iter().any(|it| (&it.task, it.subtask, it.attempt) == (&lease.task_id, lease.subtask, lease.attempt))
    })
}
