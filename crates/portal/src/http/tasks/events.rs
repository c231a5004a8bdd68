//! `GET /tasks/{id}/events`: tell me when something happens to it.

use super::{own_task, waiting::news};
use crate::{Portal, callers::Person};
use axum::{
    extract::State,
    http::HeaderMap,
    response::{
        Sse,
        sse::{Event as Message, KeepAlive},
    },
};
use edgecoder_events::{Event, Position, Recorded, StreamName, TaskId, Version};
use edgecoder_projections::Question;
use edgecoder_service_kit::http::{Path, Problem, Query};
use futures_util::{Stream, StreamExt, stream};
use serde::Deserialize;
use std::{convert::Infallible, time::Duration};
use utoipa::IntoParams;

/// How often a page hears that there is nothing new: a page that hears nothing for longer is not live.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// The longest that one connection watches; the script connects again behind the last event that it saw.
const MAX_WATCH: Duration = Duration::from_hours(1);

/// What the page shows already.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Seen {
    /// The position of the newest event on the page.
    after: Option<u64>,
}

impl Seen {
    /// Behind which position news begin: of a stream that was interrupted, behind the last one that arrived.
    pub fn newest(&self, headers: &HeaderMap) -> Option<u64> {
        let again = headers.get("last-event-id").and_then(|id| id.to_str().ok()?.parse().ok());
        again.or(self.after)
    }
}

/// Tells a page of whoever is logged in that there is something new; it then fetches itself anew.
#[utoipa::path(
    get,
    path = "/tasks/{id}/events",
    operation_id = "watch_own_task",
    tag = "tasks",
    params(("id" = String, Path), Seen),
    responses(
        (status = 200, body = String, content_type = "text/event-stream", description = "positions of new events"),
        (status = 303, description = "log in first"),
        (status = 404, description = "task_not_found, or not yours"),
        (status = 429, description = "too_many_watchers"),
    ),
)]
pub async fn events(
    State(portal): State<Portal>,
    person: Person,
    Path(id): Path<TaskId>,
    Query(seen): Query<Seen>,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Message, Infallible>>>, Problem> {
    portal.newest(&[Question::TaskBoard]).await;
    own_task(&portal, &person, &id).await?;
    let seen = seen.newest(&headers);
    let too_many = || Problem::too_many("too_many_watchers", "you watch as many tasks as one may: close one first");
    let seat = portal.watching.take(person.account().as_str()).ok_or_else(too_many)?;
    let (store, stream) = (portal.commands.store(), StreamName::task(&id));
    let head = Position(store.head().size);
    let past = store.read_stream(&stream, Version::EMPTY, super::show::MAX_EVENTS).await?;
    let past = past.into_iter().filter(move |recorded| recorded.position < head);
    let unseen = stream::iter(past)
        .chain(live(&portal, head, move |recorded| recorded.stream == stream))
        .filter(move |recorded| std::future::ready(seen.is_none_or(|seen| recorded.position.0 > seen)));
    Ok(Sse::new(news(&portal, seat, unseen)).keep_alive(keep_alive()))
}

/// When a connection ends: after a while, or when the portal stops, which waits for nobody who only watches.
pub fn watched_long_enough(portal: &Portal) -> impl Future<Output = ()> + Send + use<> {
    let stopping = portal.stopping.clone();
    async move {
        tokio::select! {
            () = stopping.cancelled() => {}
            () = tokio::time::sleep(MAX_WATCH) => {}
        }
    }
}

/// A script hears events alone, and no comments.
pub fn keep_alive() -> KeepAlive {
    KeepAlive::new().interval(KEEP_ALIVE).event(Message::default().event("alive").data(""))
}

/// The wanted events from `from` on, as they are recorded.
pub fn live<W>(portal: &Portal, from: Position, mut is_wanted: W) -> impl Stream<Item = Recorded> + use<W>
where
    W: FnMut(&Recorded) -> bool + Send + 'static,
{
    let follower = portal.commands.store().follow(from);
    let batches = stream::unfold(follower, |mut follower| async move {
        let batch = follower.next_batch().await.ok()?;
        Some((batch, follower))
    });
    batches.flat_map(move |batch| {
        let own: Vec<Recorded> = batch.iter().filter(|recorded| is_wanted(recorded)).cloned().collect();
        stream::iter(own)
    })
}

/// What a page is told of an event: that there is one.
pub fn message(recorded: &Recorded) -> Message {
    let position = recorded.position.0.to_string();
    let is_end = matches!(recorded.event, Event::TaskCompleted(_) | Event::TaskFailed(_) | Event::TaskCancelled(_));
    Message::default().id(position.clone()).event(if is_end { "end" } else { "step" }).data(position)
}
