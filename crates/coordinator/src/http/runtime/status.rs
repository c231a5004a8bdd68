//! `GET /status`, `/health/runtime`, `/identity`: how is it, and who is it?

use crate::Coordinator;
use axum::{extract::State, http::StatusCode};
use edgecoder_service_kit::{
    callers::{Anyone, Reader},
    http::{self, Json, Problem},
};
use edgecoder_wire::runtime::{Health, Identity, Status};

/// Counts what waits, what runs and who is there.
#[utoipa::path(
    get,
    path = "/status",
    operation_id = "show_status",
    tag = "runtime",
    security(("account" = []), ("operator" = [])),
    responses(
        (status = 200, body = Status, description = "the counts, and the head of the log"),
    ),
)]
pub async fn status(State(coordinator): State<Coordinator>, _: Reader) -> Result<Json<Status>, Problem> {
    let (queued, leased) = coordinator.projections.ready_queue(|queue| (queue.waiting(), queue.leased()));
    let agents = coordinator.workers();
    let head = coordinator.store.head();
    Ok(Json(Status {
        queued: queued as u64,
        leased: leased as u64,
        agents: agents.len() as u64,
        preparing: coordinator.presence.in_preparation(&agents),
        ledger_size: head.size,
        ledger_head: hex::encode(head.hash),
    }))
}

/// Says whether the coordinator can do its work. 503 where it can not.
#[utoipa::path(
    get,
    path = "/health/runtime",
    operation_id = "show_health",
    tag = "runtime",
    security(()),
    responses(
        (status = 200, body = Health, description = "it can do its work"),
        (status = 503, body = Health, description = "it can not; problems say why"),
    ),
)]
pub async fn health(State(coordinator): State<Coordinator>, _: Anyone) -> (StatusCode, Json<Health>) {
    let mut problems = http::ledger_problems(&coordinator.store, coordinator.commands.clock()).await;
    problems.extend(coordinator.witnesses.problems());
    http::health("coordinator", problems)
}

/// Names the log, its key, the key of this coordinator as a witness of other logs, and the key for sealed reports.
#[utoipa::path(
    get,
    path = "/identity",
    operation_id = "show_identity",
    tag = "runtime",
    security(()),
    responses(
        (status = 200, body = Identity, description = "names and public keys"),
    ),
)]
pub async fn identity(State(coordinator): State<Coordinator>, _: Anyone) -> Json<Identity> {
    Json(Identity {
        origin: coordinator.origin.clone(),
        log_verifier_key: coordinator.log_verifier_key.clone(),
        envelope_key: coordinator.keys.envelope_key(),
        witness_verifier_key: coordinator.witness.key().to_string(),
        version: env!("CARGO_PKG_VERSION").into(),
    })
}
