//! Conversations, in which every message becomes a task.

pub mod begin;
mod composer;
mod context;
pub mod events;
pub mod retry;
pub mod say;
mod send;
pub mod show;
mod turns;

use crate::{Portal, callers::Person};
use edgecoder_events::{ConversationId, TaskId};
use edgecoder_projections::{Question, conversations::ConversationEntry};
use edgecoder_service_kit::http::Problem;

/// What must be up to date before a conversation is shown or goes on.
const ASKED: [Question; 2] = [Question::Conversations, Question::TaskBoard];

/// The conversation, where it is theirs. Other people's conversations look like none.
async fn own_conversation(portal: &Portal, person: &Person, id: &ConversationId) -> Result<ConversationEntry, Problem> {
    let found = portal.projections.conversations().conversation(person.account(), id).await?;
    found.ok_or_else(not_found)
}

fn not_found() -> Problem {
    Problem::not_found("conversation_not_found", "there is no conversation of this name, or it is not yours")
}

/// Where somebody gets whose message was taken.
fn path_of(id: &ConversationId, task: &TaskId) -> String {
    format!("/chat/{id}?sent={task}#turn-{task}")
}
