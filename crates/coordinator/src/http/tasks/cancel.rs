//! `POST /tasks/{id}/cancel`: it is no longer wanted.

use crate::Coordinator;
use axum::{extract::State, http::StatusCode};
use edgecoder_domain::task::TaskCommand;
use edgecoder_events::TaskId;
use edgecoder_service_kit::{
    callers::Reader,
    commands::{Request, Subject},
    http::{Path, Problem},
};
use edgecoder_wire::problem::ProblemDetails;

/// Stops a task. Machines at work are paid for the time they held it; the rest of the budget is released.
#[utoipa::path(
    post,
    path = "/tasks/{id}/cancel",
    operation_id = "cancel_task",
    tag = "tasks",
    security(("account" = []), ("operator" = [])),
    params(("id" = String, Path)),
    responses(
        (status = 204, description = "cancelled, now or before"),
        (status = 404, body = ProblemDetails, description = "task_not_found, or not yours"),
        (status = 409, body = ProblemDetails, description = "task_ended otherwise"),
    ),
)]
pub async fn cancel(
    State(coordinator): State<Coordinator>,
    reader: Reader,
    Path(id): Path<TaskId>,
) -> Result<StatusCode, Problem> {
    coordinator.owned_task(&reader, &id).await?;
    let request = Request::new(reader.actor(), [Subject::Task(id.clone())]);
    let cancel = TaskCommand::Cancel { now: coordinator.commands.clock().now() };
    coordinator.task_command(request, &id, &cancel).await?;
    Ok(StatusCode::NO_CONTENT)
}
