//! `POST /tasks/{id}/answer`: no machine could do it, so I say more.

use super::{judged::Typed, own_task, show};
use crate::{Portal, callers::Person, forms::Form};
use axum::{extract::State, response::Response};
use edgecoder_events::{SubtaskIndex, TaskId};
use edgecoder_projections::Question;
use edgecoder_service_kit::http::{Path, Problem};

/// Puts a part of a task of whoever is logged in back to the machines, with what they say.
#[utoipa::path(
    post,
    path = "/tasks/{id}/answer",
    operation_id = "answer_form",
    tag = "tasks",
    params(("id" = String, Path)),
    responses(
        (status = 303, description = "to the task; or log in first"),
        (status = 404, description = "task_not_found, or not yours"),
        (status = 422, body = String, content_type = "text/html", description = "the task, with what is wrong"),
    ),
)]
pub async fn answer(
    State(portal): State<Portal>,
    Path(id): Path<TaskId>,
    Form { caller: person, fields }: Form<Person>,
) -> Result<Response, Problem> {
    portal.newest(&[Question::TaskBoard]).await;
    own_task(&portal, &person, &id).await?;
    let words = fields.lines("answer").unwrap_or_default();
    let answered = match fields.text("subtask").parse::<u16>() {
        Ok(subtask) => portal.escalations.answer(person.account(), &id, SubtaskIndex(subtask), &words).await,
        Err(_) => Err(Problem::bad_field("subtask", "press one of the buttons of the page")),
    };
    show::after(&portal, &person, &id, answered, Typed { answer: &words, ..Typed::default() }).await
}
