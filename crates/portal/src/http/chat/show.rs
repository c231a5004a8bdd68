//! `GET /chat/{id}`: what was said, and what is being done about it?

use super::{
    ASKED,
    composer::{Composer, Refused},
    own_conversation,
    turns::{Turn, turn},
};
use crate::{
    Portal,
    callers::Person,
    freshness::perhaps_later,
    http::tasks,
    page::{self, Shell},
};
use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};
use edgecoder_events::{ConversationId, Position};
use edgecoder_projections::PageRequest;
use edgecoder_service_kit::http::{Path, Problem, Query};
use serde::Deserialize;
use utoipa::IntoParams;

/// As many messages stand on a page.
pub const TURNS: usize = 20;

#[derive(Template)]
#[template(path = "conversation.html")]
struct Page<'a> {
    shell: &'a Shell,
    id: &'a ConversationId,
    title: String,
    turns: Vec<Turn>,
    /// Whether something will still happen.
    is_open: bool,
    /// All events up to this one are on the page.
    seen: u64,
    older: Option<u64>,
    composer: Composer,
}

/// Which page is wanted.
#[derive(Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// Older than this position.
    before: Option<u64>,
}

/// Shows a conversation of whoever is logged in.
#[utoipa::path(
    get,
    path = "/chat/{id}",
    operation_id = "conversation_page",
    tag = "chat",
    params(("id" = String, Path), Wanted),
    responses(
        (status = 200, body = String, content_type = "text/html", description = "the conversation"),
        (status = 303, description = "log in first"),
        (status = 404, description = "conversation_not_found, or not yours"),
    ),
)]
pub async fn show(
    State(portal): State<Portal>,
    person: Person,
    Path(id): Path<ConversationId>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Problem> {
    shown(&portal, &person, &id, &wanted, None).await
}

/// Shows it with a message that was not taken.
pub async fn refused(
    portal: &Portal,
    person: &Person,
    id: &ConversationId,
    refused: &Refused<'_>,
) -> Result<Response, Problem> {
    shown(portal, person, id, &Wanted::default(), Some(refused)).await
}

async fn shown(
    portal: &Portal,
    person: &Person,
    id: &ConversationId,
    wanted: &Wanted,
    refused: Option<&Refused<'_>>,
) -> Result<Response, Problem> {
    // Taken first: the page may show more than it says that it has seen, never less.
    let seen = portal.commands.store().head().size.saturating_sub(1);
    let as_of = portal.newest(&ASKED).await;
    let entry = own_conversation(portal, person, id).await.map_err(|problem| perhaps_later(problem, as_of))?;
    let page = PageRequest::new(wanted.before.map(Position), TURNS);
    let found = portal.projections.conversations().messages(person.account(), id, &page).await?;
    let mut turns = Vec::with_capacity(found.items.len());
    for message in found.items.iter().rev() {
        turns.push(turn(portal, person, &message.task).await?);
    }
    let first = tasks::own_task(portal, person, &entry.first).await?;
    let shell = Shell::of_person(person).told_as_of(as_of);
    let page = Page {
        shell: &shell,
        id,
        title: tasks::title(tasks::submission(portal, &first).await?.as_ref()),
        is_open: turns.iter().any(|it| !it.is_over),
        turns,
        seen,
        older: found.next.map(|position| position.0),
        composer: Composer::new(portal, format!("/chat/{id}/messages"), refused),
    };
    let status = if refused.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok(page::show(portal.cookies, status, &shell, &page))
}
