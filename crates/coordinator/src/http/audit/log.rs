//! `GET /audit/log`: to what has the log committed lately, and who has seen it?

use crate::Coordinator;
use axum::extract::State;
use edgecoder_events::Event;
use edgecoder_service_kit::{callers::Anyone, http::Json};
use edgecoder_wire::audit::AuditLog;

/// Names the log, its key, its witnesses and its newest checkpoints.
#[utoipa::path(
    get,
    path = "/audit/log",
    operation_id = "show_log",
    tag = "audit",
    security(()),
    responses((status = 200, body = AuditLog, description = "names, keys and signed notes")),
)]
pub async fn log(State(coordinator): State<Coordinator>, _: Anyone) -> Json<AuditLog> {
    Json(AuditLog {
        origin: coordinator.origin.clone(),
        log_verifier_key: coordinator.store.log_verifier_key().to_string(),
        witnesses: coordinator.witnesses.named(),
        checkpoints: coordinator.recent_checkpoints(),
        kinds: Event::KINDS.iter().map(|(kind, _)| (*kind).to_owned()).collect(),
        problems: coordinator.witnesses.problems(),
    })
}
