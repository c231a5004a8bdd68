//! How do rows of projections look to strangers?

use edgecoder_domain::agent::Standing;
use edgecoder_events::UnixMillis;
use edgecoder_projections::{
    agent_directory::NodeEntry,
    task_board::{SubtaskEntry, SubtaskStanding, TaskEntry, TaskState as BoardState},
};
use edgecoder_service_kit::contents::Contents;
use edgecoder_wire::{
    agents::{AgentView, NodeStanding},
    tasks::{Report, SubmitTask, SubtaskState, SubtaskView, TaskState, TaskSummary, TaskView},
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

fn task_state(state: BoardState) -> TaskState {
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

/// A whole task. Contents whose key was destroyed are left out.
pub async fn task_view(contents: &Contents, task: TaskEntry, subtasks: Vec<SubtaskEntry>) -> TaskView {
    let owner = task.account.clone();
    let submission: Option<SubmitTask> = contents.open(&owner, task.content).await.ok();
    let mut views = Vec::with_capacity(subtasks.len());
    for subtask in subtasks {
        let report: Option<Report> = match subtask.report {
            Some(report) => contents.open(&owner, report).await.ok(),
            None => None,
        };
        views.push(subtask_view(subtask, report));
    }
    TaskView { summary: task_summary(task), submission, subtasks: views }
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
        report,
    }
}

/// A machine, as the directory knows it.
pub fn agent(entry: &NodeEntry, now: UnixMillis) -> Option<AgentView> {
    let enrolment = entry.enrolment()?;
    let capabilities = entry.registration().map(|it| &it.capabilities);
    Some(AgentView {
        agent_id: enrolment.node.clone(),
        kind: enrolment.kind,
        owner_account_id: enrolment.owner.clone(),
        standing: match enrolment.standing {
            Standing::Pending => NodeStanding::Pending,
            Standing::Approved => NodeStanding::Approved,
            Standing::Rejected => NodeStanding::Rejected,
        },
        registered: capabilities.is_some(),
        online: entry.is_online(),
        blacklisted: entry.is_blacklisted(now),
        mode: entry.mode(),
        os: capabilities.map(|it| it.os.clone()),
        version: capabilities.map(|it| it.version.clone()),
        sandbox_mode: capabilities.map(|it| it.sandbox),
        max_concurrent_tasks: capabilities.map(|it| it.max_concurrent_tasks),
        languages: capabilities.map(|it| it.languages.clone()).unwrap_or_default(),
        models: capabilities.map(|it| it.models.clone()).unwrap_or_default(),
        finished_subtasks: entry.finished + entry.failed,
        failed_subtasks: entry.failed,
    })
}
