//! Tasks, as those who submit them see them.

pub mod cancel;
pub mod events;
pub mod list;
pub mod review;
pub mod show;
pub mod submit;
mod wanted;

use crate::Coordinator;
use edgecoder_events::{Position, TaskId};
use edgecoder_projections::{Question, task_board::TaskEntry};
use edgecoder_service_kit::{callers::Reader, http::Problem};
use std::time::Duration;

/// The longest that an answer waits to be as new as was asked for, or as the log is.
const WAIT_FOR_BOARD: Duration = Duration::from_secs(2);

/// The task, where it is there and the caller may see it. Other people's tasks look like none.
async fn readable(coordinator: &Coordinator, reader: &Reader, task: &TaskId) -> Result<TaskEntry, Problem> {
    let row = coordinator.projections.task_board().task(task).await?;
    row.filter(|row| reader.may_read(&row.account)).ok_or_else(no_such_task)
}

/// Waits a little until the board has everything that was acknowledged before: who submits and then asks finds the task.
/// A board that lags for longer answers as it is.
async fn newest_board(coordinator: &Coordinator) {
    let Some(newest) = coordinator.store.head().size.checked_sub(1) else { return };
    let seen = coordinator.projections.wait_until(Question::TaskBoard, Position(newest), WAIT_FOR_BOARD).await;
    if let Err(error) = seen {
        tracing::warn!(%error, "tasks are shown as they were");
    }
}

fn no_such_task() -> Problem {
    Problem::not_found("task_not_found", "there is no task of this name, or it is not yours")
}
