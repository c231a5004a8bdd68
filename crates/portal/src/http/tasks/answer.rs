//! `POST /tasks/{id}/answer`: no machine could do it, so I say more.

use super::{judged::Refused, own_task, show};
use crate::{Portal, callers::Person, forms::Form, http::failures::sentence, page};
use axum::{extract::State, http::StatusCode, response::Response};
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
    let answered = match fields.text("subtask").parse() {
        Ok(subtask) => portal.escalations.answer(person.account(), &id, SubtaskIndex(subtask), &words).await,
        Err(_) => Err(Problem::bad_field("subtask", "press one of the buttons of the page")),
    };
    match answered {
        Ok(done) => {
            portal.show(&[Question::TaskBoard], &done).await;
            Ok(page::go(&format!("/tasks/{id}"), []))
        }
        Err(problem) if matches!(problem.status(), StatusCode::BAD_REQUEST | StatusCode::CONFLICT) => {
            let error = Some(sentence(problem.detail()));
            show::task_page(&portal, &person, &id, Refused { error, answer: &words, ..Refused::default() }).await
        }
        Err(problem) => Err(problem),
    }
}
