//! `POST /operations/machines/{id}/lift`: a machine that is shut out may come back.

use super::{reason, steer};
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

/// Lets a machine back in with a reason, as `edgecoder agent blacklist-lift` does.
#[utoipa::path(
    post,
    path = "/operations/machines/{id}/lift",
    operation_id = "lift_machine",
    tag = "operations",
    params(("id" = String, Path)),
    responses(
        (status = 303, description = "it is back; or log in first"),
        (status = 400, description = "it needs a reason"),
        (status = 404, description = "not an operator, or node_not_found"),
        (status = 409, description = "agent_not_blacklisted"),
    ),
)]
pub async fn lift(
    State(portal): State<Portal>,
    Path(id): Path<AgentId>,
    Form { caller: person, fields }: Form<Person>,
) -> Result<Response, Problem> {
    let operator = Operator::of(person)?;
    let command = AgentCommand::LiftBlacklist { reason: reason(fields.text("reason"))? };
    steer(&portal, &operator, &id, command).await?;
    Ok(page::go(&format!("/operations/machines/{id}"), []))
}
