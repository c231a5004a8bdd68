//! `POST /escalate`: what is better than this code?

use crate::{Inference, mending};
use axum::extract::State;
use edgecoder_service_kit::{
    callers::Service,
    http::{Json, Problem},
};
use edgecoder_wire::{
    inference::{Escalate, Escalated},
    problem::ProblemDetails,
    tasks::MAX_PROMPT_BYTES,
};

/// The most failures that are told; the newest of them reach the model.
const MAX_FAILURES: usize = 20;

/// Mends code that every machine failed with. Without a model's better code this fails and says what to do.
#[utoipa::path(
    post,
    path = "/escalate",
    operation_id = "escalate",
    tag = "code",
    security(("service" = [])),
    request_body = Escalate,
    responses(
        (status = 200, body = Escalated, description = "mended code"),
        (status = 400, body = ProblemDetails, description = "a field is wrong"),
        (status = 401, body = ProblemDetails, description = "not one of our services"),
        (status = 502, body = ProblemDetails, description = "no_model_available, model_failed, model_answer_unusable"),
        (status = 503, body = ProblemDetails, description = "model_busy"),
        (status = 504, body = ProblemDetails, description = "model_timed_out"),
    ),
)]
pub async fn escalate(
    State(inference): State<Inference>,
    _: Service,
    Json(failed): Json<Escalate>,
) -> Result<Json<Escalated>, Problem> {
    if failed.task.trim().is_empty() || failed.task.len() > MAX_PROMPT_BYTES {
        return Err(Problem::bad_field("task", format!("expected 1 to {MAX_PROMPT_BYTES} bytes")));
    }
    if failed.error_history.len() > MAX_FAILURES {
        return Err(Problem::bad_field("errorHistory", format!("expected at most {MAX_FAILURES} failures")));
    }
    Ok(Json(mending::mend(&inference, failed).await?))
}
