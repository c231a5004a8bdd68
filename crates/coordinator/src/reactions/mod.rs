//! What follows from what was recorded? A reaction acts by commands, so doing it again is refused or changes nothing.
//!
//! At start it takes up what the task board says is still open, then it follows the log.

pub mod escalate_subtasks;
pub mod plan_prompts;
pub mod release_work_of_blacklisted_agent;

use crate::{
    Coordinator,
    inference::{InferenceClient, InferenceError},
};
use edgecoder_domain::task::{TaskCommand, TaskRefusal};
use edgecoder_events::{Actor, EventId, Position, Recorded, TaskId};
use edgecoder_projections::{
    PageRequest, ProjectionError,
    task_board::{TaskFilter, TaskState},
};
use edgecoder_service_kit::{
    commands::{CommandError, Request, Subject},
    contents::ContentError,
    http::Refusal,
};
use edgecoder_store::{Blob, FollowError, Follower, StorageError};
use std::{fmt::Display, future::Future, sync::Arc, time::Duration};
use tokio::{sync::Semaphore, task::JoinSet};
use tokio_util::sync::CancellationToken;

/// How many things one reaction does at once; the log waits for a free place.
const AT_ONCE: usize = 8;
/// How often a reaction tries before it gives up on what it reacts to.
const MAX_TRIES: u32 = 5;
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const BACKLOG_PAGE: usize = 500;
/// How long a backlog that could not be listed waits until it is asked for again.
const LISTING_PAUSE: Duration = Duration::from_secs(2);

/// Why the inference service brought a task no further.
#[derive(Debug, thiserror::Error)]
enum ReactionError {
    #[error("no inference service is configured: set INFERENCE_URL")]
    NoInference,
    #[error(transparent)]
    Inference(#[from] InferenceError),
    #[error(transparent)]
    Content(#[from] ContentError),
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error(transparent)]
    Command(#[from] CommandError<Refusal>),
}

/// The inference service, where one is configured.
fn inference(coordinator: &Coordinator) -> Result<&InferenceClient, ReactionError> {
    coordinator.inference.as_ref().ok_or(ReactionError::NoInference)
}

/// A task that something must be done about, and the event that says so; none where it was left open by an earlier process.
#[derive(Debug, Clone)]
struct Due {
    task: TaskId,
    cause: Option<EventId>,
}

/// Who brings tasks further, and which refusals mean that it was done already.
struct TaskReaction {
    actor: &'static str,
    is_done: fn(&TaskRefusal) -> bool,
}

impl TaskReaction {
    async fn record(
        &self,
        coordinator: &Coordinator,
        due: &Due,
        command: TaskCommand,
        blobs: Vec<Blob>,
    ) -> Result<(), ReactionError> {
        let mut request = Request::new(Actor::system(self.actor), [Subject::Task(due.task.clone())]);
        request.blobs = blobs;
        request.causation_id = due.cause;
        match coordinator.task_command(request, &due.task, &command).await {
            Ok(_) => Ok(()),
            Err(CommandError::Refused(Refusal::Task(refusal))) if (self.is_done)(&refusal) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

/// A state of tasks, and what to do about each that is in it.
type Open<T> = (TaskState, fn(Due) -> T);

/// What a reaction reacts to, and how.
struct Rule<T, F> {
    /// The state of tasks that were left open when the last process ended, and what to do about each.
    open: Option<Open<T>>,
    pick: fn(&Recorded) -> Option<T>,
    react: fn(Coordinator, T) -> F,
}

/// Does `react` for everything open at the start and for everything that `pick` finds in the log, until `stop`.
async fn run<T, F>(coordinator: Coordinator, stop: CancellationToken, rule: Rule<T, F>)
where
    T: Send + 'static,
    F: Future<Output = ()> + Send + 'static,
{
    let Rule { open, pick, react } = rule;
    let places = Arc::new(Semaphore::new(AT_ONCE));
    let mut running = JoinSet::new();
    let mut follower = coordinator.store.follow(Position(coordinator.store.head().size));
    let mut found: Vec<T> = Vec::new();
    if let Some((state, item)) = open {
        let Some(tasks) = stop.run_until_cancelled(whole_backlog(&coordinator, state)).await else { return };
        found.extend(tasks.into_iter().map(|task| item(Due { task, cause: None })));
    }
    loop {
        for item in found.drain(..) {
            let place = Arc::clone(&places).acquire_owned().await.expect("the semaphore is never closed");
            let work = react(coordinator.clone(), item);
            running.spawn(async move {
                work.await;
                drop(place);
            });
            while running.try_join_next().is_some() {}
        }
        tokio::select! {
            next = next_found(&mut follower, pick) => match next {
                Some(next) => found = next,
                None => return,
            },
            () = stop.cancelled() => return,
        }
    }
}

async fn next_found<T>(follower: &mut Follower, pick: fn(&Recorded) -> Option<T>) -> Option<Vec<T>> {
    match follower.next_batch().await {
        Ok(batch) => Some(batch.iter().filter_map(pick).collect()),
        Err(FollowError::Stopped) => None,
        Err(FollowError::Storage(error)) => {
            tracing::warn!(%error, "the log can not be read at the moment");
            tokio::time::sleep(FIRST_PAUSE).await;
            Some(vec![])
        }
    }
}

/// The backlog, asked for until it is there: what was left open is never forgotten because a database was away.
async fn whole_backlog(coordinator: &Coordinator, state: TaskState) -> Vec<TaskId> {
    loop {
        match backlog(coordinator, state).await {
            Ok(tasks) => return tasks,
            Err(error) => tracing::warn!(%error, "the open tasks can not be listed at the moment"),
        }
        tokio::time::sleep(LISTING_PAUSE).await;
    }
}

/// Tasks that were in `state` when this process began.
async fn backlog(coordinator: &Coordinator, state: TaskState) -> Result<Vec<TaskId>, ProjectionError> {
    coordinator.projections.caught_up(Position(coordinator.store.head().size)).await?;
    let filter = TaskFilter { state: Some(state), ..TaskFilter::default() };
    let mut tasks = Vec::new();
    let mut after = None;
    loop {
        let page = coordinator.projections.task_board().list(&filter, &PageRequest::new(after, BACKLOG_PAGE)).await?;
        tasks.extend(page.items.into_iter().map(|row| row.task));
        match page.next {
            Some(next) => after = Some(next),
            None => return Ok(tasks),
        }
    }
}

/// Tries up to [`MAX_TRIES`] times, with pauses that double.
async fn with_retries<T, E: Display, F: Future<Output = Result<T, E>>>(
    what: &'static str,
    mut attempt: impl FnMut() -> F,
) -> Result<T, E> {
    let mut pause = FIRST_PAUSE;
    for _ in 1..MAX_TRIES {
        match attempt().await {
            Ok(done) => return Ok(done),
            Err(error) => tracing::warn!(%error, what, "a reaction is tried again"),
        }
        tokio::time::sleep(pause).await;
        pause *= 2;
    }
    attempt().await
}
