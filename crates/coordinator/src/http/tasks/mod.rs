//! Tasks, as those who submit them see them.

pub mod cancel;
pub mod events;
pub mod list;
pub mod show;
pub mod submit;

use crate::Coordinator;
use edgecoder_events::TaskId;
use edgecoder_projections::task_board::TaskEntry;
use edgecoder_service_kit::{callers::Reader, http::Problem};

/// The task, where it is there and the caller may see it. Other people's tasks look like none.
async fn readable(coordinator: &Coordinator, reader: &Reader, task: &TaskId) -> Result<TaskEntry, Problem> {
    let row = coordinator.projections.task_board().task(task).await?;
    row.filter(|row| reader.may_read(&row.account)).ok_or_else(no_such_task)
}

fn no_such_task() -> Problem {
    Problem::not_found("task_not_found", "there is no task of this name, or it is not yours")
}
