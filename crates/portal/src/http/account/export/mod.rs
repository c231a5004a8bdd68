//! `GET /account/export.json`: give me all that is kept of me.

mod entries;
mod json_file;

use crate::{
    Portal,
    callers::Person,
    http::wallet::export::{file, line, pages},
    people::{identities, passkeys, throttle::Trial},
    shown::Moment,
};
use axum::{extract::State, response::Response};
use edgecoder_events::{AccountId, AgentId, ConversationId, Position, StreamName};
use edgecoder_passkeys::Passkey;
use edgecoder_projections::{
    MAX_PAGE_ITEMS, PageRequest, Question, agent_directory::NodeFilter, conversations::ConversationEntry,
    task_board::TaskFilter,
};
use edgecoder_service_kit::http::Problem;
use futures_util::StreamExt;
use json_file::JsonFile;
use serde::Serialize;
use std::{io, pin::pin};

/// As many tasks are asked for at once; each is read when its turn comes.
const TASKS_AT_ONCE: usize = 20;

const ASKED: [Question; 5] = [
    Question::People,
    Question::AgentDirectory,
    Question::TaskBoard,
    Question::Conversations,
    Question::CreditBalances,
];

/// What is short, and read before the file begins.
struct Short {
    name: String,
    mail_address: String,
    has_password: bool,
    is_operator: bool,
    log_size: u64,
    exported_at: Moment,
    sessions: Vec<SessionLine>,
    passkeys: Vec<PasskeyLine>,
    providers: Vec<ProviderLine>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SessionLine {
    begun_at: String,
    seen_at: String,
    device: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PasskeyLine {
    name: String,
    added_at: String,
    /// What the log calls it.
    mark: String,
    /// Of the key what is public: there is nothing else here.
    passkey: Passkey,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ProviderLine {
    provider: String,
    linked_at: String,
    /// What the log calls it.
    mark: String,
}

#[derive(Serialize)]
struct MessageLine {
    position: u64,
    task: String,
}

/// Gives everything that is kept of whoever is logged in as one JSON file, each entry of the log with its position and what
/// their key opens.
#[utoipa::path(
    get,
    path = "/account/export.json",
    operation_id = "export_account",
    tag = "people",
    responses(
        (status = 200, body = String, content_type = "application/json", description = "everything"),
        (status = 303, description = "log in first"),
        (status = 429, description = "too_many_trials"),
    ),
)]
pub async fn export(State(portal): State<Portal>, person: Person) -> Result<Response, Problem> {
    let account = person.account().clone();
    portal.throttle.admit(Trial::Export, account.as_str(), portal.commands.clock().steady())?;
    portal.newest(&ASKED).await;
    let short = short(&portal, person).await?;
    let body = JsonFile::body(|file| write(file, portal, account, short));
    Ok(file("application/json", "attachment; filename=\"edgecoder-account.json\"", body))
}

async fn short(portal: &Portal, person: Person) -> Result<Short, Problem> {
    let account = person.account();
    let sessions = portal.sessions.of(account, portal.now()).await?.into_iter().map(|it| SessionLine {
        begun_at: Moment(it.begun_at).iso(),
        seen_at: Moment(it.seen_at).iso(),
        device: it.device,
    });
    let passkeys = passkeys::of(portal, account).await?.into_iter().map(|(mark, kept)| PasskeyLine {
        name: kept.name,
        added_at: Moment(kept.added_at).iso(),
        mark: mark.to_string(),
        passkey: kept.passkey,
    });
    let providers = identities::of(portal, account).await?.into_iter().map(|(mark, kept)| ProviderLine {
        provider: kept.provider,
        linked_at: Moment(kept.linked_at).iso(),
        mark: mark.to_string(),
    });
    Ok(Short {
        sessions: sessions.collect(),
        passkeys: passkeys.collect(),
        providers: providers.collect(),
        has_password: portal.passwords.has(account).await?,
        is_operator: person.is_operator,
        log_size: portal.commands.store().head().size,
        exported_at: Moment(portal.now()),
        name: person.profile.name,
        mail_address: person.profile.email,
    })
}

async fn write(mut file: JsonFile, portal: Portal, account: AccountId, short: Short) -> Result<(), io::Error> {
    file.open().await?;
    file.field("account", &account).await?;
    file.field("exportedAt", &short.exported_at.iso()).await?;
    file.field("logSize", &short.log_size).await?;
    file.field("name", &short.name).await?;
    file.field("mailAddress", &short.mail_address).await?;
    file.field("hasPassword", &short.has_password).await?;
    file.field("isOperator", &short.is_operator).await?;
    file.field("sessions", &short.sessions).await?;
    file.field("passkeys", &short.passkeys).await?;
    file.field("providers", &short.providers).await?;
    entries::write(&mut file, &portal, &account, &StreamName::person(&account)).await?;
    write_machines(&mut file, &portal, &account).await?;
    write_conversations(&mut file, &portal, &account).await?;
    write_tasks(&mut file, &portal, &account).await?;
    write_movements(&mut file, &portal, &account).await?;
    file.close().await?;
    file.end().await
}

async fn write_machines(file: &mut JsonFile, portal: &Portal, account: &AccountId) -> Result<(), io::Error> {
    let filter = NodeFilter { owner: Some(account.clone()), ..NodeFilter::default() };
    let mut after: Option<AgentId> = None;
    file.open_list("machines").await?;
    loop {
        let wanted = PageRequest::new(after, MAX_PAGE_ITEMS);
        let page = portal.projections.agent_directory(|agents| agents.list(&filter, &wanted));
        let nodes: Vec<AgentId> = page.items.iter().filter_map(|entry| Some(entry.enrolment()?.node.clone())).collect();
        for node in &nodes {
            file.open().await?;
            file.field("machine", node).await?;
            entries::write(file, portal, account, &StreamName::agent(node)).await?;
            file.close().await?;
        }
        after = page.next;
        if after.is_none() {
            return file.close_list().await;
        }
    }
}

async fn write_conversations(file: &mut JsonFile, portal: &Portal, account: &AccountId) -> Result<(), io::Error> {
    let mut after: Option<Position> = None;
    file.open_list("conversations").await?;
    loop {
        let wanted = PageRequest::new(after, MAX_PAGE_ITEMS);
        let page = portal.projections.conversations().list(account, &wanted).await.map_err(io::Error::other)?;
        for ConversationEntry { conversation, began_at, .. } in &page.items {
            file.open().await?;
            file.field("conversation", conversation).await?;
            file.field("beganAt", &Moment(*began_at).iso()).await?;
            write_messages(file, portal, account, conversation).await?;
            file.close().await?;
        }
        after = page.next;
        if after.is_none() {
            return file.close_list().await;
        }
    }
}

async fn write_messages(
    file: &mut JsonFile,
    portal: &Portal,
    account: &AccountId,
    conversation: &ConversationId,
) -> Result<(), io::Error> {
    let mut after: Option<Position> = None;
    file.open_list("messages").await?;
    loop {
        let wanted = PageRequest::new(after, MAX_PAGE_ITEMS);
        let page = portal.projections.conversations().messages(account, conversation, &wanted).await;
        let page = page.map_err(io::Error::other)?;
        for message in &page.items {
            file.item(&MessageLine { position: message.position.0, task: message.task.to_string() }).await?;
        }
        after = page.next;
        if after.is_none() {
            return file.close_list().await;
        }
    }
}

async fn write_tasks(file: &mut JsonFile, portal: &Portal, account: &AccountId) -> Result<(), io::Error> {
    let filter = TaskFilter { account: Some(account.clone()), ..TaskFilter::default() };
    let mut after: Option<Position> = None;
    file.open_list("tasks").await?;
    loop {
        let wanted = PageRequest::new(after, TASKS_AT_ONCE);
        let page = portal.projections.task_board().list(&filter, &wanted).await.map_err(io::Error::other)?;
        for task in &page.items {
            file.open().await?;
            file.field("task", &task.task).await?;
            entries::write(file, portal, account, &StreamName::task(&task.task)).await?;
            file.close().await?;
        }
        after = page.next;
        if after.is_none() {
            return file.close_list().await;
        }
    }
}

async fn write_movements(file: &mut JsonFile, portal: &Portal, account: &AccountId) -> Result<(), io::Error> {
    let mut pages = pin!(pages(portal.clone(), account.clone()));
    file.open_list("movements").await?;
    while let Some(page) = pages.next().await {
        for movement in page? {
            file.item(&line(&movement)).await?;
        }
    }
    file.close_list().await
}
