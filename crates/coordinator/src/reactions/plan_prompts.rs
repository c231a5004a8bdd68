//! A prompt was submitted: the inference service splits it into subtasks.

use super::{Due, ReactionError, Rule, TaskReaction, with_retries};
use crate::Coordinator;
use edgecoder_domain::task::{MAX_TIMEOUT_MS, TaskCommand, TaskRefusal};
use edgecoder_events::{
    Event, Recorded, SubtaskIndex, TaskId,
    task::{FailReason, PlannedSubtask, Planner, TaskSubmitted, WorkKind},
};
use edgecoder_projections::task_board::TaskState;
use edgecoder_service_kit::{commands::Subject, contents::ContentError};
use edgecoder_store::{Blob, StorageError};
use edgecoder_wire::{inference::Decomposed, tasks::SubmitTask};
use tokio_util::sync::CancellationToken;

const PLANNING: TaskReaction = TaskReaction {
    actor: "planner",
    is_done: |refusal| matches!(refusal, TaskRefusal::PlannedAlready | TaskRefusal::Ended(_)),
};

/// Plans every prompt that has no plan yet, until `stop`.
pub async fn run(coordinator: Coordinator, stop: CancellationToken) {
    let open: (TaskState, fn(Due) -> Due) = (TaskState::Planning, |due| due);
    super::run(coordinator, stop, Rule { open: Some(open), pick: submitted_prompt, react: plan }).await;
}

fn submitted_prompt(recorded: &Recorded) -> Option<Due> {
    let Event::TaskSubmitted(it) = &recorded.event else { return None };
    (it.work == WorkKind::Prompt).then(|| Due { task: it.task.clone(), cause: Some(recorded.event_id) })
}

async fn plan(coordinator: Coordinator, due: Due) {
    let planned = with_retries("plan a prompt", || try_plan(&coordinator, &due)).await;
    if let Err(error) = planned {
        tracing::warn!(task.id = %due.task, %error, "a prompt could not be planned");
        if let Err(error) = abandon(&coordinator, &due, FailReason::PlanningFailed).await {
            tracing::error!(task.id = %due.task, %error, "a prompt without a plan could not be ended");
        }
    }
}

async fn try_plan(coordinator: &Coordinator, due: &Due) -> Result<(), ReactionError> {
    let Some(submitted) = unplanned(coordinator, &due.task).await? else { return Ok(()) };
    let inference = super::inference(coordinator)?;
    let submission: SubmitTask = coordinator.contents.open(&submitted.account, submitted.content).await?;
    let prompt = submission.told().unwrap_or_default();
    let split = inference.decompose(&due.task, &prompt, submitted.language).await?;
    let now = coordinator.commands.clock().now();
    if split.lacks_model && !coordinator.projections.agent_directory(|agents| agents.has_model(now)) {
        return abandon(coordinator, due, FailReason::NoModel).await;
    }
    let (subtasks, blobs) = subtasks(coordinator, &submitted, &submission, split.clone()).await?;
    PLANNING.record(coordinator, due, TaskCommand::Plan { planner: split.planner, subtasks }, blobs).await
}

async fn abandon(coordinator: &Coordinator, due: &Due, reason: FailReason) -> Result<(), ReactionError> {
    let now = coordinator.commands.clock().now();
    PLANNING.record(coordinator, due, TaskCommand::AbandonPlanning { reason, now }, vec![]).await
}

async fn unplanned(coordinator: &Coordinator, id: &TaskId) -> Result<Option<TaskSubmitted>, StorageError> {
    let subject = [Subject::Task(id.clone())];
    coordinator
        .commands
        .look(&subject, |view| {
            let task = view.task(id);
            let open = !task.is_planned() && task.ending().is_none();
            task.identity().filter(|_| open).cloned()
        })
        .await
}

/// The steps as subtasks; each content is the submission with the step in the place of the prompt.
async fn subtasks(
    coordinator: &Coordinator,
    submitted: &TaskSubmitted,
    submission: &SubmitTask,
    split: Decomposed,
) -> Result<(Vec<PlannedSubtask>, Vec<Blob>), ContentError> {
    let (mut subtasks, mut blobs) = (Vec::new(), Vec::new());
    let (keeps_prompt, told) = (split.planner != Planner::Model, submission.told());
    for (place, step) in split.subtasks.into_iter().enumerate() {
        // A plan of one step is the whole of what was told; its context stands in the content already.
        let is_whole = keeps_prompt || told.as_ref() == Some(&step.input);
        let prompt = if is_whole { submission.prompt.clone() } else { Some(step.input) };
        let content = SubmitTask { prompt, ..submission.clone() };
        let blob = coordinator.contents.seal(&submitted.account, &content).await?;
        subtasks.push(PlannedSubtask {
            index: SubtaskIndex(u16::try_from(place).unwrap_or(u16::MAX)),
            work: WorkKind::Prompt,
            language: step.language,
            content: blob.address(),
            depends_on: step.depends_on.into_iter().map(SubtaskIndex).collect(),
            timeout_ms: submission.timeout_ms.unwrap_or(step.timeout_ms).clamp(1, MAX_TIMEOUT_MS),
        });
        blobs.push(blob);
    }
    Ok((subtasks, blobs))
}
