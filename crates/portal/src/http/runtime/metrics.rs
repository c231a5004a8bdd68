//! `GET /metrics`: what did it do since it began?

use crate::Portal;
use axum::{extract::State, response::Response};
use edgecoder_service_kit::callers::Anyone;

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
pub async fn metrics(State(portal): State<Portal>, _: Anyone) -> Response {
    portal.metrics.answer()
}
