//! `POST /agents/{id}/mode`: how much of the machine is lent?

use crate::{ControlPlane, problems::of_named_agent};
use axum::{extract::State, http::StatusCode};
use edgecoder_domain::agent::AgentCommand;
use edgecoder_events::AgentId;
use edgecoder_service_kit::{
    callers::Operator,
    http::{Json, Path, Problem},
};
use edgecoder_wire::{nodes::ChangeMode, problem::ProblemDetails};

/// Changes what a registered machine is lent for.
#[utoipa::path(
    post,
    path = "/agents/{id}/mode",
    operation_id = "change_agent_mode",
    tag = "agents",
    security(("operator" = [])),
    params(("id" = String, Path)),
    request_body = ChangeMode,
    responses(
        (status = 204, description = "so it is"),
        (status = 404, body = ProblemDetails, description = "agent_not_found"),
        (status = 409, body = ProblemDetails, description = "agent_not_registered"),
    ),
)]
pub async fn change(
    State(control_plane): State<ControlPlane>,
    operator: Operator,
    Path(id): Path<AgentId>,
    Json(body): Json<ChangeMode>,
) -> Result<StatusCode, Problem> {
    let command = AgentCommand::SetMode { mode: body.mode };
    control_plane.agent_command(&operator, &id, command).await.map_err(of_named_agent)?;
    Ok(StatusCode::NO_CONTENT)
}
