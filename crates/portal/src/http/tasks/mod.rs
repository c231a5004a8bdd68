//! Tasks, as those who submit them see them.

pub mod answer;
mod asked;
pub mod cancel;
mod diff;
pub mod events;
mod judged;
pub mod list;
pub mod parts;
pub mod review;
pub mod show;
pub mod submit;
pub mod waiting;

use crate::{Portal, callers::Person, shown::Moment, text::ENGLISH};
use edgecoder_events::TaskId;
use edgecoder_projections::{
    PageRequest,
    task_board::{TaskEntry, TaskFilter, TaskState},
};
use edgecoder_service_kit::{contents::ContentError, http::Problem};
use edgecoder_wire::tasks::SubmitTask;

const MAX_TITLE_CHARS: usize = 72;

/// One line of a list.
pub struct TaskRow {
    pub id: TaskId,
    pub title: String,
    pub state: &'static str,
    pub state_words: &'static str,
    pub submitted_at: Moment,
}

/// The newest tasks of whoever is logged in.
pub async fn newest(portal: &Portal, person: &Person, limit: usize) -> Result<Vec<TaskRow>, Problem> {
    let filter = TaskFilter { account: Some(person.account().clone()), ..TaskFilter::default() };
    let page = portal.projections.task_board().list(&filter, &PageRequest::new(None, limit)).await?;
    rows(portal, page.items).await
}

/// One line for each of these tasks.
async fn rows(portal: &Portal, tasks: Vec<TaskEntry>) -> Result<Vec<TaskRow>, Problem> {
    let mut rows = Vec::with_capacity(tasks.len());
    for task in tasks {
        let submission = submission(portal, &task).await?;
        let (state, state_words) = state(task.state);
        let (title, submitted_at) = (title(submission.as_ref()), Moment(task.submitted_at));
        rows.push(TaskRow { id: task.task, title, state, state_words, submitted_at });
    }
    Ok(rows)
}

/// The task, where it is theirs. Other people's tasks look like none.
pub(super) async fn own_task(portal: &Portal, person: &Person, id: &TaskId) -> Result<TaskEntry, Problem> {
    let task = portal.projections.task_board().task(id).await?;
    task.filter(|task| task.account == *person.account())
        .ok_or_else(|| Problem::not_found("task_not_found", "there is no task of this name, or it is not yours"))
}

/// What was submitted; nothing where its key was destroyed.
pub(super) async fn submission(portal: &Portal, task: &TaskEntry) -> Result<Option<SubmitTask>, Problem> {
    match portal.contents.open(&task.account, task.content).await {
        Ok(submission) => Ok(Some(submission)),
        Err(ContentError::Erased | ContentError::Damaged) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// What a person would call a task: the first line of what they wrote.
pub(super) fn title(submission: Option<&SubmitTask>) -> String {
    let prompt = submission.and_then(|it| it.prompt.as_deref()).map(str::trim).filter(|prompt| !prompt.is_empty());
    let file = submission.and_then(|it| it.files.first()).map(|file| file.path.as_str());
    let text = prompt.and_then(|prompt| prompt.lines().next()).or(file).unwrap_or(ENGLISH.untitled);
    let mut title: String = text.chars().take(MAX_TITLE_CHARS).collect();
    if title.len() < text.len() {
        title.push('…');
    }
    title
}

/// A state for the style sheet and for people.
pub(super) const fn state(state: TaskState) -> (&'static str, &'static str) {
    match state {
        TaskState::Planning => ("open", ENGLISH.state_planning),
        TaskState::Queued => ("open", ENGLISH.state_queued),
        TaskState::Running => ("open", ENGLISH.state_running),
        TaskState::Escalated => ("open", ENGLISH.state_escalated),
        TaskState::Completed => ("good", ENGLISH.state_completed),
        TaskState::Failed => ("bad", ENGLISH.state_failed),
        TaskState::Cancelled => ("over", ENGLISH.state_cancelled),
    }
}

pub(super) const fn is_over(state: TaskState) -> bool {
    matches!(state, TaskState::Completed | TaskState::Failed | TaskState::Cancelled)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_is_called_by_the_first_line_of_what_was_wanted() {
        let wanted = |prompt: &str| SubmitTask { prompt: Some(prompt.to_owned()), ..SubmitTask::default() };
        assert_eq!(title(Some(&wanted("\n write is_prime\nand test it"))), "write is_prime");
        assert_eq!(title(Some(&wanted(&"ü".repeat(100)))).chars().count(), MAX_TITLE_CHARS + 1);
        assert_eq!(title(None), ENGLISH.untitled);
    }
}
