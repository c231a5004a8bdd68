//! `GET /tasks/{id}`: where does it stand, what came of it, what happened?

use super::{
    is_over,
    judged::{Judged, Typed, judged},
    own_task,
    parts::{Part, Step, life, part},
    state, submission, title,
    waiting::prepared,
};
use crate::{
    Portal,
    callers::Person,
    freshness::perhaps_later,
    http::failures::sentence,
    page::{self, Shell},
    shown::{Moment, credits},
    text::ENGLISH,
};
use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};
use edgecoder_events::{
    StreamName, TaskId, Version,
    task::{FailReason, Language},
};
use edgecoder_projections::{
    Question,
    task_board::{SubtaskEntry, TaskEntry, TaskState},
};
use edgecoder_service_kit::{
    commands::Done,
    http::{Path, Problem},
};
use edgecoder_wire::tasks::SourceFile;

/// The most events that one task has: a few per attempt of at most ten subtasks.
pub const MAX_EVENTS: usize = 1_024;

#[derive(Template)]
#[template(path = "task.html")]
struct Page<'a> {
    shell: &'a Shell,
    id: &'a TaskId,
    title: String,
    state: &'static str,
    state_words: &'static str,
    reason: Option<String>,
    is_over: bool,
    is_forgotten: bool,
    submitted_at: Moment,
    cost: String,
    budget: String,
    language: &'static str,
    subtasks: Vec<Part>,
    life: Vec<Step>,
    /// The newest event that is on the page.
    seen: u64,
    prompt: Option<String>,
    sources: Vec<SourceFile>,
    audit_url: &'a str,
    judged: Option<Judged>,
    typed: Typed<'a>,
}

/// Shows a task of whoever is logged in.
#[utoipa::path(
    get,
    path = "/tasks/{id}",
    operation_id = "task_page",
    tag = "tasks",
    params(("id" = String, Path)),
    responses(
        (status = 200, body = String, content_type = "text/html", description = "the task"),
        (status = 303, description = "log in first"),
        (status = 404, description = "task_not_found, or not yours"),
    ),
)]
pub async fn show(State(portal): State<Portal>, person: Person, Path(id): Path<TaskId>) -> Result<Response, Problem> {
    task_page(&portal, &person, &id, Typed::default()).await
}

/// The page of a task after its owner said something: as it is now where that was recorded, else with what is wrong, and
/// nothing of what they typed is lost.
pub async fn after(
    portal: &Portal,
    person: &Person,
    id: &TaskId,
    recorded: Result<Done, Problem>,
    typed: Typed<'_>,
) -> Result<Response, Problem> {
    match recorded {
        Ok(done) => {
            portal.show(&[Question::TaskBoard], &done).await;
            Ok(page::go(&format!("/tasks/{id}"), []))
        }
        Err(problem) if matches!(problem.status(), StatusCode::BAD_REQUEST | StatusCode::CONFLICT) => {
            let error = Some(sentence(problem.detail()));
            task_page(portal, person, id, Typed { error, ..typed }).await
        }
        Err(problem) => Err(problem),
    }
}

async fn task_page(portal: &Portal, person: &Person, id: &TaskId, typed: Typed<'_>) -> Result<Response, Problem> {
    // The events are read first: the page may show more than it says that it has seen, never less.
    let recorded = portal.commands.store().read_stream(&StreamName::task(id), Version::EMPTY, MAX_EVENTS).await?;
    let as_of = portal.newest(&[Question::TaskBoard]).await;
    let task = own_task(portal, person, id).await.map_err(|problem| perhaps_later(problem, as_of))?;
    let entries = portal.projections.task_board().subtasks(&task).await?;
    let reason = reason(portal, &task, &entries);
    let mut subtasks = Vec::with_capacity(entries.len());
    for entry in entries {
        subtasks.push(part(portal, &task.account, entry).await?);
    }
    let submission = submission(portal, &task).await?;
    let judged = judged(portal, &task, &subtasks).await?.filter(|_| submission.is_some());
    let mut shell = Shell::of_person(person).told_as_of(as_of);
    // Where a form of the page failed, too: other colours lead back to the page.
    shell.place = format!("/tasks/{id}");
    let status = if typed.error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let (state, state_words) = state(task.state);
    let page = Page {
        shell: &shell,
        id: &task.task,
        title: title(submission.as_ref()),
        state,
        state_words,
        reason,
        is_over: is_over(task.state),
        is_forgotten: submission.is_none(),
        submitted_at: Moment(task.submitted_at),
        cost: credits(task.cost),
        budget: credits(task.budget),
        language: language(task.language),
        subtasks,
        seen: recorded.last().map_or(task.position.0, |last| last.position.0),
        life: life(&recorded),
        prompt: submission.as_ref().and_then(|it| it.prompt.clone()),
        sources: submission.map(|it| it.files).unwrap_or_default(),
        audit_url: &portal.audit_url,
        judged,
        typed,
    };
    Ok(page::show(portal.cookies, status, &shell, &page))
}

/// What a language is called.
pub const fn language(language: Language) -> &'static str {
    match language {
        Language::Python => "Python",
        Language::Javascript => "JavaScript",
    }
}

/// Why it failed, or why it waits.
pub fn reason(portal: &Portal, task: &TaskEntry, subtasks: &[SubtaskEntry]) -> Option<String> {
    let failed = task.fail_reason.map(|reason| match reason {
        FailReason::ProgramFailed => ENGLISH.failed_program,
        FailReason::AttemptsExhausted => ENGLISH.failed_attempts,
        FailReason::BudgetExhausted => ENGLISH.failed_budget,
        FailReason::PlanningFailed => ENGLISH.failed_planning,
        FailReason::NoModel => ENGLISH.failed_model,
    });
    if failed.is_some() || is_over(task.state) {
        return failed.map(str::to_owned);
    }
    let prepared = if task.state == TaskState::Queued { prepared(portal, task.language) } else { None };
    let came_back = || subtasks.iter().any(|it| it.last_return.is_some()).then(|| ENGLISH.came_back.to_owned());
    prepared.or_else(came_back)
}
