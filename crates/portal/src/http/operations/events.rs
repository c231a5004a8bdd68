//! `GET /operations/events`: tell me when something is recorded.

use crate::{
    Portal,
    callers::Operator,
    http::tasks::events::{Seen, keep_alive, watched_long_enough},
};
use axum::{
    extract::State,
    http::HeaderMap,
    response::{Sse, sse::Event as Message},
};
use edgecoder_events::Position;
use edgecoder_service_kit::http::{Problem, Query};
use edgecoder_store::Store;
use futures_util::{Stream, StreamExt, stream};
use std::{convert::Infallible, time::Duration};

/// The first news are told at once, and what follows within this is told as one: each makes the page fetch itself anew.
const GATHER: Duration = Duration::from_millis(250);

/// Tells the operators' page that the log has grown; it then fetches itself anew.
#[utoipa::path(
    get,
    path = "/operations/events",
    operation_id = "watch_operations",
    tag = "operations",
    params(Seen),
    responses(
        (status = 200, body = String, content_type = "text/event-stream", description = "positions of new events"),
        (status = 303, description = "log in first"),
        (status = 404, description = "not an operator"),
        (status = 429, description = "too_many_watchers"),
    ),
)]
pub async fn events(
    State(portal): State<Portal>,
    operator: Operator,
    Query(seen): Query<Seen>,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Message, Infallible>>>, Problem> {
    let too_many = || Problem::too_many("too_many_watchers", "you watch as much as one may: close a page first");
    let seat = portal.watching.take(operator.person.account().as_str()).ok_or_else(too_many)?;
    let store = portal.commands.store().clone();
    let told = seen.newest(&headers).map_or_else(|| store.head().size, |newest| newest.saturating_add(1));
    let sizes = stream::unfold((store, told, Duration::ZERO), |(store, told, pause)| async move {
        tokio::time::sleep(pause).await;
        let size = size_above(&store, told).await?;
        Some((size, (store, size, GATHER)))
    });
    let messages = sizes.take_until(watched_long_enough(&portal)).map(move |size| {
        let _held = &seat;
        let newest = size.saturating_sub(1).to_string();
        Ok(Message::default().id(newest.clone()).event("step").data(newest))
    });
    Ok(Sse::new(messages).keep_alive(keep_alive()))
}

/// The size of the log as soon as it is larger than this; none where the log is closed.
async fn size_above(store: &Store, told: u64) -> Option<u64> {
    if store.head().size <= told {
        store.follow(Position(told)).next_batch().await.ok()?;
    }
    Some(store.head().size)
}
