//! `GET /tasks`: what was submitted, newest first.

use super::{newest_board, wanted::Wanted};
use crate::{Coordinator, views};
use axum::extract::State;
use edgecoder_events::{AccountId, Position};
use edgecoder_projections::{PageRequest, Question, task_board::TaskFilter, task_search};
use edgecoder_service_kit::{
    callers::Reader,
    http::{Json, Problem, Query},
};
use edgecoder_wire::{
    problem::ProblemDetails,
    tasks::{TaskPage, TasksFound, TasksInState},
};

/// Lists the caller's tasks, newest first, or searches among them; the administrator sees everybody's, but searches in
/// nobody's.
#[utoipa::path(
    get,
    path = "/tasks",
    operation_id = "list_tasks",
    tag = "tasks",
    security(("account" = []), ("operator" = [])),
    params(Wanted),
    responses(
        (status = 200, body = TaskPage, description = "a page of tasks, newest first"),
        (status = 400, body = ProblemDetails, description = "invalid_query, invalid_field"),
        (status = 503, body = ProblemDetails, description = "search_crowded, or projection_behind: ask again"),
    ),
)]
pub async fn list(
    State(coordinator): State<Coordinator>,
    reader: Reader,
    Query(wanted): Query<Wanted>,
) -> Result<Json<TaskPage>, Problem> {
    let page = wanted.page();
    let answer = match (wanted.searched_by(), reader) {
        (None, reader) => listed(&coordinator, &wanted.listed(reader), &page).await?,
        (Some(_), Reader::Customer(account)) => found(&coordinator, &account, &wanted.checked()?, &page).await?,
        (Some(field), Reader::Operator) => {
            let detail = "what people wrote is searched by themselves only: ask with the token of an account";
            return Err(Problem::bad_field(field, detail));
        }
    };
    Ok(Json(answer))
}

async fn listed(
    coordinator: &Coordinator,
    filter: &TaskFilter,
    page: &PageRequest<Position>,
) -> Result<TaskPage, Problem> {
    newest_board(coordinator).await;
    let page = coordinator.projections.task_board().list(filter, page).await?;
    Ok(TaskPage {
        tasks: page.items.into_iter().map(views::task_summary).collect(),
        next: page.next.map(|position| position.0.to_string()),
        found: None,
    })
}

async fn found(
    coordinator: &Coordinator,
    account: &AccountId,
    wanted: &task_search::Wanted,
    page: &PageRequest<Position>,
) -> Result<TaskPage, Problem> {
    let _turn = coordinator.task_searches.turn().await?;
    let searched = coordinator.projections.progress().get(&Question::TaskSearch).map_or(Position(0), |it| it.next);
    let found = coordinator.projections.task_search().find(account, wanted, page).await?;
    let count = |(state, tasks)| TasksInState { state: views::task_state(state), tasks };
    Ok(TaskPage {
        tasks: found.page.items.into_iter().map(views::task_summary).collect(),
        next: found.page.next.map(|position| position.0.to_string()),
        found: Some(TasksFound { counts: found.counts.into_iter().map(count).collect(), searched }),
    })
}
