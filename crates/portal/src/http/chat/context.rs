//! What was said before? As much of it as a model can be told beside the next message.

use crate::{Portal, callers::Person, http::tasks};
use edgecoder_events::{ConversationId, TaskId};
use edgecoder_projections::{
    PageRequest,
    task_board::{TaskEntry, TaskState},
};
use edgecoder_service_kit::{contents::ContentError, http::Problem};
use edgecoder_wire::tasks::Report;

/// As many messages are looked at, the newest first.
const MAX_MESSAGES: usize = 6;
/// As many bytes are told in all.
const MAX_BYTES: usize = 8 * 1024;
/// As many characters of one message, and of what came of it.
const MAX_CHARS: usize = 1_500;
const BEGIN: &str = "Earlier in this conversation, the oldest first:";

/// What was said before the task `next` in a conversation of whoever is logged in.
pub async fn before(
    portal: &Portal,
    person: &Person,
    id: &ConversationId,
    next: &TaskId,
) -> Result<Option<String>, Problem> {
    let page = PageRequest::new(None, MAX_MESSAGES);
    let messages = portal.projections.conversations().messages(person.account(), id, &page).await?;
    let (mut told, mut room) = (Vec::new(), MAX_BYTES);
    for message in messages.items.into_iter().filter(|it| it.task != *next) {
        let task = tasks::own_task(portal, person, &message.task).await?;
        let Some(text) = turn(portal, &task).await? else { continue };
        let Some(left) = room.checked_sub(text.len()) else { break };
        room = left;
        told.push(text);
    }
    told.reverse();
    Ok((!told.is_empty()).then(|| format!("{BEGIN}\n\n{}", told.join("\n\n"))))
}

/// A message and what came of it; nothing where its key was destroyed.
async fn turn(portal: &Portal, task: &TaskEntry) -> Result<Option<String>, Problem> {
    let submission = tasks::submission(portal, task).await?;
    let Some(prompt) = submission.and_then(|it| it.prompt) else { return Ok(None) };
    let mut answer = String::new();
    for subtask in portal.projections.task_board().subtasks(task).await? {
        let Some(report) = subtask.report else { continue };
        match portal.contents.open::<Report>(&task.account, report).await {
            Ok(report) => answer.extend(report.files.iter().map(|it| format!("--- {}\n{}\n", it.path, it.content))),
            Err(ContentError::Erased | ContentError::Damaged) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let came = match task.state {
        TaskState::Completed => "This was written, and its tests passed",
        TaskState::Failed => "This failed",
        TaskState::Cancelled => "This was stopped",
        TaskState::Planning | TaskState::Queued | TaskState::Running | TaskState::Escalated => "This is not done yet",
    };
    Ok(Some(format!("Asked for:\n{}\n{came}:\n{}", cut(prompt.trim()), cut(answer.trim_end()))))
}

fn cut(text: &str) -> String {
    let mut cut: String = text.chars().take(MAX_CHARS).collect();
    if cut.len() < text.len() {
        cut.push('…');
    }
    cut
}
