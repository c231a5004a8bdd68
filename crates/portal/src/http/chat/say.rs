//! `POST /chat/{id}/messages`: and now this.

use super::{
    ASKED,
    composer::Refused,
    context::before,
    own_conversation, path_of,
    send::{is_known, message, task_id},
    show,
};
use crate::{
    Portal,
    callers::Person,
    forms::{Fields, Form},
    page,
};
use axum::{extract::State, response::Response};
use edgecoder_events::{ConversationId, TaskId};
use edgecoder_service_kit::http::{Path, Problem};

/// Sends a message in a conversation of whoever is logged in: a task, that is told what was before.
#[utoipa::path(
    post,
    path = "/chat/{id}/messages",
    operation_id = "say",
    tag = "chat",
    params(("id" = String, Path)),
    responses(
        (status = 303, description = "to the conversation; or log in first"),
        (status = 404, description = "conversation_not_found, or not yours"),
        (status = 422, body = String, content_type = "text/html", description = "the form, with what is wrong"),
    ),
)]
pub async fn say(
    State(portal): State<Portal>,
    Path(id): Path<ConversationId>,
    Form { caller: person, fields }: Form<Person>,
) -> Result<Response, Problem> {
    portal.newest(&ASKED).await;
    own_conversation(&portal, &person, &id).await?;
    match sent(&portal, &person, &id, &fields).await {
        Ok(task) => Ok(page::go(&path_of(&id, &task), [])),
        Err(problem) if problem.status().is_client_error() => {
            show::refused(&portal, &person, &id, &Refused { fields: &fields, problem: &problem }).await
        }
        Err(problem) => Err(problem),
    }
}

/// The task that a message became, now or before.
pub async fn sent(portal: &Portal, person: &Person, id: &ConversationId, fields: &Fields) -> Result<TaskId, Problem> {
    let task = task_id(fields)?;
    if is_known(portal, person, id, &task).await? {
        return Ok(task);
    }
    let mut message = message(fields, id)?;
    message.context = before(portal, person, id, &task).await?;
    Ok(portal.submissions.submit(person.account(), &message).await?.task_id)
}
