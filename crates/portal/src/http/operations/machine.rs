//! `GET /operations/machines/{id}`: how is this machine, whose is it, and what does it say of itself?

use crate::{
    Portal,
    callers::Operator,
    http::nodes::{
        no_such_node,
        show::{Facts, facts},
    },
    page::{self, Shell},
    shown::Moment,
};
use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};
use edgecoder_domain::agent::Standing;
use edgecoder_events::{AccountId, AgentId};
use edgecoder_projections::Question;
use edgecoder_service_kit::http::{Path, Problem};

#[derive(Template)]
#[template(path = "operations_machine.html")]
struct Page<'a> {
    shell: &'a Shell,
    id: &'a AgentId,
    owner: &'a AccountId,
    facts: Facts,
    is_approved: bool,
    is_rejected: bool,
    diary: Vec<Line>,
}

/// A line of the machine's own diary.
struct Line {
    at: Moment,
    text: String,
}

/// Shows a machine, with its diary and what can be said of it.
#[utoipa::path(
    get,
    path = "/operations/machines/{id}",
    operation_id = "machine_page",
    tag = "operations",
    params(("id" = String, Path)),
    responses(
        (status = 200, body = String, content_type = "text/html", description = "the machine"),
        (status = 303, description = "log in first"),
        (status = 404, description = "not an operator, or node_not_found"),
    ),
)]
pub async fn show(
    State(portal): State<Portal>,
    operator: Operator,
    Path(id): Path<AgentId>,
) -> Result<Response, Problem> {
    let as_of = portal.newest(&[Question::AgentDirectory]).await;
    let entry = portal.projections.agent_directory(|agents| agents.get(&id)).ok_or_else(no_such_node)?;
    let enrolment = entry.enrolment().ok_or_else(no_such_node)?;
    let facts = facts(&portal, &entry).ok_or_else(no_such_node)?;
    let lines = (portal.diaries)(&id);
    let shell = Shell::of_person(&operator.person).told_as_of(as_of);
    let page = Page {
        shell: &shell,
        id: &id,
        owner: &enrolment.owner,
        facts,
        is_approved: enrolment.standing == Standing::Approved,
        is_rejected: enrolment.standing == Standing::Rejected,
        diary: lines.into_iter().map(|line| Line { at: Moment(line.event_at_ms), text: line.message }).collect(),
    };
    Ok(page::show(portal.cookies, StatusCode::OK, &shell, &page))
}
