//! `GET /health`, `/metrics`: does the service answer, and what did it do?

use crate::AnchorService;
use axum::{extract::State, http::StatusCode, response::Response};
use edgecoder_service_kit::{
    callers::Anyone,
    http::{self, Json},
};
use edgecoder_wire::runtime::Health;

/// Says whether somebody is at the desk. 503 where nobody is.
#[utoipa::path(
    get,
    path = "/health",
    operation_id = "show_health",
    tag = "runtime",
    security(()),
    responses(
        (status = 200, body = Health, description = "it does its work"),
        (status = 503, body = Health, description = "it does not; problems say why"),
    ),
)]
pub async fn health(State(service): State<AnchorService>, _: Anyone) -> (StatusCode, Json<Health>) {
    let gone = service.orders.is_closed().then(|| "nobody is at the desk any more".to_owned());
    http::health("anchor", gone.into_iter().collect())
}

/// Metrics in the OpenMetrics text format.
#[utoipa::path(
    get,
    path = "/metrics",
    operation_id = "show_metrics",
    tag = "runtime",
    security(()),
    responses(
        (status = 200, body = String, content_type = "application/openmetrics-text", description = "OpenMetrics text"),
    ),
)]
pub async fn metrics(State(service): State<AnchorService>, _: Anyone) -> Response {
    service.metrics.answer()
}
