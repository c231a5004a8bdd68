//! `GET /health`: does the service answer?

use edgecoder_service_kit::{callers::Anyone, http::Json};
use edgecoder_wire::runtime::Health;

/// Says that the service answers. It does its work without a model too, less well: that is at `GET /model/status`.
#[utoipa::path(
    get,
    path = "/health",
    operation_id = "show_health",
    tag = "runtime",
    security(()),
    responses(
        (status = 200, body = Health, description = "it answers"),
    ),
)]
pub async fn health(_: Anyone) -> Json<Health> {
    let version = env!("CARGO_PKG_VERSION").to_owned();
    Json(Health { ok: true, service: "inference".to_owned(), version, problems: vec![] })
}
