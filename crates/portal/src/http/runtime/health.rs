//! `GET /health`: can the portal do its work?

use crate::Portal;
use axum::{extract::State, http::StatusCode};
use edgecoder_service_kit::{
    callers::Anyone,
    http::{self, Json},
};
use edgecoder_wire::runtime::Health;

/// Says whether the portal can do its work. 503 where it can not.
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
pub async fn health(State(portal): State<Portal>, _: Anyone) -> (StatusCode, Json<Health>) {
    let commands = &portal.commands;
    http::health("portal", http::ledger_problems(commands.store(), commands.clock()).await)
}
