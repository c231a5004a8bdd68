//! How does a message become a task? As any submission; sent twice, it is one.

use crate::{
    Portal,
    callers::Person,
    forms::Fields,
    http::tasks::{
        submission,
        submit::{language, model},
    },
    text::ENGLISH,
};
use edgecoder_events::{ConversationId, ProjectId, TaskId};
use edgecoder_service_kit::http::Problem;
use edgecoder_wire::tasks::SubmitTask;

/// What a form means.
pub fn message(fields: &Fields, id: &ConversationId) -> Result<SubmitTask, Problem> {
    let prompt = fields.lines("message").ok_or_else(|| Problem::bad_field("message", ENGLISH.chat_empty))?;
    let project_id: Option<ProjectId> = match fields.text("project").trim() {
        "" => None,
        name => Some(name.parse().map_err(|_| Problem::bad_field("project", ENGLISH.chat_project_wrong))?),
    };
    Ok(SubmitTask {
        task_id: Some(task_id(fields)?),
        prompt: Some(prompt),
        language: Some(language(fields)),
        project_id,
        requested_model: model(fields)?,
        conversation_id: Some(id.clone()),
        ..SubmitTask::default()
    })
}

/// The name of the task that a form becomes.
pub fn task_id(fields: &Fields) -> Result<TaskId, Problem> {
    fields.text("task_id").parse().map_err(|_| Problem::bad_field("task_id", "open the page anew"))
}

/// Whether the form was sent before, and taken.
pub async fn is_known(portal: &Portal, person: &Person, id: &ConversationId, task: &TaskId) -> Result<bool, Problem> {
    let known = portal.projections.task_board().task(task).await?;
    let Some(known) = known.filter(|it| it.account == *person.account()) else { return Ok(false) };
    let before = submission(portal, &known).await?;
    Ok(before.is_some_and(|it| it.conversation_id.as_ref() == Some(id)))
}
