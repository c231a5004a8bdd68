//! `GET` and `POST /chat`: what did I talk about, and what do I begin with?

use super::{
    ASKED,
    composer::{Composer, Refused},
    path_of,
    say::sent,
};
use crate::{
    Portal,
    callers::Person,
    forms::Form,
    http::tasks,
    page::{self, Shell},
    shown::Moment,
};
use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};
use edgecoder_events::{ConversationId, Position};
use edgecoder_projections::{PageRequest, conversations::ConversationEntry};
use edgecoder_service_kit::{
    chance,
    http::{Problem, Query},
};
use rand::Rng;
use serde::Deserialize;
use utoipa::IntoParams;

const ON_A_PAGE: usize = 20;

#[derive(Template)]
#[template(path = "chat.html")]
struct Page<'a> {
    shell: &'a Shell,
    composer: Composer,
    conversations: Vec<Row>,
    next: Option<u64>,
}

/// One line of the list.
struct Row {
    id: ConversationId,
    title: String,
    messages: u64,
    newest_at: Moment,
}

/// Which page is wanted.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// Older than this position.
    before: Option<u64>,
}

/// Lists the conversations of whoever is logged in, with a form that begins another one.
#[utoipa::path(
    get,
    path = "/chat",
    operation_id = "chat_page",
    tag = "chat",
    params(Wanted),
    responses(
        (status = 200, body = String, content_type = "text/html", description = "conversations, newest first"),
        (status = 303, description = "log in first"),
    ),
)]
pub async fn list(
    State(portal): State<Portal>,
    person: Person,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Problem> {
    let mut composer = Composer::new(&portal, "/chat".to_owned(), None);
    composer.conversation_id = Some(new_id(&portal));
    shown(&portal, &person, composer, wanted.before, StatusCode::OK).await
}

/// Begins a conversation with its first message.
#[utoipa::path(
    post,
    path = "/chat",
    operation_id = "begin_conversation",
    tag = "chat",
    responses(
        (status = 303, description = "to the conversation; or log in first"),
        (status = 422, body = String, content_type = "text/html", description = "the form, with what is wrong"),
    ),
)]
pub async fn begin(
    State(portal): State<Portal>,
    Form { caller: person, fields }: Form<Person>,
) -> Result<Response, Problem> {
    portal.newest(&ASKED).await;
    let id: Option<ConversationId> = fields.text("conversation_id").parse().ok();
    let begun = match &id {
        Some(id) => sent(&portal, &person, id, &fields).await.map(|task| path_of(id, &task)),
        None => Err(Problem::bad_field("conversation_id", "open the page anew")),
    };
    match begun {
        Ok(path) => Ok(page::go(&path, [])),
        Err(problem) if problem.status().is_client_error() => {
            let refused = Refused { fields: &fields, problem: &problem };
            let mut composer = Composer::new(&portal, "/chat".to_owned(), Some(&refused));
            composer.conversation_id = Some(id.map_or_else(|| new_id(&portal), |id| id.to_string()));
            shown(&portal, &person, composer, None, StatusCode::UNPROCESSABLE_ENTITY).await
        }
        Err(problem) => Err(problem),
    }
}

async fn shown(
    portal: &Portal,
    person: &Person,
    composer: Composer,
    before: Option<u64>,
    status: StatusCode,
) -> Result<Response, Problem> {
    let shell = Shell::of_person(person).told_as_of(portal.newest(&ASKED).await);
    let page = PageRequest::new(before.map(Position), ON_A_PAGE);
    let found = portal.projections.conversations().list(person.account(), &page).await?;
    let mut conversations = Vec::with_capacity(found.items.len());
    for entry in found.items {
        conversations.push(row(portal, person, entry).await?);
    }
    let next = found.next.map(|position| position.0);
    Ok(page::show(portal.cookies, status, &shell, &Page { shell: &shell, composer, conversations, next }))
}

/// A conversation is called by its first message.
async fn row(portal: &Portal, person: &Person, entry: ConversationEntry) -> Result<Row, Problem> {
    let first = tasks::own_task(portal, person, &entry.first).await?;
    let title = tasks::title(tasks::submission(portal, &first).await?.as_ref());
    Ok(Row { id: entry.conversation, title, messages: entry.messages, newest_at: Moment(entry.newest_at) })
}

fn new_id(portal: &Portal) -> String {
    let mut random = [0; 10];
    chance::system().fill_bytes(&mut random);
    ConversationId::time_ordered(portal.now(), random).to_string()
}
