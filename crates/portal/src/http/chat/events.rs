//! `GET /chat/{id}/events`: tell me when something happens in it.

use super::{ASKED, own_conversation, show::TURNS};
use crate::{
    Portal,
    callers::Person,
    http::tasks::{
        events::{Seen, keep_alive, live},
        show::MAX_EVENTS,
        waiting::news,
    },
};
use axum::{
    extract::State,
    http::HeaderMap,
    response::{Sse, sse::Event as Message},
};
use edgecoder_events::{AccountId, ConversationId, Event, Position, Recorded, StreamName, Version};
use edgecoder_projections::PageRequest;
use edgecoder_service_kit::http::{Path, Problem, Query};
use futures_util::{Stream, StreamExt, stream};
use std::convert::Infallible;

/// Whose events are told: those of the newest messages, and of those that are still to come.
struct Watched {
    account: AccountId,
    conversation: ConversationId,
    streams: Vec<StreamName>,
}

/// Tells a page of whoever is logged in that there is something new; it then fetches itself anew.
#[utoipa::path(
    get,
    path = "/chat/{id}/events",
    operation_id = "watch_own_conversation",
    tag = "chat",
    params(("id" = String, Path), Seen),
    responses(
        (status = 200, body = String, content_type = "text/event-stream", description = "positions of new events"),
        (status = 303, description = "log in first"),
        (status = 404, description = "conversation_not_found, or not yours"),
        (status = 429, description = "too_many_watchers"),
    ),
)]
pub async fn events(
    State(portal): State<Portal>,
    person: Person,
    Path(id): Path<ConversationId>,
    Query(seen): Query<Seen>,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Message, Infallible>>>, Problem> {
    portal.newest(&ASKED).await;
    own_conversation(&portal, &person, &id).await?;
    let seen = seen.newest(&headers);
    let too_many = || Problem::too_many("too_many_watchers", "you watch as much as one may: close a page first");
    let seat = portal.watching.take(person.account().as_str()).ok_or_else(too_many)?;
    let head = Position(portal.commands.store().head().size);
    let mut watched = watched(&portal, person.account(), id).await?;
    let past = past(&portal, &watched, head).await?;
    let unseen = stream::iter(past)
        .chain(live(&portal, head, move |recorded| watched.takes(recorded)))
        .filter(move |recorded| std::future::ready(seen.is_none_or(|seen| recorded.position.0 > seen)));
    Ok(Sse::new(news(&portal, seat, unseen)).keep_alive(keep_alive()))
}

async fn watched(portal: &Portal, account: &AccountId, id: ConversationId) -> Result<Watched, Problem> {
    let page = PageRequest::new(None, TURNS);
    let messages = portal.projections.conversations().messages(account, &id, &page).await?;
    let streams = messages.items.iter().map(|it| StreamName::task(&it.task)).collect();
    Ok(Watched { account: account.clone(), conversation: id, streams })
}

/// What happened before `head`, in its order.
async fn past(portal: &Portal, watched: &Watched, head: Position) -> Result<Vec<Recorded>, Problem> {
    let mut past = Vec::new();
    for stream in &watched.streams {
        past.extend(portal.commands.store().read_stream(stream, Version::EMPTY, MAX_EVENTS).await?);
    }
    past.retain(|recorded| recorded.position < head);
    past.sort_by_key(|recorded| recorded.position);
    Ok(past)
}

impl Watched {
    /// Whether an event is of the conversation. The task of a new message is watched from then on.
    fn takes(&mut self, recorded: &Recorded) -> bool {
        if let Event::TaskSubmitted(it) = &recorded.event
            && it.account == self.account
            && it.conversation.as_ref() == Some(&self.conversation)
        {
            self.streams.push(recorded.stream.clone());
        }
        self.streams.contains(&recorded.stream)
    }
}
