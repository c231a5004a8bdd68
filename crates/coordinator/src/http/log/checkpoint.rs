//! `GET /checkpoint`: to what has the log committed?

use super::nothing_published;
use crate::Coordinator;
use axum::{
    extract::State,
    http::header::CACHE_CONTROL,
    response::{IntoResponse, Response},
};
use edgecoder_service_kit::{callers::Anyone, http::Problem};
use edgecoder_wire::problem::ProblemDetails;

/// The newest signed checkpoint, with the cosignatures of witnesses that came until now; every tile and entry under it can
/// be read.
#[utoipa::path(
    get,
    path = "/checkpoint",
    operation_id = "show_checkpoint",
    tag = "log",
    security(()),
    responses(
        (status = 200, body = String, content_type = "text/plain", description = "a signed note of C2SP tlog-checkpoint"),
        (status = 503, body = ProblemDetails, description = "no_checkpoint"),
    ),
)]
pub async fn checkpoint(State(coordinator): State<Coordinator>, _: Anyone) -> Result<Response, Problem> {
    let published = coordinator.store.tiles().published().ok_or_else(nothing_published)?;
    Ok(([(CACHE_CONTROL, "public, max-age=1")], coordinator.witnesses.note(&published)).into_response())
}
