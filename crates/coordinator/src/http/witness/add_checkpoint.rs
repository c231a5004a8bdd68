//! `POST /add-checkpoint`: did this log grow as it should?

use crate::{Coordinator, witness::AddError};
use axum::{
    extract::{Request, State},
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use edgecoder_ledger::witness::{AddCheckpoint, WitnessRefusal};
use edgecoder_service_kit::{
    callers::Anyone,
    http::{Problem, whole_body},
};
use edgecoder_wire::problem::ProblemDetails;

/// Cosigns the checkpoint of a log that this coordinator witnesses, once it has proven that it continues the one that was
/// cosigned before.
#[utoipa::path(
    post,
    path = "/add-checkpoint",
    operation_id = "add_checkpoint",
    tag = "witness",
    security(()),
    request_body(content = String, content_type = "text/plain", description = "as C2SP tlog-witness has it"),
    responses(
        (status = 200, body = String, content_type = "text/plain", description = "the line of the cosignature"),
        (status = 400, body = ProblemDetails, description = "invalid_request, or an old size larger than the new one"),
        (status = 403, body = ProblemDetails, description = "unsigned: no key that is trusted for this log"),
        (status = 404, body = ProblemDetails, description = "unknown_log"),
        (status = 409, body = String, content_type = "text/x.tlog.size", description = "the size that was cosigned last"),
        (status = 422, body = ProblemDetails, description = "inconsistent: another history"),
    ),
)]
pub async fn add_checkpoint(
    State(coordinator): State<Coordinator>,
    _: Anyone,
    request: Request,
) -> Result<Response, Problem> {
    let body = whole_body(request).await?;
    let request = AddCheckpoint::parse(&body);
    let request = request.map_err(|error| Problem::bad_request("invalid_request", error.to_string()))?;
    let now = coordinator.commands.clock().now();
    // It waits for the disk.
    let added = tokio::task::spawn_blocking(move || coordinator.witness.add(&request, now)).await;
    match added.map_err(|error| Problem::internal(&error))? {
        Ok(signature) => Ok(format!("{signature}\n").into_response()),
        Err(error) => refusal(&error),
    }
}

fn refusal(error: &AddError) -> Result<Response, Problem> {
    let AddError::Refused(refusal) = error else { return Err(Problem::internal(error)) };
    let detail = refusal.to_string();
    Err(match refusal {
        WitnessRefusal::OtherSize { size } => {
            let headers = [(CONTENT_TYPE, "text/x.tlog.size")];
            return Ok((StatusCode::CONFLICT, headers, format!("{size}\n")).into_response());
        }
        WitnessRefusal::UnknownLog { .. } => Problem::not_found("unknown_log", detail),
        WitnessRefusal::Unsigned(_) => Problem::forbidden("unsigned", detail),
        WitnessRefusal::OldIsLarger => Problem::bad_request("invalid_request", detail),
        WitnessRefusal::OtherRoot | WitnessRefusal::Inconsistent(_) => {
            Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "inconsistent", detail)
        }
    })
}
