//! `GET /operations/machines`: which machines are there, and which wait for a decision?

use crate::{
    Portal,
    callers::Operator,
    http::nodes::{NodeRow, row},
    page::{self, Shell},
};
use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};
use edgecoder_domain::agent::Standing;
use edgecoder_events::AgentId;
use edgecoder_projections::{PageRequest, Question, agent_directory::NodeFilter};
use edgecoder_service_kit::http::Query;
use serde::Deserialize;
use utoipa::IntoParams;

const ON_A_PAGE: usize = 50;

#[derive(Template)]
#[template(path = "operations_machines.html")]
struct Page<'a> {
    shell: &'a Shell,
    is_pending: bool,
    machines: Vec<Machine>,
    next: Option<AgentId>,
}

/// A machine, with what it said of itself last.
struct Machine {
    row: NodeRow,
    says: Option<String>,
}

/// Which machines are wanted.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// Only those that wait for a decision.
    #[serde(default)]
    pending: bool,
    /// Behind this name.
    #[param(value_type = Option<String>)]
    after: Option<AgentId>,
}

/// Lists machines by name, each with the newest line of its diary.
#[utoipa::path(
    get,
    path = "/operations/machines",
    operation_id = "machines_page",
    tag = "operations",
    params(Wanted),
    responses(
        (status = 200, body = String, content_type = "text/html", description = "a page of machines, by name"),
        (status = 303, description = "log in first"),
        (status = 404, description = "not an operator"),
    ),
)]
pub async fn list(State(portal): State<Portal>, operator: Operator, Query(wanted): Query<Wanted>) -> Response {
    let shell = Shell::of_person(&operator.person).told_as_of(portal.newest(&[Question::AgentDirectory]).await);
    let standing = wanted.pending.then_some(Standing::Pending);
    let (filter, asked) = (NodeFilter { standing, ..NodeFilter::default() }, PageRequest::new(wanted.after, ON_A_PAGE));
    let found = portal.projections.agent_directory(|agents| agents.list(&filter, &asked));
    let rows = found.items.iter().filter_map(|entry| row(entry, portal.now()));
    let newest = |row: &NodeRow| (portal.diaries)(&row.id).into_iter().next().map(|line| line.message);
    let machines = rows.map(|row| Machine { says: newest(&row), row }).collect();
    let page = Page { shell: &shell, is_pending: wanted.pending, machines, next: found.next };
    page::show(portal.cookies, StatusCode::OK, &shell, &page)
}
