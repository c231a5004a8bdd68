//! `POST /tasks/{id}/review`: what do I think of what it brought?

use crate::Coordinator;
use axum::{extract::State, http::StatusCode};
use edgecoder_events::TaskId;
use edgecoder_service_kit::{
    callers::Customer,
    http::{Json, Path, Problem},
};
use edgecoder_wire::{problem::ProblemDetails, tasks::ReviewTask};

/// Says of a completed task of the caller whether they take what it brought. The last word counts; no credit moves.
#[utoipa::path(
    post,
    path = "/tasks/{id}/review",
    operation_id = "review_task",
    tag = "tasks",
    security(("account" = [])),
    params(("id" = String, Path)),
    request_body = ReviewTask,
    responses(
        (status = 204, description = "recorded"),
        (status = 400, body = ProblemDetails, description = "invalid_field: no reason, no diff, or one that does not fit"),
        (status = 404, body = ProblemDetails, description = "task_not_found, or not yours"),
        (status = 409, body = ProblemDetails, description = "not_completed, reviewed_too_often"),
    ),
)]
pub async fn review(
    State(coordinator): State<Coordinator>,
    customer: Customer,
    Path(id): Path<TaskId>,
    Json(said): Json<ReviewTask>,
) -> Result<StatusCode, Problem> {
    coordinator.reviews.review(&customer.account, &id, &said).await?;
    Ok(StatusCode::NO_CONTENT)
}
