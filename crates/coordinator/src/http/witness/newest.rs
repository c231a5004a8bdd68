//! `GET /{log}/checkpoint`: what did this witness cosign last?

use crate::Coordinator;
use axum::extract::State;
use edgecoder_service_kit::{
    callers::Anyone,
    http::{Path, Problem},
};
use edgecoder_wire::problem::ProblemDetails;

/// The newest checkpoint of another log that this coordinator cosigned.
#[utoipa::path(
    get,
    path = "/{log}/checkpoint",
    operation_id = "show_witnessed_checkpoint",
    tag = "witness",
    security(()),
    params(("log" = String, Path, description = "SHA-256 of the log's origin, 64 lower-case hex digits")),
    responses(
        (status = 200, body = String, content_type = "text/plain", description = "a signed note of C2SP tlog-checkpoint"),
        (status = 404, body = ProblemDetails, description = "unknown_log"),
    ),
)]
pub async fn newest(
    State(coordinator): State<Coordinator>,
    _: Anyone,
    Path(log): Path<String>,
) -> Result<String, Problem> {
    let found = tokio::task::spawn_blocking(move || coordinator.witness.newest(&log)).await;
    let found = found.map_err(|error| Problem::internal(&error))?.map_err(|error| Problem::internal(&error))?;
    found.ok_or_else(|| Problem::not_found("unknown_log", "nothing of this log was cosigned here"))
}
