//! `POST /tasks/{id}/cancel`: I do not want it any more.

use super::own_task;
use crate::{Portal, callers::Person, forms::Form, page};
use axum::{extract::State, response::Response};
use edgecoder_domain::task::{self, TaskCommand};
use edgecoder_events::TaskId;
use edgecoder_projections::Question;
use edgecoder_service_kit::{
    commands::{Request, Subject},
    http::{Path, Problem, Refusal},
};

/// Stops a task of whoever is logged in. Machines at work are paid for the time they held it; the rest comes back.
#[utoipa::path(
    post,
    path = "/tasks/{id}/cancel",
    operation_id = "cancel_own_task",
    tag = "tasks",
    params(("id" = String, Path)),
    responses(
        (status = 303, description = "stopped, now or before; or log in first"),
        (status = 404, description = "task_not_found, or not yours"),
        (status = 409, description = "task_ended otherwise"),
    ),
)]
pub async fn cancel(
    State(portal): State<Portal>,
    Path(id): Path<TaskId>,
    Form { caller: person, fields }: Form<Person>,
) -> Result<Response, Problem> {
    portal.newest(&[Question::TaskBoard]).await;
    own_task(&portal, &person, &id).await?;
    let request = Request::new(person.actor(), [Subject::Task(id.clone())]);
    let cancel = TaskCommand::Cancel { now: portal.now() };
    let decide = |view: &edgecoder_service_kit::commands::View<'_>| {
        task::decide(view.task(&id), cancel.clone()).map_err(Refusal::from)
    };
    let done = portal.commands.run(request, decide).await?;
    portal.show(&[Question::TaskBoard], &done).await;
    // From a conversation the way leads back into it.
    match fields.text("then") {
        "" => Ok(page::go(&format!("/tasks/{id}"), [])),
        then => Ok(page::go(page::our_path(then), [])),
    }
}
