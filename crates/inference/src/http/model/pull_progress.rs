//! `GET /model/pull/progress`: how far is the download?

use crate::Inference;
use axum::extract::State;
use edgecoder_service_kit::{callers::Insider, http::Json};
use edgecoder_wire::inference::PullProgress;

/// Tells how far the pull is that runs or ran last.
#[utoipa::path(
    get,
    path = "/model/pull/progress",
    operation_id = "show_pull",
    tag = "model",
    security(("operator" = []), ("service" = [])),
    responses(
        (status = 200, body = PullProgress, description = "how far the download is"),
    ),
)]
pub async fn pull_progress(State(inference): State<Inference>, _: Insider) -> Json<PullProgress> {
    Json(inference.pulls.progress())
}
