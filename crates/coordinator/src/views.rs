//! How do rows of projections look to strangers?

use edgecoder_events::{AccountId, Position, task::ReviewDecision};
use edgecoder_projections::{
    anchors::{AnchorEntry, Stage},
    task_board::{Reviewed, SubtaskEntry, SubtaskStanding, TaskEntry, TaskState as BoardState},
};
use edgecoder_service_kit::contents::{ContentError, Contents};
use edgecoder_wire::anchors::{AnchorState, AnchorView};
use edgecoder_wire::tasks::{
    Report, ReviewView, SubmitTask, SubtaskState, SubtaskView, TaskState, TaskSummary, TaskView,
};

/// A state as the board keeps it.
pub fn board_state(state: TaskState) -> BoardState {
    match state {
        TaskState::Planning => BoardState::Planning,
        TaskState::Queued => BoardState::Queued,
        TaskState::Running => BoardState::Running,
        TaskState::Escalated => BoardState::Escalated,
        TaskState::Completed => BoardState::Completed,
        TaskState::Failed => BoardState::Failed,
        TaskState::Cancelled => BoardState::Cancelled,
    }
}

pub fn task_state(state: BoardState) -> TaskState {
    match state {
        BoardState::Planning => TaskState::Planning,
        BoardState::Queued => TaskState::Queued,
        BoardState::Running => TaskState::Running,
        BoardState::Escalated => TaskState::Escalated,
        BoardState::Completed => TaskState::Completed,
        BoardState::Failed => TaskState::Failed,
        BoardState::Cancelled => TaskState::Cancelled,
    }
}

fn subtask_state(standing: SubtaskStanding) -> SubtaskState {
    match standing {
        SubtaskStanding::Waiting => SubtaskState::Waiting,
        SubtaskStanding::Leased => SubtaskState::Leased,
        SubtaskStanding::Escalated => SubtaskState::Escalated,
        SubtaskStanding::Passed => SubtaskState::Passed,
        SubtaskStanding::Failed => SubtaskState::Failed,
        SubtaskStanding::Stopped => SubtaskState::Stopped,
    }
}

/// One line of a list.
pub fn task_summary(task: TaskEntry) -> TaskSummary {
    TaskSummary {
        task_id: task.task,
        account_id: task.account,
        project_id: task.project,
        state: task_state(task.state),
        fail_reason: task.fail_reason,
        language: task.language,
        work: task.work,
        priority: task.priority,
        submitted_at_ms: task.submitted_at,
        ended_at_ms: task.ended_at,
        budget_micro_credits: task.budget,
        cost_micro_credits: task.cost,
        position: task.position,
    }
}

/// A whole task, with its opened contents.
///
/// # Errors
/// Where a content does not open: its owner may have been forgotten.
pub async fn task_view(
    contents: &Contents,
    task: TaskEntry,
    subtasks: Vec<SubtaskEntry>,
    positions: Vec<Position>,
) -> Result<TaskView, ContentError> {
    let owner = task.account.clone();
    let submission: SubmitTask = contents.open(&owner, task.content).await?;
    let mut views = Vec::with_capacity(subtasks.len());
    for subtask in subtasks {
        let report: Option<Report> = match subtask.report {
            Some(report) => Some(contents.open(&owner, report).await?),
            None => None,
        };
        views.push(subtask_view(subtask, report));
    }
    let review = match task.review {
        Some(reviewed) => Some(review_view(contents, &owner, reviewed).await?),
        None => None,
    };
    Ok(TaskView { summary: task_summary(task), submission: Some(submission), subtasks: views, positions, review })
}

async fn review_view(contents: &Contents, owner: &AccountId, it: Reviewed) -> Result<ReviewView, ContentError> {
    let said: Option<String> = match it.content {
        Some(content) => Some(contents.open(owner, content).await?),
        None => None,
    };
    let (reason, diff) = match it.decision {
        ReviewDecision::Accepted => (None, None),
        ReviewDecision::Rejected => (said, None),
        ReviewDecision::Edited => (None, said),
    };
    Ok(ReviewView { decision: it.decision, reason, diff, reviewed_at_ms: it.at })
}

fn subtask_view(subtask: SubtaskEntry, report: Option<Report>) -> SubtaskView {
    SubtaskView {
        index: subtask.subtask,
        state: subtask_state(subtask.state),
        work: subtask.work,
        depends_on: subtask.depends_on,
        attempts: subtask.attempts,
        agent_id: subtask.agent,
        paid_ms: subtask.paid_ms,
        cost_micro_credits: subtask.cost,
        last_return: subtask.last_return,
        report,
    }
}

/// An anchor as everybody sees it.
pub fn anchor(anchor: AnchorEntry) -> AnchorView {
    let AnchorEntry { request, state } = anchor;
    AnchorView {
        checkpoint: request.checkpoint,
        size: request.size.0,
        way: request.way,
        state: match state.stage {
            Stage::Requested => AnchorState::Requested,
            Stage::Promised => AnchorState::Promised,
            Stage::Attested => AnchorState::Attested,
            Stage::Broadcast => AnchorState::Broadcast,
            Stage::Included => AnchorState::Included,
            Stage::Confirmed => AnchorState::Confirmed,
            Stage::Orphaned => AnchorState::Orphaned,
        },
        position: request.position.0,
        requested_at_ms: request.requested_at,
        changed_at_ms: state.changed_at,
        transaction: state.transaction,
        height: state.height,
        block: state.block,
        has_proof: state.proof.is_some(),
    }
}
