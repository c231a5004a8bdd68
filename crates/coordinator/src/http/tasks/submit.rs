//! `POST /submit`: somebody wants something done.

use crate::Coordinator;
use axum::extract::State;
use edgecoder_service_kit::{
    callers::Customer,
    http::{Json, Problem},
    submissions,
};
use edgecoder_wire::{
    problem::ProblemDetails,
    tasks::{SubmitTask, TaskAccepted},
};

/// Submits a task: a prompt, or a program of its own. The same name with the same content is the same task.
#[utoipa::path(
    post,
    path = "/submit",
    operation_id = "submit_task",
    tag = "tasks",
    security(("account" = [])),
    request_body = SubmitTask,
    responses(
        (status = 200, body = TaskAccepted, description = "accepted, now or before"),
        (status = 400, body = ProblemDetails, description = "a field is wrong"),
        (status = 402, body = ProblemDetails, description = "insufficient_credits"),
        (status = 409, body = ProblemDetails, description = "task_exists with other content, account_being_forgotten"),
        (status = 413, body = ProblemDetails, description = "body_too_large: detail names the bounds"),
        (status = 429, body = ProblemDetails, description = "too_many_submissions: detail names the bounds"),
    ),
)]
pub async fn submit(
    State(coordinator): State<Coordinator>,
    customer: Customer,
    body: Result<Json<SubmitTask>, Problem>,
) -> Result<Json<TaskAccepted>, Problem> {
    let Json(body) = body.map_err(submissions::name_the_bound)?;
    coordinator.submissions.submit(&customer.account, &body).await.map(Json)
}
