//! `GET /tasks`: what did I submit?

use super::{
    TaskRow,
    asked::{Asked, Wanted},
    rows, state,
};
use crate::{
    Portal,
    callers::Person,
    page::{self, Shell},
    text::ENGLISH,
};
use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};
use edgecoder_events::{AccountId, Position};
use edgecoder_projections::{
    PageRequest, Question,
    task_board::{TaskFilter, TaskState},
    task_search::Found,
};
use edgecoder_service_kit::http::{Problem, Query};
use std::collections::BTreeMap;

const ON_A_PAGE: usize = 25;

#[derive(Template)]
#[template(path = "tasks.html")]
struct Page<'a> {
    shell: &'a Shell,
    asked: &'a Asked,
    states: Vec<StateLink>,
    tasks: Vec<TaskRow>,
    next: Option<String>,
}

/// A way to the tasks in one state, with how many there are.
struct StateLink {
    words: &'static str,
    tasks: u64,
    address: String,
    is_here: bool,
}

/// Lists the tasks of whoever is logged in, or searches among them.
#[utoipa::path(
    get,
    path = "/tasks",
    operation_id = "tasks_page",
    tag = "tasks",
    params(Wanted),
    responses(
        (status = 200, body = String, content_type = "text/html", description = "a page of tasks, newest first"),
        (status = 303, description = "log in first"),
        (status = 503, description = "search_crowded, or projection_behind: ask again"),
    ),
)]
pub async fn list(
    State(portal): State<Portal>,
    person: Person,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Problem> {
    let asked = Asked::from(&wanted);
    let as_of = portal.newest(&[Question::TaskBoard]).await;
    let shell = Shell::of_person(&person).told_as_of(as_of);
    let page = PageRequest::new(wanted.before.map(Position), ON_A_PAGE);
    let found = if asked.is_search() {
        let _turn = portal.searches.turn().await?;
        portal.projections.task_search().find(person.account(), &asked.question(), &page).await?
    } else {
        listed(&portal, person.account(), &asked, &page).await?
    };
    let page = Page {
        shell: &shell,
        asked: &asked,
        states: states(&asked, &found.counts),
        tasks: rows(&portal, found.page.items).await?,
        next: found.page.next.map(|position| asked.address(Some(position.0))),
    };
    Ok(page::show(portal.cookies, StatusCode::OK, &shell, &page))
}

/// What the board has, which is never behind, with what the search has counted by now.
async fn listed(
    portal: &Portal,
    account: &AccountId,
    asked: &Asked,
    page: &PageRequest<Position>,
) -> Result<Found, Problem> {
    let filter = TaskFilter { account: Some(account.clone()), state: asked.state, ..TaskFilter::default() };
    let page = portal.projections.task_board().list(&filter, page).await?;
    Ok(Found { page, counts: counts(portal, account).await })
}

/// None where the search has other things to do: a list does without them.
async fn counts(portal: &Portal, account: &AccountId) -> BTreeMap<TaskState, u64> {
    let Some(_turn) = portal.searches.turn_now() else { return BTreeMap::new() };
    let (all, one) = (Asked::default().question(), PageRequest::new(None, 1));
    let found = portal.projections.task_search().find(account, &all, &one).await;
    found.map(|found| found.counts).unwrap_or_default()
}

/// All states first, then those in which there is a task, or that were asked for.
fn states(asked: &Asked, counts: &BTreeMap<TaskState, u64>) -> Vec<StateLink> {
    let link = |wanted: Option<TaskState>, words, tasks| StateLink {
        words,
        tasks,
        address: asked.in_state(wanted).address(None),
        is_here: asked.state == wanted,
    };
    let mut shown = counts.clone();
    if let Some(state) = asked.state {
        shown.entry(state).or_default();
    }
    let all = link(None, ENGLISH.every_state, counts.values().sum());
    let each = shown.into_iter().map(|(wanted, tasks)| link(Some(wanted), state(wanted).1, tasks));
    [all].into_iter().chain(each).collect()
}
