//! `GET /receipt/{position}`: what proves, without asking anyone again, that an entry is in the log?

use crate::{Coordinator, receipts::NoReceipt};
use axum::{
    extract::State,
    http::header::CACHE_CONTROL,
    response::{IntoResponse, Response},
};
use edgecoder_events::Position;
use edgecoder_service_kit::{
    callers::Anyone,
    http::{Path, Problem},
};
use edgecoder_wire::problem::ProblemDetails;

/// A receipt: the entry, its proof, and the checkpoint with all its signatures. Waits up to two seconds for the
/// checkpoint that covers the entry.
#[utoipa::path(
    get,
    path = "/receipt/{position}",
    operation_id = "show_receipt",
    tag = "log",
    security(()),
    params(("position" = u64, Path, description = "the entry's place in the log")),
    responses(
        (status = 200, body = String, content_type = "text/plain", description = "a file of C2SP tlog-proof"),
        (status = 404, body = ProblemDetails, description = "no_such_entry"),
        (status = 503, body = ProblemDetails, description = "no_checkpoint: ask again"),
    ),
)]
pub async fn receipt(
    State(coordinator): State<Coordinator>,
    _: Anyone,
    Path(position): Path<u64>,
) -> Result<Response, Problem> {
    let receipt = coordinator.receipt(Position(position)).await.map_err(problem)?;
    Ok(([(CACHE_CONTROL, "no-cache")], receipt.to_string()).into_response())
}

fn problem(error: NoReceipt) -> Problem {
    match error {
        NoReceipt::NoSuchEntry => Problem::not_found("no_such_entry", error.to_string()),
        NoReceipt::NotCovered => Problem::unavailable("no_checkpoint", error.to_string()),
        NoReceipt::Proof(error) => Problem::internal(&error),
    }
}
