//! Which tasks has nobody helped, though there was time?

use crate::{Coordinator, reactions::escalate_subtasks::give_up};
use edgecoder_events::{TaskId, UnixMillis};
use edgecoder_projections::{
    PageRequest, ProjectionError,
    task_board::{TaskFilter, TaskState},
};

/// How long whoever submitted a task may think about an answer, in milliseconds: they sleep, too. Their credit is set
/// aside meanwhile, and they can stop the task.
const ANSWER_WAIT_MS: u64 = 24 * 60 * 60 * 1_000;
const PAGE: usize = 500;

/// Ends every task that has waited for an answer for so long.
pub async fn tick(coordinator: &Coordinator) {
    match unanswered(coordinator).await {
        Ok(tasks) => {
            for task in tasks {
                give_up(coordinator, task).await;
            }
        }
        Err(error) => tracing::warn!(%error, "the tasks that wait for an answer can not be listed at the moment"),
    }
}

async fn unanswered(coordinator: &Coordinator) -> Result<Vec<TaskId>, ProjectionError> {
    let now = coordinator.commands.clock().now();
    let filter = TaskFilter { state: Some(TaskState::Escalated), ..TaskFilter::default() };
    let (mut tasks, mut after) = (Vec::new(), None);
    loop {
        let page = coordinator.projections.task_board().list(&filter, &PageRequest::new(after, PAGE)).await?;
        let over = page.items.into_iter().filter(|task| is_over(task.changed_at, now));
        tasks.extend(over.map(|task| task.task));
        match page.next {
            Some(next) => after = Some(next),
            None => return Ok(tasks),
        }
    }
}

/// Whether a task to which nothing happened since then has waited for long enough.
fn is_over(since: UnixMillis, now: UnixMillis) -> bool {
    now.ms_since(since) >= ANSWER_WAIT_MS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_is_asked_has_a_whole_day() {
        let asked = UnixMillis(1_700_000_000_000);
        assert!(!is_over(asked, asked.plus_ms(ANSWER_WAIT_MS - 1)));
        assert!(is_over(asked, asked.plus_ms(ANSWER_WAIT_MS)));
    }
}
