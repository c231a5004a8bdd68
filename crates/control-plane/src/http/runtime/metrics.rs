//! `GET /metrics`: what did it do since it began?

use crate::ControlPlane;
use axum::{extract::State, response::Response};
use edgecoder_service_kit::callers::Anyone;

/// Metrics in the OpenMetrics text format.
#[utoipa::path(get, path = "/metrics", tag = "runtime", responses((status = 200, content_type = "text/plain")))]
pub async fn metrics(State(control_plane): State<ControlPlane>, _: Anyone) -> Response {
    control_plane.metrics.answer()
}
