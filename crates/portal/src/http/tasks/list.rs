//! `GET /tasks`: what did I submit?

use super::{TaskRow, newest};
use crate::{
    Portal,
    callers::Person,
    page::{self, Shell},
};
use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};
use edgecoder_projections::Question;
use edgecoder_service_kit::http::{Problem, Query};
use serde::Deserialize;
use utoipa::IntoParams;

const ON_A_PAGE: usize = 25;

#[derive(Template)]
#[template(path = "tasks.html")]
struct Page<'a> {
    shell: &'a Shell,
    tasks: Vec<TaskRow>,
    next: Option<u64>,
}

/// Which page is wanted.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// Older than this position.
    before: Option<u64>,
}

/// Lists the tasks of whoever is logged in.
#[utoipa::path(
    get,
    path = "/tasks",
    operation_id = "tasks_page",
    tag = "tasks",
    params(Wanted),
    responses(
        (status = 200, body = String, content_type = "text/html", description = "a page of tasks, newest first"),
        (status = 303, description = "log in first"),
    ),
)]
pub async fn list(
    State(portal): State<Portal>,
    person: Person,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Problem> {
    let shell = Shell::of_person(&person);
    portal.newest(&[Question::TaskBoard]).await;
    let (tasks, next) = newest(&portal, &person, wanted.before, ON_A_PAGE).await?;
    Ok(page::show(portal.cookies, StatusCode::OK, &shell, &Page { shell: &shell, tasks, next }))
}
