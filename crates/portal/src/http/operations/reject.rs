//! `POST /operations/machines/{id}/reject`: this machine may not take part, or no longer.

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

/// Refuses a machine with a reason, as `edgecoder agent reject` does.
#[utoipa::path(
    post,
    path = "/operations/machines/{id}/reject",
    operation_id = "reject_machine",
    tag = "operations",
    params(("id" = String, Path)),
    responses(
        (status = 303, description = "so it is; or log in first"),
        (status = 400, description = "a refusal needs a reason"),
        (status = 404, description = "not an operator, or node_not_found"),
    ),
)]
pub async fn reject(
    State(portal): State<Portal>,
    Path(id): Path<AgentId>,
    Form { caller: person, fields }: Form<Person>,
) -> Result<Response, Problem> {
    let operator = Operator::of(person)?;
    let command = AgentCommand::Reject { reason: reason(fields.text("reason"))? };
    steer(&portal, &operator, &id, command).await?;
    Ok(page::go(&format!("/operations/machines/{id}"), []))
}
