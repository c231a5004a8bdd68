//! `GET /nodes`: which machines are mine, how are they, and what did they earn?

use super::{NodeRow, own_nodes, row};
use crate::{
    Portal,
    callers::Person,
    page::{self, Shell},
    shown::{Moment, change},
};
use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};
use edgecoder_projections::{
    PageRequest, Question,
    credit_balances::{Movement, MovementReason},
};
use edgecoder_service_kit::http::Problem;

/// As many of the newest earnings are shown.
const EARNINGS: usize = 10;
/// They are looked for among so many movements of the wallet.
const MOVEMENTS: usize = 200;

#[derive(Template)]
#[template(path = "nodes.html")]
struct Page<'a> {
    shell: &'a Shell,
    error: Option<String>,
    /// What was typed as a name, where something is wrong.
    typed: &'a str,
    nodes: Vec<NodeRow>,
    earnings: Vec<Earning>,
    audit_url: &'a str,
}

/// What a machine was paid for one result.
struct Earning {
    position: u64,
    at: Moment,
    amount: String,
}

/// Lists the machines of whoever is logged in, with what they earned lately and a form for one more.
#[utoipa::path(
    get,
    path = "/nodes",
    operation_id = "nodes_page",
    tag = "nodes",
    responses(
        (status = 200, body = String, content_type = "text/html", description = "machines and earnings"),
        (status = 303, description = "log in first"),
    ),
)]
pub async fn list(State(portal): State<Portal>, person: Person) -> Result<Response, Problem> {
    answer(&portal, &person, StatusCode::OK, None, "").await
}

/// The page again, with what is wrong with the name that was typed.
pub async fn with_error(portal: &Portal, person: &Person, error: String, typed: &str) -> Result<Response, Problem> {
    answer(portal, person, StatusCode::UNPROCESSABLE_ENTITY, Some(error), typed).await
}

async fn answer(
    portal: &Portal,
    person: &Person,
    status: StatusCode,
    error: Option<String>,
    typed: &str,
) -> Result<Response, Problem> {
    let as_of = portal.newest(&[Question::AgentDirectory, Question::CreditBalances]).await;
    let shell = Shell::of_person(person).told_as_of(as_of);
    let nodes = own_nodes(portal, person).iter().filter_map(|entry| row(entry, portal.now())).collect();
    let movements = PageRequest::new(None, MOVEMENTS);
    let movements = portal.projections.credit_balances().history(person.account(), &movements).await?;
    let earnings = movements.items.iter().filter_map(earning).take(EARNINGS).collect();
    let page = Page { shell: &shell, error, typed, nodes, earnings, audit_url: &portal.audit_url };
    Ok(page::show(portal.cookies, status, &shell, &page))
}

fn earning(movement: &Movement) -> Option<Earning> {
    let is_earned = movement.reason == MovementReason::Earned;
    is_earned.then(|| Earning {
        position: movement.position.0,
        at: Moment(movement.recorded_at),
        amount: change(movement.delta_micros),
    })
}
