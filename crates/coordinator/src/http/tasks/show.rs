//! `GET /tasks/{id}`: where does it stand, what came of it, what did it cost?

use super::{WAIT_FOR_BOARD, newest_board, readable};
use crate::{Coordinator, http::MAX_TASK_EVENTS, views};
use axum::{extract::State, response::Response};
use edgecoder_events::{Position, StreamName, TaskId};
use edgecoder_projections::Question;
use edgecoder_service_kit::{
    callers::Reader,
    http::{Path, Problem, Query},
};
use edgecoder_wire::{problem::ProblemDetails, tasks::TaskView};
use serde::Deserialize;
use utoipa::IntoParams;

/// How new the answer must be.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Freshness {
    /// A log position that the answer must have seen, as `POST /submit` returned it; a 503 where that takes too long.
    /// Without it the answer has what was acknowledged before, as a rule.
    after: Option<u64>,
}

/// Shows a task with its subtasks, their reports and costs.
#[utoipa::path(
    get,
    path = "/tasks/{id}",
    operation_id = "show_task",
    tag = "tasks",
    security(("account" = []), ("operator" = [])),
    params(("id" = String, Path), Freshness),
    responses(
        (status = 200, body = TaskView, description = "the task"),
        (status = 404, body = ProblemDetails, description = "task_not_found, or not yours"),
        (status = 410, body = ProblemDetails, description = "content_forgotten: only the list still has it"),
        (status = 429, body = ProblemDetails, description = "answers_unread: read those before you ask for more"),
    ),
)]
pub async fn show(
    State(coordinator): State<Coordinator>,
    reader: Reader,
    Path(id): Path<TaskId>,
    Query(freshness): Query<Freshness>,
) -> Result<Response, Problem> {
    match freshness.after {
        Some(position) => {
            coordinator.projections.wait_until(Question::TaskBoard, Position(position), WAIT_FOR_BOARD).await?;
        }
        None => newest_board(&coordinator).await,
    }
    let task = readable(&coordinator, &reader, &id).await?;
    let subtasks = coordinator.projections.task_board().subtasks(&task).await?;
    let stream = StreamName::task(&id);
    let positions = coordinator.store.stream_positions(&stream, MAX_TASK_EVENTS).await;
    let positions = positions.map_err(|error| Problem::internal(&error))?;
    let answer = coordinator.answers.promise(reader.actor().as_str()).await?;
    answer.json(&views::task_view(&coordinator.contents, task, subtasks, positions).await?)
}
