//! Does the plan of a task hold together?

use super::limits::{SUBTASKS, TIMEOUT_MS};
use edgecoder_events::task::PlannedSubtask;

/// Subtasks stand in the places that their numbers say, run a bounded time and need earlier ones only.
pub(super) fn check(subtasks: &[PlannedSubtask]) -> Result<(), String> {
    if !SUBTASKS.contains(&subtasks.len()) {
        return Err(format!("the plan has {} subtasks, it has {SUBTASKS:?}", subtasks.len()));
    }
    for (place, subtask) in subtasks.iter().enumerate() {
        let (index, timeout_ms) = (subtask.index, subtask.timeout_ms);
        if usize::from(index.0) != place {
            return Err(format!("subtask {index} stands in place {place} of the plan"));
        }
        if !TIMEOUT_MS.contains(&timeout_ms) {
            return Err(format!("subtask {index} may run {timeout_ms} ms, a plan allows {TIMEOUT_MS:?} ms"));
        }
        if subtask.depends_on.iter().any(|needed| *needed >= index) {
            return Err(format!("subtask {index} needs itself or a later one"));
        }
    }
    Ok(())
}
