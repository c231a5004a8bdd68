//! Does a plan hold together?

use edgecoder_events::{SubtaskIndex, task::PlannedSubtask};

/// The most subtasks that a task is split into.
pub const MAX_SUBTASKS: usize = 10;
/// The longest that one subtask may run, in milliseconds.
pub const MAX_TIMEOUT_MS: u64 = 10 * 60 * 1_000;

/// Why a plan does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    #[error("expected 1 to {MAX_SUBTASKS} subtasks, got {0}")]
    Count(usize),
    #[error("subtasks are numbered 0, 1, 2 …; number {0} is out of its place")]
    Numbering(SubtaskIndex),
    #[error("subtask {0} may run 1 ms to {MAX_TIMEOUT_MS} ms")]
    Timeout(SubtaskIndex),
    #[error("subtask {0} depends on itself, on a later one or on one that is not there")]
    Dependency(SubtaskIndex),
}

/// Checks numbers, times and dependencies. A dependency points to an earlier subtask, so there are no cycles.
pub(super) fn check(subtasks: &[PlannedSubtask]) -> Result<(), PlanError> {
    if subtasks.is_empty() || subtasks.len() > MAX_SUBTASKS {
        return Err(PlanError::Count(subtasks.len()));
    }
    for (place, subtask) in subtasks.iter().enumerate() {
        if usize::from(subtask.index.0) != place {
            return Err(PlanError::Numbering(subtask.index));
        }
        if subtask.timeout_ms == 0 || subtask.timeout_ms > MAX_TIMEOUT_MS {
            return Err(PlanError::Timeout(subtask.index));
        }
        if subtask.depends_on.len() > place || subtask.depends_on.iter().any(|needed| *needed >= subtask.index) {
            return Err(PlanError::Dependency(subtask.index));
        }
    }
    Ok(())
}
