//! `GET /health`: can the control plane do its work?

use crate::ControlPlane;
use axum::{extract::State, http::StatusCode};
use edgecoder_service_kit::{callers::Anyone, http::Json};
use edgecoder_store::Standing;
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
    let problems: Vec<String> = match control_plane.commands.store().standing() {
        Standing::Leading => vec![],
        Standing::Standby => vec!["another process leads this ledger; this one takes over when it is gone".into()],
        Standing::RolledBack(_) => {
            vec!["the ledger is older than its checkpoint: see `edgecoder ledger accept-restore`".into()]
        }
    };
    let ok = problems.is_empty();
    let version = env!("CARGO_PKG_VERSION").to_owned();
    let health = Health { ok, service: "control-plane".to_owned(), version, problems };
    (if ok { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }, Json(health))
}
