//! What does a machine get to do? The content of a subtask, with the outputs of those it depends on, sealed.

use crate::Coordinator;
use edgecoder_domain::task::Task;
use edgecoder_events::{AccountId, BlobRef, PublicKey, SubtaskIndex, task::SubtaskLeased};
use edgecoder_identity::envelope::{self, Direction, Envelope, Lease, SealError};
use edgecoder_projections::ready_queue::ReadySubtask;
use edgecoder_service_kit::{chance, commands::Subject, contents::ContentError};
use edgecoder_store::StorageError;
use edgecoder_wire::{
    tasks::{Report, SubmitTask},
    work::{LeasedSubtask, Work},
};

/// The most characters of an earlier subtask's output that a later one gets.
const MAX_CONTEXT_CHARS: usize = 8_192;

/// Why work could not be sealed.
#[derive(Debug, thiserror::Error)]
pub enum WorkError {
    #[error(transparent)]
    Content(#[from] ContentError),
    #[error(transparent)]
    Seal(#[from] SealError),
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error("the work is not JSON")]
    Json(#[from] serde_json::Error),
}

impl WorkError {
    /// Whether the content opens for nobody any more: its owner was forgotten after it was sealed.
    pub fn is_forgotten(&self) -> bool {
        matches!(self, Self::Content(ContentError::Erased | ContentError::Damaged))
    }
}

/// What of a task the work of one subtask is made of.
struct Parts {
    content: BlobRef,
    timeout_ms: u64,
    /// The newest reports of the subtasks that it depends on.
    needed: Vec<(SubtaskIndex, BlobRef)>,
}

/// Seals the work of a fresh lease for the machine that holds it.
pub async fn sealed(
    coordinator: &Coordinator,
    claimed: &ReadySubtask,
    lease: &SubtaskLeased,
    recipient: &PublicKey,
) -> Result<LeasedSubtask<Envelope>, WorkError> {
    let subject = [Subject::Task(claimed.task.clone())];
    let parts = coordinator.commands.look(&subject, |view| parts(view.task(&claimed.task), claimed.subtask)).await?;
    let parts = parts.ok_or(ContentError::Missing)?;
    let submission: SubmitTask = coordinator.contents.open(&claimed.account, parts.content).await?;
    let context = context(coordinator, &claimed.account, &parts.needed).await?;
    let work = work(claimed, submission, parts.timeout_ms.min(lease.limit_ms), context);
    let name = Lease {
        task: claimed.task.clone(),
        subtask: claimed.subtask,
        attempt: lease.attempt,
        agent: lease.agent.clone(),
    };
    let plain = serde_json::to_vec(&work)?;
    let envelope = envelope::seal(&plain, Direction::Task, &name, recipient, &mut chance::system())?;
    Ok(LeasedSubtask {
        task_id: name.task,
        subtask: name.subtask,
        attempt: name.attempt,
        limit_ms: lease.limit_ms,
        envelope,
    })
}

fn parts(task: &Task, index: SubtaskIndex) -> Option<Parts> {
    let subtask = task.subtask(index)?;
    let report = |needed: &SubtaskIndex| Some((*needed, task.subtask(*needed)?.last_report?));
    Some(Parts {
        content: subtask.content,
        timeout_ms: subtask.plan.timeout_ms,
        needed: subtask.plan.depends_on.iter().filter_map(report).collect(),
    })
}

async fn context(
    coordinator: &Coordinator,
    owner: &AccountId,
    needed: &[(SubtaskIndex, BlobRef)],
) -> Result<Vec<String>, ContentError> {
    let mut context = Vec::with_capacity(needed.len());
    for (index, report) in needed {
        let report: Report = coordinator.contents.open(owner, *report).await?;
        let files = report.files.iter().map(|file| format!("--- {}\n{}\n", file.path, file.content));
        let whole = format!("Subtask {index} result:\n{}\n{}", report.stdout, files.collect::<String>());
        context.push(whole.chars().take(MAX_CONTEXT_CHARS).collect());
    }
    Ok(context)
}

fn work(claimed: &ReadySubtask, submission: SubmitTask, timeout_ms: u64, context: Vec<String>) -> Work {
    let prompt = submission.told();
    let SubmitTask { files, entry, tests, args, stdin, snapshot, requested_model, .. } = submission;
    Work {
        work: claimed.work,
        language: claimed.language,
        timeout_ms,
        prompt,
        entry: entry.or_else(|| (tests.is_empty() && files.len() == 1).then(|| files[0].path.clone())),
        files,
        tests,
        args,
        stdin,
        snapshot,
        requested_model,
        context,
    }
}
