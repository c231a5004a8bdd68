//! `POST /submit`: somebody wants something done.

use crate::{Coordinator, submission};
use axum::extract::State;
use edgecoder_domain::task::TaskRefusal;
use edgecoder_events::{
    BlobRef, Event, NewEvent, ProjectId, StreamName, TaskId, Version,
    task::{TaskSubmitted, WorkKind},
};
use edgecoder_service_kit::{
    callers::Customer,
    commands::{CommandError, Request, Subject, View},
    contents::ContentError,
    http::{Json, Problem, Refusal},
};
use edgecoder_wire::{
    problem::ProblemDetails,
    tasks::{SubmitTask, TaskAccepted},
};

const DEFAULT_PROJECT: &str = "default";

/// Submits a task: a prompt, or a program of its own. The same name with the same content is the same task.
#[utoipa::path(
    post,
    path = "/submit",
    operation_id = "submit_task",
    tag = "tasks",
    security(("account" = [])),
    request_body = SubmitTask,
    responses(
        (status = 200, body = TaskAccepted, description = "accepted, now or before"),
        (status = 400, body = ProblemDetails, description = "a field is wrong"),
        (status = 402, body = ProblemDetails, description = "insufficient_credits"),
        (status = 409, body = ProblemDetails, description = "task_exists with other content, account_being_forgotten"),
        (status = 413, body = ProblemDetails, description = "body_too_large: detail names the bounds"),
        (status = 429, body = ProblemDetails, description = "too_many_submissions: detail names the bounds"),
    ),
)]
pub async fn submit(
    State(coordinator): State<Coordinator>,
    customer: Customer,
    body: Result<Json<SubmitTask>, Problem>,
) -> Result<Json<TaskAccepted>, Problem> {
    let Json(body) = body.map_err(submission::name_the_bound)?;
    let checked = submission::check(&body)?;
    let (id, is_new) = match &body.task_id {
        Some(id) => (id.clone(), false),
        None => (coordinator.new_task_id(), true),
    };
    let content = coordinator.contents.seal(&customer.account, &body).await.map_err(not_sealed)?;
    coordinator.submissions.admit(&customer.account, content.content().len(), coordinator.commands.clock().steady())?;
    let submitted = submitted(&id, &customer, &body, &checked, content.address());
    let (task, wallet) = (Subject::Task(id.clone()), Subject::Wallet(customer.account.clone()));
    let request = Request::new(customer.actor(), [wallet]).with_blob(content);
    let request = if is_new { request.beginning(task) } else { request.about(task) };
    let done = coordinator.commands.run(request, |view| decide(view, &submitted, checked.timeout_ms)).await;
    match done {
        Ok(done) => Ok(Json(TaskAccepted {
            subtasks: subtask_names(&id, checked.work),
            task_id: id,
            budget_micro_credits: checked.budget,
            position: done.position_of(|event| matches!(event, Event::TaskSubmitted(_))),
        })),
        Err(CommandError::Refused(Refusal::Task(TaskRefusal::TaskExists))) => {
            accepted_before(&coordinator, &customer, &id, &body).await
        }
        Err(error) => Err(error.into()),
    }
}

fn submitted(
    id: &TaskId,
    customer: &Customer,
    body: &SubmitTask,
    checked: &submission::Checked,
    content: BlobRef,
) -> TaskSubmitted {
    let default_project = || ProjectId::new(DEFAULT_PROJECT).expect("the default name is a good one");
    TaskSubmitted {
        task: id.clone(),
        account: customer.account.clone(),
        project: body.project_id.clone().unwrap_or_else(default_project),
        work: checked.work,
        language: checked.language,
        resource: checked.resource,
        priority: checked.priority,
        requested_model: body.requested_model.clone(),
        content,
        budget: checked.budget,
    }
}

fn decide(view: &View<'_>, submitted: &TaskSubmitted, timeout_ms: u64) -> Result<Vec<NewEvent>, Refusal> {
    let (task, wallet) = (view.task(&submitted.task), view.wallet(&submitted.account));
    Ok(edgecoder_domain::submission::decide(task, wallet, submitted, timeout_ms)?)
}

fn not_sealed(error: ContentError) -> Problem {
    match error {
        ContentError::Erased => {
            let detail = "this account is being forgotten: it takes tasks again when its operator has finished that";
            Problem::conflict("account_being_forgotten", detail)
        }
        other => other.into(),
    }
}

/// The answer to a submission that was accepted already; a conflict where this is another one.
async fn accepted_before(
    coordinator: &Coordinator,
    customer: &Customer,
    id: &TaskId,
    body: &SubmitTask,
) -> Result<Json<TaskAccepted>, Problem> {
    let exists = || Problem::conflict("task_exists", "a task of this name exists already, with other content");
    let known =
        coordinator.commands.look(&[Subject::Task(id.clone())], |view| view.task(id).identity().cloned()).await?;
    let known = known.filter(|known| known.account == customer.account).ok_or_else(exists)?;
    let before: SubmitTask = coordinator.contents.open(&known.account, known.content).await.map_err(|_| exists())?;
    if before != *body {
        return Err(exists());
    }
    let first = coordinator.store.read_stream(&StreamName::task(id), Version::EMPTY, 1).await?;
    Ok(Json(TaskAccepted {
        task_id: id.clone(),
        subtasks: subtask_names(id, known.work),
        budget_micro_credits: known.budget,
        position: first.first().map(|recorded| recorded.position).unwrap_or_default(),
    }))
}

fn subtask_names(id: &TaskId, work: WorkKind) -> Vec<String> {
    match work {
        WorkKind::Program => vec![format!("{id}.0")],
        WorkKind::Prompt => vec![],
    }
}
