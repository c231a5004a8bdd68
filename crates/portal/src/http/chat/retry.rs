//! `POST /chat/{id}/retry`: once more.

use super::{
    ASKED,
    composer::Refused,
    not_found, own_conversation, path_of,
    send::{is_known, task_id},
    show,
};
use crate::{
    Portal,
    callers::Person,
    forms::{Fields, Form},
    http::tasks,
    page,
};
use axum::{extract::State, http::StatusCode, response::Response};
use edgecoder_events::{ConversationId, TaskId};
use edgecoder_service_kit::http::{Path, Problem};
use edgecoder_wire::tasks::SubmitTask;

/// Tries a message again: a new task, that names the earlier one and is told the same.
#[utoipa::path(
    post,
    path = "/chat/{id}/retry",
    operation_id = "retry_message",
    tag = "chat",
    params(("id" = String, Path)),
    responses(
        (status = 303, description = "to the conversation; or log in first"),
        (status = 404, description = "conversation_not_found, task_not_found, or not yours"),
        (status = 422, body = String, content_type = "text/html", description = "the conversation, with what is wrong"),
    ),
)]
pub async fn retry(
    State(portal): State<Portal>,
    Path(id): Path<ConversationId>,
    Form { caller: person, fields }: Form<Person>,
) -> Result<Response, Problem> {
    portal.newest(&ASKED).await;
    own_conversation(&portal, &person, &id).await?;
    match again(&portal, &person, &id, &fields).await {
        Ok(task) => Ok(page::go(&path_of(&id, &task), [])),
        Err(problem) if problem.status().is_client_error() && problem.status() != StatusCode::NOT_FOUND => {
            show::refused(&portal, &person, &id, &Refused { fields: &Fields::default(), problem: &problem }).await
        }
        Err(problem) => Err(problem),
    }
}

async fn again(portal: &Portal, person: &Person, id: &ConversationId, fields: &Fields) -> Result<TaskId, Problem> {
    let task = task_id(fields)?;
    if is_known(portal, person, id, &task).await? {
        return Ok(task);
    }
    let earlier: TaskId = fields.text("earlier").parse().map_err(|_| not_found())?;
    let before = tasks::own_task(portal, person, &earlier).await?;
    let before = tasks::submission(portal, &before).await?.filter(|it| it.conversation_id.as_ref() == Some(id));
    let before = before.ok_or_else(not_found)?;
    let again = SubmitTask { task_id: Some(task), retry_of: Some(earlier), ..before };
    Ok(portal.submissions.submit(person.account(), &again).await?.task_id)
}
