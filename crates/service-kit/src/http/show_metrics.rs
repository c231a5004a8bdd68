//! `GET /metrics`: what did this service measure? The same route in every service.

use super::Metrics;
use crate::callers::Anyone;
use axum::{extract::State, response::Response};

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
#[expect(clippy::unused_async, reason = "a handler is asked as a future")]
pub async fn show(State(metrics): State<Metrics>, _: Anyone) -> Response {
    metrics.answer()
}
