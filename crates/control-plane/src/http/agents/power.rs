//! `POST /agents/{id}/power`: when does the machine ask for work?

use crate::{ControlPlane, problems::of_named_agent};
use axum::{extract::State, http::StatusCode};
use edgecoder_domain::agent::AgentCommand;
use edgecoder_events::AgentId;
use edgecoder_service_kit::{
    callers::Operator,
    http::{Json, Path, Problem},
    views,
};
use edgecoder_wire::{power::PowerPolicy, problem::ProblemDetails};

/// Says for its owner when a machine asks for work, and how much of it; an empty policy lets it ask always.
#[utoipa::path(
    post,
    path = "/agents/{id}/power",
    operation_id = "set_agent_power_policy",
    tag = "agents",
    security(("operator" = [])),
    params(("id" = String, Path)),
    request_body = PowerPolicy,
    responses(
        (status = 204, description = "so it is"),
        (status = 400, body = ProblemDetails, description = "invalid_power_policy"),
        (status = 404, body = ProblemDetails, description = "agent_not_found"),
    ),
)]
pub async fn set(
    State(control_plane): State<ControlPlane>,
    operator: Operator,
    Path(id): Path<AgentId>,
    Json(body): Json<PowerPolicy>,
) -> Result<StatusCode, Problem> {
    let command = AgentCommand::SetPowerPolicy { policy: views::wished(body) };
    control_plane.agent_command(&operator, &id, command).await.map_err(of_named_agent)?;
    Ok(StatusCode::NO_CONTENT)
}
