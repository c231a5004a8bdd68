//! `POST /operations/machines/{id}/mode`: how much of this machine is lent?

use super::steer;
use crate::{
    Portal,
    callers::{Operator, Person},
    forms::Form,
    page,
};
use axum::{extract::State, response::Response};
use edgecoder_domain::agent::AgentCommand;
use edgecoder_events::{AgentId, node::AgentMode};
use edgecoder_service_kit::http::{Path, Problem};

/// Changes what a registered machine is lent for, as `edgecoder agent mode` does.
#[utoipa::path(
    post,
    path = "/operations/machines/{id}/mode",
    operation_id = "change_machine_mode",
    tag = "operations",
    params(("id" = String, Path)),
    responses(
        (status = 303, description = "so it is; or log in first"),
        (status = 400, description = "no such mode"),
        (status = 404, description = "not an operator, or node_not_found"),
        (status = 409, description = "agent_not_registered"),
    ),
)]
pub async fn change(
    State(portal): State<Portal>,
    Path(id): Path<AgentId>,
    Form { caller: person, fields }: Form<Person>,
) -> Result<Response, Problem> {
    let operator = Operator::of(person)?;
    let mode = match fields.text("mode") {
        "swarm-only" => AgentMode::SwarmOnly,
        "ide-enabled" => AgentMode::IdeEnabled,
        _ => return Err(Problem::bad_field("mode", "expected swarm-only or ide-enabled")),
    };
    steer(&portal, &operator, &id, AgentCommand::SetMode { mode }).await?;
    Ok(page::go(&format!("/operations/machines/{id}"), []))
}
