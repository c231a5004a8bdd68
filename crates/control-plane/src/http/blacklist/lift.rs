//! `POST /security/blacklist/{agentId}/lift`: the machine may come back.

use super::MAX_REASON_CHARS;
use crate::{ControlPlane, problems::of_named_agent};
use axum::{extract::State, http::StatusCode};
use edgecoder_domain::agent::AgentCommand;
use edgecoder_events::AgentId;
use edgecoder_projections::Question;
use edgecoder_service_kit::{
    callers::Operator,
    http::{Json, Path, Problem, check_text},
};
use edgecoder_wire::{nodes::LiftBlacklist, problem::ProblemDetails};

/// Lets a machine back in, with a reason.
#[utoipa::path(
    post,
    path = "/security/blacklist/{agentId}/lift",
    operation_id = "lift_blacklist",
    tag = "blacklist",
    security(("operator" = [])),
    params(("agentId" = String, Path)),
    request_body = LiftBlacklist,
    responses(
        (status = 204, description = "it is back"),
        (status = 404, body = ProblemDetails, description = "agent_not_found"),
        (status = 409, body = ProblemDetails, description = "agent_not_blacklisted"),
    ),
)]
pub async fn lift(
    State(control_plane): State<ControlPlane>,
    operator: Operator,
    Path(agent): Path<AgentId>,
    Json(LiftBlacklist { reason }): Json<LiftBlacklist>,
) -> Result<StatusCode, Problem> {
    check_text("reason", &reason, MAX_REASON_CHARS)?;
    let command = AgentCommand::LiftBlacklist { reason };
    let done = control_plane.agent_command(&operator, &agent, command).await.map_err(of_named_agent)?;
    control_plane.show(Question::Blacklist, &done).await;
    Ok(StatusCode::NO_CONTENT)
}
