//! `GET /tasks`: what was submitted, newest first.

use super::newest_board;
use crate::{Coordinator, views};
use axum::extract::State;
use edgecoder_events::{AccountId, ProjectId};
use edgecoder_projections::{PageRequest, task_board::TaskFilter};
use edgecoder_service_kit::{
    callers::Reader,
    http::{Json, Problem, Query},
};
use edgecoder_wire::tasks::{TaskPage, TaskState};
use serde::Deserialize;
use utoipa::IntoParams;

const DEFAULT_LIMIT: usize = 50;

/// Which tasks are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Wanted {
    #[param(inline)]
    state: Option<TaskState>,
    #[param(value_type = Option<String>)]
    project_id: Option<ProjectId>,
    /// At most 500; 50 where there is none.
    limit: Option<usize>,
    /// `next` of the page before.
    before: Option<u64>,
}

/// Lists the caller's tasks, newest first; the administrator sees everybody's.
#[utoipa::path(
    get,
    path = "/tasks",
    operation_id = "list_tasks",
    tag = "tasks",
    security(("account" = []), ("operator" = [])),
    params(Wanted),
    responses(
        (status = 200, body = TaskPage, description = "a page of tasks, newest first"),
    ),
)]
pub async fn list(
    State(coordinator): State<Coordinator>,
    reader: Reader,
    Query(wanted): Query<Wanted>,
) -> Result<Json<TaskPage>, Problem> {
    let account: Option<AccountId> = match reader {
        Reader::Operator => None,
        Reader::Customer(account) => Some(account),
    };
    let filter = TaskFilter { account, project: wanted.project_id, state: wanted.state.map(views::board_state) };
    let page = PageRequest::new(wanted.before.map(edgecoder_events::Position), wanted.limit.unwrap_or(DEFAULT_LIMIT));
    newest_board(&coordinator).await;
    let page = coordinator.projections.task_board().list(&filter, &page).await?;
    Ok(Json(TaskPage {
        tasks: page.items.into_iter().map(views::task_summary).collect(),
        next: page.next.map(|position| position.0.to_string()),
    }))
}
