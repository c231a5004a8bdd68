//! `POST /decompose`: what are the steps of this prompt?

use crate::{Inference, planning};
use axum::extract::State;
use edgecoder_service_kit::{
    callers::Service,
    http::{Json, Problem},
};
use edgecoder_wire::{
    inference::{Decompose, Decomposed},
    problem::ProblemDetails,
    tasks::MAX_PROMPT_BYTES,
};

/// Splits a prompt into 1 to 10 subtasks. Without a usable answer of a model it stays one: `planner` says so.
#[utoipa::path(
    post,
    path = "/decompose",
    operation_id = "decompose",
    tag = "prompts",
    security(("service" = [])),
    request_body = Decompose,
    responses(
        (status = 200, body = Decomposed, description = "the subtasks"),
        (status = 400, body = ProblemDetails, description = "a field is wrong"),
        (status = 401, body = ProblemDetails, description = "not one of our services"),
    ),
)]
pub async fn decompose(
    State(inference): State<Inference>,
    _: Service,
    Json(asked): Json<Decompose>,
) -> Result<Json<Decomposed>, Problem> {
    if asked.prompt.trim().is_empty() || asked.prompt.len() > MAX_PROMPT_BYTES {
        return Err(Problem::bad_field("prompt", format!("expected 1 to {MAX_PROMPT_BYTES} bytes")));
    }
    Ok(Json(planning::split(&inference, asked).await))
}
