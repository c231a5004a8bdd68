//! What was said in a conversation, and what came of each message?

use crate::{
    Portal,
    callers::Person,
    highlight::{Token, Tongue, tokens},
    http::tasks::{
        self,
        parts::{Part, part},
        show::reason,
        submit::new_task_id,
    },
    markup::{Block, blocks},
    shown::{Moment, credits},
};
use edgecoder_events::TaskId;
use edgecoder_projections::task_board::TaskEntry;
use edgecoder_service_kit::http::Problem;

/// A message, and what came of it.
pub struct Turn {
    pub id: TaskId,
    pub said_at: Moment,
    pub words: Vec<Block>,
    /// The words can not be read any more.
    pub is_forgotten: bool,
    pub retry_of: Option<TaskId>,
    pub state: &'static str,
    pub state_words: &'static str,
    pub reason: Option<String>,
    pub is_over: bool,
    pub cost: String,
    /// The task that another try becomes.
    pub next_try: String,
    pub answers: Vec<Answer>,
}

/// A part of the task, and what a machine wrote.
pub struct Answer {
    pub part: Part,
    pub files: Vec<Written>,
    pub change: Vec<Token>,
}

/// A file with its program.
pub struct Written {
    pub path: String,
    pub code: Vec<Token>,
}

/// The turn that a task of whoever is logged in is.
pub async fn turn(portal: &Portal, person: &Person, id: &TaskId) -> Result<Turn, Problem> {
    let task = tasks::own_task(portal, person, id).await?;
    let submission = tasks::submission(portal, &task).await?;
    let entries = portal.projections.task_board().subtasks(&task).await?;
    let reason = reason(portal, &task, &entries);
    let mut answers = Vec::with_capacity(entries.len());
    for entry in entries {
        answers.push(answer(part(portal, &task.account, entry).await?));
    }
    let TaskEntry { state, cost, submitted_at, .. } = task;
    let is_over = tasks::is_over(state);
    let (state, state_words) = tasks::state(state);
    let words = submission.as_ref().and_then(|it| it.prompt.as_deref()).map(blocks).unwrap_or_default();
    Ok(Turn {
        id: task.task,
        said_at: Moment(submitted_at),
        words,
        is_forgotten: submission.is_none(),
        retry_of: submission.and_then(|it| it.retry_of),
        state,
        state_words,
        reason,
        is_over,
        cost: credits(cost),
        next_try: new_task_id(portal),
        answers,
    })
}

fn answer(mut part: Part) -> Answer {
    let report = part.report.as_mut();
    let (files, change) = report.map(|it| (std::mem::take(&mut it.files), it.text_of_diff.take())).unwrap_or_default();
    let written = files.into_iter().map(|it| {
        let code = tokens(&it.content, Tongue::of_file(&it.path));
        Written { path: it.path, code }
    });
    let change = change.map(|it| tokens(&it, Tongue::Change)).unwrap_or_default();
    Answer { files: written.collect(), change, part }
}
