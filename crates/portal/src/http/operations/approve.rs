//! `POST /operations/machines/{id}/approve`: this machine may take part.

use super::steer;
use crate::{
    Portal,
    callers::{Operator, Person},
    forms::Form,
    page,
};
use axum::{extract::State, response::Response};
use edgecoder_domain::agent::AgentCommand;
use edgecoder_events::AgentId;
use edgecoder_service_kit::http::{Path, Problem};

/// Lets a machine take part, as `edgecoder agent approve` does.
#[utoipa::path(
    post,
    path = "/operations/machines/{id}/approve",
    operation_id = "approve_machine",
    tag = "operations",
    params(("id" = String, Path)),
    responses(
        (status = 303, description = "so it is; or log in first"),
        (status = 404, description = "not an operator, or node_not_found"),
    ),
)]
pub async fn approve(
    State(portal): State<Portal>,
    Path(id): Path<AgentId>,
    Form { caller: person, .. }: Form<Person>,
) -> Result<Response, Problem> {
    let operator = Operator::of(person)?;
    steer(&portal, &operator, &id, AgentCommand::Approve).await?;
    Ok(page::go(&format!("/operations/machines/{id}"), []))
}
