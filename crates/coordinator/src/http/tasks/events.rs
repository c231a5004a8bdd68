//! `GET /tasks/{id}/events`: what happens to it, as it happens.

use crate::{Coordinator, http::MAX_TASK_EVENTS};
use axum::{
    extract::State,
    http::HeaderMap,
    response::{
        Sse,
        sse::{Event as Message, KeepAlive},
    },
};
use edgecoder_events::{Event, Position, Recorded, StreamName, TaskId, Version};
use edgecoder_service_kit::{
    callers::Reader,
    http::{Path, Problem},
};
use edgecoder_wire::{problem::ProblemDetails, tasks::TaskEventView};
use futures_util::{Stream, StreamExt, stream};
use std::{convert::Infallible, future::ready, time::Duration};

const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// The longest that one connection watches; the watcher connects again behind the last event that it saw.
const MAX_WATCH: Duration = Duration::from_hours(1);

/// Streams the events of a task as server-sent events; the id is the log position. Ends with the task.
#[utoipa::path(
    get,
    path = "/tasks/{id}/events",
    operation_id = "watch_task",
    tag = "tasks",
    security(("account" = []), ("operator" = [])),
    params(
        ("id" = String, Path),
        ("Last-Event-ID" = Option<u64>, Header, description = "resume after this position"),
    ),
    responses(
        (status = 200, body = String, content_type = "text/event-stream",
            description = "the events, until the task ends"),
        (status = 404, body = ProblemDetails, description = "task_not_found, or not yours"),
        (status = 429, body = ProblemDetails, description = "too_many_watchers"),
    ),
)]
pub async fn events(
    State(coordinator): State<Coordinator>,
    reader: Reader,
    Path(id): Path<TaskId>,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Message, Infallible>>>, Problem> {
    coordinator.owned_task(&reader, &id).await?;
    let seen = last_event_id(&headers)?;
    let seat = coordinator.watching.take(reader.actor().as_str()).ok_or_else(too_many)?;
    let stream = StreamName::task(&id);
    let head = Position(coordinator.store.head().size);
    let past = coordinator.store.read_stream(&stream, Version::EMPTY, MAX_TASK_EVENTS).await?;
    let past = past.into_iter().filter(move |recorded| recorded.position < head);
    let live = live(&coordinator, stream, head);
    // Who has seen the end already is shown that nothing follows: the end counts before it is left out.
    let unseen = until_the_end(stream::iter(past).chain(live)).filter(move |recorded| {
        let is_new = seen.is_none_or(|seen| recorded.position > seen);
        async move { is_new }
    });
    let messages = unseen.take_until(watched_long_enough(&coordinator)).map(move |recorded| {
        let _held = &seat;
        Ok(message(&recorded))
    });
    Ok(Sse::new(messages).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)))
}

/// When a connection ends: after a while, or when the coordinator stops, which waits for nobody who only watches.
fn watched_long_enough(coordinator: &Coordinator) -> impl Future<Output = ()> + Send + use<> {
    let stopping = coordinator.stopping.clone();
    async move {
        tokio::select! {
            () = stopping.cancelled() => {}
            () = tokio::time::sleep(MAX_WATCH) => {}
        }
    }
}

fn too_many() -> Problem {
    Problem::too_many("too_many_watchers", "you watch as many tasks as one caller may: close one first")
}

fn last_event_id(headers: &HeaderMap) -> Result<Option<Position>, Problem> {
    let Some(value) = headers.get("last-event-id") else { return Ok(None) };
    let position = value.to_str().ok().and_then(|text| text.parse().ok());
    position
        .map(|position| Some(Position(position)))
        .ok_or_else(|| Problem::bad_field("Last-Event-ID", "expected the id of an event: a number"))
}

/// The stream's events from `from` on, as they are recorded.
fn live(coordinator: &Coordinator, wanted: StreamName, from: Position) -> impl Stream<Item = Recorded> + use<> {
    let follower = coordinator.store.follow(from);
    let batches = stream::unfold(follower, |mut follower| async move {
        let batch = follower.next_batch().await.ok()?;
        Some((batch, follower))
    });
    batches.flat_map(move |batch| {
        let own: Vec<Recorded> = batch.iter().filter(|recorded| recorded.stream == wanted).cloned().collect();
        stream::iter(own)
    })
}

/// Everything up to and with the event that ends the task: nobody waits for what would come after it.
fn until_the_end(events: impl Stream<Item = Recorded>) -> impl Stream<Item = Recorded> {
    let and_the_end = events.flat_map(|recorded| {
        let end = ends(&recorded.event).then_some(None);
        stream::iter([Some(recorded)].into_iter().chain(end))
    });
    and_the_end.take_while(|item| ready(item.is_some())).filter_map(ready)
}

fn ends(event: &Event) -> bool {
    matches!(event, Event::TaskCompleted(_) | Event::TaskFailed(_) | Event::TaskCancelled(_))
}

fn message(recorded: &Recorded) -> Message {
    let fields = recorded.event.serialize_fields(serde_json::value::Serializer).unwrap_or_default();
    let view = TaskEventView {
        position: recorded.position.0,
        kind: recorded.event.kind().to_owned(),
        recorded_at_ms: recorded.recorded_at.0,
        actor: recorded.actor.as_str().to_owned(),
        fields,
    };
    let message = Message::default().id(recorded.position.0.to_string()).event(recorded.event.kind());
    let fallback = message.clone();
    message.json_data(view).unwrap_or(fallback)
}
