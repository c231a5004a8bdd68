//! `GET /health`: can the control plane do its work?

use crate::ControlPlane;
use axum::{extract::State, http::StatusCode};
use edgecoder_service_kit::{
    callers::Anyone,
    http::{self, Json},
};
use edgecoder_wire::runtime::Health;

/// Says whether the control plane can do its work. 503 where it can not.
#[utoipa::path(
    get,
    path = "/health",
    operation_id = "show_health",
    tag = "runtime",
    security(()),
    responses(
        (status = 200, body = Health, description = "it can do its work"),
        (status = 503, body = Health, description = "it can not; problems say why"),
    ),
)]
pub async fn health(State(control_plane): State<ControlPlane>, _: Anyone) -> (StatusCode, Json<Health>) {
    let commands = &control_plane.commands;
    http::health("control-plane", http::ledger_problems(commands.store(), commands.clock()).await)
}
