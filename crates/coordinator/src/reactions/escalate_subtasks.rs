//! Every machine failed with a subtask: the inference service is asked for better code, which is tried once more. Where it
//! brings nothing, whoever submitted the task may answer, if they are a person of the portal; else the task fails.

use super::{Due, ReactionError, Rule, TaskReaction, with_retries};
use crate::Coordinator;
use edgecoder_domain::task::{SubtaskState, TaskCommand, TaskRefusal};
use edgecoder_events::{AccountId, BlobRef, Event, Recorded, SubtaskIndex, TaskId, task::Language};
use edgecoder_projections::task_board::TaskState;
use edgecoder_service_kit::commands::Subject;
use edgecoder_store::StorageError;
use edgecoder_wire::{
    inference::Escalate,
    tasks::{Report, SourceFile, SubmitTask},
};
use tokio_util::sync::CancellationToken;

/// The most bytes of code or output that the larger model is shown.
const MAX_SHOWN_BYTES: usize = 32 * 1024;

const ESCALATION: TaskReaction = TaskReaction {
    actor: "escalation",
    is_done: |refusal| matches!(refusal, TaskRefusal::NotEscalated | TaskRefusal::Ended(_)),
};

/// Escalates every subtask that waits for it, until `stop`.
pub async fn run(coordinator: Coordinator, stop: CancellationToken) {
    let open: (TaskState, fn(Due) -> Due) = (TaskState::Escalated, |due| due);
    super::run(coordinator, stop, Rule { open: Some(open), pick: escalated, react: escalate }).await;
}

fn escalated(recorded: &Recorded) -> Option<Due> {
    let Event::TaskEscalated(it) = &recorded.event else { return None };
    Some(Due { task: it.task.clone(), cause: Some(recorded.event_id) })
}

/// A subtask that waits for better code.
struct Stuck {
    index: SubtaskIndex,
    account: AccountId,
    language: Language,
    content: BlobRef,
    report: Option<BlobRef>,
}

async fn escalate(coordinator: Coordinator, due: Due) {
    if let Err(error) = with_retries("escalate a subtask", || try_escalate(&coordinator, &due)).await {
        tracing::warn!(task.id = %due.task, %error, "an escalation brought nothing");
        if is_a_persons(&coordinator, &due.task).await {
            tracing::info!(task.id = %due.task, "its owner is waited for");
        } else {
            end(&coordinator, &due).await;
        }
    }
}

/// Ends a task that waits for better code, for none will come.
pub async fn give_up(coordinator: &Coordinator, task: TaskId) {
    end(coordinator, &Due { task, cause: None }).await;
}

async fn end(coordinator: &Coordinator, due: &Due) {
    if let Err(error) = abandon(coordinator, due).await {
        tracing::error!(task.id = %due.task, %error, "an escalated task could not be ended");
    }
}

/// Whether somebody submitted it who sees its page. Programs with an account's token are told that it failed.
async fn is_a_persons(coordinator: &Coordinator, task: &TaskId) -> bool {
    let Ok(owner) = coordinator.task_owner(task).await else { return false };
    match coordinator.projections.people().person(&owner).await {
        Ok(person) => person.is_some_and(|person| person.erased_at.is_none()),
        Err(error) => {
            tracing::warn!(task.id = %task, %error, "whose task it is can not be read at the moment");
            false
        }
    }
}

async fn try_escalate(coordinator: &Coordinator, due: &Due) -> Result<(), ReactionError> {
    for stuck in stuck(coordinator, &due.task).await? {
        let inference = super::inference(coordinator)?;
        let content: SubmitTask = coordinator.contents.open(&stuck.account, stuck.content).await?;
        let report: Option<Report> = match stuck.report {
            Some(report) => Some(coordinator.contents.open(&stuck.account, report).await?),
            None => None,
        };
        let answer = inference.escalate(&question(&content, report.as_ref(), stuck.language)).await?;
        let revised = revised(content, &answer.improved_code, report.as_ref(), stuck.language);
        let blob = coordinator.contents.seal(&stuck.account, &revised).await?;
        let command = TaskCommand::Revise { subtask: stuck.index, content: blob.address() };
        ESCALATION.record(coordinator, due, command, vec![blob]).await?;
    }
    Ok(())
}

async fn abandon(coordinator: &Coordinator, due: &Due) -> Result<(), ReactionError> {
    for stuck in stuck(coordinator, &due.task).await? {
        let now = coordinator.commands.clock().now();
        ESCALATION.record(coordinator, due, TaskCommand::AbandonRevision { subtask: stuck.index, now }, vec![]).await?;
    }
    Ok(())
}

async fn stuck(coordinator: &Coordinator, id: &TaskId) -> Result<Vec<Stuck>, StorageError> {
    let subject = [Subject::Task(id.clone())];
    coordinator
        .commands
        .look(&subject, |view| {
            let task = view.task(id);
            let Some(identity) = task.identity().filter(|_| task.ending().is_none()) else { return vec![] };
            let waiting = task.subtasks().iter().filter(|subtask| subtask.state == SubtaskState::Escalated);
            let stuck = waiting.map(|subtask| Stuck {
                index: subtask.plan.index,
                account: identity.account.clone(),
                language: subtask.plan.language,
                content: subtask.content,
                report: subtask.last_report,
            });
            stuck.collect()
        })
        .await
}

fn question(content: &SubmitTask, report: Option<&Report>, language: Language) -> Escalate {
    let code =
        report.map(|report| report.files.iter().map(|file| file.content.as_str()).collect::<Vec<_>>().join("\n"));
    let errors = report.map(|report| shown(&format!("{}\n{}", report.stdout, report.stderr)));
    Escalate {
        task: content.told().unwrap_or_default(),
        failed_code: shown(&code.unwrap_or_default()),
        error_history: errors.into_iter().collect(),
        language,
    }
}

fn shown(text: &str) -> String {
    let mut end = text.len().min(MAX_SHOWN_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text[..end].to_owned()
}

/// The subtask's content with the better code in the place of the failed one; its tests stay.
fn revised(content: SubmitTask, code: &str, report: Option<&Report>, language: Language) -> SubmitTask {
    let default_path = match language {
        Language::Python => "solution.py",
        Language::Javascript => "solution.js",
    };
    let written = report.map(|report| report.files.clone()).unwrap_or_default();
    let is_test = |file: &SourceFile| file.path.rsplit('/').next().is_some_and(|name| name.contains("test"));
    let path = written.iter().find(|file| !is_test(file)).map_or(default_path, |file| &file.path).to_owned();
    let mut files: Vec<SourceFile> = content.files.iter().filter(|file| file.path != path).cloned().collect();
    files.extend(written.into_iter().filter(|file| is_test(file)));
    files.push(SourceFile { path, content: code.to_owned() });
    SubmitTask { files, ..content }
}
